#!/bin/sh
# Checks that Go, Java and Node are there and new enough: one line for each that is not, and exit 1.
# Only the shell's own commands are used, so that it works on the barest machine.
set -u

failed=0

# require NAME NUMBER WANTED FIX VERSION: complains unless NUMBER, taken from VERSION, is at least WANTED.
require() {
	case $2 in
	'' | *[!0-9]*) found='none was found' ;;
	*)
		[ "$2" -ge "$3" ] && return
		found="found $5"
		;;
	esac
	echo "billhook needs $1, and $found: $4" >&2
	failed=1
}

# "go version go1.26.8 linux/amd64"
text=$(go version 2>/dev/null)
version=${text#*go version go}
version=${version%% *}
minor=${version#1.}
minor=${minor%%[!0-9]*}
require 'Go 1.26 or newer' "$minor" 26 'install it from https://go.dev/dl/' "$version"

# Go alone is enough where DynamoDB Local need not be started.
[ -z "${DYNAMODB_ENDPOINT:-}" ] || exit $failed

# openjdk version "17.0.15" 2025-04-15; before Java 9, java version "1.8.0_392"
text=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1)
case $text in
*version\ \"*)
	version=${text#*version \"}
	version=${version%%\"*}
	;;
*) version='' ;;
esac
require 'Java 17 or newer (for DynamoDB Local)' "${version%%[!0-9]*}" 17 \
	'install it from https://adoptium.net/' "$version"

# npm only fetches DynamoDB Local.
[ -z "${DYNAMODB_LOCAL_DIR:-}" ] || exit $failed

# v20.20.2
version=$(node --version 2>/dev/null)
version=${version#v}
require 'Node 20 or newer (for npm)' "${version%%[!0-9]*}" 20 'install it from https://nodejs.org/' "$version"

if [ -n "$version" ] && ! command -v npm >/dev/null; then
	echo 'billhook needs npm, and none was found: install it with Node from https://nodejs.org/' >&2
	failed=1
fi

exit $failed

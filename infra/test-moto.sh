#!/bin/sh
# Runs the contract test of the Secrets Manager stand-in against moto's server, so that the stand-in
# and a well-known imitation of AWS agree on what the functions rely on. moto comes from PyPI into
# .local/moto. Without PyPI there is nothing to compare with: that fails in CI and is only said
# elsewhere.
set -eu

cd "$(dirname "$0")/.."
venv=.local/moto
requirements=infra/requirements-moto.txt
log=.local/moto.log

unavailable() {
	echo "test-moto: the stand-in was not compared: $1" >&2
	[ -z "${CI:-}" ] || exit 1
	exit 0
}

if ! cmp -s "$requirements" "$venv/installed.txt"; then
	mkdir -p .local
	python3 -m venv --clear "$venv" >"$log" 2>&1 ||
		unavailable "python3 with its venv module is needed (see $log)"
	"$venv/bin/pip" install --quiet --requirement "$requirements" >>"$log" 2>&1 ||
		unavailable "moto could not be installed from PyPI (see $log)"
	cp "$requirements" "$venv/installed.txt"
fi

# Port 0: the server takes a free one and says which.
"$venv/bin/moto_server" -H 127.0.0.1 -p 0 >"$log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null' EXIT INT TERM
tries=0
until url=$(sed -n 's/.*Running on \(http:[^ ]*\).*/\1/p' "$log") && [ -n "$url" ]; do
	tries=$((tries + 1))
	if [ $tries -gt 300 ] || ! kill -0 $server 2>/dev/null; then
		cat "$log" >&2
		exit 1
	fi
	sleep 0.1
done
SECRETSMANAGER_ENDPOINT="$url" go test -count=1 -run Contract ./infra/local/secrets

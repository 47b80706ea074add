#!/bin/sh
# Checks what is deployed as far as that goes without an account: the templates by AWS's own linters
# and by Checkov, the build by `sam build`, the code by gosec, staticcheck and govulncheck.
# The Python tools come from PyPI into .local. Without PyPI there is nothing to check with: that fails
# in CI and is only said elsewhere.
set -eu

cd "$(dirname "$0")/.."
export SAM_CLI_TELEMETRY=0
# The linters want a region; nothing is sent there.
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}"
templates='template.yaml infra/monitoring.yaml'

step() {
	printf -- '-- %s\n' "$1"
}

unavailable() {
	echo "validate: the templates were not checked: $1" >&2
	[ -z "${CI:-}" ] || exit 1
	exit 0
}

# environment DIRECTORY REQUIREMENTS
environment() {
	cmp -s "$2" "$1/installed.txt" && return
	mkdir -p .local
	python3 -m venv --clear "$1" >"$1.log" 2>&1 ||
		unavailable "python3 with its venv module is needed (see $1.log)"
	"$1/bin/pip" install --quiet --requirement "$2" >>"$1.log" 2>&1 ||
		unavailable "$2 could not be installed from PyPI (see $1.log)"
	cp "$2" "$1/installed.txt"
}

environment .local/venv infra/requirements-validate.txt
environment .local/checkov infra/requirements-checkov.txt

step 'sam validate --lint'
.local/venv/bin/sam validate --lint

step 'cfn-lint'
# shellcheck disable=SC2086 # two names
.local/venv/bin/cfn-lint $templates

step 'checkov'
# shellcheck disable=SC2086 # two names
.local/checkov/bin/checkov --file $templates --framework cloudformation --config-file infra/checkov.yaml \
	--skip-download --compact --quiet

step 'sam build'
.local/venv/bin/sam build

step 'gosec, staticcheck'
go tool -modfile=infra/tools.mod golangci-lint run --enable-only gosec,staticcheck

# Its database is a server's. Where that cannot be reached, and only there, nothing can be said.
step 'govulncheck'
if ! found=$(go tool -modfile=infra/tools.mod govulncheck ./... 2>&1); then
	printf '%s\n' "$found"
	case $found in
	*'fetching vulnerabilities:'*) echo 'validate: govulncheck was skipped: its database cannot be reached' ;;
	*) exit 1 ;;
	esac
fi

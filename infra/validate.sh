#!/bin/sh
# Checks template.yaml as a deployment would: sam validate --lint, then sam build.
# The SAM CLI comes from PyPI into .local/venv. Without PyPI there is nothing to check with: that
# fails in CI and is only said elsewhere.
set -eu

cd "$(dirname "$0")/.."
venv=.local/venv
requirements=infra/requirements-validate.txt
export SAM_CLI_TELEMETRY=0
# The linter wants a region; nothing is sent there.
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}"

unavailable() {
	echo "validate: the template was not checked: $1" >&2
	[ -z "${CI:-}" ] || exit 1
	exit 0
}

if ! cmp -s "$requirements" "$venv/installed.txt"; then
	mkdir -p .local
	python3 -m venv --clear "$venv" >.local/venv.log 2>&1 ||
		unavailable 'python3 with its venv module is needed (see .local/venv.log)'
	"$venv/bin/pip" install --quiet --requirement "$requirements" >>.local/venv.log 2>&1 ||
		unavailable 'the SAM CLI could not be installed from PyPI (see .local/venv.log)'
	cp "$requirements" "$venv/installed.txt"
fi

"$venv/bin/sam" validate --lint
"$venv/bin/sam" build

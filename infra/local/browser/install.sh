#!/usr/bin/env bash
# Installs Chromium for the browser tests where that takes no questions: on Debian and Ubuntu, as
# root. Elsewhere they are skipped until somebody has installed it.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
	if command -v "$name" >/dev/null; then
		exit 0
	fi
done
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
	echo 'there is no Chromium and no way to install it here: the browser tests will be skipped'
	exit 0
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null

#!/bin/sh
# Makes a Chromium available to the tests: one that is there, Debian's through apt where root, else Playwright's own.
set -eu
for name in chromium chromium-browser google-chrome; do
	command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "Installing Chromium for the browser tests (once)."
	log=$(mktemp)
	if apt-get update -q >"$log" 2>&1 &&
		DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium >>"$log" 2>&1; then
		rm -f "$log"
		exit 0
	fi
	tail -n 5 "$log"
	echo "Debian's Chromium could not be installed; trying Playwright's own."
fi
exec .venv/bin/python -m playwright install --with-deps chromium-headless-shell

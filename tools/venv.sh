#!/bin/sh
# Debian and Ubuntu ship Python without the part that makes virtual environments; installs it where root.
set -eu
version=$("$1" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
if [ "$(id -u)" != 0 ]; then
	echo "Run: sudo apt-get install $version-venv    and then make again."
	exit 2
fi
apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y "$version-venv"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: deps.sh [prove]
#
# The Debian packages that this project builds and runs with. Installs those
# that are missing when run as root, and says how to when not. With nothing
# missing it is silent, quick, and does not touch the network.

set -eu

# For what			packages
need='
building			gcc make libc6-dev linux-libc-dev libarchive-dev libgsl-dev libjansson-dev libnuma-dev
building kernel modules		libelf1 pahole
building kernels		flex bison bc libelf-dev libssl-dev cpio kmod rsync
fetching kernels		ca-certificates debian-archive-keyring xz-utils
the virtual machine		qemu-system-x86
the disks of the virtual machine	e2fsprogs
checking the code		sparse shellcheck perl
'
case "${1:-}" in
prove)
	need="${need}putting regressions back	coccinelle ccache
bisecting	git
" ;;
esac

# All names on one line. A package is there if dpkg says "installed" for it.
wanted=$(printf '%s' "$need" | sed 's/^.*\t//')
# shellcheck disable=SC2086 # one argument per package
there=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
	sed -n 's/^installed //p') || true

missing=
for package in $wanted; do
	case "
$there
" in
	*"
$package
"*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

echo "These Debian packages are missing:"
printf '%s' "$need" | while IFS= read -r line; do
	for package in $(printf '%s' "$line" | sed 's/^.*\t//'); do
		case "$missing " in
		*" $package "*)
			echo "  $package, for $(printf '%s' "$line" | sed 's/\t.*//')" ;;
		esac
	done
done
if [ "$(id -u)" != 0 ]; then
	echo "Install them with:"
	echo "  sudo apt-get install --no-install-recommends$missing"
	exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086 # one argument per package
apt-get install -q -y --no-install-recommends $missing

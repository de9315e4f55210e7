#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# apt-cache, apt-get, dpkg and dpkg-deb of a small Debian, for fetch.sh's test: called by one
# of these names, it does what fetch.sh wants of that program. The system's lists have
# kernel 6.1.0-1, of 72 packages, those of other suites other ones. A package's file
# holds its name, and is unpacked to parts/NAME. For arm64 there is a kernel of three packages, whose
# programs are to be had for that architecture, and older ones for "here". In $WORK, "offline" is a file that
# stops downloads, and "slow" one that makes the next one take two seconds.

set -eu

depends()
{
	if grep -q 'APT::Architecture "arm64"' "$1/apt.conf"; then
		printf '%s\n' linux-image-6.1.0-1-arm64 linux-headers-6.1.0-1-arm64 \
			linux-kbuild-6.1.0 linux-kbuild-6.1.0:here
		return
	fi
	release=6.1.0-1
	if [ -e "$1/sources.list" ]; then
		case $(cat "$1/sources.list") in
		*'://debian.example/debian bullseye main') release=5.10.0-1 ;;
		*'://debian.example/debian sid main') release=7.2.1 ;;
		esac
	fi
	printf '%s\n' linux-image-amd64 "  Depends: linux-image-$release" "linux-image-$release" \
		"linux-image-$release-unsigned" "linux-headers-$release"
	seq -f "linux-modules-$release-%g" 70
}

uris()
{
	echo "'http://third.example/x/dists/bookworm/InRelease' third 0"
	echo "'http://debian.example/debian/dists/bookworm/InRelease' a 0"
	echo "'http://debian.example/debian/dists/bookworm-updates/InRelease' b 0"
}

download()
{
	for package; do
		echo "$package" >"${package}_1.deb"
		! mv "$WORK/slow" "$WORK/slowly" 2>/dev/null || sleep 2
	done
}

unpack()
{
	mkdir -p "$2/parts"
	touch "$2/parts/$1"
	case $1 in
	linux-kbuild-*)
		mkdir -p "$2/usr/lib"
		;;
	linux-headers-*)
		mkdir -p "$2/usr/src/$1"
		echo 'include /usr/src/common/Makefile' >"$2/usr/src/$1/Makefile"
		;;
	esac
}

source_package()
{
	dir=$(mktemp -d)
	mkdir -p "$dir/$1/mm" "$dir/usr/src"
	echo 'int mm;' >"$dir/$1/mm/mm.c"
	echo all: >"$dir/$1/Makefile"
	tar -C "$dir" -cJf "$dir/usr/src/$1.tar.xz" "$1"
	tar -C "$dir" -cf - "./usr/src/$1.tar.xz"
	rm -rf "$dir"
}

case "${0##*/} $*" in
'apt-cache -q -c '*/apt.conf' depends '*) depends "${3%/*}" ;;
'apt-cache -q -c '*/apt.conf' pkgnames linux-kbuild-6.1.') printf 'linux-kbuild-6.1.0\nlinux-kbuild-6.1.0-0\n' ;;
'apt-cache -q -c '*/apt.conf' show '*) [ "$5" = linux-kbuild-6.1.0-0:here ] ;;
'dpkg --print-architecture') echo here ;;
'apt-get -q -c '*/apt.conf' update --print-uris') uris ;;
'apt-get -q -c '*)
	echo "$*" >>"$WORK/calls"
	[ ! -e "$WORK/offline" ] || { echo 'E: the network is down' >&2; exit 100; }
	[ "$4" != download ] || { shift 4; download "$@"; }
	;;
'dpkg-deb -x '*) unpack "$(cat "$2")" "$3" ;;
'dpkg-deb --fsys-tarfile '*) source_package "$(cat "$2")" ;;
*) echo "E: ${0##*/} $*: unknown" >&2; exit 1 ;;
esac

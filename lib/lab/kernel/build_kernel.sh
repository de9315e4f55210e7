#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Build a small kernel for the lab.
#
# usage: build_kernel.sh SRC OUT FRAGMENT...
#
# SRC, a kernel source tree without a build in it, is not written to; the kernel
# is OUT. Its configuration is tinyconfig with the FRAGMENTs on top, made anew
# each time: so it depends on SRC and them alone, and not on what was built in OUT
# before (an option that an older SRC does not know would be lost for a newer
# one). What is built already and the same stays as it is.
set -eu

usage="usage: build_kernel.sh SRC OUT FRAGMENT..."
src=$(readlink -f "${1:?$usage}")
out=${2:?$usage}
shift 2

# What a make that runs this was told is not for the kernel's.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS MAKEFILES
unset ARCH CROSS_COMPILE O KBUILD_OUTPUT KBUILD_EXTMOD KCONFIG_CONFIG

if [ -e "$src/.config" ] || [ -e "$src/include/config" ]; then
	echo "error: $src was built in: make -C $src mrproper, or give another tree" >&2
	exit 1
fi
cc=gcc
! command -v ccache >/dev/null || cc="ccache gcc"

mkdir -p "$out"
out=$(readlink -f "$out")
[ ! -e "$out/.config" ] || cp -p "$out/.config" "$out/.config.before"
make -C "$src" O="$out" tinyconfig
cat "$@" >>"$out/.config"
make -C "$src" O="$out" olddefconfig
# With its old time nothing that depends on it is built again.
! cmp -s "$out/.config" "$out/.config.before" || mv -f "$out/.config.before" "$out/.config"
rm -f "$out/.config.before"
# The last and longest part is this process: who ends it ends make.
exec make -C "$src" O="$out" CC="$cc" -j"$(nproc)" bzImage modules

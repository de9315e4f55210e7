#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Build a small kernel for the lab.
#
# usage: build_kernel.sh SRC OUT FRAGMENT...
#
# It is for ARCH, see arch/names.sh; beside a FRAGMENT may lie one more for this architecture
# alone, FRAGMENT.MACHINE with its name as uname -m has it.
#
# SRC, a kernel source tree without a build in it, is not written to; the kernel
# is OUT. Its configuration is tinyconfig with the FRAGMENTs on top, made anew
# each time: so it depends on SRC and them alone, and not on what was built in OUT
# before (an option that an older SRC does not know would be lost for a newer
# one). What is built already and the same stays as it is. A line that begins with
# "build_kernel.sh: " names options that SRC knows but does not take as they are asked for.
set -eu

usage="usage: build_kernel.sh SRC OUT FRAGMENT..."
names=$(dirname "$0")/../arch
# shellcheck source=lib/lab/arch/names.sh
. "$names/names.sh"
src=$(readlink -f "${1:?$usage}")
out=${2:?$usage}
shift 2
for fragment; do
	set -- "$@" "$(readlink -f "$fragment")"
	[ ! -e "$fragment.$ARCH_MACHINE" ] || set -- "$@" "$(readlink -f "$fragment.$ARCH_MACHINE")"
	shift
done

# What a make that runs this was told is not for the kernel's.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS MAKEFILES
unset O KBUILD_OUTPUT KBUILD_EXTMOD KCONFIG_CONFIG

if [ -e "$src/.config" ] || [ -e "$src/include/config" ]; then
	echo "error: $src was built in: make -C $src mrproper, or give another tree" >&2
	exit 1
fi
cc=${CROSS_COMPILE:-}gcc
! command -v ccache >/dev/null || cc="ccache $cc"
export ARCH="$ARCH_KERNEL" ${CROSS_COMPILE:+CROSS_COMPILE}

mkdir -p "$out"
out=$(readlink -f "$out")
[ ! -e "$out/.config" ] || cp -p "$out/.config" "$out/.config.before"
make -C "$src" O="$out" tinyconfig
(cd "$out" && sh "$src/scripts/kconfig/merge_config.sh" .config "$@") >"$out/merge.log"
cat "$out/merge.log"
# Of what it says did not stick: options that this tree has, and has otherwise.
grep -rhoE --include='Kconfig*' '^[[:space:]]*(menu)?config [A-Z0-9_]+' "$src" |
	sed 's/.* /CONFIG_/' | sort -u >"$out/known.options"
lost=$(sed -n 's/^Value requested for \(CONFIG_[A-Z0-9_]*\) not in final .*/\1/p' "$out/merge.log" |
	while read -r name; do
		want=$(cat "$@" | sed -n "s/^$name=//p" | tail -n 1)
		have=$(sed -n "s/^$name=//p" "$out/.config")
		case $want/$have in /* | n/ | n/0) continue ;; esac
		! grep -qx "$name" "$out/known.options" || printf ' %s' "$name=$want"
	done)
[ -z "$lost" ] || echo "build_kernel.sh: not to be had in this tree:$lost"
rm "$out/known.options"
# With its old time nothing that depends on it is built again.
! cmp -s "$out/.config" "$out/.config.before" || mv -f "$out/.config.before" "$out/.config"
rm -f "$out/.config.before"
# The last and longest part is this process: who ends it ends make.
exec make -C "$src" O="$out" CC="$cc" -j"$(nproc)" "$ARCH_IMAGE" modules

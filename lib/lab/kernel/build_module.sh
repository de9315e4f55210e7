#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# usage: build_module.sh SRC OUT BUILD
#
# Build the kernel module in SRC with BUILD, a kernel's headers or its built tree,
# outside of both: sources are copied to OUT, where all that is built stays, and so
# does what make printed, in build.log. What has not changed is not built again.
#
# BUILD is for ARCH, see arch/names.sh.
#
# The last line printed is the module's .ko or the reason why there is none. Exits 2
# if BUILD is of no use on this system, 1 if the module does not build.
set -eu

names=$(dirname "$0")/../arch
# shellcheck source=lib/lab/arch/names.sh
. "$names/names.sh"
src=$1
out=$2
build=$3
log=$out/build.log
elsewhere="build this kernel from source and give its tree instead"

fail() { echo "$2 (output in $log)"; exit "$1"; }

mkdir -p "$out"
case $out in
*[[:space:]:]*) fail 1 "kbuild cannot build in \"$out\": blanks and colons mean something to make" ;;
esac
# Others wait, also for what this started if it is killed.
exec 9>"$out/.lock"
flock 9
# By contents: a file that is replaced by an older one has changed, too.
rsync -rLc --exclude='.*' --exclude='*.mod.c' --include='*/' --include='*.[chS]' \
	--include=Kbuild --include=Makefile --exclude='*' "$src/" "$out/" >"$log" 2>&1 ||
	fail 1 "cannot copy $src: $(head -n 1 "$log")"

# A kernel that was configured anew may have other structures. Make may not notice.
config=$build/include/generated/autoconf.h
if [ -e "$config" ] && ! cmp -s "$config" "$out/.autoconf.h"; then
	find "$out" \( -name '*.o' -o -name '*.ko' -o -name '.*.cmd' \) -delete
	cp "$config" "$out/.autoconf.h"
fi

# Debian's headers ask for the very gcc that built the kernel; any gcc is better than
# none. A kernel built with LLVM wants that for its modules, too.
wanted=$(grep -so 'gcc-[0-9]*' "$build/.kernelvariables" | head -n 1) || true
set --
if grep -sqx CONFIG_CC_IS_CLANG=y "$build/.config"; then
	set -- LLVM=1
elif [ -n "$wanted" ] && ! command -v "${CROSS_COMPILE:-}$wanted" >/dev/null; then
	set -- CC="${CROSS_COMPILE:-}gcc"
fi

# Of a kernel of a newer Debian this one's pahole cannot make the types, which nobody needs here.
[ -z "${CROSS_COMPILE:-}" ] || set -- "$@" ARCH="$ARCH_KERNEL" CROSS_COMPILE="$CROSS_COMPILE" \
	CONFIG_DEBUG_INFO_BTF_MODULES=

# This may be run by a make, even by that of a kernel.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS ARCH CROSS_COMPILE \
	KBUILD_EXTMOD KBUILD_OUTPUT O
if make -C "$build" M="$out" -j"$(nproc)" modules "$@" >"$log" 2>&1; then
	set -- "$out"/*.ko
	[ $# = 1 ] || fail 1 "more than one module in $out: $*"
	[ -e "$1" ] || fail 1 "make built no module in $out"
	echo "$1"
	exit
fi

# What make cannot know. Anything else may be the module's fault.
why=$(grep -m 1 -E 'error:|ERROR:|\*\*\* ' "$log" || tail -n 1 "$log")
case $* in CC=*gcc*) ;; *) wanted= ;; esac
if grep -q "version .GLIBC_.* not found" "$log"; then
	# The programs in Debian's headers may come from a newer Debian.
	fail 2 "$build needs a newer C library than this system's: $elsewhere"
elif [ -n "$wanted" ] && grep -q 'unrecognized command-line option' "$log"; then
	fail 2 "$build is for $wanted, which is not installed, and gcc is too old for it: $elsewhere"
fi
fail 1 "the module does not build: $why${wanted:+; $build is for $wanted, which is not installed}"

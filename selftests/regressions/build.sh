#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Build a small kernel that has all regressions in it, switched off.
#
# usage: build.sh TREE OUT
#
# TREE, a kernel source tree, is not changed: a copy in OUT/src is.  The kernel
# is OUT/kernel.  Built already from the same tree and catalogue: nothing to do.
set -eu

here=$(dirname "$(readlink -f "$0")")
usage="usage: build.sh TREE OUT"
tree=$(readlink -f "${1:?$usage}")
out=${2:?$usage}

if [ ! -e "$tree/virt/kvm/kvm_main.c" ]; then
	echo "build.sh: $tree is no kernel source tree: it has no virt/kvm/kvm_main.c" >&2
	exit 1
fi
mkdir -p "$out"
out=$(readlink -f "$out")
configs="$here/../config $here/../../lib/lab/kernel/kernel.config"
names=$here/../../lib/lab/arch
# shellcheck source=lib/lab/arch/names.sh
. "$names/names.sh"
# shellcheck disable=SC2086 # two files
stamp=$({ echo "$tree $ARCH"; cat "$here"/kernel/* "$here/apply.sh" $configs
	for config in $configs; do cat "$config.$ARCH_MACHINE"; done
	# What is expected of an entry makes no other kernel.
	sed -E '/^\/\/ (class|commit|broke|tests|expect( on [^:]*)?|mode|arch):/d' "$here"/*.cocci; } |
	sha256sum | cut -d ' ' -f 1)
if [ "$(cat "$out/built" 2>/dev/null)" = "$stamp" ]; then
	exit 0
fi
rm -f "$out/built"

# restore: of a copy only what the regressions changed; all of it takes minutes on a slow disk
restore()
{
	[ "$(cat "$out/copied" 2>/dev/null)" = "$tree" ] || return 1
	rm -f "$out/src/mm/mn_regress.c"
	while read -r file; do
		# Not with its old time: what was built of it is no longer up to date.
		[ ! -e "$tree/$file" ] || cp "$tree/$file" "$out/src/$file"
	done <"$out/src/mn_regress.changed"
}

if [ "$(cat "$out/applied" 2>/dev/null)" != "$stamp" ]; then
	rm -f "$out/applied"
	if ! restore; then
		echo "copying $tree"
		rm -rf "$out/src" "$out/copied"
		cp -a "$tree" "$out/src"
		: >"$out/src/mn_regress.changed"
		echo "$tree" >"$out/copied"
	fi
	echo "putting the regressions in"
	sh "$here/apply.sh" "$out/src"
	echo "$stamp" >"$out/applied"
fi

log=$out/build.log
echo "building the kernel; this takes a while, see $log"
# shellcheck disable=SC2086 # two files
sh "$here/../../lib/lab/kernel/build_kernel.sh" "$out/src" "$out/kernel" $configs >"$log" 2>&1 || {
	echo "build.sh: the kernel does not build: $(grep -m 1 -iE 'error' "$log"); see $log" >&2
	exit 1
}
grep '^build_kernel.sh: ' "$log" || true
echo "$stamp" >"$out/built"

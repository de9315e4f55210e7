#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Build the KVM selftests of a kernel tree, static, for the lab.
#
# usage: build.sh TREE OUT
#
# TREE, a kernel source tree, is not changed: what is needed of it is copied to
# OUT/upstream.src.  The programs are OUT/upstream.  Built already from the same
# tree: nothing to do.
set -eu

usage="usage: build.sh TREE OUT"
tree=$(readlink -f "${1:?$usage}")
out=${2:?$usage}

if [ ! -e "$tree/tools/testing/selftests/kvm/Makefile" ]; then
	echo "build.sh: $tree has no tools/testing/selftests/kvm: give a kernel source tree" >&2
	exit 1
fi
mkdir -p "$out"
out=$(readlink -f "$out")
stamp="$tree $(sha256sum "$0" | cut -d ' ' -f 1)"
if [ "$(cat "$out/upstream.built" 2>/dev/null)" = "$stamp" ]; then
	exit 0
fi

src=$out/upstream.src
rm -rf "$out/upstream.built" "$out/upstream" "$src"
mkdir "$out/upstream" "$src"
(cd "$tree" && cp -a --parents Makefile Kbuild Kconfig scripts include arch/x86 arch/Kconfig \
	tools usr "$src")

# Tests of stable trees that were taken from later kernels lack what these have.
kvm=$src/tools/testing/selftests/kvm
extra="-include linux/stddef.h"
grep -q 'define TEST_ASSERT_EQ' "$kvm/include/test_util.h" ||
	extra="$extra -DTEST_ASSERT_EQ=ASSERT_EQ"

log=$out/upstream.log
echo "building the KVM selftests of $tree, see $log"
make -C "$src" headers >"$log" 2>&1 || {
	echo "build.sh: make headers: $(grep -m 1 -i 'error' "$log"); see $log" >&2
	exit 1
}
# What does not build is left out, and named.
make -k -C "$kvm" -j"$(nproc)" LDFLAGS=-static EXTRA_CFLAGS="$extra" >>"$log" 2>&1 ||
	grep '^make.*\*\*\*.*Error' "$log" || true

find "$kvm" -type f -perm -u+x ! -name '*.*' | while IFS= read -r program; do
	strip -o "$out/upstream/$(basename "$program")" "$program"
done
if [ ! -e "$out/upstream/set_memory_region_test" ]; then
	echo "build.sh: nothing was built, see $log" >&2
	exit 1
fi
rm -rf "$src"
echo "$stamp" >"$out/upstream.built"

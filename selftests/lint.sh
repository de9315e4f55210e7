#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: lint.sh TREE KERNELS
#
# What a reviewer's tools would say: checkpatch (errors only) from the kernel
# source in TREE, shellcheck, the order of rooms, and sparse on the modules, with the
# headers of the lab's kernel, which is kept in KERNELS.

set -u

tree=$1
kernels=$2
bad=0

git ls-files -co --exclude-standard '*.c' '*.h' '*.S' |
	xargs -P "$(nproc)" -n 40 perl "$tree/scripts/checkpatch.pl" --no-tree --terse --quiet --file \
		2>/dev/null | grep ': ERROR: ' && bad=1

# shellcheck disable=SC2046 # one argument per file
shellcheck $(git ls-files -co --exclude-standard '*.sh' '*.bash' .ci/run) || bad=1

for dir in lib lib/lab; do
	sh selftests/rooms.sh "$dir" || bad=1
done

kernel=$(sh lib/lab/kernel/fetch.sh kernel default "$kernels") || exit
for module in selftests/injector selftests/negative/lockup selftests/negative/noise; do
	out=$(mktemp -d)
	cp "$module"/* "$out"
	make -s -C "$kernel/usr/src/linux-headers-${kernel##*/}" M="$out" W=1 C=2 modules \
		>"$out/log" 2>&1 || bad=1
	grep -E 'warning|error' "$out/log" && bad=1
	rm -rf "$out"
done
exit $bad

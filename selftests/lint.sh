#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: lint.sh TREE
#
# What a reviewer's tools would say: checkpatch (errors only) from the kernel
# source in TREE, shellcheck, the order of rooms, and sparse on the modules if
# kernel headers are installed.

set -u

tree=$1
bad=0

for file in $(git ls-files -co --exclude-standard '*.c' '*.h' '*.S'); do
	perl "$tree/scripts/checkpatch.pl" --no-tree --terse --quiet --file "$file" 2>/dev/null |
		grep ': ERROR: ' && bad=1
done

# shellcheck disable=SC2046 # one argument per file
shellcheck $(git ls-files -co --exclude-standard '*.sh' '*.bash' .ci/run) || bad=1

for dir in lib lib/lab; do
	sh selftests/rooms.sh "$dir" || bad=1
done

headers=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-amd64' | sort -V | tail -n 1)
if [ -n "$headers" ]; then
	for module in selftests/injector selftests/negative/lockup selftests/negative/noise; do
		out=$(mktemp -d)
		cp "$module"/* "$out"
		make -s -C "$headers" M="$out" W=1 C=2 modules >"$out/log" 2>&1 || bad=1
		grep -E 'warning|error' "$out/log" && bad=1
		rm -rf "$out"
	done
else
	echo "lint: no linux-headers in /usr/src, sparse not run on the modules"
fi
exit $bad

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Put the regressions of this directory into a kernel tree, all switched off.
#
# usage: apply.sh TREE
#
# TREE is changed: give a copy.  Entries without a site in it are listed in
# TREE/mn_regress.absent.
set -eu

here=$(dirname "$(readlink -f "$0")")
tree=${1:?usage: apply.sh TREE}

if [ ! -e "$tree/virt/kvm/kvm_main.c" ]; then
	echo "apply.sh: $tree is no kernel source tree: it has no virt/kvm/kvm_main.c" >&2
	exit 1
fi
if [ -e "$tree/mm/mn_regress.c" ]; then
	echo "apply.sh: $tree has its regressions already: give a fresh copy" >&2
	exit 1
fi
command -v spatch >/dev/null || {
	echo "apply.sh: spatch is missing: apt-get install coccinelle" >&2
	exit 1
}

cp "$here/kernel/mn_regress.h" "$tree/include/linux/"
cp "$here/kernel/mn_regress.c" "$tree/mm/"
echo 'obj-y += mn_regress.o' >>"$tree/mm/Makefile"
: >"$tree/mm/mn_regress_entries.h"
: >"$tree/mm/mn_regress_pointers.h"
: >"$tree/mn_regress.absent"

for patch in "$here"/*.cocci; do
	name=$(basename "$patch" .cocci)
	sites=0
	for file in $(sed -n "s,^// file: ,,p" "$patch" | tr "\n" " "); do
		[ -e "$tree/$file" ] || continue
		spatch --very-quiet --no-includes --in-place --sp-file "$patch" \
			"$tree/$file" >"$tree/mn_regress.log" 2>&1 || {
			echo "apply.sh: $patch on $file:" >&2
			cat "$tree/mn_regress.log" >&2
			exit 1
		}
		grep -q "mn_regress($name)" "$tree/$file" || continue
		sites=$((sites + 1))
		grep -q '<linux/mn_regress.h>' "$tree/$file" ||
			sed -i '1i #include <linux/mn_regress.h>' "$tree/$file"
	done
	if [ "$sites" -gt 0 ]; then
		entry=mn_regression_$name
		echo "struct mn_regression $entry = { .name = \"$name\" };" \
			"EXPORT_SYMBOL_GPL($entry);" >>"$tree/mm/mn_regress_entries.h"
		echo "&$entry," >>"$tree/mm/mn_regress_pointers.h"
	else
		echo "$name" >>"$tree/mn_regress.absent"
	fi
done
rm -f "$tree/mn_regress.log"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Put the regressions of this directory into a kernel tree, all switched off.
#
# usage: apply.sh TREE
#
# TREE is changed: give a copy.  Entries without a site in it are listed in
# TREE/mn_regress.absent, files that were changed in TREE/mn_regress.changed.
set -eu

here=$(dirname "$(readlink -f "$0")")
tree=${1:?usage: apply.sh TREE}

# apply_all FILE: all entries that name it, in the order of their names
apply_all()
{
	grep -l "^// file: $1\$" "$here"/*.cocci | while read -r patch; do
		name=$(basename "$patch" .cocci)
		log=$(spatch --very-quiet --no-includes --in-place --sp-file "$patch" "$tree/$1" 2>&1) || {
			printf 'apply.sh: %s on %s:\n%s\n' "$patch" "$1" "$log" >&2
			exit 1
		}
		grep -q "mn_regress($name)" "$tree/$1" || continue
		grep -q '<linux/mn_regress.h>' "$tree/$1" ||
			sed -i '1i #include <linux/mn_regress.h>' "$tree/$1"
	done
}

# How this script calls itself, for one file.
if [ $# = 2 ]; then
	[ ! -e "$tree/$2" ] || apply_all "$2"
	exit
fi

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

files=$(sed -n 's,^// file: ,,p' "$here"/*.cocci | sort -u)
printf '%s\n' mm/Makefile "$files" >"$tree/mn_regress.changed"
cp "$here/kernel/mn_regress.h" "$tree/include/linux/"
cp "$here/kernel/mn_regress.c" "$tree/mm/"
echo 'obj-y += mn_regress.o' >>"$tree/mm/Makefile"
: >"$tree/mm/mn_regress_entries.h"
: >"$tree/mm/mn_regress_pointers.h"
: >"$tree/mn_regress.absent"
echo "$files" | xargs -n 1 -P "$(nproc)" sh "$0" "$tree"

for patch in "$here"/*.cocci; do
	name=$(basename "$patch" .cocci)
	sites=$(sed -n 's,^// file: ,,p' "$patch" | while read -r file; do
		! grep -s "mn_regress($name)" "$tree/$file" || break
	done)
	if [ -n "$sites" ]; then
		entry=mn_regression_$name
		echo "struct mn_regression $entry = { .name = \"$name\" };" \
			"EXPORT_SYMBOL_GPL($entry);" >>"$tree/mm/mn_regress_entries.h"
		echo "&$entry," >>"$tree/mm/mn_regress_pointers.h"
	else
		echo "$name" >>"$tree/mn_regress.absent"
	fi
done

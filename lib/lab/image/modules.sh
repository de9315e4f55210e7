#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: modules.sh MODULES RELEASE OUT [NAME | FILE.ko]...
#
# Prints which files have to be in the initramfs of kernel RELEASE so that init can
# load the wanted modules: lines of FILE, tab, place in the image. /modules.load among
# them has their names in load order, /modules.missing the names of those that this
# kernel lacks, or lacks something for; what is built in is in neither. NAME is a module
# of the kernel, FILE.ko one of our own. MODULES, an absolute path, is a directory as
# /lib/modules/RELEASE, or a kernel build tree, or "" for a kernel without modules.
# What is printed lies in the new directory OUT in part.
#
# modinfo(8) is asked for each file what it depends on. modprobe(8) would need depmod(8)
# first, which reads all the thousands of modules of a distribution's kernel.

set -eu

PATH=$PATH:/usr/sbin:/sbin
modules=$1 release=$2 out=$3
shift 3

die()
{
	echo "modules.sh: error: $*" >&2
	exit 2
}

# The modules in a build tree. It may hold some of earlier configurations, and its list
# may name some that are not built yet. Lists of older kernels have "kernel/" before
# every path, those of newer ones have objects.
built()
{
	grep -qx CONFIG_MODULES=y "$modules/.config" || return 0
	sed 's/\.k\{0,1\}o$//' "$modules/modules.order" | while read -r path; do
		[ -e "$modules/$path.ko" ] || path=${path#kernel/}
		[ ! -e "$modules/$path.ko" ] || echo "$modules/$path.ko"
	done
}

# The modules of the kernel, the wanted one of two that have the same name first. The
# paths of built-in ones are not absolute.
all()
{
	if [ -e "$modules/include/config/kernel.release" ]; then
		built
	elif [ "$modules" ]; then
		[ ! -d "$modules/updates" ] || set -- "$modules/updates"
		find "$@" "$modules/" -name '*.ko' -o -name '*.ko.[gxz]*'
	fi
	[ ! -e "$modules/modules.builtin" ] || cat "$modules/modules.builtin"
}

# Paths of modules to "name, tab, path", with the name that lsmod shows.
named()
{
	awk '{ name = $0; sub(/.*\//, "", name); sub(/\.ko.*/, "", name); gsub(/-/, "_", name)
	       print name "\t" $0 }'
}

# Print where $1 lies decompressed: not every kernel can do that, nor every modinfo.
unpacked()
{
	to=$out/unpacked/$(basename "${1%.*}")
	case $1 in
	*.gz) tool=gzip ;;
	*.xz) tool=xz ;;
	*.zst) tool=zstd ;;
	*) to=$1 ;;
	esac
	[ -e "$to" ] || "$tool" -qdc "$1" >"$to" || die "cannot decompress $1"
	echo "$to"
}

# Print the files to load for a module, itself last; 1: this kernel has no such module.
needed()
{
	file=$(awk -F '\t' -v name="$1" '$1 == name { print $2; exit }' "$out/all")
	case $file in
	/*) needed_by "$file" ;;
	'') return 1 ;;
	esac
}

needed_by()
{
	set -- "$(unpacked "$1")"
	[ "$1" ] || exit 2
	depends=$(modinfo -F depends "$1" 2>&1) || die "$1 is not a kernel module: $depends"
	for name in $(echo "$depends" | tr ,- ' _'); do
		needed "$name" || return
	done
	echo "$1"
}

mkdir -p "$out/unpacked"
all | named >"$out/all"
for wanted; do
	status=0
	case $wanted in
	*/*) files=$(needed_by "$wanted") ;;
	*) files=$(needed "$(echo "$wanted" | tr - _)") ;;
	esac || status=$?
	case $status in
	0) echo "$files" ;;
	1) echo "$wanted" | named | cut -f 1 >&3 ;;
	*) exit 1 ;;
	esac
done >"$out/needed" 3>"$out/missing"

awk 'NF && !seen[$0]++' "$out/needed" | named | while IFS='	' read -r name file; do
	magic=$(modinfo -F vermagic "$file")
	[ "${magic%% *}" = "$release" ] ||
		die "$file is built for kernel ${magic%% *}, but the kernel is $release"
	printf '%s\t/modules/%s.ko\n' "$file" "$name"
	echo "$name" >&3
done 3>"$out/load"
printf '%s\t/modules.%s\n' "$out/load" load "$out/missing" missing

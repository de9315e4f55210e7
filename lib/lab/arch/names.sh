# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Read by scripts that have set $names to this directory. ARCH, which is this machine's
# architecture unless it is given, by any of its names, becomes the name that we have for it,
# and ARCH_* are those that others have. CROSS_COMPILE is set, unless it is given, if that
# is not the architecture of this machine.

# ARCH_* become those of $1. Fails if it is none of ours, with a line that says so.
arch_names()
{
	for file in "${names:?}"/*.names; do
		# shellcheck source=/dev/null
		. "$file"
		ARCH=${file##*/}
		ARCH=${ARCH%.names}
		case $1 in "$ARCH" | "$ARCH_MACHINE" | "$ARCH_KERNEL") return ;; esac
	done
	echo "ARCH=$1: there are $(cd "$names" && echo *.names | sed 's/\.names//g')" >&2
	return 1
}

arch_names "${ARCH:-$(uname -m)}" || exit 2
[ "$ARCH_MACHINE" = "$(uname -m)" ] || : "${CROSS_COMPILE:=$ARCH_COMPILER-}"

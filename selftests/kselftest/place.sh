#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: place.sh install TREE [copy]
#        place.sh uninstall TREE
#        place.sh frame TREE DIR
#
# Make the suite a part of kselftest in a kernel source tree, and take it out
# again. Nothing that the tree has is changed: a directory kvm/mmu_notifier and
# a file kvm/GNUmakefile are added. They point to this suite, or with "copy" hold
# one, for a tree that is to go elsewhere.
#
# A frame is what kselftest itself consists of: DIR becomes a kernel tree that has
# its framework, by links to TREE, and nothing else. The suite can be placed there.

set -eu

here=$(dirname "$(readlink -f "$0")")
suite=$(readlink -f "$here/../..")
sources="Makefile COPYING README.md guest lib selftests"
framework="scripts/subarch.include tools/testing/selftests/Makefile
	tools/testing/selftests/lib.mk tools/testing/selftests/kselftest
	tools/testing/selftests/run_kselftest.sh"

fail()
{
	echo "place.sh: $*" >&2
	exit 1
}

# Of ours there are links, whose goal may have moved, and copies.
hook_is_ours()
{
	case $(readlink "$hook" || true) in
	*/selftests/kselftest/GNUmakefile) return 0 ;;
	esac
	grep -qs 'install-kselftest. of the suite' "$hook"
}

directory_is_ours()
{
	[ -L "$place/suite" ] || [ -e "$place/suite/selftests/kselftest/place.sh" ]
}

check_tree()
{
	[ -n "$tree" ] || fail "give a kernel source tree with KSRC="
	{ [ -f "$tree/tools/testing/selftests/lib.mk" ] && [ -d "$kvm" ]; } ||
		fail "KSRC=$tree is not a kernel source tree: it has no" \
			"tools/testing/selftests/lib.mk, or no kvm beside it"
	if [ -e "$hook" ] || [ -L "$hook" ]; then
		hook_is_ours || fail "$hook is not the suite's: move it away"
	fi
	if [ -e "$place" ] || [ -L "$place" ]; then
		directory_is_ours || fail "$place is not the suite's: move it away"
	fi
}

# Links are absolute: relative ones that stay in the tree would be installed as links.
put()
{
	if [ "$how" = copy ]; then
		cp "$1" "$2"
	else
		ln -sf "$1" "$2"
	fi
}

uninstall()
{
	rm -f "$hook"
	rm -rf "$place"
}

install()
{
	uninstall
	mkdir "$place"
	if [ "$how" = copy ]; then
		mkdir "$place/suite"
		for source in $sources; do
			cp -a "$suite/$source" "$place/suite"
		done
	else
		ln -s "$suite" "$place/suite"
	fi
	put "$here/Makefile" "$place/Makefile"
	put "$here/settings" "$place/settings"
	for config in "$suite"/selftests/config*; do
		put "$config" "$place/${config##*/}"
	done
	# What is built beside the sources is no news to git.
	echo '*' >"$place/.gitignore"
	put "$here/GNUmakefile" "$hook"
}

frame()
{
	from=$(readlink -f "$1")
	mkdir -p "$2/scripts" "$2/tools/testing/selftests/kvm"
	for file in $framework; do
		[ -e "$from/$file" ] || fail "$1: not a kernel source tree: it has no $file"
		ln -sfn "$from/$file" "$2/$file"
	done
}

if [ "${1:-}" = frame ] && [ $# = 3 ]; then
	frame "$2" "$3"
	exit 0
fi
[ $# -ge 2 ] || fail "usage: place.sh install|uninstall TREE [copy], or frame TREE DIR"
tree=$2
how=${3:-link}
kvm=$tree/tools/testing/selftests/kvm
place=$kvm/mmu_notifier
hook=$kvm/GNUmakefile
check_tree
case $1 in
install)
	install
	echo "$place: installed; in $tree, make kselftest TARGETS=kvm runs it too"
	;;
uninstall)
	uninstall
	echo "$place: gone"
	;;
*)
	fail "$1: neither install nor uninstall"
	;;
esac

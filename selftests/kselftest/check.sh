#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: check.sh BUILD TREE [KDIR]
#
# Does the suite behave as a part of kselftest? BUILD holds its built programs.
# TREE is what has the framework. Without KDIR a frame is made of that, with a kvm
# that is a stand-in, which takes seconds; with KDIR, a built kernel, TREE is used
# as it is, which has to be a kernel source tree: everything is built out of it,
# the kernel's own kvm tests and the module for KDIR included.
#
# Prints KTAP; exits 1 if a check failed. TREE is left as it was, which is checked.

set -u

suite=$(dirname "$(readlink -f "$0")")/../..
suite=$(readlink -f "$suite")
place=$suite/selftests/kselftest/place.sh
build=$(readlink -f "$1")
kdir=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
out=$work/out
log=$work/log
# shellcheck source=selftests/checks.sh
. "$suite/selftests/checks.sh"

# A kvm of which there is one test, which passes; $1: its state
stand_in()
{
	cat >"$tree/tools/testing/selftests/kvm/Makefile" <<-END
		TEST_PROGS := own_test.sh
		all: ${1:-}
		include ../lib.mk
	END
	printf '#!/bin/sh\necho 1..1\necho ok 1 own\n' >"$tree/tools/testing/selftests/kvm/own_test.sh"
	chmod +x "$tree/tools/testing/selftests/kvm/own_test.sh"
}

# What a kernel's `make kselftest-GOAL' comes to
kselftest()
{
	if [ -n "$kdir" ]; then
		goal=$1
		shift
		make -C "$tree" O="$out" KDIR="$kdir" "kselftest-$goal" "$@"
	else
		mkdir -p "$out"
		make -C "$tree/tools/testing/selftests" O="$out" KDIR= SUITE_BUILD="$build" \
			SUITE_KSRC= "$@"
	fi
}

# Of all files, links included, that are in the tree
sums()
{
	(cd "$tree" && find . -name .git -prune -o -type f -print0 -o -type l -print0 |
		sort -z | tar -cf - --mtime=@0 --null --no-recursion -T - | sha256sum)
	(cd "$tree" && find . -name .git -prune -o -type d -print | sort | sha256sum)
}

tracked()
{
	(cd "$tree" && find . -name .git -prune -o -path '*/kvm/mmu_notifier' -prune -o \
		-path '*/kvm/GNUmakefile' -o \( -type f -o -type l \) -print0 |
		sort -z | tar -cf - --mtime=@0 --null --no-recursion -T - | sha256sum)
}

programs()
{
	for source in "$suite"/selftests/*_test.c; do
		basename "$source" .c
	done
}

refuses_others()
{
	echo 'all:' >"$tree/tools/testing/selftests/kvm/GNUmakefile"
	! sh "$place" install "$tree" && ! sh "$place" uninstall "$tree" &&
		rm "$tree/tools/testing/selftests/kvm/GNUmakefile"
}

refuses_no_tree()
{
	! sh "$place" install "$work" && ! sh "$place" install ''
}

changes_nothing()
{
	before=$(tracked)
	sh "$place" install "$tree" && sh "$place" install "$tree" && [ "$(tracked)" = "$before" ]
}

# installed TARGETS VARIABLES...
installed()
{
	targets=$1
	shift
	rm -rf "$out/kselftest/kselftest_install"
	kselftest install TARGETS="$targets" "$@"
}

# listed COLLECTION...: these and no others, each program once
listed()
{
	list=$out/kselftest/kselftest_install/kselftest-list.txt
	[ "$(sort "$list" | uniq -d)" = '' ] &&
		[ "$(cut -d : -f 1 "$list" | sort -u | xargs)" = "$*" ] &&
		[ "$(sed -n 's/^kvm.mmu_notifier://p' "$list" | sort)" = "$(programs | sort)" ]
}

lists_kvm_alone()
{
	[ "$(cat "$out/kselftest/kselftest_install/kselftest-list.txt")" = kvm:own_test.sh ]
}

complete()
{
	dir=$out/kselftest/kselftest_install/kvm/mmu_notifier
	for program in $(programs); do
		[ -x "$dir/$program" ] && [ ! -L "$dir/$program" ] || return 1
		# Static: one set of programs for all kernels.
		! readelf -lW "$dir/$program" | grep INTERP || return 1
	done
	[ -z "$kdir" ] || modinfo "$dir/mmu_notifier_inject.ko" || return 1
	[ -f "$dir/config" ] && [ -f "$dir/settings" ] && [ ! -L "$dir/settings" ]
}

# runs NAME WORDS...: run_kselftest.sh with WORDS; the last says "ok 1 NAME"
runs()
{
	test=$1
	shift
	KSELFTEST_MN_UNMAP_TEST_ARGS=-l "$out/kselftest/kselftest_install/run_kselftest.sh" "$@" |
		tee "$log.run"
	cat "$log.run"
	grep -qx 'ok 1 selftests: '"$test" "$log.run"
}

names_cases()
{
	grep -q '^# unmap\.[^ ]*$' "$log.run"
}

breaks()
{
	! kselftest install TARGETS=kvm FORCE_TARGETS=1
}

packed()
{
	kselftest gen_tar TARGETS=kvm/mmu_notifier &&
		tar -tf "$out/kselftest/kselftest_install/kselftest-packages/kselftest.tar.gz" |
			grep -q 'kvm/mmu_notifier/mn_unmap_test$'
}

merged()
{
	make -C "$tree" O="$out" kselftest-merge >/dev/null && grep -qx CONFIG_KSM=y "$out/.config"
}

copied()
{
	sh "$place" install "$tree" copy &&
		! find "$tree/tools/testing/selftests/kvm/mmu_notifier" -type l | grep . &&
		make -s -C "$tree/tools/testing/selftests/kvm/mmu_notifier" COLLECTION=c OUTPUT="$out" \
			emit_tests | grep -qx c:mn_unmap_test
}

as_before()
{
	sh "$place" uninstall "$tree" && sums >"$work/after" && cmp "$work/before" "$work/after"
}

on_frame()
{
	check refuses_what_is_no_tree refuses_no_tree
	check refuses_what_is_not_its_own refuses_others
	check changes_no_file_of_the_tree changes_nothing
	check installs_alone installed kvm/mmu_notifier
	check lists_each_program_once listed kvm/mmu_notifier
	check installs_all_that_it_needs complete
	check runs_when_installed runs 'kvm/mmu_notifier: mn_unmap_test' \
		-t kvm/mmu_notifier:mn_unmap_test
	check hands_arguments_to_a_test names_cases
	check comes_along_with_kvm installed kvm
	check lists_both listed kvm kvm/mmu_notifier
	check leaves_kvm_to_itself runs 'kvm: own_test.sh' -t kvm:own_test.sh
	check comes_once_if_named_twice installed 'kvm kvm/mmu_notifier'
	check lists_both_once listed kvm kvm/mmu_notifier
	stand_in broken
	check survives_a_kvm_that_does_not_build installed kvm
	check lists_no_kvm_that_is_not_there listed kvm/mmu_notifier
	check fails_with_it_when_forced breaks
	stand_in
	check survives_a_suite_that_does_not_build installed kvm SUITE_BUILD=/dev/null
	check lists_no_suite_that_is_not_there lists_kvm_alone
	check packs packed
	check copies copied
	check leaves_the_tree_as_it_was as_before
}

on_kernel()
{
	check changes_no_file_of_the_tree changes_nothing
	check configures make -C "$tree" O="$out" defconfig
	check merges_its_config merged
	check installs_alone installed kvm/mmu_notifier
	check lists_each_program_once listed kvm/mmu_notifier
	check installs_all_that_it_needs complete
	check packs packed
	check comes_along_with_kvm installed kvm
	check has_all_it_needs_there complete
	check runs_when_installed runs 'kvm/mmu_notifier: mn_unmap_test' \
		-t kvm/mmu_notifier:mn_unmap_test
	check leaves_the_tree_as_it_was as_before
}

echo "TAP version 13"
if [ -n "$kdir" ]; then
	tree=$(readlink -f "$2")
	checks=on_kernel
else
	tree=$work/tree
	sh "$place" frame "$2" "$tree" || exit 1
	stand_in
	checks=on_frame
fi
echo "1..$(sed -n "/^$checks()/,/^}/s/^	check .*/x/p" "$0" | wc -l)"
sums >"$work/before"
$checks
echo "# Totals: pass:$((number - failed)) fail:$failed xfail:0 xpass:0 skip:0 error:0"
[ $failed = 0 ]

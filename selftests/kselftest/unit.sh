#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: unit.sh BUILD FRAMEWORK
#
# Does the suite behave as a part of kselftest? BUILD holds its built programs. Of the
# framework, which is in FRAMEWORK, a frame of a kernel tree is made, with a stand-in
# for kvm: it takes seconds. check.sh does it in a kernel tree. Prints KTAP.

set -u

# The programs are this machine's, whatever ARCH= a make was given that this is run by.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES ARCH

build=$(readlink -f "$1")
# shellcheck source=selftests/kselftest/steps.sh
. "$(dirname "$(readlink -f "$0")")/steps.sh"

tree=$work/tree
kdir=

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

# Of a frame there is no top-level Makefile
kselftest()
{
	mkdir -p "$out"
	make -C "$tree/tools/testing/selftests" O="$out" KDIR= SUITE_BUILD="$build" \
		SUITE_KSRC= "$@"
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

lists_kvm_alone()
{
	[ "$(cat "$out/kselftest/kselftest_install/kselftest-list.txt")" = kvm:own_test.sh ]
}

# A pattern as well, which the shell of runner.sh must not expand to names of files.
names_cases()
{
	grep -q '^# unmap\.[^ ]*memfd' "$log.run" &&
		! grep '^# unmap\.' "$log.run" | grep -v memfd
}

breaks()
{
	! kselftest install TARGETS=kvm FORCE_TARGETS=1
}

copied()
{
	sh "$place" install "$tree" copy &&
		! find "$tree/tools/testing/selftests/kvm/mmu_notifier" -type l | grep . &&
		make -s -C "$tree/tools/testing/selftests/kvm/mmu_notifier" COLLECTION=c OUTPUT="$out" \
			emit_tests | grep -qx c:mn_unmap_test
}

sh "$place" frame "$2" "$tree" || exit 1
stand_in
begin
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
end

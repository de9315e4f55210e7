#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: check.sh TREE KDIR
#
# Is the suite a part of kselftest in the kernel source tree TREE? Everything is built
# out of it: the programs, the kernel's own kvm tests, and the module for KDIR, a built
# kernel. Prints KTAP. TREE is left as it was, which is checked.

set -u

# shellcheck source=selftests/kselftest/steps.sh
. "$(dirname "$(readlink -f "$0")")/steps.sh"

tree=$(readlink -f "$1")
kdir=$2

# What `make kselftest-GOAL' comes to
kselftest()
{
	goal=$1
	shift
	make -C "$tree" O="$out" KDIR="$kdir" "kselftest-$goal" "$@"
}

merged()
{
	make -C "$tree" O="$out" kselftest-merge >/dev/null && grep -qx CONFIG_KSM=y "$out/.config"
}

begin
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
end

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does make refuse what would be without effect, and nothing else? No recipe is run.
#
# Prints KTAP; exits 1 if a check failed.

set -u
unset MAKELEVEL MAKEFLAGS MFLAGS

root=$(readlink -f "$(dirname "$(readlink -f "$0")")/../../../..")
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"

# What make looks at first, and any goal without its recipe.
printf 'include lib/lab/make/variables.mk\nall: ;@:\n%%: ;@:\n' >"$work/Makefile"

# refuses WORDS ARGUMENT...: make fails at once, in one line with these words
refuses()
{
	words=$1
	shift
	! make -C "$root" --no-print-directory "$@" 2>"$work/said" || return 1
	cat "$work/said"
	[ "$(wc -l <"$work/said")" = 1 ] && grep -F "$words" "$work/said"
}

# takes ARGUMENT...: all of it
takes() { make -C "$root" --no-print-directory -f "$work/Makefile" "$@"; }

# A make that another one calls: as in a kernel tree, or in here.
called() { MAKELEVEL=1 takes "$@"; }

# profiles and goals: help names all that there are, and none that there are not
profiles()
{
	make -C "$root" --no-print-directory help >"$work/help" || return 1
	sed -n '/"profiles"/,$s/^ *"\([a-z]*\)": \[$/\1/p' "$root/selftests/suite.json" \
		>"$work/profiles"
	while read -r profile; do
		grep -w "$profile" "$work/help" || return 1
	done <"$work/profiles"
}

goals()
{
	for goal in $(sed -n 's/^For \([^:]*\):.*/\1/p' "$root/lib/lab/make/help.txt" |
		sed 's/every goal//' | tr -d ,); do
		grep -qsE "^([a-z-]+ )*$goal( [a-z-]+)*:" "$root/Makefile" "$root"/lib/lab/*.mk \
			"$root/selftests/kselftest/kselftest.mk" || { echo "$goal"; return 1; }
	done
}

echo 'TAP version 13'
echo "1..$(grep -c '^check ' "$0")"
check swapped_letters		refuses 'did you mean SERIES?' lab SERISE=6.12
check missing_letter		refuses 'did you mean TESTS?' lab TEST=mn_unmap_test
check the_default_goal		refuses 'did you mean CFLAGS?' CFLAG=-g
check nothing_near		refuses 'FROBNICATE: no such variable; see' lab FROBNICATE=1
check of_another_goal		refuses 'KERNELS: make lab does not take it' lab KERNELS=6.1
check replaced_in_a_matrix	refuses 'SERIES: make matrix does not' matrix SERIES=6.1
check beside_a_good_one		refuses 'did you mean MODE?' lab TESTS='a b' MOED=rmap
check not_a_kernel_build	refuses 'O: no such variable' all O=/tmp
check kernel_of_a_series	takes lab SERIES=6.12 TESTS='a b' APPEND='x y=z' ARGS="-t '*x'"
check kernel_of_files		takes check KERNEL=f MODULES=d BEDS=1 TIMEOUT=9 OUT=o TOPOLOGY=uma
check matrix			takes matrix KERNELS='6.1 /x' MODES='tdp rmap' AGAIN=1 PROFILE=full
check axes			takes matrix TOPOLOGIES='uma numa2' PROFILES='default full'
check cluster			takes matrix ENGINE=slurm PARTITION=p TIME=60 CONSTRAINT='intel&x'
check soak			takes soak RUNS=3 LOAD=0 KDIR=/x MODE=rmap
check bisect			takes bisect KSRC=t GOOD=a BAD=b RUNS=1 GOOD_RUNS=2 CONFIG=f
check prove			takes prove SERIES=6.12 ONLY='*x' PROVE=all AGAIN=1
check architecture		takes lab ARCH=arm64
check architecture_of_the_kernel takes bisect ARCH=riscv KSRC=t GOOD=a BAD=b
check no_architecture		refuses 'ARCH=mips: there are arm64 riscv64 x86_64' lab ARCH=mips
check unit_tests_run_here	refuses 'ARCH: make unit does not take it' unit ARCH=arm64
check several_goals		takes unit lab clean TESTS=x CLEAN=all
check every_goal		takes CC=clang CFLAGS=-O0 LDFLAGS=-s V=1 CI=1 KSRC=
check kselftest			takes kselftest-install TARGETS=kvm INSTALL_PATH=/x FORMAT=.tar.gz
check from_a_kernel_tree	called kselftest-files O=/x TARGETS=kvm INTO=/x KBUILD_OUTPUT=/x
check help_names_profiles	profiles
check help_names_goals		goals
[ "$failed" = 0 ]

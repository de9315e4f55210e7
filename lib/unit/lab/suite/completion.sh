#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: completion.sh BUILD
#
# What does bash offer behind which words of a command? They are given as bash cuts them:
# at "=" and ":" unless in quotes; the last one is what is being typed.
#
# Prints KTAP; exits 1 if a check failed.

set -u

build=$1
root=$(readlink -f "$(dirname "$0")/../../../..")
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"

# FUNCTION COMMAND WORD...: the completions, one a line
complete_with()
{
	# shellcheck disable=SC2016 # for the other shell to expand
	bash -c 'source "$1" || exit; function=$2; shift 2
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_WORDBREAKS=" =:"
		"$function" "$1" && printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$root/lib/lab/completion.bash" "$@"
}

lab() { complete_with _lab "$build/lab" "$@"; }
program() { complete_with _lab_test_program "$build/selftests/mn_unmap_test" "$@"; }

# offers EXPECTED COMMAND...: these, in any order, and no others?
offers()
{
	expected=$1
	shift
	found=$("$@" | sort | tr '\n' ' ')
	echo "$*: $found"
	[ "$found" = "$expected " ]
}

# has ONE COMMAND...: this and others?
has()
{
	one=$1
	shift
	"$@" >"$log.has" || return 1
	cat "$log.has"
	grep -Fxq -- "$one" "$log.has" && [ "$(wc -l <"$log.has")" -gt 1 ]
}
trap 'rm -f "$log" "$log.has"' EXIT

echo 'TAP version 13'
echo "1..$(grep -c '^check ' "$0")"
check command			offers 'run' lab ru
check commands			has list lab ''
check option			offers '--tests=' lab run --te
check options_of_the_command	has --verbose lab list --
check mode			offers 'rmap shadow tdp' lab run --mode = ''
check mode_as_a_word		offers 'shadow' lab run --mode sh
check mode_of_an_architecture	offers 'nvhe pkvm vhe' lab run --arch arm64 --mode ''
check modes_of_an_architecture	offers 'hext' lab matrix --arch = riscv --modes = ''
check architecture		offers 'arm64 riscv64 x86_64' lab run --arch ''
check modes			offers 'rmap shadow tdp' lab matrix --modes ''
check topologies		offers 'cpuless numa2 tiered uma' lab matrix --topologies ''
check profiles			has default lab matrix --profiles = ''
check engine			offers 'local slurm' lab matrix --engine ''
check snapshot			offers 'auto never' lab run --snapshot ''
check topology			offers 'cpuless numa2 tiered uma' lab run --topology ''
check series			has 6.12 lab run --series = ''
check profile			has default lab run --profile ''
check directory			has "$root/lib" lab run --kdir "$root/"
check no_values_of_a_number	offers '' lab run --beds ''
check program			offers 'mn_unmap_test mn_unmap_test:' lab run --tests mn_unm
check test			offers 'unmap.anon. unmap.anon_thp.' lab run --tests mn_unmap_test : unmap.an
check test_behind_equals	offers 'unmap.hugetlb. unmap.hugetlb_shared.' \
				lab run --tests = mn_unmap_test : unmap.hug
check test_in_quotes		offers 'mn_unmap_test:unmap.file.munmap_half mn_unmap_test:unmap.file.munmap_half/' \
				lab run --tests "'mn_unmap_test:unmap.file.munmap_"
check second_pattern		offers 'mn_cow_test:* mn_unmap_test mn_cow_test:* mn_unmap_test:' \
				lab run --tests "'mn_cow_test:* mn_unm"
check nothing			offers '' lab run --tests no_such
check options_of_a_program	has --manifest program --
check case_of_a_program		offers 'unmap.anon. unmap.anon_thp.' program -t unmap.an
[ $failed = 0 ]

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: ids_unit.sh BUILD
#
# Names of tests are an interface: dashboards and lists of known failures go by them.
# Are they those of selftests/ids.txt? And are the parameters that were chosen for them a
# fair selection? BUILD holds the built programs. Prints KTAP.

set -u

build=$1
here=$(dirname "$0")
# shellcheck source=selftests/checks.sh
. "$here/checks.sh"

# A line for each test, its program first; and those that run by default.
for part in "$build"/selftests/[mp]*_test.json; do
	sed -n "s|^\"\([^/]*\)\": { \(\"default\": .*\)|$(basename "$part" .json) \1 \2|p" "$part"
done >"$work/all"
grep '"default": true' "$work/all" >"$work/tests"

as_listed()
{
	cut -d ' ' -f 1,2 "$work/all" | LC_ALL=C sort >"$work/now"
	LC_ALL=C comm -23 "$here/ids.txt" "$work/now" | sed 's/^/gone:    /' >"$work/changed"
	LC_ALL=C comm -13 "$here/ids.txt" "$work/now" | sed 's/^/unknown: /' >>"$work/changed"
	[ -s "$work/changed" ] || return 0
	cat "$work/changed"
	echo "if this is meant, put it into selftests/ids.txt"
	return 1
}

no_name_twice()
{
	[ -z "$(cut -d ' ' -f 2 "$work/all" | sort | uniq -d | tee /dev/stderr)" ]
}

# at_least NUMBER KEY VALUE...: so many tests have each of these values
at_least()
{
	least=$1 key=$2
	shift 2
	for value; do
		nr=$(grep -c "\"$key\": \"\?$value\"\?[ ,]" "$work/tests")
		[ "$nr" -ge "$least" ] || { echo "only $nr tests with $key $value"; return 1; }
	done
}

echo 'KTAP version 1'
echo '1..7'
check names_are_those_that_are_listed as_listed
check no_name_in_two_programs no_name_twice
check each_core_workload at_least 50 workload sweep_write sweep_verify spin
check each_other_workload at_least 15 workload atomic exec straddle string page_tables device
check each_workload_of_one_program at_least 1 workload receive async pair write_first
check each_injector at_least 75 injector none observer eagain_before_kvm eagain_after_kvm
check each_number_of_vcpus at_least 150 vcpus 1 2
[ "$failed" = 0 ]

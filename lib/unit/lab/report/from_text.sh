#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: from_text.sh BUILD
#
# What lab report makes of what others have printed: every report, as of a run. Prints KTAP;
# exits 1 if a check failed.

set -u

build=$1
root=$(readlink -f "$(dirname "$0")/../../../..")
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"

cat >"$work/kselftest.txt" <<'EOF'
[    0.000000] Linux version 6.1.0-57-amd64 (x@y) #1 SMP
TAP version 13
1..2
# selftests: kvm/mmu_notifier: mn_unmap_test
# TAP version 13
# 1..3
# ok 1 unmap.anon.munmap
# # broken: contract 5 (translations): page 7 is stale
# not ok 2 unmap.anon.madvise_dontneed
# ok 3 unmap.anon.mremap # SKIP no swap
not ok 1 selftests: kvm/mmu_notifier: mn_unmap_test # exit=1
# selftests: kvm/mmu_notifier: mn_leak_test
# TAP version 13
# 1..0 # SKIP no /dev/kvm
ok 2 selftests: kvm/mmu_notifier: mn_leak_test # SKIP
EOF
grep -v broken "$work/kselftest.txt" | sed 's/^# not ok/# ok/; s/^not ok \(.*\) # exit=1/ok \1/' >"$work/good.txt"

# ends CODE WORDS...: lab report with these
ends()
{
	want=$1
	shift
	"$build/lab" report "$@" && code=0 || code=$?
	[ "$code" = "$want" ]
}

by_stdin()
{
	ends 1 --out "$work/stdin" - <"$work/kselftest.txt" &&
		cmp "$work/stdin/results.ktap" "$work/out/results.ktap"
}

# has FILE TEXT: in the report
has()
{
	cat "$work/out/$1"
	grep -qF "$2" "$work/out/$1"
}

# refuses TEXT WORDS...: by one line
refuses()
{
	text=$1
	shift
	"$build/lab" report --out "$work/none" "$@" 2>"$work/said"
	[ $? = 64 ] && [ "$(wc -l <"$work/said")" = 1 ] && grep -qF "$text" "$work/said" &&
		[ ! -e "$work/none" ]
}

worse()
{
	"$build/lab" compare "$work/good" "$work/out" | tee "$work/compared"
	grep -qF '| mn_unmap_test:unmap.anon.madvise_dontneed | pass | fail |' "$work/compared"
}

# Elsewhere what was read is not known, and nobody invents it.
sends()
{
	"$build/lab" kcidb --origin lab "$work/out" >"$work/kcidb" &&
		grep -qF kselftest.kvm.mmu_notifier.mn_unmap_test.unmap.anon.munmap "$work/kcidb" &&
		! grep -E 'null|"duration"|"platform"' "$work/kcidb"
}

# Results of no kernel are of no use to others.
sends_nothing()
{
	sed 1d "$work/kselftest.txt" >"$work/nameless.txt"
	ends 1 --out "$work/nameless" "$work/nameless.txt"
	"$build/lab" kcidb --origin lab "$work/nameless" 2>&1 | grep -F 'give lab report --kernel'
}

echo 'hello' >"$work/junk"

echo 1..17
check failure ends 1 --out "$work/out" --machine x86_64 --host box "$work/kselftest.txt"
check pass ends 0 --out "$work/good" "$work/good.txt"
check standard_input by_stdin
check kernel has results.json '"kernel": "6.1.0-57-amd64"'
check machine has results.json '"architecture": "x86_64"'
check nothing_is_invented has results.json '"cpu_model": null'
check nor_times has results.json '"seconds": null'
check ktap has results.ktap 'ok 1 program # SKIP no /dev/kvm'
check junit has junit.xml '<testsuite name="mmu_notifier.mn_unmap_test" tests="3" failures="1"'
check replay has summary.txt "replay: ./mn_unmap_test -t 'unmap.anon.madvise_dontneed'"
check table has table.md '| all | 1 | 1 | 0 | 2 | |'
check text_beside_it cmp "$work/kselftest.txt" "$work/out/console.log"
check compared worse
check kcidb sends
check kcidb_of_no_kernel sends_nothing
check junk refuses 'no result' "$work/junk"
check no_file refuses 'No such file' "$work/nothing"

[ "$failed" = 0 ]

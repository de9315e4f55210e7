#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: lava_lines.sh BUILD
#
# Does lib/lab/lava/lava_lines.sh say of each result what KTAP says, under names that LAVA
# neither changes nor confuses? Prints KTAP; exits 1 if a check failed.

set -u

build=$1
root=$(readlink -f "$(dirname "$0")/../../../..")
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"
lines=$root/lib/lab/lava/lava_lines.sh

cat >"$work/kselftest" <<'EOT'
TAP version 13
1..2
# selftests: kvm/mmu_notifier: mn_unmap_test
# TAP version 13
# 1..4
# ok 1 unmap.anon.munmap
# # broken: contract 5 (translations): page 7 is stale
# not ok 2 unmap.anon.madvise_dontneed
# ok 3 unmap.anon.mremap/string.1vcpu # SKIP no swap
# not ok 4 unmap.memfd.punch # ERROR no room
not ok 1 selftests: kvm/mmu_notifier: mn_unmap_test # TIMEOUT 45 seconds
# selftests: kvm/mmu_notifier: mn_leak_test
# TAP version 13
# 1..0 # SKIP no /dev/kvm
ok 2 selftests: kvm/mmu_notifier: mn_leak_test # SKIP
EOT
cat >"$work/expected" <<'EOT'
mn_unmap_test_unmap_anon_munmap pass
mn_unmap_test_unmap_anon_madvise_dontneed fail
mn_unmap_test_unmap_anon_mremap_string_1vcpu skip
mn_unmap_test_unmap_memfd_punch unknown
mn_unmap_test fail
mn_leak_test skip
EOT
# The same as the lab writes it, and as the program does
sed -e 's/^# \(ok\|not ok\) /    &/; s/^    # /    /; s/^# selftests: .*: /    # Subtest: /' \
	-e 's/^\(.*ok [0-9]\) selftests: .*: /\1 /' "$work/kselftest" >"$work/lab"
sed -n '4,10s/^# //p' "$work/kselftest" >"$work/program"

# told FILE EXPECTED [PROGRAM]
told()
{
	sh "$lines" ${3:+"$3"} <"$1" >"$work/out"
	sed -n 's/^<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=\([^ ]*\) RESULT=\([a-z]*\)>$/\1 \2/p' \
		"$work/out" | diff "$2" -
}

program_alone()
{
	grep unmap_test_ "$work/expected" >"$work/tests"
	told "$work/program" "$work/tests" mn_unmap_test
}

# All that came in is there, but that the reason of a SKIP has a line of its own.
passed_on()
{
	sh "$lines" <"$work/kselftest" | grep -v '^<LAVA' >"$work/out"
	sed -e 's/^\(# \)\(.*ok .* # [ESKIPRO]*\) \(.*\)$/\1# why: \3\n\1\2/' \
		-e '1i# lava: begin' -e '$a# lava: end' "$work/kselftest" | diff - "$work/out"
}

# What came before the machine died is out before the next line comes.
holds_nothing_back()
{
	mkfifo "$work/in" "$work/out.fifo"
	sh "$lines" x <"$work/in" >"$work/out.fifo" &
	exec 4>"$work/in" 5<"$work/out.fifo"
	echo 'ok 1 a' >&4
	timeout 20 sed '/RESULT=pass/q' <&5 | grep 'TEST_CASE_ID=x_a RESULT=pass' && exec 4>&- && wait
}

# Of every test of every program, as LAVA rewrites a name
names_survive()
{
	for part in "$build"/selftests/mn_*_test.json; do
		mine=$(basename "$part" .json)
		echo "# Subtest: $mine"
		sed -n 's/^"\(.*\)": { "default".*/    ok 1 \1/p' "$part"
		echo "ok 1 $mine"
	done >"$work/all"
	sh "$lines" <"$work/all" | sed -n 's/.*TEST_CASE_ID=\([^ ]*\) .*/\1/p' >"$work/ids"
	tr '[:upper:]' '[:lower:]' <"$work/ids" | sed 's/[^a-z0-9_]\{1,\}/_/g' >"$work/rewritten"
	diff "$work/ids" "$work/rewritten" &&
		[ "$(wc -l <"$work/ids")" = "$(grep -c 'ok 1' "$work/all")" ] &&
		[ "$(wc -l <"$work/ids")" -gt 600 ] && [ -z "$(sort "$work/ids" | uniq -d | tee /dev/stderr)" ]
}

echo 'KTAP version 1'
echo 1..6
check kselftest told "$work/kselftest" "$work/expected"
check results_of_the_lab told "$work/lab" "$work/expected"
check one_program program_alone
check passed_on passed_on
check holds_nothing_back holds_nothing_back
check names_survive_and_are_unique names_survive
[ "$failed" = 0 ]

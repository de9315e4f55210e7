#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: ssh.sh BUILD
#
# Does a run on a board come to the right verdict, whatever the board does in the middle of
# a program, and does it go on? With the fake board.
#
# Prints KTAP; exits 1 if a check failed.

set -u

build=$1
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=selftests/checks.sh
. "$here/../../../../selftests/checks.sh"

board() { sh "$here/fake_board.sh" "$work/board" "$@"; }
trap 'board stop; rm -rf "$work"' EXIT

out=$work/out
tests='mn_refusal_test:reap* mn_lifecycle_test mn_delay_test'

# run CODE WORDS: a run of these tests exits with CODE, and says WORDS
run()
{
	rm -rf "$out"
	"$build/lab" run --bed "ssh:$work/board/board.json" --tests "$tests" --out "$out" \
		>"$work/said" 2>&1
	code=$?
	grep -v '# kernel' "$work/said"
	[ $code = "$1" ] && grep -q "^verdict: .*$2" "$work/said"
}

# once_it_runs COMMAND: on the board, as soon as the program in the middle of those that run
# runs there. To log in only then would take longer than it does.
once_it_runs()
{
	board ssh "until pgrep -x mn_delay_test >/dev/null; do sleep 0.1; done; $1"
}

meanwhile()
{
	board wait
	rm -rf "$out"
	"$@" >"$work/meanwhile" 2>&1 &
	other=$!
}

pull_plug() { once_it_runs true && board off; }

# The first and the last program have their results, whatever became of that between.
went_on()
{
	wait "$other"
	grep '^mn_.*passed' "$out/summary.txt"
	grep -q '^mn_refusal_test  *12 passed  *0 failed' "$out/summary.txt" &&
		grep -q '^mn_lifecycle_test  *7 passed  *0 failed' "$out/summary.txt"
}

is_ready() { board make "$build" && board on && board wait && board ssh 'cat >/root/lockup.ko' <"$lockup"; }
passes() { run 0 'pass (27 of 27 passed)'; }

panics()
{
	meanwhile once_it_runs 'echo c >/proc/sysrq-trigger'
	run 11 'panic (Kernel panic - not syncing: sysrq triggered crash during mn_delay_test)' && went_on
}

hangs()
{
	meanwhile once_it_runs 'insmod /root/lockup.ko'
	run 10 'hang (the machine fell silent during mn_delay_test)' && went_on &&
		grep -q 'an NMI was sent' "$work/said" && grep -q 'NMI backtrace\|not syncing: NMI' "$out/console.log"
}

loses_sshd()
{
	meanwhile once_it_runs 'pkill -9 sshd'
	run 13 'infrastructure (the connection to the machine was lost during mn_delay_test)' && went_on
}

loses_power()
{
	meanwhile pull_plug
	run 13 'infrastructure (the machine lost its power during mn_delay_test)' && went_on
}

# The module that stops the kernel is built when its program is to run.
echo 'TAP version 13'
echo 1..6
kernel=$(sh "$here/../../../lab/kernel/fetch.sh" kernel 6.1 "$build/kernels" | tail -n 1)
lockup=$(sh "$here/../../../lab/kernel/build_module.sh" "$here/../../../../selftests/negative/lockup" \
	"$work/lockup" "$kernel/usr/src/linux-headers-${kernel##*/}" | tail -n 1)
check board		is_ready
[ $failed = 0 ] || exit 1
check passes		passes
check panic		panics
check hang		hangs
check sshd_killed	loses_sshd
check plug_pulled	loses_power
[ $failed = 0 ]

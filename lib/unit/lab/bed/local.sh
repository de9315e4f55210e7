#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: local.sh BUILD
#
# Does what make install makes run on a machine without compiler, Python and this repository,
# leave the machine as it was, whoever is killed, and go on after a crash? With the fake board,
# on which the lab runs here.
#
# Prints KTAP; exits 1 if a check failed.

set -u

build=$1
here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$here/../../../..")
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"

board() { sh "$here/fake_board.sh" "$work/board" "$@"; }
trap 'board stop; rm -rf "$work"' EXIT

tests='mn_refusal_test:reap* mn_delay_test mn_lifecycle_test'

is_ready() { board make "$build" && board on && board wait; }

installs()
{
	make -C "$root" --no-print-directory install BUILD="$build" DESTDIR="$work/tree" PREFIX=/mn SERIES=6.1 &&
		tar -C "$work/tree" -cf - mn | board ssh 'tar -C /opt -xf -' &&
		board ssh '! command -v gcc && ! command -v python3 && ! command -v make &&
			/opt/mn/bin/mn-lab list | head -n 3'
}

# Of what runs and tests change: modules, settings, swap, cgroups, mounts, processes, files
state()
{
	board ssh 'lsmod | sed "s/ .*//" | sort; cat /proc/swaps; find /sys/fs/cgroup -type d | sort
		mount | sort; ls -A /tmp /dev/shm /run/lock; pgrep -l "^mn" ; pgrep -l "^lab"
		cd /proc/sys/kernel && grep . panic panic_on_oops softlockup_panic hardlockup_panic \
			unknown_nmi_panic numa_balancing printk
		cd ../vm && grep . overcommit_memory swappiness panic_on_oom compaction_proactiveness
		cd /sys/kernel/mm && grep -s . ksm/run ksm/*to_scan transparent_hugepage/*e* hugepages/*/nr_hugepages \
			transparent_hugepage/khugepaged/defrag transparent_hugepage/khugepaged/*millisecs
		true'
}

# run CODE WORDS: here, a run on it
run()
{
	board ssh "/opt/mn/bin/mn-lab run --bed local --tests '$tests' --out /root/out; echo exit \$?" \
		>"$work/said" 2>&1
	grep -v '# kernel' "$work/said"
	grep -qx "exit $1" "$work/said" && grep -q "^verdict: .*$2" "$work/said" && is_as_it_was
}

is_as_it_was()
{
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		state >"$work/after"
		! diff "$work/before" "$work/after" || return 0
		sleep 2
	done
	return 1
}

# in_the_middle COMMAND: on the board, once the program in the middle runs; the run itself
# is out of the way
in_the_middle()
{
	board ssh "rm -rf /root/out
		setsid /opt/mn/bin/mn-lab run --bed local --tests '$tests' --out /root/out </dev/null \
			>/root/said 2>&1 &
		until grep -qs '> run .*/mn_delay_test' /root/out/channel.log; do sleep 0.1; done
		sleep 1
		$1"
}

# ends WORDS: so it says on the board
ends()
{
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		board ssh cat "$2" >"$work/said" 2>/dev/null
		! grep -q "^verdict: .*$1" "$work/said" || return 0
		sleep 3
	done
	cat "$work/said"
	return 1
}

passes() { state >"$work/before" && run 0 'pass (27 of 27 passed)'; }

# Processes of the agent: its keeper, the restorer, and the one that serves.
keeper_killed()
{
	# shellcheck disable=SC2016 # expanded on the board
	in_the_middle 'kill -9 $(pgrep -x lab-agent | head -n 1)' && ends infrastructure /root/said &&
		is_as_it_was
}

server_killed()
{
	# shellcheck disable=SC2016
	in_the_middle 'kill -9 $(pgrep -x lab-agent | sed -n 3p)' && ends infrastructure /root/said &&
		is_as_it_was
}

all_killed()
{
	# shellcheck disable=SC2016
	in_the_middle 'kill -9 $(pgrep -x mn-lab) $(pgrep -x lab-agent | sed -n "1p;3p")'
	is_as_it_was
}

# Only the lab was killed: its program is run again.
goes_on()
{
	board ssh '/opt/mn/bin/mn-lab resume' >"$work/said" 2>&1
	cat "$work/said"
	grep -q '^verdict: pass (27 of 27 passed)' "$work/said" && is_as_it_was
}

goes_on_by_itself()
{
	board ssh 'sed "s|PATH=|PATH=/opt/mn/bin:|" /opt/mn/lib/systemd/system/mn-lab-resume.service \
			>/etc/systemd/system/mn-lab-resume.service
		systemctl -q enable mn-lab-resume; sync'
	in_the_middle 'echo c >/proc/sysrq-trigger'
	board wait
	ends 'panic (Kernel panic - not syncing: sysrq triggered crash during mn_delay_test)' /root/out/summary.txt &&
		grep -q '# kernel: .*sysrq_handle_crash' "$work/said" &&
		grep -q '^mn_lifecycle_test  *7 passed' "$work/said" && grep -q '^mn_refusal_test  *12 passed' "$work/said" &&
		board ssh '! ls /var/lib/mn-lab/unfinished' &&
		board ssh 'systemctl -q disable mn-lab-resume; rm /etc/systemd/system/mn-lab-resume.service'
}

echo 'TAP version 13'
echo 1..8
check board			is_ready
check install			installs
[ $failed = 0 ] || exit 1
check passes			passes
check keeper_killed		keeper_killed
check server_killed		server_killed
check all_killed		all_killed
check resumed			goes_on
check crash			goes_on_by_itself
[ $failed = 0 ]

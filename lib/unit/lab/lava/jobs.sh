#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: jobs.sh BUILD
#
# The jobs of lib/lab/lava, run by LAVA's own lava-run in QEMU and on the fake board: does it get
# the results that KTAP has, and does a panic end a job?
#
# LAVA is unpacked in BUILD/lava, once. Prints KTAP; exits 1 if a check failed.

set -u

build=$1
here=$(dirname "$(readlink -f "$0")")
root=$here/../../../..
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"

board() { sh "$here/../bed/fake_board.sh" "$work/board" "$@"; }
trap 'board stop; rm -rf "$work"' EXIT

# Its dispatcher and what it imports, but for guestfs: that it needs for no job of ours.
unpack_lava()
{
	[ ! -e "$build/lava/ready" ] || return 0
	rm -rf "$build/lava"
	mkdir -p "$build/lava/debs" "$build/lava/root/guestfs"
	packages="lava-dispatcher lava-dispatcher-host lava-common libmagic1 libmagic-mgc"
	for name in aiohttp aiosignal async-timeout attr certifi chardet charset-normalizer configobj \
		frozenlist idna jinja2 magic markupsafe multidict netifaces pexpect ptyprocess pyudev \
		requests setproctitle six tz urllib3 voluptuous yaml yarl; do
		packages="$packages python3-$name"
	done
	# shellcheck disable=SC2086 # one argument a package
	(cd "$build/lava/debs" && apt-get -q download $packages) || return 1
	for deb in "$build"/lava/debs/*.deb; do dpkg-deb -x "$deb" "$build/lava/root" || return 1; done
	: >"$build/lava/root/guestfs/__init__.py"
	: >"$build/lava/ready"
}

# The Python that it is packaged for, with these
lava()
{
	PYTHONPATH=$build/lava/root/usr/lib/python3/dist-packages:$build/lava/root \
	LD_LIBRARY_PATH=$build/lava/root/usr/lib/x86_64-linux-gnu \
	MAGIC=$build/lava/root/usr/lib/file/magic.mgc timeout 900 /usr/bin/python3 "$@"
}

# What runs: programs that pass and skip, and results of every kind
fill_board()
{
	cat >"$work/sample" <<-'END'
		TAP version 13
		1..1
		# selftests: kvm/mmu_notifier: mn_cow_test
		# 1..5
		# ok 1 cow.anon.munmap
		# # broken: contract 5 (translations): page 7 is stale
		# not ok 2 cow.anon.munmap/sweep_verify.none.2vcpu
		# ok 3 cow.anon.pageout # SKIP no swap
		# not ok 4 cow.memfd.punch # ERROR no room
		# ok 5 cow.huge-page # XFAIL known
		not ok 1 selftests: kvm/mmu_notifier: mn_cow_test # exit=1
	END
	cat >"$work/run.sh" <<-'END'
		{
			./run_kselftest.sh -t kvm/mmu_notifier:mn_memslot_test -t kvm/mmu_notifier:mn_refusal_test
			cat sample
		} 2>&1 | tee ktap
		sync
	END
	echo 'grep -v "^not ok" sample; sleep 1; echo c >/proc/sysrq-trigger; sleep 60' >"$work/panic.sh"
	make -s --no-print-directory -C "$root" BUILD="$build" kselftest-install TARGETS=kvm \
		KSFT_INSTALL_PATH="$work/suite" &&
		cp "$root/lib/lab/lava/lava_lines.sh" "$work/sample" "$work/run.sh" \
			"$work/panic.sh" "$work/suite" &&
		board make "$build" && board on && board wait &&
		tar -C "$work/suite" -c . | board ssh 'mkdir -p /opt/suite && tar -C /opt/suite -x && sync' &&
		board off && cp --sparse=always "$work/board/disk" "$work/disk"
}

# job KIND RUN: LAVA's log goes to $work/KIND.log
job()
{
	port=$(sed -n 's/.*tcp:127.0.0.1:\([0-9]*\)".*/\1/p' "$work/board/board.json")
	sed -e "s|@BOARD@|sh $here/../bed/fake_board.sh $work/board|; s|@PORT@|$port|" \
		"$here/device-$1.yaml" >"$work/device.yaml"
	sed -e "s|{{ run }}|$2|; s|{{ directory }}|/opt/suite|; s|{{ prompt }}|root@board:.*#|" \
		-e "s|{{ kernel_url }}|file://$work/board/vmlinux|; s|{{ device_type }}|$1|" \
		-e "s|{{ initrd_url }}|file://$work/board/initrd|; s|{{ disk_url }}|file://$work/disk|" \
		-e "s|{{ kernel }}|6.1|" "$root/lib/lab/lava/$1.yaml" >"$work/job.yaml"
	lava "$build/lava/root/usr/bin/lava-run" --job-id $$ --output-dir "$work/lava" \
		--device "$work/device.yaml" "$work/job.yaml" >"$work/$1.log" 2>&1 && return
	grep '"lvl": "\(error\|exception\|target\)' "$work/$1.log" | tail -n 20
	return 1
}

# results KIND: NAME RESULT of what LAVA got
results()
{
	sed -n 's/.*"case": "\([^"]*\)", "definition": "mmu-notifier",.*"result": "\([a-z]*\)".*/\1 \2/p' \
		"$work/$1.log" | sort
}

# expected DISK: the same, of the KTAP that lies there, as the lab reads it
expected()
{
	debugfs -R 'cat /opt/suite/ktap' "$1" >"$work/ktap" 2>/dev/null
	"$build/lab" report --out "$work/report" "$work/ktap" >"$work/report.log" 2>&1
	awk '/# Subtest: / { program = $3 "_" }
		match($0, /^ *(not )?ok [0-9]+ /) {
			name = substr($0, RLENGTH + 1); sub(/ .*/, "", name)
			name = tolower(name); gsub(/[^a-z0-9_]+/, "_", name)
			result = /^ *ok/ ? / # SKIP/ ? "skip" : "pass" : / # ERROR/ ? "unknown" : "fail"
			print (/^ / ? program : "") name, result
		}' "$work/report/results.ktap" | sort >"$work/expected"
	[ "$(wc -l <"$work/expected")" -gt 15 ]
}

# runs KIND DISK: that job has the results of KTAP
runs()
{
	job "$1" 'sh run.sh' && expected "$2" || return
	results "$1" | diff "$work/expected" - &&
		for result in pass fail skip unknown; do grep -q " $result$" "$work/expected" || return; done
}

# The same lines as signals, taken by the code of LAVA that takes them from a test shell
as_signals()
{
	sh "$root/lib/lab/lava/lava_lines.sh" <"$work/ktap" | lava -c '
import re, sys
from lava_dispatcher.actions.test.shell import handle_testcase, TestShellAction
action = TestShellAction()
action._reset_patterns()
for name, words in re.findall(action.patterns["signal"], sys.stdin.read()):
    case = handle_testcase(words.split())
    print(case["test_case_id"], case["result"])' | sort | diff "$work/expected" -
}

# It ends with the panic, not with its time.
panics()
{
	start=$(date +%s)
	job board 'sh panic.sh'
	results board >"$work/results"
	cat "$work/results"
	grep -qx 'panic fail' "$work/results" && grep -qx 'mn_cow_test_cow_anon_munmap pass' \
		"$work/results" && [ $(($(date +%s) - start)) -lt 120 ]
}

echo 'TAP version 13'
echo 1..6
check lava_is_there	unpack_lava
check board_has_suite	fill_board
[ $failed = 0 ] || exit 1
check board		runs board "$work/board/disk"
check as_signals	as_signals
check qemu		runs qemu "$work/disk"
check panic		panics
[ $failed = 0 ]

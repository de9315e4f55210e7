#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: board.sh BUILD
#
# Is the fake board a board: does it start, answer, die and come back as a real one does?
#
# Prints KTAP; exits 1 if a check failed.

set -u

build=$1
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=selftests/checks.sh
. "$here/../../../../selftests/checks.sh"

board() { sh "$here/fake_board.sh" "$work/board" "$@"; }
trap 'board stop; rm -rf "$work"' EXIT

# within SECONDS COMMAND...: it succeeds before these are over
within()
{
	end=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		sleep 0.5
	done
}

# What is other at each boot
boot_id() { board ssh cat /proc/sys/kernel/random/boot_id 2>/dev/null; }
other_boot() { now=$(boot_id) && [ "$now" ] && [ "$now" != "$before" ]; }
comes_up() { within 120 other_boot && before=$now; }
is() { [ "$(board status)" = "$1" ]; }
silent() { ! board ssh true 2>/dev/null; }

# console_says WORDS: the serial line does, to who listens
console_says() { within 60 grep -q "$1" "$work/console"; }

listen()
{
	console=$(named console)
	nc 127.0.0.1 "${console##*:}" </dev/null >"$work/console" &
}

makes() { board make "$build" && is off; }

# named KEY: what board.json says of it
named() { sed -n 's/.*"'"$1"'": "\([^"]*\)".*/\1/p' "$work/board/board.json"; }
switches_on() { sh -c "$(named on)" && is on; }

is_a_machine_for_the_lab()
{
	board ssh 'grep -c "^flags.*svm" /proc/cpuinfo; modprobe kvm_amd && ls /dev/kvm
		modprobe -a zram hwpoison_inject softdog && ls -d /sys/devices/system/node/node*
		test -x /usr/bin/gcc || echo no gcc' >"$work/said"
	cat "$work/said"
	[ "$(tr '\n' ' ' <"$work/said")" = \
	  "2 /dev/kvm /sys/devices/system/node/node0 /sys/devices/system/node/node1 no gcc " ]
}

panics()
{
	listen
	board ssh 'sysctl -q kernel.panic=5; echo 1 >/proc/sys/kernel/sysrq; echo kept >/root/kept
		sync; echo lost >/root/kept; (sleep 1; echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &' &&
		console_says 'Kernel panic - not syncing: sysrq triggered crash'
}

keeps_its_disk() { [ "$(board ssh cat /root/kept)" = kept ]; }

# Debian's kernel once more, with another command line; the firmware knows nothing of it.
kexecs()
{
	kernel=$(sh "$here/../../../lab/kernel/fetch.sh" look 6.1 "$build/kernels") || return 1
	board ssh 'cat >/root/vmlinuz' <"$(echo "$kernel"/boot/vmlinuz-*)" &&
		board ssh 'cat >/root/initrd' <"$work/board/initrd" &&
		board ssh 'kexec -s -l /root/vmlinuz --initrd=/root/initrd --reuse-cmdline \
			--append=by_kexec && systemctl kexec' && comes_up && has by_kexec
}

has() { board ssh grep -qw "$1" /proc/cmdline; }
plug_pulled() { board off && is off && silent; }
boots_its_own() { comes_up && ! has by_kexec; }
after_a_cycle() { board cycle && comes_up; }

# With panic=0: it stays as it is
nmi_kills()
{
	listen
	board ssh 'sysctl -q kernel.panic=0 kernel.unknown_nmi_panic=1' && board nmi &&
		console_says 'Kernel panic - not syncing: NMI' && silent && is on
}

stops() { board stop && is off && ! pgrep -f "file=$work/board/disk"; }

echo 'TAP version 13'
echo 1..14
before=
check make			makes
[ $failed = 0 ] || exit 1
check on			switches_on
check ssh_answers		comes_up
check machine			is_a_machine_for_the_lab
check panic			panics
check comes_back_by_itself	comes_up
check disk			keeps_its_disk
check kexec			kexecs
check off			plug_pulled
check on_again			switches_on
check boots_again		boots_its_own
check nmi			nmi_kills
check cycle			after_a_cycle
check stop			stops
[ $failed = 0 ]

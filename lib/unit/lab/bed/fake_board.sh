#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: fake_board.sh DIR make [BUILD]
#        fake_board.sh DIR on|off|cycle|nmi|status|stop|wait
#        fake_board.sh DIR ssh COMMAND...
#
# A board to try the lab on: a machine of its own with a disk, Debian, sshd, a serial line and
# a power switch, for which QEMU stands. All that is this board's lies in DIR, to which make
# writes board.json, what `lab run --bed ssh:FILE` takes.
#
# make		a board with a fresh disk and fresh keys; it is off. BUILD is where what is the
#		same for all boards is kept (build).
# on, off	power: off is the plug pulled, and what was not written to the disk is lost
# cycle		off and on
# nmi		what the button of that name does
# status	prints "on" or "off"
# stop		off; nothing of the board goes on running
# wait		until it answers by ssh, two minutes at most
# ssh		run a command on it
#
# Its firmware is QEMU: at power-on and at each reset it starts Debian's kernel. A kernel that
# kexec started stays until then. Who powers the machine off from inside switches it off. What
# a kernel that panics has to say is kept for the next one (pstore).
# DIR/console.log is what the serial line said, DIR/qemu.log what QEMU did.
set -eu

here=$(dirname "$(readlink -f "$0")")
usage="usage: fake_board.sh DIR make|on|off|cycle|nmi|status|stop|wait|ssh ..."
dir=$(readlink -f "${1:?$usage}")
what=${2:-}
shift "$(($# > 1 ? 2 : 1))"
PATH=$PATH:/usr/sbin:/sbin

fail() { echo "fake_board.sh: $*" >&2; exit 1; }

# Print a TCP port that nobody listens on. What is asked of the kernel would be gone when
# QEMU wants it; below 32768 it is not given to others meanwhile.
free_port()
{
	while :; do
		port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
		! grep -qi ": [0-9A-F]*:$(printf %04X $port) " /proc/net/tcp /proc/net/tcp6 || continue
		echo $port
		return
	done
}

make_board()
{
	common=$(sh "$here/board_image.sh" "$1")
	mkdir -p "$dir"
	cp --sparse=always "$common/disk" "$common/vmlinux" "$common/initrd" "$dir"
	rm -f "$dir/key" "$dir/key.pub" "$dir/known_hosts" "$dir/console.log" "$dir/qemu.log"
	ssh-keygen -q -t ed25519 -N '' -C board -f "$dir/key"
	debugfs -w -f - "$dir/disk" >"$dir/debugfs.log" 2>&1 <<-END
		cd /root/.ssh
		write $dir/key.pub authorized_keys
		set_inode_field authorized_keys mode 0100600
	END
	ssh_port=$(free_port)
	console_port=$(free_port)
	options="-p $ssh_port -i $dir/key -o IdentitiesOnly=yes -c aes128-gcm@openssh.com -o \
UserKnownHostsFile=$dir/known_hosts -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR"
	echo "ssh_port=$ssh_port console_port=$console_port options='$options'" >"$dir/settings"
	me="sh $here/fake_board.sh $dir"
	cat >"$dir/board.json" <<-END
		{
		  "ssh": "root@127.0.0.1",
		  "ssh_options": [ "$(echo "$options" | sed 's/ /", "/g')" ],
		  "console": "tcp:127.0.0.1:$console_port",
		  "power": { "on": "$me on", "off": "$me off", "cycle": "$me cycle",
		             "nmi": "$me nmi", "status": "$me status" },
		  "kernel": "kexec",
		  "directory": "/var/tmp/mn-lab",
		  "boot_seconds": 300
		}
	END
	echo "$dir/board.json"
}

# The number of the process is that of our QEMU as long as it has our disk.
is_on()
{
	[ -s "$dir/pid" ] && grep -qsF "file=$dir/disk" "/proc/$(cat "$dir/pid")/cmdline"
}

# The machine is that of lib/lab/bed/qemu.c, which says why; but this one has a disk and a network.
# Of the sockets, the one of the console takes one guest at a time, and keeps what none was
# there to hear in the log alone.
on()
{
	[ -e "$dir/settings" ] || fail "$dir: no board in it; make one"
	! is_on || return 0
	# shellcheck source=/dev/null
	. "$dir/settings"
	parameters="console=ttyS0,115200 root=/dev/vda rw quiet mitigations=off no_timer_check"
	parameters="$parameters net.ifnames=0 movablecore=896M zram.num_devices=0"
	console=socket,id=console,host=127.0.0.1,server=on,wait=off
	setsid qemu-system-x86_64 -nodefaults -no-user-config -machine q35,max-ram-below-4g=1G \
		-accel tcg,thread=single -cpu EPYC,+svm,+npt -display none \
		-smp 2,sockets=2,cores=1,threads=1 -m 3G \
		-object memory-backend-ram,id=m0,size=1536M -numa node,nodeid=0,cpus=0,memdev=m0 \
		-object memory-backend-ram,id=m1,size=1536M -numa node,nodeid=1,cpus=1,memdev=m1 \
		-drive "if=virtio,format=raw,cache=unsafe,file=$dir/disk" \
		-netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:$ssh_port-:22" \
		-device virtio-net-pci,netdev=net,romfile= \
		-chardev "$console,port=$console_port,logfile=$dir/console.log,logappend=on" \
		-object "memory-backend-file,id=erst,mem-path=$dir/erst,size=64K,share=on" \
		-device acpi-erst,memdev=erst \
		-serial chardev:console -qmp "unix:$dir/qmp,server=on,wait=off" \
		-kernel "$dir/vmlinux" -initrd "$dir/initrd" -append "$parameters" \
		</dev/null >>"$dir/qemu.log" 2>&1 &
	echo $! >"$dir/pid"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		is_on && [ -S "$dir/qmp" ] && return
		sleep 0.2
	done
	fail "QEMU does not start: $(grep -v "doesn't support requested" "$dir/qemu.log" | tail -n 1)"
}

off()
{
	is_on || return 0
	pid=$(cat "$dir/pid")
	kill -KILL "$pid"
	while is_on; do sleep 0.05; done
	rm -f "$dir/pid" "$dir/qmp"
}

nmi()
{
	is_on || fail "the board is off"
	printf '{"execute":"qmp_capabilities"}\n{"execute":"inject-nmi"}\n' |
		nc -q 1 -U "$dir/qmp" | grep -c '"return"' | grep -qx 2 || fail "QEMU does not do it"
}

on_it()
{
	# shellcheck source=/dev/null
	. "$dir/settings"
	# shellcheck disable=SC2086 # a list of words
	# A machine that is gone shall not be waited for.
	ssh $options -o ConnectTimeout=5 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 \
		root@127.0.0.1 "$@"
}

wait_for_ssh()
{
	end=$(($(date +%s) + 120))
	until on_it true 2>/dev/null; do
		[ "$(date +%s)" -lt "$end" ] || fail "the board does not answer"
		sleep 0.5
	done
}

case $what in
make)
	! is_on || fail "$dir: the board is on"
	make_board "${1:-$here/../../../../build}"
	;;
on) on ;;
off | stop) off ;;
cycle) off; on ;;
nmi) nmi ;;
status) if is_on; then echo on; else echo off; fi ;;
wait) wait_for_ssh ;;
ssh) on_it "$@" ;;
*) echo "$usage" >&2; exit 2 ;;
esac

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: board_image.sh BUILD
#
# Make what the fake board is made of, once, and print the directory, in BUILD/board:
#
# disk		the root file system: Debian with systemd and sshd, and the modules of its kernel
# vmlinux	Debian's kernel 6.1
# initrd	finds the disk and starts what is on it
#
# Where Debian's mirror is, apt knows. Needs root. On failure the last line of stderr says why.
# What belongs to one board (its keys) is not in here: see fake_board.sh.
set -eu

root=$(readlink -f "$(dirname "$0")/../../../..")
build=${1:?usage: board_image.sh BUILD}
packages=systemd-sysv,openssh-server,kexec-tools,kmod,udev,iproute2,busybox-static
# Of the modules: what a machine without graphics, sound and disks of its own can use.
modules="arch block crypto lib mm virt fs/ext4 fs/jbd2 fs/mbcache.ko fs/pstore drivers/block
	drivers/char drivers/crypto/ccp drivers/virtio drivers/watchdog drivers/net/virtio_net.ko
	drivers/net/net_failover.ko net/core/failover.ko"
PATH=$PATH:/usr/sbin:/sbin

fail() { echo "board_image.sh: $*" >&2; exit 1; }

kernel=$(sh "$root/lib/lab/kernel/fetch.sh" kernel 6.1 "$build/kernels")
release=${kernel##*/}
id=$( (cat "$0"; echo "$release") | sha256sum | cut -c 1-16)
cache=$(readlink -f "$build")/board
final=$cache/$id
mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9
[ ! -e "$final" ] || { echo "$final"; exit; }
stage=$cache/.stage
rm -rf "$stage"
mkdir -p "$stage/out"
disk=$stage/root log=$cache/log

echo "board_image.sh: making a disk with Debian on it (once); see $log" >&2
exec 3>&1 4>&2 >"$log" 2>&1
say_why() { [ $? = 0 ] || fail "$(tail -n 1 "$log")" 2>&4; }
trap say_why EXIT

# The source that has an -updates beside a suite is the mirror, as in fetch.sh.
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror=$(apt-get update --print-uris |
	sed -n "s,^'\(.*\)/dists/$suite-updates/InRelease' .*,\1,p" | head -n 1)
[ "$mirror" ] || fail "no Debian mirror among the sources in /etc/apt"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# It passes a file to dash by number, which can be one digit only.
mmdebstrap --mode=root --variant=essential --include="$packages" \
	--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	"$suite" "$disk" "deb [signed-by=$keyring] $mirror $suite main" \
	3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-

# The modules, and what of them the initrd needs.
all=$kernel/lib/modules/$release
for part in $modules; do
	mkdir -p "$disk/lib/modules/$release/kernel/$(dirname "$part")"
	cp -a "$all/kernel/$part" "$disk/lib/modules/$release/kernel/$(dirname "$part")"
done
cp "$all"/modules.builtin* "$all/modules.order" "$disk/lib/modules/$release"
depmod -b "$disk" "$release"

mkdir -p "$stage/initrd/bin" "$stage/initrd/dev" "$stage/initrd/proc" "$stage/initrd/root"
cp "$disk/bin/busybox" "$stage/initrd/bin"
sh "$root/lib/lab/image/modules.sh" "$all" "$release" "$stage/modules" \
	virtio_pci virtio_blk virtio_net crc32c_generic ext4 |
	while IFS='	' read -r from to; do
		mkdir -p "$stage/initrd/modules"
		cp "$from" "$stage/initrd$to"
	done
cat >"$stage/initrd/init" <<-'END'
	#!/bin/busybox sh
	busybox mount -t devtmpfs dev /dev
	for module in $(busybox cat /modules.load); do busybox insmod "/modules/$module.ko"; done
	busybox mount -t ext4 /dev/vda /root
	busybox mount -o move /dev /root/dev
	exec busybox switch_root /root /sbin/init
END
chmod +x "$stage/initrd/init"
(cd "$stage/initrd" && find . | cpio -o -H newc --quiet) >"$stage/out/initrd"

# The kernel as it is in memory starts seven seconds sooner than when it has to unpack itself.
# Behind the archive there is more, of which xz complains.
image=$(echo "$kernel"/boot/vmlinuz-*)
at=$(LC_ALL=C grep -abo -m 1 -P '\xfd7zXZ\x00' "$image" | head -n 1 | cut -d : -f 1)
tail -c "+$((at + 1))" "$image" | xz -dcq >"$stage/out/vmlinux" || [ -s "$stage/out/vmlinux" ]

# A machine that is known, so that nothing waits for its first boot, and on which little starts.
echo board >"$disk/etc/hostname"
sha256sum "$stage/out/vmlinux" | cut -c 1-32 >"$disk/etc/machine-id"
mkdir -p "$disk/root/.ssh"
chmod 700 "$disk/root/.ssh"
touch "$disk/root/.hushlogin"
sed -i "s/^root:[^:]*:/root::/" "$disk/etc/shadow"
# kexec-load.service would make a kexec of each reboot.
for unit in systemd-udev-trigger.service systemd-random-seed.service systemd-update-utmp.service \
	systemd-update-utmp-runlevel.service systemd-journal-flush.service \
	systemd-sysusers.service modprobe@configfs.service modprobe@dm_mod.service \
	modprobe@efi_pstore.service modprobe@fuse.service modprobe@loop.service dev-mqueue.mount \
	proc-sys-fs-binfmt_misc.automount kexec-load.service kexec.service e2scrub_reap.service \
	getty@tty1.service getty-static.service serial-getty@ttyS0.service e2scrub_all.timer \
	fstrim.timer apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
	systemd-tmpfiles-clean.timer; do
	ln -sf /dev/null "$disk/etc/systemd/system/$unit"
done
cat >"$disk/etc/systemd/system/network.service" <<-'END'
	[Unit]
	DefaultDependencies=no
	Before=network.target ssh.service
	[Service]
	Type=oneshot
	RemainAfterExit=yes
	ExecStart=/bin/sh -c 'ip link set lo up; ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0'
	[Install]
	WantedBy=multi-user.target
END
cat >"$disk/etc/systemd/system/console.service" <<-'END'
	[Service]
	ExecStart=-/sbin/agetty --keep-baud 115200 ttyS0 dumb
	Restart=always
	UtmpIdentifier=ttyS0
	TTYPath=/dev/ttyS0
	TTYReset=yes
	IgnoreSIGPIPE=no
	SendSIGHUP=yes
	[Install]
	WantedBy=multi-user.target
END
cat >"$disk/etc/ssh/sshd_config.d/board.conf" <<-'END'
	PermitRootLogin prohibit-password
	PasswordAuthentication no
	UseDNS no
	HostKey /etc/ssh/ssh_host_ed25519_key
END
systemctl --root="$disk" enable network.service console.service
systemctl --root="$disk" set-default multi-user.target

truncate -s 1G "$stage/out/disk"
mke2fs -q -t ext4 -O ^metadata_csum -E lazy_itable_init=0 -d "$disk" "$stage/out/disk"
mv -T "$stage/out" "$final"
rm -rf "$stage"
for old in "$cache"/*/; do
	[ "$old" = "$final/" ] || rm -rf "$old"
done
echo "$final" >&3

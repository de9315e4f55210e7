#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: userland.sh ROOT [shell]
#
# Prints what run_kselftest.sh and the scripts around it need of a system, as
# files of this one: lines of FILE, tab, place in the image. If this one is not of ARCH (see
# arch/names.sh), they are those of Debian's packages, which are fetched to the directory ROOT. The
# shared libraries come with them. Perl does not: without it runner.sh does with sed what prefix.pl
# is for, which also works on a kernel that does not know #! (CONFIG_BINFMT_SCRIPT).
#
# With "shell" also what people like to have at hand, as far as this system has it, and what
# is known of the terminal $TERM.

set -eu

# runner.sh looks for some of them in /usr/bin and nowhere else.
commands="basename bash cat chmod cut dirname env expr find grep head id ls mkdir mktemp
	printf readlink realpath rm sed sh sleep sort stdbuf tail tee timeout touch tr
	uname uniq wc"

wanted="clear cp date dd df dmesg free hexdump insmod kill less ln lsmod more mount mv nproc od
	ps rmmod seq strace stty taskset top tty umount watch xxd"

packages="bash coreutils dash findutils grep kmod less mount procps sed strace util-linux"

names=$(dirname "$0")/../arch
# shellcheck source=lib/lab/arch/names.sh
. "$names/names.sh"
root=
if [ "${CROSS_COMPILE:-}" ]; then
	root=$(sh "$(dirname "$0")/../kernel/fetch.sh" programs "$packages" "$1")
fi
shift

# find_command NAME: the file that it is there
find_command()
{
	for dir in /usr/bin /bin /usr/sbin /sbin; do
		file=$root$dir/$1
		case $(readlink "$file") in /*) file=$root$(readlink "$file") ;; esac
		[ ! -x "$file" ] || { readlink -f "$file"; return; }
	done
	# A link that no package has, but its installation makes.
	[ "$1" = sh ] && find_command dash
}

# Libraries of FILE...: lines as of ldd(1)
libraries()
{
	if [ -z "$root" ]; then
		ldd "$@" | sed -n 's/^\t\(.* => \)\{0,1\}\(\/[^ ]*\) (.*/\2\t\2/p'
		return
	fi
	loader=$(find "$root/lib" -name 'ld-linux-*.so.1' | head -n 1)
	printf '%s\t/lib/%s\n' "$loader" "${loader##*/}"
	for file; do
		"qemu-$ARCH_MACHINE" "$loader" --library-path "$root/lib/$ARCH_COMPILER:$root/usr/lib/$ARCH_COMPILER" \
			--list "$file" | sed -n 's/^\t.* => \(\/[^ ]*\) (.*/\1/p'
	done | sed 's,.*/\(.*\),&\t/lib/\1,'
}

PATH=$PATH:/usr/sbin:/sbin
files=
# add COMMAND FILE
add()
{
	files="$files $2"
	printf '%s\t/usr/bin/%s\n' "$2" "$1"
}

for command in $commands; do
	if ! file=$(find_command "$command"); then
		echo "userland.sh: ${root:-this system} has no $command" >&2
		exit 1
	fi
	add "$command" "$file"
	# Scripts begin with these.
	case $command in
	sh | bash) printf '%s\t/bin/%s\n' "$file" "$command" ;;
	esac
done

if [ "${1:-}" = shell ]; then
	for command in $wanted; do
		if file=$(find_command "$command"); then
			add "$command" "$file"
		fi
	done
	case ${TERM:-/} in
	*/*) ;;
	*)
		entry=$(printf '%.1s' "$TERM")/$TERM
		for dir in /etc/terminfo /lib/terminfo /usr/share/terminfo; do
			[ ! -e "$dir/$entry" ] || printf '%s\t%s\n' "$dir/$entry" "/lib/terminfo/$entry"
		done ;;
	esac
fi

# What stdbuf preloads into the programs that it starts.
stdbuf=/usr/libexec/coreutils/libstdbuf.so
printf '%s\t%s\n' "$root$stdbuf" "$stdbuf"

# shellcheck disable=SC2086 # one argument per file
libraries $files "$root$stdbuf" | sort -u

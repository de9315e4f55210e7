#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: userland.sh [shell]
#
# Prints what run_kselftest.sh and the scripts around it need of a system, as
# files of this one: lines of FILE, tab, place in the image. The shared libraries
# come with them. Perl does not: without it runner.sh does with sed what prefix.pl
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

PATH=$PATH:/usr/sbin:/sbin
files=
# add COMMAND FILE
add()
{
	file=$(readlink -f "$2")
	files="$files $file"
	printf '%s\t/usr/bin/%s\n' "$file" "$1"
}

for command in $commands; do
	# Not `command -v', which knows some of them as its own.
	if ! file=$(which "$command"); then
		echo "userland.sh: this system has no $command" >&2
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
		if file=$(which "$command"); then
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
printf '%s\t%s\n' "$stdbuf" "$stdbuf"

# shellcheck disable=SC2086 # one argument per file
ldd $files $stdbuf | sed -n 's/^\t\(.* => \)\{0,1\}\(\/[^ ]*\) (.*/\2\t\2/p' | sort -u

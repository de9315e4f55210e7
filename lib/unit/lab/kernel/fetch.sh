#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does lib/lab/kernel/fetch.sh leave something complete, or nothing? debian.sh stands
# for Debian and its programs.
#
# Prints KTAP; exits 1 if a check failed.

set -u

here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$here/../../../..")
# shellcheck source=selftests/checks.sh
. "$root/selftests/checks.sh"

mkdir "$work/bin"
for tool in apt-cache apt-get dpkg dpkg-deb; do
	ln -s "$here/debian.sh" "$work/bin/$tool"
done

arch=
fetch() { ARCH=$arch WORK=$work PATH=$work/bin:$PATH sh "$root/lib/lab/kernel/fetch.sh" "$@"; }

# gives NAME WHAT SERIES DIR...: that is fetched to DIR/NAME, and no stage is left
gives()
{
	expected=$4/$1
	shift
	[ "$(fetch "$@")" = "${expected%/.}" ] && [ ! -e "$3/.stage" ]
}

# fails WORDS WHAT SERIES DIR...: it does, with these words in its last line
fails()
{
	words=$1
	shift
	fetch "$@" 2>"$work/said"
	code=$?
	cat "$work/said"
	[ $code != 0 ] && tail -n 1 "$work/said" | grep "$words"
}

# Wait until a fetch in the background is in the middle.
fetch_slowly()
{
	touch "$work/slow"
	fetch "$@" &
	while [ ! -e "$work/slowly" ]; do sleep 0.05; done
	rm "$work/slowly"
}

all_packages()
{
	gives 6.1.0-1 kernel default "$work/a b" &&
		[ "$(find "$work/a b/6.1.0-1/parts" -type f | wc -l)" = 72 ]
}

what_is_there_needs_no_network()
{
	touch "$work/offline"
	gives 6.1.0-1 kernel default "$work/a b"
}

offline_says_why()
{
	fails 'E: the network is down; give .*KDIR=' kernel 5.10 "$work/b" && [ -z "$(ls "$work/b")" ]
}

# The mirror is not the first source, but the one that has updates.
suites_of_the_mirror()
{
	rm "$work/offline"
	gives 7.2.1 kernel 7.2 "$work/b" && gives 5.10.0-1 kernel 5.10 "$work/b" &&
		[ "$(readlink "$work/b/debian-7.2")" = 7.2.1 ] &&
		grep "^include .(headers)/common/" "$work/b/7.2.1/usr/src/linux-headers-7.2.1/Makefile" &&
		fails 'sid has 7.2.1 and not that series' kernel 7.3 "$work/b"
}

no_apt_is_one_line()
{
	mkdir "$work/none"
	for tool in sh mkdir dirname flock readlink ls grep uname; do
		ln -s "$(command -v $tool)" "$work/none/$tool"
	done
	PATH=$work/none sh "$root/lib/lab/kernel/fetch.sh" kernel 6.1 "$work/c" 2>"$work/said"
	[ $? = 1 ] && cat "$work/said" && [ "$(wc -l <"$work/said")" = 1 ] &&
		grep 'there is no apt-get here; give .*KDIR=' "$work/said"
}

wrong_series()
{
	for series in 6 6.x 6.1.2 .1 '' default-1; do
		fails 'is not a kernel series: give ' kernel "$series" "$work/e" || return 1
		[ $code = 2 ] || return 1
	done
	[ ! -e "$work/e" ]
}

# What it has started goes on for a while, and the next run waits for that.
killed_in_the_middle()
{
	fetch_slowly kernel 6.1 "$work/f"
	kill -KILL $!
	wait $! 2>/dev/null
	[ -e "$work/f/.stage" ] && [ -z "$(ls "$work/f")" ] && gives 6.1.0-1 kernel 6.1 "$work/f" &&
		[ "$(find "$work/f/6.1.0-1/parts" -type f | wc -l)" = 72 ]
}

two_at_once()
{
	: >"$work/calls"
	fetch_slowly kernel 6.1 "$work/g"
	gives 6.1.0-1 kernel 6.1 "$work/g" && wait $! && [ "$(grep -c ' download ' "$work/calls")" = 1 ]
}

sources_and_files()
{
	gives source-6.12 source 6.12 "$work/h" && [ -e "$work/h/source-6.12/mm/mm.c" ] &&
		gives . files 6.1 "$work/some" mm && [ ! -e "$work/some/Makefile" ] &&
		gives . files 6.1 "$work/some" Makefile mm/mm.c && [ -e "$work/some/Makefile" ] &&
		fails 'Not found in archive' files 6.1 "$work/some" not/there && [ -e "$work/some/mm/mm.c" ]
}

# All but the programs, of which those come nearest that run here.
another_architecture()
{
	arch=aarch64
	gives 6.1.0-1-arm64 kernel 6.1 "$work/j" && kernel=$work/j/6.1.0-1-arm64 &&
		[ "$(readlink "$work/j/debian-6.1-arm64")" = 6.1.0-1-arm64 ] &&
		[ ! -e "$work/j/debian-6.1" ] && [ -e "$kernel/parts/linux-image-6.1.0-1-arm64" ] &&
		[ -e "$kernel/parts/linux-kbuild-6.1.0-0:here" ] && [ ! -e "$kernel/parts/linux-kbuild-6.1.0" ] &&
		[ "$(readlink "$kernel/usr/lib/linux-kbuild-6.1.0")" = linux-kbuild-6.1.0-0 ] &&
		gives . library libnuma-dev "$work/k" && [ -e "$work/k/parts/libnuma-dev:arm64" ] &&
		arch=mips && fails 'ARCH=mips: there are arm64 riscv64 x86_64' kernel 6.1 "$work/l" &&
		[ "$code" = 2 ]
	there=$?
	arch=
	return $there
}

# What is not there is not fetched, and that is no error.
only_looked_at()
{
	before=$(cat "$work/calls")
	out=$(sh "$root/lib/lab/kernel/fetch.sh" look 6.1 "$work/i") && [ -z "$out" ] &&
		[ ! -e "$work/i" ] &&
		[ "$(sh "$root/lib/lab/kernel/fetch.sh" look 6.1 "$work/g")" = "$(readlink -f "$work/g/6.1.0-1")" ] &&
		[ "$(cat "$work/calls")" = "$before" ] &&
		fails 'is not a kernel series: give ' look 6.x "$work/i" && [ "$code" = 2 ]
}

checks="all_packages what_is_there_needs_no_network offline_says_why suites_of_the_mirror
	no_apt_is_one_line wrong_series killed_in_the_middle two_at_once another_architecture only_looked_at
	sources_and_files"
echo 'TAP version 13'
echo "1..$(echo "$checks" | wc -w)"
for name in $checks; do
	check "$name" "$name"
done
[ "$failed" = 0 ]

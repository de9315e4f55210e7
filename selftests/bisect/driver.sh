#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: driver.sh BUILD
#
# Does "lab bisect" find the commit, whatever comes in between, and leave the tree as it
# was? Prints KTAP; exits 1 if a check failed.

set -u

# shellcheck source=selftests/bisect/fake.sh
. "$(dirname "$0")/fake.sh"

finds_each()
{
	for BAD in 1 6 11 16; do
		bisect --again | grep "^first bad commit: .* commit $BAD " || return 1
	done
	restored && grep "^#regzbot introduced: $(git -C "$tree" rev-parse HEAD)$" "$out/mail.txt" &&
		grep '^Tests of something fail' "$out/mail.txt" &&
		grep '^Cc: .*list@example.org' "$out/mail.txt"
}

skips_what_does_not_build()
{
	BAD=10 UNBUILDABLE='6 8'
	bisect | grep '^first bad commit: .* commit 10 ' && restored
}

names_several()
{
	BAD=10 UNBUILDABLE='9 10'
	bisect >"$work/said"
	[ $? = 1 ] && grep 'one of several' "$work/said" && [ ! -e "$out/mail.txt" ] && restored
}

ends_must_be_right()
{
	bisect >"$work/said"
	[ $? = 1 ] && grep ' is not bad' "$work/said" && restored || return 1
	BAD=0
	bisect >"$work/said"
	[ $? = 1 ] && grep ' is not good' "$work/said" && restored
}

# goes_on COMMIT: after the first command ended there, the same one finds it; nothing is
# tested twice but that commit
goes_on()
{
	bisect | grep '^first bad commit: .* commit 10 ' && restored &&
		[ "$(sort "$work/tested" | uniq -d)" = "$1" ] && rm -r "$out" "$work/tested"
}

goes_on_after_a_kill()
{
	BAD=10
	for DIES in 0 16 8 10; do
		touch "$work/once"
		bisect
		[ $? = 137 ] && [ ! -e "$work/once" ] && git -C "$tree" bisect log || return 1
		# HEAD, from which the ends are counted, is where git put it.
		goes_on "$DIES" || return 1
	done
}

goes_on_after_an_interruption()
{
	BAD=10
	for STOPS in 16 8; do
		touch "$work/once"
		bisect
		[ $? = 130 ] && [ ! -e "$work/once" ] && restored && goes_on "$STOPS" || return 1
	done
}

an_error_leaves_nothing_behind()
{
	BAD=10
	for FAILS in 16 8; do
		touch "$work/once"
		bisect 2>"$work/said"
		[ $? = 13 ] && grep 'no such tool' "$work/said" && restored && goes_on "$FAILS" ||
			return 1
	done
}

tells_again_what_was_found()
{
	BAD=10
	bisect && cp "$work/tested" "$work/before" && bisect &&
		cmp "$work/tested" "$work/before" || return 1
	BAD=12
	bisect --again | grep '^first bad commit: .* commit 12 '
}

does_not_mix_two()
{
	BAD=10 DIES=8
	touch "$work/once"
	! bisect || return 1
	bisect --tests t
	[ $? = 64 ] || return 1
	BAD=12
	bisect --tests t --again | grep '^first bad commit: .* commit 12 ' && restored
}

# Of a commit in the middle, with other options: that is no verdict for this bisection
takes_no_other_verdict()
{
	BAD=10 STOPS=8
	touch "$work/once"
	! bisect || return 1
	git -C "$tree" checkout -q master~8
	! BAD=3 lab bisect-step --runs 1 || return 1
	git -C "$tree" checkout -q master
	bisect | grep '^first bad commit: .* commit 10 '
}

works_in_a_worktree()
{
	git -C "$tree" worktree add -q "$work/other" master~1 --detach || return 1
	echo mine >"$tree/init/Kconfig"
	BAD=5
	"$work/build/driver" bisect --ksrc "$work/other" --out "$out" --good master~16 \
		--bad master | grep '^first bad commit: .* commit 5 ' &&
		[ "$(cat "$work/other/init/Kconfig")" = 15 ] &&
		[ "$(cat "$tree/init/Kconfig")" = mine ]
	ret=$?
	git -C "$tree" worktree remove -f "$work/other"
	return $ret
}

tidy finds_each skips_what_does_not_build names_several ends_must_be_right \
	goes_on_after_a_kill goes_on_after_an_interruption an_error_leaves_nothing_behind \
	tells_again_what_was_found does_not_mix_two takes_no_other_verdict works_in_a_worktree

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

puts_a_fixup_on_each()
{
	BAD=10 UNFIXED='0 4 8 9 10 12 16'
	bisect >"$work/said"
	[ $? = 1 ] && grep ' is not bad' "$work/said" || return 1
	bisect --fixup "$work/fixup.patch" | grep '^first bad commit: .* commit 10 ' && restored &&
		grep "^Fix-up: *$work/fixup.patch" "$out/mail.txt"
}

# On some it does not apply, and some have it.
puts_a_fixup_where_it_goes()
{
	BAD=10
	git -C "$tree" checkout -q -b other master~8
	echo other >"$tree/file"
	git -C "$tree" commit -q -a -m 'cannot be fixed'
	git -C "$tree" apply --check "$work/fixup.patch" && return 1
	lab bisect-step --fixup "$work/fixup.patch" >"$work/said"
	[ $? = 125 ] && grep 'the fix-up does not apply: error: patch failed: file:1' "$work/said" ||
		return 1
	git -C "$tree" checkout -q -f master && git -C "$tree" apply --index "$work/fixup.patch" &&
		git -C "$tree" commit -q -m 'has it' && UNFIXED=16 BAD=17 \
		lab bisect-step --fixup "$work/fixup.patch" && [ -e "$tree/new" ] && restored
	ret=$?
	git -C "$tree" reset -q --hard HEAD~1
	git -C "$tree" branch -q -D other
	return $ret
}

takes_a_fixup_off_after_a_kill()
{
	BAD=10
	for DIES in 16 8; do
		touch "$work/once"
		bisect --fixup "$work/fixup.patch"
		[ $? = 137 ] && [ -e "$tree/new" ] || return 1
		bisect --fixup "$work/fixup.patch" | grep '^first bad commit: .* commit 10 ' &&
			restored && rm -r "$out" || return 1
	done
}

refuses_what_is_no_patch()
{
	bisect --fixup "$tree/file" 2>"$work/said"
	[ $? = 64 ] && grep -- "--fixup $tree/file: .*No valid patches" "$work/said" || return 1
	bisect --fixup "$work/nothing" 2>"$work/said"
	[ $? = 64 ] && grep -- "--fixup $work/nothing: .*No such file" "$work/said" && restored
}

# A branch with the bad commit in it: which merge brought it?
follows_the_first_parent()
{
	git -C "$tree" checkout -q -b side master~8
	echo 20 >"$tree/init/Kconfig"
	git -C "$tree" commit -q -a -m 'commit on the side'
	git -C "$tree" checkout -q master
	git -C "$tree" merge -q -s ours -m 'the merge' side
	echo 21 >"$tree/init/Kconfig"
	git -C "$tree" commit -q -a --amend -m 'the merge'
	BAD=20
	lab bisect --first-parent --good HEAD~4 --bad HEAD | grep '^first bad commit: .* the merge '
	ret=$?
	grep -qx 20 "$work/tested" && ret=1
	git -C "$tree" reset -q --hard HEAD~1
	git -C "$tree" branch -q -D side
	return $ret
}

# No test fails, but guests lose more. One run of a commit is enough.
finds_what_counts_more()
{
	COUNTS=32
	for BAD in 1 6 11 16; do
		bisect --again --perf t:a/n | grep "^first bad commit: .* commit $BAD " || return 1
		[ -z "$(sort "$work/tested" | uniq -d)" ] && rm "$work/tested" || return 1
	done
	restored && grep '^Subject: .*: t:a/n grew$' "$out/mail.txt" &&
		grep '^ *32, before 1; bad above 16.5$' "$out/report.txt" &&
		! grep 'the chance' "$out/report.txt"
}

# What was not measured is neither good nor bad.
takes_a_limit_for_a_count()
{
	BAD=10 COUNTS=2 UNCOUNTED='8 9'
	bisect --perf t:a/n --limit 2 >"$work/said"
	[ $? = 1 ] && grep ' is not bad' "$work/said" && restored || return 1
	bisect --perf t:a/n --limit 1.5 >"$work/said"
	[ $? = 1 ] && grep 'one of several' "$work/said" || return 1
	UNCOUNTED=8
	bisect --perf t:a/n --limit 1.5 --again | grep '^first bad commit: .* commit 10 ' || return 1
	lab bisect-step --perf t:a/n --limit 1.5
	[ $? = 1 ] || return 1
	lab bisect-step --perf t:a/n --limit 2
}

wants_a_count_that_grew()
{
	BAD=10 COUNTS=1
	bisect --perf t:a/n >"$work/said"
	[ $? = 1 ] && grep 'is 1 at the good end and 1 at the bad one: nothing to bisect' "$work/said" &&
		restored || return 1
	COUNTS=9
	bisect --perf t:a/time >"$work/said"
	[ $? = 1 ] && grep 'only counts are exact' "$work/said" && restored || return 1
	bisect --perf t:a/other >"$work/said"
	[ $? = 1 ] && grep 't:a/other was not measured' "$work/said" && restored || return 1
	bisect --perf a/n
	[ $? = 64 ] || return 1
	lab bisect-step --perf t:a/n
	[ $? = 129 ]
}

tidy finds_each finds_what_counts_more takes_a_limit_for_a_count wants_a_count_that_grew \
	puts_a_fixup_on_each puts_a_fixup_where_it_goes takes_a_fixup_off_after_a_kill \
	refuses_what_is_no_patch follows_the_first_parent skips_what_does_not_build names_several ends_must_be_right \
	goes_on_after_a_kill goes_on_after_an_interruption an_error_leaves_nothing_behind \
	tells_again_what_was_found does_not_mix_two takes_no_other_verdict works_in_a_worktree

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: mistakes.sh BUILD
#
# A mistake of the user's gets one line and touches nothing; to git bisect run it is not
# taken for a property of the commit. Prints KTAP; exits 1 if a check failed.

set -u

# shellcheck source=selftests/bisect/fake.sh
. "$(dirname "$0")/fake.sh"

# refused CODE TEXT WORDS...: so says the lab, in one line, and has touched nothing
refused()
{
	code=$1 text=$2
	shift 2
	lab "$@" >"$work/stdout" 2>"$work/said"
	[ $? = "$code" ] || { cat "$work/said"; return 1; }
	cat "$work/said"
	[ ! -s "$work/stdout" ] && [ "$(wc -l <"$work/said")" = 1 ] && grep -q -e "$text" "$work/said" &&
		[ ! -e "$out" ] && [ ! -e "$work/tested" ] && restored
}

wrong_options()
{
	for command in bisect bisect-step; do
		code=64
		[ "$command" = bisect ] || code=129
		[ "$command" = bisect-step ] || set -- --good HEAD~16 --bad HEAD
		refused "$code" 'no program' "$command" "$@" --tests typo &&
			refused "$code" 'no test' "$command" "$@" --tests t:typo &&
			refused "$code" 'selftests/t failed' "$command" "$@" --args typo &&
			refused "$code" 'no mode' "$command" "$@" --mode typo &&
			refused "$code" 'no profile' "$command" "$@" --profile typo &&
			refused "$code" typo "$command" "$@" --topology typo &&
			refused "$code" /typo "$command" "$@" --config /typo &&
			refused "$code" /typo "$command" "$@" --add /typo &&
			refused "$code" /typo "$command" "$@" --kselftest /typo &&
			refused "$code" 'no such option' "$command" "$@" --typo &&
			refused "$code" /typo "$command" "$@" --ksrc /typo &&
			refused "$code" 'not a kernel tree' "$command" "$@" --ksrc / || return 1
		set --
	done
}

wrong_ends()
{
	refused 64 "give --good" bisect --bad HEAD &&
		refused 64 "give --good" bisect --good HEAD &&
		refused 64 "no commit 'typo'" bisect --good typo --bad HEAD &&
		refused 64 "no commit 'typo'" bisect --good HEAD --bad typo &&
		refused 64 'the same commit' bisect --good HEAD --bad master &&
		refused 64 'swapped' bisect --good HEAD --bad HEAD~16 || return 1
	side=$(git -C "$tree" commit-tree -p master~5 -m side "master^{tree}")
	base=$(git -C "$tree" rev-parse --short=12 master~5)
	refused 64 "not an ancestor .*$base" bisect --good "$side" --bad HEAD
}

a_tree_with_changes()
{
	echo mine >"$tree/init/Kconfig"
	lab bisect --good HEAD~16 --bad HEAD
	[ $? = 64 ] && [ "$(cat "$tree/init/Kconfig")" = mine ] && ! git -C "$tree" bisect log &&
		[ ! -e "$work/tested" ]
}

a_tree_that_was_built_in()
{
	echo .config >"$tree/.git/info/exclude"
	touch "$tree/.config"
	refused 64 mrproper bisect --good HEAD~16 --bad HEAD && refused 129 mrproper bisect-step
	ret=$?
	rm "$tree/.config"
	return $ret
}

a_bisection_of_the_users()
{
	git -C "$tree" bisect start HEAD HEAD~4
	lab bisect --good master~16 --bad master 2>&1 | tee "$work/said"
	grep 'under way' "$work/said" || return 1
	lab bisect --good master~16 --bad master
	[ $? = 64 ] && git -C "$tree" bisect log && [ "$(cat "$tree/init/Kconfig")" = 14 ]
}

# What a step at the last commit exits with
step()
{
	lab bisect-step --runs 1 >"$work/said" 2>&1
	code=$?
	cat "$work/said"
	[ $code = "$1" ]
}

codes_of_a_step()
{
	step 0 && BAD=16 step 1 && UNBUILDABLE=16 step 125
}

what_is_not_the_commits_fault_stops_git()
{
	touch "$work/once"
	FAILS=16 step 128 && touch "$work/once" && STOPS=16 step 130 || return 1
	printf '#!/bin/sh\necho "lab: no"\nexit 64\n' >"$work/build/lab"
	step 129 && grep 'lab: no' "$work/said" || return 1
	rm "$work/build/lab"
	step 128 && restored
}

tidy wrong_options wrong_ends a_tree_with_changes a_tree_that_was_built_in \
	a_bisection_of_the_users codes_of_a_step what_is_not_the_commits_fault_stops_git

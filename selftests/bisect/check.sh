#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: check.sh SUITE TREE [WORK]
#
# Does a bisection find what is known to be there? From TREE, a kernel source
# tree, make-repo.sh makes a repository with a regression, a commit that does not
# build and one that does not boot. SUITE is what has the Makefile. All goes to
# WORK (default: SUITE/build/bisect/check), about 4 GB, and what was built there is
# used again. It builds a dozen kernels: that takes an hour or more.
#
# Prints KTAP; exits 1 if a check failed.

set -u

usage="usage: check.sh SUITE TREE [WORK]"
suite=$(readlink -f "${1:?$usage}")
tree=${2:?$usage}
work=${3:-$suite/build/bisect/check}
mkdir -p "$work"
work=$(readlink -f "$work")
repo=$work/repo
tests=mn_refusal_test
# shellcheck source=selftests/checks.sh
. "$suite/selftests/checks.sh"
# What goes on is shown as it goes on.
exec 3>&1

[ -e "$repo/.git/refs/tags/bad" ] || {
	rm -rf "$repo"
	sh "$suite/selftests/bisect/make-repo.sh" "$tree" "$repo" || exit 1
}

# The regression is a sure one: a run that passes is enough.
bisect()
{
	make -C "$suite" --no-print-directory bisect KSRC="$repo" TESTS="$tests" OUT="$work" \
		ARGS=-x RUNS=2 GOOD_RUNS=1 "$@" 2>&1 | sed -u 's/^/# /' >&3
}

commit()
{
	git -C "$repo" rev-parse "$1"
}

# said COMMIT VERDICT REASON: so says its step
said()
{
	step=$work/steps/$(commit "$1" | cut -c 1-12)/step.json
	grep -q "\"verdict\": \"$2\"" "$step" && grep -q "\"reason\": \".*$3" "$step"
}

names_the_guilty()
{
	bisect GOOD=good BAD=bad AGAIN=1
	grep -q "^First bad:  $(commit guilty) " "$work/report.txt" &&
		grep -q "^#regzbot introduced: $(commit guilty)$" "$work/mail.txt" &&
		grep -q 'contract 10' "$work/mail.txt"
}

came_upon_what_does_not_build()
{
	said unbuildable 'cannot tell' 'does not build'
}

# Whether git tries it depends on the names of the commits.
what_does_not_boot_is_no_verdict()
{
	git -C "$repo" checkout -q --detach unbootable
	"$suite/build/lab" bisect-step --ksrc "$repo" --tests "$tests" --args=-x --out "$work" \
		--runs 2 2>&1 | sed -u 's/^/# /' >&3
	git -C "$repo" checkout -q master
	said unbootable 'cannot tell' 'compaction is broken'
}

# The exit code is all that git has; a commit that it has to skip is on the way.
git_bisect_run()
{
	git -C "$repo" bisect start bad~5 unbuildable~1 >/dev/null 2>&1 &&
		git -C "$repo" checkout -q unbuildable &&
		(cd "$repo" && git bisect run "$suite/build/lab" bisect-step --ksrc . --args=-x \
			--tests "$tests" --out "$work" --runs 1) >"$work/said" 2>&1
	# git does not end its last line.
	{ cat "$work/said"; echo; } | sed 's/^/# /' >&3
	git -C "$repo" bisect log >"$work/bisect.log"
	git -C "$repo" bisect reset >/dev/null 2>&1
	grep -q "^# first bad commit: \[$(commit guilty)\]" "$work/bisect.log" &&
		grep -q "^# skip: \[$(commit unbuildable)\]" "$work/bisect.log"
}

left_as_it_was()
{
	[ "$(git -C "$repo" symbolic-ref --short HEAD)" = master ] &&
		[ -z "$(git -C "$repo" status --porcelain --untracked-files=no)" ] &&
		! git -C "$repo" bisect log >/dev/null 2>&1
}

echo 'TAP version 13'
echo '1..5'
for name in names_the_guilty came_upon_what_does_not_build what_does_not_boot_is_no_verdict \
		git_bisect_run left_as_it_was; do
	check $name $name
done
[ $failed = 0 ]

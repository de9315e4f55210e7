#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: driver.sh BUILD
#
# Does "lab bisect" drive git rightly? Here a tree of 17 commits stands for the
# kernel and a few lines of shell for the step, so that each way a bisection can
# go takes a second. The step reads the number of the commit from the tree.
#
# Prints KTAP; exits 1 if a check failed.

set -u

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
tree=$work/tree
out=$work/out
log=$work/log
# shellcheck source=selftests/checks.sh
. "$(dirname "$0")/../checks.sh"

# The lab calls the program "lab" that lies beside it for each step.
mkdir "$work/build"
cp "$1/lab" "$work/build/driver"
cat >"$work/build/lab" <<'END'
#!/bin/sh
# What each commit is: $BAD and later are bad, of those in $DARK nothing can be told
while [ $# -gt 0 ]; do
	case $1 in
	--ksrc) tree=$2 ;;
	--out) out=$2 ;;
	esac
	shift
done
n=$(cat "$tree/virt/kvm/kvm_main.c")
echo "$n" >>"$out/tested"
verdict=good code=0 fails=0
[ "$n" -lt "$BAD" ] || verdict=bad code=1 fails=3
case " $DARK " in *" $n "*) verdict="cannot tell" code=125 ;; esac
[ "$n" != "$DIES" ] || { rm "$out/dies" && kill -KILL "$PPID" && exit 1; } 2>/dev/null
commit=$(git -C "$tree" rev-parse HEAD)
dir=$out/steps/$(echo "$commit" | cut -c 1-12)
mkdir -p "$dir"
cat >"$dir/step.json" <<-STEP
	{ "commit": "$commit", "subject": "commit $n", "verdict": "$verdict", "reason": "",
	  "failed": $fails, "runs": 3, "test": "t:a", "failing": [ "t:a" ],
	  "build_seconds": 1.0, "run_seconds": 1.0 }
STEP
exit $code
END
chmod +x "$work/build/lab"

git init -q -b master "$tree"
git -C "$tree" config user.name "A Developer"
git -C "$tree" config user.email developer@example.org
mkdir -p "$tree/virt/kvm"
for n in $(seq 0 16); do
	echo "$n" >"$tree/virt/kvm/kvm_main.c"
	git -C "$tree" add -A
	git -C "$tree" commit -q -m "commit $n"
done

# bisect BAD DARK WORDS...: a bisection; prints what the lab prints
bisect()
{
	bad=$1 dark=$2
	shift 2
	BAD=$bad DARK=$dark DIES=${dies:-} "$work/build/driver" bisect --ksrc "$tree" --out "$out" \
		--good HEAD~16 --bad HEAD "$@"
}

# tidy NAME: check the function NAME, with a tree and a directory for each that are new
tidy()
{
	check "$1" "$1"
	git -C "$tree" bisect reset >/dev/null 2>&1
	git -C "$tree" checkout -q -f master
	rm -rf "$out"
}

# The tree is on its branch again, unchanged, and git bisects no more
restored()
{
	[ "$(git -C "$tree" symbolic-ref --short HEAD)" = master ] &&
		[ -z "$(git -C "$tree" status --porcelain)" ] &&
		! git -C "$tree" bisect log
}

finds_each()
{
	for n in 1 6 11 16; do
		rm -rf "$out"
		bisect "$n" '' | grep "^first bad commit: .* commit $n " || return 1
	done
	restored && grep "^#regzbot introduced: $(git -C "$tree" rev-parse HEAD)$" "$out/mail.txt"
}

passes_over_the_dark()
{
	bisect 10 '6 8' | grep '^first bad commit: .* commit 10 ' && restored
}

names_several()
{
	bisect 10 '9 10' >"$work/said"
	[ $? = 1 ] && grep 'one of several' "$work/said" && [ ! -e "$out/mail.txt" ] && restored
}

ends_must_be_right()
{
	bisect 17 '' >"$work/said"
	[ $? = 1 ] && grep ' is not bad' "$work/said" && restored || return 1
	rm -rf "$out"
	bisect 0 '' >"$work/said"
	[ $? = 1 ] && grep ' is not good' "$work/said" && restored
}

# The step kills the lab once, at whichever commit; nothing is tested twice
goes_on_after_a_kill()
{
	for dies in 0 16 8 10; do
		rm -rf "$out"
		mkdir "$out"
		touch "$out/dies"
		# HEAD, of which the ends are counted, is where git put it from now on.
		! bisect 10 '' && [ ! -e "$out/dies" ] && git -C "$tree" bisect log || return 1
		bisect 10 '' | grep '^first bad commit: .* commit 10 ' && restored || return 1
		[ "$(sort "$out/tested" | uniq -d)" = "$dies" ] || return 1
	done
	dies=
}

tells_again_what_was_found()
{
	bisect 10 '' && cp "$out/tested" "$work/tested" && bisect 10 '' &&
		cmp "$out/tested" "$work/tested" || return 1
	bisect 12 '' --again | grep '^first bad commit: .* commit 12 '
}

does_not_mix_two()
{
	mkdir "$out"
	touch "$out/dies"
	dies=8
	! bisect 10 '' || return 1
	dies=
	bisect 10 '' --tests mn_unmap_test
	[ $? = 64 ] || return 1
	bisect 12 '' --tests mn_unmap_test --again | grep '^first bad commit: .* commit 12 ' && restored
}

leaves_changes_alone()
{
	echo mine >"$tree/virt/kvm/kvm_main.c"
	bisect 10 ''
	[ $? = 64 ] && [ "$(cat "$tree/virt/kvm/kvm_main.c")" = mine ] && ! git -C "$tree" bisect log
}

leaves_bisections_alone()
{
	git -C "$tree" bisect start HEAD HEAD~4
	bisect 10 ''
	[ $? = 64 ] && git -C "$tree" bisect log
}

works_in_a_worktree()
{
	git -C "$tree" worktree add -q "$work/other" master~1 --detach || return 1
	echo mine >"$tree/virt/kvm/kvm_main.c"
	BAD=5 DARK='' DIES='' "$work/build/driver" bisect --ksrc "$work/other" --out "$out" \
		--good master~16 --bad master | grep '^first bad commit: .* commit 5 ' &&
		[ "$(cat "$work/other/virt/kvm/kvm_main.c")" = 15 ] &&
		[ "$(cat "$tree/virt/kvm/kvm_main.c")" = mine ]
	ret=$?
	git -C "$tree" worktree remove -f "$work/other"
	return $ret
}

echo 'TAP version 13'
echo '1..10'
tidy finds_each
tidy passes_over_the_dark
tidy names_several
tidy ends_must_be_right
tidy goes_on_after_a_kill
tidy tells_again_what_was_found
tidy does_not_mix_two
tidy leaves_changes_alone
tidy leaves_bisections_alone
tidy works_in_a_worktree
[ $failed = 0 ]

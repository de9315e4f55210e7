#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Make a git repository to bisect: a kernel, and what happened to it since.
#
# usage: make-repo.sh TREE REPO
#
# TREE, a kernel source tree, is copied to REPO, which must not exist. On top of
# it come 16 commits: one that does not build, one that panics at boot, each
# fixed by the next, one that breaks the kernel in a way that the suite
# notices, and others that do no harm. The one that does not build is the first that
# a bisection tries. Tags name them: good, unbootable, unbuildable, guilty, bad.
# The same TREE gives the same commits.
set -eu

usage="usage: make-repo.sh TREE REPO"
tree=$(readlink -f "${1:?$usage}")
repo=${2:?$usage}
regressions=$(dirname "$(readlink -f "$0")")/../regressions

if [ ! -e "$tree/virt/kvm/kvm_main.c" ]; then
	echo "make-repo.sh: $tree is no kernel source tree: it has no virt/kvm/kvm_main.c" >&2
	exit 1
fi
if [ -e "$repo" ]; then
	echo "make-repo.sh: $repo exists: remove it, or give another place" >&2
	exit 1
fi
command -v spatch >/dev/null || {
	echo "make-repo.sh: spatch is missing: apt-get install coccinelle" >&2
	exit 1
}

# commit SUBJECT: what was changed in the files that git knows
commit()
{
	number=$(git -C "$repo" rev-list --count --all)
	# The same dates make the same commits.
	date="2026-01-01T00:$(printf %02d "$number"):00Z"
	GIT_AUTHOR_DATE=$date GIT_COMMITTER_DATE=$date git -C "$repo" commit -q -a -m "$1"
}

# append FILE SUBJECT TEXT: a commit that adds TEXT to the end of FILE
append()
{
	printf '\n%s\n' "$3" >>"$repo/$1"
	commit "$2"
}

# remark FILE: a commit that changes no code
remark()
{
	append "$1" "$1: remark" "/* $1 ends here. */"
}

# initcall FILE SUBJECT LEVEL STATEMENT
initcall()
{
	append "$1" "$2" "static int __init bisect_initcall(void)
{
	$4
	return 0;
}
${3}_initcall(bisect_initcall);"
}

# regress NAME: a regression of the catalogue, as if it had never been otherwise
regress()
{
	patch=$repo.cocci
	sed "s/mn_regress($1)/true/" "$regressions/$1.cocci" >"$patch"
	sed -n 's,^// file: ,,p' "$patch" | while read -r file; do
		spatch --very-quiet --no-includes --in-place --sp-file "$patch" \
			"$repo/$file" >/dev/null
	done
	rm -f "$patch"
	if git -C "$repo" diff --quiet; then
		echo "make-repo.sh: $1 has no site in $tree" >&2
		exit 1
	fi
	commit "mm: simplify"
}

revert()
{
	git -C "$repo" diff HEAD HEAD~1 | git -C "$repo" apply
	commit "Revert \"$(git -C "$repo" log -1 --format=%s)\""
}

tag()
{
	git -C "$repo" tag "$1"
}

cp -a "$tree" "$repo"
git -C "$repo" init -q -b master
git -C "$repo" config user.name "A Developer"
git -C "$repo" config user.email developer@example.org
git -C "$repo" config gc.auto 0
# Also what .gitignore names: a release has files of such names.
git -C "$repo" add -A -f
commit "Linux"
tag good

remark mm/mmap.c
initcall mm/ksm.c "mm: ksm: say hello" late 'pr_info("hello\n");'
remark virt/kvm/kvm_main.c
sed -i 's/^config KSM$/# Merges pages.\n&/' "$repo/mm/Kconfig"
commit "mm: Kconfig: a word on KSM"
remark mm/madvise.c
initcall mm/compaction.c "mm: compaction: check" core 'panic("compaction is broken");'
tag unbootable
revert
append mm/migrate.c "mm: migrate: prepare" 'static int bisect_broken = no_such_thing;'
tag unbuildable
revert
regress failed_start_not_unwound
tag guilty
remark mm/mremap.c
initcall mm/oom_kill.c "mm: oom: say hello" late 'pr_info("hello\n");'
remark virt/kvm/eventfd.c
remark mm/mprotect.c
remark virt/kvm/pfncache.c
remark mm/rmap.c
tag bad
echo "$repo: $(git -C "$repo" rev-list --count good..bad) commits to bisect"

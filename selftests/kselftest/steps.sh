# shellcheck shell=sh disable=SC2154 # $tree, $kdir; $number and $failed of checks.sh
# SPDX-License-Identifier: GPL-2.0
#
# What unit.sh and check.sh look at. They set $tree, $kdir,
# which is empty if no module is built, and kselftest(), which makes a goal of the
# framework in the tree.

suite=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
place=$suite/selftests/kselftest/place.sh
# shellcheck source=selftests/checks.sh
. "$suite/selftests/checks.sh"
out=$work/out

# Of all files, links included, that are in the tree
sums()
{
	(cd "$tree" && find . -name .git -prune -o -type f -print0 -o -type l -print0 |
		sort -z | tar -cf - --mtime=@0 --null --no-recursion -T - | sha256sum)
	(cd "$tree" && find . -name .git -prune -o -type d -print | sort | sha256sum)
}

tracked()
{
	(cd "$tree" && find . -name .git -prune -o -path '*/kvm/mmu_notifier' -prune -o \
		-path '*/kvm/GNUmakefile' -o \( -type f -o -type l \) -print0 |
		sort -z | tar -cf - --mtime=@0 --null --no-recursion -T - | sha256sum)
}

programs()
{
	for source in "$suite"/selftests/*_test.c; do
		basename "$source" .c
	done
}

changes_nothing()
{
	before=$(tracked)
	sh "$place" install "$tree" && sh "$place" install "$tree" && [ "$(tracked)" = "$before" ]
}

# installed TARGETS VARIABLES...
installed()
{
	targets=$1
	shift
	rm -rf "$out/kselftest/kselftest_install"
	kselftest install TARGETS="$targets" "$@"
}

# listed COLLECTION...: these and no others, each program once
listed()
{
	list=$out/kselftest/kselftest_install/kselftest-list.txt
	[ "$(sort "$list" | uniq -d)" = '' ] &&
		[ "$(cut -d : -f 1 "$list" | sort -u | xargs)" = "$*" ] &&
		[ "$(sed -n 's/^kvm.mmu_notifier://p' "$list" | sort)" = "$(programs | sort)" ]
}

complete()
{
	dir=$out/kselftest/kselftest_install/kvm/mmu_notifier
	for program in $(programs); do
		[ -x "$dir/$program" ] && [ ! -L "$dir/$program" ] || return 1
		# Static: one set of programs for all kernels.
		! readelf -lW "$dir/$program" | grep INTERP || return 1
	done
	[ -z "$kdir" ] || modinfo "$dir/mmu_notifier_inject.ko" || return 1
	[ -f "$dir/config" ] && [ -f "$dir/settings" ] && [ ! -L "$dir/settings" ]
}

# runs NAME WORDS...: run_kselftest.sh with WORDS; the last says "ok 1 NAME"
runs()
{
	test=$1
	shift
	KSELFTEST_MN_UNMAP_TEST_ARGS='-l -t*memfd*' \
		"$out/kselftest/kselftest_install/run_kselftest.sh" "$@" | tee "$log.run"
	cat "$log.run"
	grep -qx 'ok 1 selftests: '"$test" "$log.run"
}

packed()
{
	kselftest gen_tar TARGETS=kvm/mmu_notifier &&
		tar -tf "$out/kselftest/kselftest_install/kselftest-packages/kselftest.tar.gz" |
			grep -q 'kvm/mmu_notifier/mn_unmap_test$'
}

as_before()
{
	sh "$place" uninstall "$tree" && sums >"$work/after" && cmp "$work/before" "$work/after"
}

# All lines of the script that begin with "check "
begin()
{
	echo "TAP version 13"
	echo "1..$(grep -c '^check ' "$0")"
	sums >"$work/before"
}

end()
{
	echo "# Totals: pass:$((number - failed)) fail:$failed xfail:0 xpass:0 skip:0 error:0"
	[ "$failed" = 0 ]
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: [KSRC=tree] ksrc.sh DIR
#
# Get the few files of the kernel's source that no binary package ships: the
# kselftest headers and runner, and checkpatch. Prints the directory that holds
# them at their places in the source: KSRC when it is given, else DIR, which is
# filled from Debian's linux-source package the first time.

set -eu

package=linux-source-6.1
mark=tools/testing/selftests/kselftest_harness.h
members="
	$mark
	tools/testing/selftests/kselftest.h
	tools/testing/selftests/kselftest_module.h
	tools/testing/selftests/Makefile
	tools/testing/selftests/kselftest_deps.sh
	tools/testing/selftests/kselftest_install.sh
	tools/testing/selftests/kselftest
	tools/testing/selftests/kvm/settings
	tools/testing/selftests/lib.mk
	tools/testing/selftests/run_kselftest.sh
	scripts/subarch.include
	scripts/checkpatch.pl
	scripts/spelling.txt
	scripts/const_structs.checkpatch
"

fail()
{
	echo "ksrc.sh: $*" >&2
	exit 1
}

if [ -n "${KSRC:-}" ]; then
	[ -f "$KSRC/$mark" ] ||
		fail "KSRC=$KSRC is not a kernel source tree: it has no $mark"
	echo "$KSRC"
	exit 0
fi

[ $# = 1 ] || fail "usage: ksrc.sh DIR"
dir=$1

# What an older list has filled lacks what is new in this one.
filled()
{
	for member in $members; do
		[ -e "$dir/$member" ] || return 1
	done
}

if filled; then
	echo "$dir"
	exit 0
fi

# One at a time; what a killed run has left goes with the next one's.
mkdir -p "$(dirname "$dir")"
exec 9>"$dir.lock"
flock 9
if filled; then
	echo "$dir"
	exit 0
fi
stage=$dir.new
trap 'rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM
rm -rf "$stage"
mkdir -p "$stage/lists" "$stage/files"

# Without the system's lists, or with outdated ones, fetch lists of our own.
fetch()
{
	(cd "$stage" && apt-get -q -o Acquire::Retries=3 "$@")
}
if ! fetch download "$package" >"$stage/log" 2>&1; then
	lists="-oDir::State::Lists=$stage/lists"
	caches="-oDir::Cache::pkgcache= -oDir::Cache::srcpkgcache="
	# shellcheck disable=SC2086 # several options
	{
		fetch "$lists" $caches -oAPT::Update::Error-Mode=any update &&
			fetch "$lists" $caches download "$package"
	} >"$stage/log" 2>&1 ||
		fail "cannot download $package: $(grep '^E: ' "$stage/log" | head -n 1);" \
		     "give a kernel source tree with KSRC="
fi

# One pass over an archive in an archive; only what is asked for is written.
prefix=$(basename "$package")
for member in $members; do
	echo "$prefix/$member"
done >"$stage/members"
{
	dpkg-deb --fsys-tarfile "$stage/$package"_*.deb |
		tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ -C "$stage/files" --strip-components=1 -T "$stage/members"
} 2>"$stage/log" || fail "cannot unpack $package: $(head -n 1 "$stage/log")"
[ -f "$stage/files/$mark" ] || fail "$package holds no $mark"

rm -rf "$dir"
mv "$stage/files" "$dir"
echo "$dir"

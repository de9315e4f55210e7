#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: fetch.sh kernel SERIES|default CACHE
#        fetch.sh look SERIES|default CACHE
#        fetch.sh source SERIES CACHE
#        fetch.sh files SERIES DIR FILE...
#        fetch.sh library PACKAGE DIR
#        fetch.sh programs 'PACKAGE ...' DIR
#
# Fetch what Debian has of the kernel, once. Nothing is installed and the system's
# package lists are not written to, so no privilege is needed. Prints the directory:
#
# kernel: CACHE/RELEASE with image, modules and headers for ARCH (see arch/names.sh), and
#	programs for this machine that build modules. CACHE/debian-SERIES (debian-SERIES-ARCH
#	if it is not this machine's) points there; remove that link to look for a newer release.
#	"default" is what linux-image-ARCH stands for in the system's package sources.
# look: the same directory if it is there, or else nothing: nothing is fetched.
# source: CACHE/source-SERIES, the source of that series.
# files: DIR with nothing but these FILEs (or directories) of the source.
# library: DIR with this package, for ARCH.
# programs: DIR with these packages, and all that they depend on, for ARCH.
#
# On failure the last line of stderr says why; the code is 2 for a wrong SERIES, else 1.
#
# All is put together in a stage, which is renamed when it is complete; the next run
# removes what a killed one left. The lock lasts until programs started here have ended.
# shellcheck disable=SC2086 # $members and $packages are lists of words
set -eu
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
title="Debian's kernel ${2:-}" instead="give a kernel source tree with KSRC="
names=$(dirname "$0")/../arch
# shellcheck source=lib/lab/arch/names.sh
. "$names/names.sh"
foreign=
[ "$ARCH_MACHINE" = "$(uname -m)" ] || foreign=-$ARCH

say() { echo "fetch.sh: $*" >&2; }
fail() { say "cannot fetch $title: $*; $instead"; exit 1; }
is_there() { (cd "$final" && ls -d $members) >/dev/null 2>&1; }

# Run a command; $why it failed is the first line that looks like an error.
try()
{
	"$@" >"$stage/log" 2>&1 && return
	why=$(grep -m 1 -E '^(E|tar|xz): | error: ' "$stage/log" || tail -n 1 "$stage/log")
	return 1
}

# apt-get or apt-cache, as apt.conf below says
apt()
{
	tool=apt-$1
	shift
	(cd "$stage/debs" && LC_ALL=C "$tool" -q -c "$stage/apt.conf" "$@")
}

# Get package lists of our own: of the system's sources or, if there is a $suite, of
# that on the Debian mirror, which is the source that has an -updates beside a suite.
update()
{
	if [ "$suite" ]; then
		mirror=$(apt get update --print-uris | sed -n \
			-e "s,^'\(.*\)/dists/[^/']*-updates/InRelease' .*,0 \1,p" \
			-e "s,^'\(.*\)/dists/[^-/']*/InRelease' .*,1 \1,p" | sort -s -k 1,1 | sed 's/^..//;q')
		[ "$mirror" ] || { echo "E: no Debian mirror among the sources in /etc/apt"; return 1; }
		echo "deb [signed-by=$keyring${suite_here:+" arch=$ARCH_DEBIAN"}] $mirror $suite main" \
			>"$stage/sources.list"
		[ -z "$suite_here" ] || echo "deb [signed-by=$keyring arch=$here] $mirror $suite_here main" \
			>>"$stage/sources.list"
		echo "Dir::Etc::SourceList \"$stage/sources.list\"; Dir::Etc::SourceParts \"/dev/null\";" \
			>>"$stage/apt.conf"
	fi
	echo "Dir::State::Lists \"$stage/lists\";" >>"$stage/apt.conf"
	apt get update
}

# Of $packages the one with programs becomes that for this machine, where all else is for another:
# $programs, or of the suite for this machine what comes nearest.
take_programs_for_here()
{
	programs=$(echo "$packages" | sed -n '/^linux-kbuild-/{s/:.*//;p;q}')
	packages=$(echo "$packages" | grep -v -e : -e '^linux-kbuild-')
	for kbuild in "$programs" $(apt cache pkgnames "${programs%.*}."); do
		! apt cache show "$kbuild:$here" >/dev/null 2>&1 || break
	done
	packages="$packages $kbuild:$here"
}

# Of a kernel: the parts that the lab needs of the newest one in the lists. Of the two
# images that Debian offers, the signed one exists in all suites.
download()
{
	if [ "$what" = kernel ]; then
		packages=$(apt cache depends --recurse --important "linux-image-$ARCH_DEBIAN" \
			"linux-headers-$ARCH_DEBIAN" |
			grep -E '^linux-(base|binary|headers|image|kbuild|modules)-[0-9]' |
			grep -v -e '-unsigned$')
		[ -z "$foreign" ] || take_programs_for_here
		release=$(echo "$packages" | sed -n 's/^linux-image-//p' | tail -n 1)
		final=$dir/$release
		case $series-$release in
		*-) echo "E: apt knows no package behind linux-image-$ARCH_DEBIAN"; return 1 ;;
		default-* | "$series-$series"[-.+~]*) ;;
		*) echo "E: $suite has $release and not that series"; return 1 ;;
		esac
	fi
	[ "$what" != programs ] || packages=$({ printf '%s\n' $series
		apt cache depends --recurse --important $series; } |
		grep -E '^[a-z0-9][^:]*$' | sort -u | sed "s/\$/:$ARCH_DEBIAN/")
	is_there || apt get download $packages
}

unpack_packages()
{
	for deb in "$stage"/debs/*.deb; do dpkg-deb -x "$deb" "$stage/root" || return 1; done
}

unpack_kernel()
{
	unpack_packages || return 1
	[ -z "$foreign" ] || [ -e "$stage/root/usr/lib/$programs" ] ||
		ln -s "$kbuild" "$stage/root/usr/lib/$programs"
	# Debian's headers name other directories by their place in the system.
	headers=$stage/root/usr/src/linux-headers-$release/Makefile
	[ ! -e "$headers" ] || sed -i -e "s,/usr/src/,\$(headers)/,g" \
		-e "1i headers := \$(abspath \$(dir \$(lastword \$(MAKEFILE_LIST)))..)" "$headers"
}

# An archive in an archive; what is not asked for is not written.
unpack_source()
{
	printf "$packages/%s\n" $members | sed 's,/\.$,,' >"$stage/members"
	dpkg-deb --fsys-tarfile "$stage/debs/$packages"_*.deb |
		tar -xO "./usr/src/$packages.tar.xz" |
		tar -xJ -C "$stage/root" --strip-components=1 -T "$stage/members"
}

what=${1:-} series=${2:-} dir=${3:-} look=
[ "$what" != look ] || what=kernel look=1
case $what-$# in
kernel-3) final=$dir/debian-$series$foreign title=$title${foreign:+" for $ARCH"} instead="give a built kernel with KDIR= or KERNEL=" ;;
source-3) title="the source of $title" final=$dir/source-$series ;;
files-[4-9] | files-??) title="files of the source of $title" final=$dir ;;
library-3 | programs-3) title="Debian's $series for $ARCH" final=$dir instead="unpack it there" ;;
*) say "usage: see the beginning of $0"; exit 2 ;;
esac
case $what-$series in
kernel-default | library-* | programs-*) suite=$ARCH_SUITE ;;
kernel-6.12) suite=${ARCH_SUITE:-bookworm-backports} ;;
*-5.10) suite=bullseye ;;
*-6.1) suite=bookworm ;;
*-6.12) suite=bookworm-backports ;;
*) suite=sid ;;
esac
# The system's own sources have newer versions, as those that fix security.
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release 2>/dev/null) || codename=
[ "$suite" != "$codename" ] || suite=
# A newer Debian's programs want a newer C library.
suite_here=
[ -z "$ARCH_SUITE" ] || [ "$suite" != "$ARCH_SUITE" ] || suite_here=$codename-backports
echo "$what-$series" | grep -Eqx "kernel-default|(library|programs)-.*|[a-z]+-[0-9]+\.[0-9]+" ||
	{ say "\"$series\" is not a kernel series: give it as 5.10, 6.1, 6.12 or 7.2"; exit 2; }
shift 3; members=${*:-.} packages=linux-source-$series
case $what in files | library | programs) ;; *) dir=$dir/ ;; esac
[ "$what" != library ] || packages=$series:$ARCH_DEBIAN
if [ "$look" ]; then is_there && readlink -f "$final"; exit 0; fi
is_there || {
	mkdir -p "$(dirname "$dir.")"
	exec 9>"$dir.lock"
	flock -n 9 || { say "waiting for another to fetch something to $dir"; flock 9; }
}
if ! is_there; then
	command -v apt-get >/dev/null || fail "there is no apt-get here"
	stage=$(readlink -f "$dir.stage")
	rm -rf "$dir".stage*
	mkdir -p "$stage/debs" "$stage/lists" "$stage/root"
	# A state of our own, and none of the system's hooks. What is installed must not
	# matter either: apt would prefer it to the version in an older suite.
	cat >"$stage/apt.conf" <<-END
		#clear APT::Update;
		#clear DPkg::Post-Invoke;
		APT::Update::Error-Mode "any"; Acquire::Languages "none"; Acquire::Retries "3";
		Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
		Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache ""; Dir::State::status "/dev/null";
	END
	if [ "$foreign" ]; then
		here=$(dpkg --print-architecture)
		cat >>"$stage/apt.conf" <<-END
			#clear APT::Architectures;
			APT::Architecture "$ARCH_DEBIAN";
			APT::Architectures { "$ARCH_DEBIAN"; "$here"; };
		END
	fi
	say "downloading $title (once) to $dir"
	try download || {
		say "updating package lists${suite:+ of $suite}"
		try update && try download
	} || fail "$why"
	if ! is_there; then
		case $what in
		kernel) try unpack_kernel ;;
		library | programs) try unpack_packages ;;
		*) try unpack_source ;;
		esac || fail "$why"
		rm -rf "$final"
		mv -T "$stage/root" "$final"
	fi
	[ "$what" != kernel ] || ln -sfn "$release" "${dir}debian-$series$foreign"
	rm -rf "$stage"
fi
readlink -f "$final"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: deps.sh GOAL
#
# Does this machine have what the make goal GOAL needs? What is missing is installed
# by apt, if there is apt and we are root, or else named. With nothing missing this is
# silent, quick, and does not touch the network. ARCH: what the kernels are for (arch/names.sh).

set -eu
names=$(dirname "$0")/arch
# shellcheck source=lib/lab/arch/names.sh
. "$names/names.sh"

# A program, a header (.h), a library as the linker knows it (lib*) or another file,
# the Debian package that has it, and what for.
programs='
gcc				gcc			building
ld				binutils		building
make				make			building
libc.a				libc6-dev		static test programs
linux/kvm.h			linux-libc-dev		building
numa.h				libnuma-dev		building
libnuma.a			libnuma-dev		static test programs
xz				xz-utils		unpacking the kselftest headers
'
lab='
archive.h			libarchive-dev		building the lab
gsl/gsl_cdf.h			libgsl-dev		building the lab
jansson.h			libjansson-dev		building the lab
libelf.h			libelf-dev		building the lab
/usr/include/libxml2/libxml/xmlwriter.h	libxml2-dev	building the lab
openssl/sha.h			libssl-dev		building the lab
'
[ -z "${CROSS_COMPILE:-}" ] || programs=$programs"
${CROSS_COMPILE}gcc	$ARCH_COMPILER_PACKAGE	building for $ARCH
/usr/$ARCH_COMPILER/lib/libc.a	libc6-dev-$ARCH_DEBIAN-cross	building for $ARCH
qemu-$ARCH_MACHINE	qemu-user	asking programs for $ARCH what they have
"
machine="
qemu-system-$ARCH_MACHINE	$ARCH_EMULATOR_PACKAGE	the virtual machine"'
modinfo				kmod			finding kernel modules
mkfs.ext4			e2fsprogs		disks of the virtual machine
rsync				rsync			building kernel modules
pahole				pahole			building kernel modules
'
kernel='
flex				flex			building kernels
bison				bison			building kernels
bc				bc			building kernels
openssl/opensslv.h		libssl-dev		building kernels
cpio				cpio			building kernels
depmod				kmod			building kernels
perl				perl			building kernels
git				git			building kernels
ccache				ccache			building kernels twice
'
debian='
/etc/ssl/certs/ca-certificates.crt	ca-certificates	fetching kernels
/usr/share/keyrings/debian-archive-keyring.gpg	debian-archive-keyring	fetching kernels
'

goal=${1:-}
case $goal in
all) need=$programs$lab ;;
kselftest) need=$programs'rsync	rsync	installing kselftest' ;;
unit) need=$programs$lab'git	git	tests of the bisection' ;;
install) need=$programs$lab$machine'
libacl.a	libacl1-dev	a lab without shared libraries
liblz4.a	liblz4-dev	a lab without shared libraries
libzstd.a	libzstd-dev	a lab without shared libraries
pkg-config	pkg-config	a lab without shared libraries' ;;
lint) need=$programs'
sparse	sparse	checking the modules
shellcheck	shellcheck	checking the scripts
perl	perl	checkpatch
git	git	listing the files' ;;
lab) need=$programs$lab$machine ;;
check) need=$programs$lab$machine'
git	git	tests of the bisection
xmllint	libxml2-utils	checking junit.xml
jsonschema	python3-jsonschema	checking results.json
node	nodejs	looking at index.html
chromium	chromium	looking at index.html
chromedriver	chromium-driver	looking at index.html' ;;
check-lab) need=$programs$lab$machine'
cpio	cpio			the fake board
debugfs	e2fsprogs		the fake board
mmdebstrap	mmdebstrap	the fake board
nc	netcat-openbsd		the fake board
ssh	openssh-client		the fake board
/usr/bin/python3	python3	LAVA
slurmctld	slurmctld	jobs of a cluster
slurmd	slurmd	jobs of a cluster
sbatch	slurm-client	jobs of a cluster
munged	munge	jobs of a cluster' ;;
check-kselftest | bisect) need=$programs$lab$machine$kernel ;;
prove) need=$programs$lab$machine$kernel'spatch	coccinelle	putting regressions into a kernel' ;;
*) echo "deps.sh: $goal: not a goal that it knows" >&2; exit 2 ;;
esac
! command -v apt-get >/dev/null || need=$need$debian

# mkfs and depmod are where users do not look.
PATH=$PATH:/usr/sbin:/sbin

is_there()
{
	case $1 in
	/*) [ -e "$1" ] ;;
	lib*.a) [ "$(${CC:-gcc} -print-file-name="$1" 2>/dev/null || echo "$1")" != "$1" ] ;;
	*.h) echo "#include <$1>" | ${CC:-gcc} -E -x c - >/dev/null 2>&1 ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# Lines of the table that name something that is not there
missing()
{
	echo "$need" | while read -r what package purpose; do
		[ -z "$what" ] || is_there "$what" || echo "$what $package $purpose"
	done
}

left=$(missing)
[ -n "$left" ] || exit 0
echo "make $goal needs what this machine does not have:"
echo "$left" | sed 's/^\([^ ]*\) \([^ ]*\) \(.*\)/  \1, for \3 (Debian: \2)/'
packages=$(echo "$left" | cut -d ' ' -f 2 | sort -u | tr '\n' ' ')
if ! command -v apt-get >/dev/null; then
	echo "Install them with this system's package manager."
	exit 1
elif [ "$(id -u)" != 0 ]; then
	echo "Install them with:"
	echo "  sudo apt-get install --no-install-recommends $packages"
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086 # one argument per package
apt-get install -q -y --no-install-recommends $packages
left=$(missing)
[ -z "$left" ] || { echo "deps.sh: installed, but still not found: $left" >&2; exit 1; }

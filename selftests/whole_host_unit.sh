#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: whole_host_unit.sh BUILD
#
# Is the whole host changed through lib/host alone, which asks whether it may? Whoever
# writes to files of the host directly is named here, with the reason why that concerns
# nobody else. BUILD holds the built objects. Prints KTAP.

set -u

build=$1
here=$(dirname "$0")
# shellcheck source=selftests/checks.sh
. "$here/checks.sh"

allowed()
{
	cat <<-END
		lib/memory/pagemap.c		what is known of the use of this process
		lib/oracle/activity.c		a trace instance of its own
		lib/oracle/klog.c		asks hoststate_allowed()
		lib/oracle/leak_check.c		counters brought up to date, nothing else
		lib/pressure/huge.c		huge pages of this process
		lib/pressure/migrate_offline.c	after hoststate_at_end()
		lib/pressure/reclaim_aging.c	generations of a cgroup of its own
		lib/scenario/vmm_process.c	a process of its own, into a cgroup
	END
}

# Objects of the library outside of lib/host that call hostfile_write(), or swap
writers()
{
	cd "$build/obj" || exit 1
	find lib -name '*.o' ! -path 'lib/host/*' | sort | while read -r object; do
		nm -u "$object" | grep -qE ' (hostfile_write|swapon)$' && echo "${object%.o}"
	done
}

nobody_else()
{
	allowed | awk '{ print $1 }' >"$work/allowed"
	(writers) >"$work/writers"
	diff "$work/allowed" "$work/writers"
}

echo 'KTAP version 1'
echo '1..1'
check changed_by_lib_host_alone nobody_else
[ "$failed" = 0 ]

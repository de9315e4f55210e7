// SPDX-License-Identifier: GPL-2.0
/*
 * The table of backings.  A new backing is a row here and an id in memory.h.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "hostfile.h"
#include "memory.h"

const char *memory_advice_missing(void)
{
	/* Nothing is advised about no bytes; only a missing call fails. */
	if (madvise(NULL, 0, MADV_DONTNEED) && errno == ENOSYS)
		return "kernel without CONFIG_ADVISE_SYSCALLS";
	return NULL;
}

static const char *thp_missing(void)
{
	char mode[64];

	if (memory_advice_missing())
		return memory_advice_missing();
	if (hostfile_read("/sys/kernel/mm/transparent_hugepage/enabled",
			  mode, sizeof(mode)) < 0)
		return "kernel without CONFIG_TRANSPARENT_HUGEPAGE";
	if (strstr(mode, "[never]"))
		return "transparent_hugepage/enabled is never: write madvise to it";
	return NULL;
}

const struct backing backings[NR_BACKINGS] = {
	[BACKING_ANON] = {
		.name = "anon",
		.id = BACKING_ANON,
		.granule = PAGE_BYTES,
		/* khugepaged must not add invalidations of its own. */
		.advice = MADV_NOHUGEPAGE,
	},
	[BACKING_ANON_THP] = {
		.name = "anon_thp",
		.id = BACKING_ANON_THP,
		.granule = HUGE_BYTES,
		.advice = MADV_HUGEPAGE,
		.missing = thp_missing,
	},
	[BACKING_MEMFD] = {
		.name = "memfd",
		.id = BACKING_MEMFD,
		.granule = PAGE_BYTES,
		.advice = MADV_NOHUGEPAGE,
		.shared_file = true,
	},
};

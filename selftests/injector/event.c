// SPDX-License-Identifier: GPL-2.0
/*
 * The events that an invalidation carries, by name.
 */
#include <linux/kernel.h>
#include <linux/mmu_notifier.h>
#include <linux/string.h>

#include "mni.h"

static const char * const event_names[] = {
	[MMU_NOTIFY_UNMAP] = "unmap",
	[MMU_NOTIFY_CLEAR] = "clear",
	[MMU_NOTIFY_PROTECTION_VMA] = "protection_vma",
	[MMU_NOTIFY_PROTECTION_PAGE] = "protection_page",
	[MMU_NOTIFY_SOFT_DIRTY] = "soft_dirty",
	[MMU_NOTIFY_RELEASE] = "release",
	[MMU_NOTIFY_MIGRATE] = "migrate",
#if MNI_HAVE_EXCLUSIVE
	[MMU_NOTIFY_EXCLUSIVE] = "exclusive",
#endif
};

#define UNKNOWN_EVENT	ARRAY_SIZE(event_names)

const char *mni_event_name(unsigned int event)
{
	return event < UNKNOWN_EVENT ? event_names[event] : "unknown";
}

unsigned int mni_event_rows(void)
{
	return UNKNOWN_EVENT + 1;
}

unsigned int mni_event_row(unsigned int event)
{
	BUILD_BUG_ON(UNKNOWN_EVENT >= MNI_NR_EVENTS);
	return min_t(unsigned int, event, UNKNOWN_EVENT);
}

int mni_event_find(const char *name)
{
	unsigned int row;

	for (row = 0; row <= UNKNOWN_EVENT; row++)
		if (!strcmp(name, mni_event_name(row)))
			return row;
	return -EINVAL;
}

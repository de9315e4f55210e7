// SPDX-License-Identifier: GPL-2.0
/*
 * Writeback of persistent memory: nothing is copied, but what CPUs have in their caches is
 * flushed, and pages are protected, so that the next write makes them known as dirty again.
 *
 * What is written through a stale translation is in the file all the same.  It is lost
 * when power fails, for no later fsync() flushes a page that it does not know to be dirty.
 * So it is the guest's faults that are judged: to a page that was protected nobody writes
 * without one.
 */
#include <unistd.h>

#include "pressure/pressure.h"
#include "vm/arch.h"

static int sync_file(const struct press *p, struct result *r)
{
	return fsync(p->area->fd) ? result_errno(r, "fsync(file of the guest's memory)") : 0;
}

static int count_faults(const struct press *p, unsigned long long *faults, struct result *r)
{
	int err = vm_faults(p->vm, faults);

	return err ? result_skip(r, "faults of the guest are not counted: %d", err) : 0;
}

static int sync_paused(struct press *p, unsigned long long *faults, struct result *r)
{
	int ret;

	if (press_pause(p, r))
		return -1;
	ret = sync_file(p, r) || count_faults(p, faults, r) ? -1 : 0;
	press_resume(p);
	return ret;
}

/* First with the guest writing all the while, then with nobody. */
static int apply_writeback_dax(struct press *p, struct result *r)
{
	unsigned long long before, after;

	if (sync_file(p, r) || sync_paused(p, &before, r) ||
	    press_visited(p, "after fsync()", r) || count_faults(p, &after, r))
		return -1;
	if (after - before < p->nr_pages)
		return result_fail(r, CONTRACT_CONTENTS,
				   "the guest wrote to %u pages that fsync() had protected, with %llu faults: to the mm they are clean, and no later fsync() flushes them",
				   p->nr_pages, after - before);
	p->proved += p->nr_pages;
	return 0;
}

PRESSURE(reclaim_writeback_dax) = {
	.name = "writeback_dax",
	.family = PRESSURE_RECLAIM,
	/* No emulation of KVM's writes instead, and each page is written to. */
	.plain = true,
	.guest_writes = true,
	.calls = "fsync() of a file in persistent memory, with the guest at work and paused",
	.events = "protection_page",
	.callers = CALLER_BIT(CALLER_PRESSURE) | CALLER_BIT(CALLER_OTHER),
	.proof = "page that the guest faulted in again",
	.preserves = BACKING_BIT(BACKING_DAX),
	/* Whoever else takes the translations makes the guest fault as well. */
	.zap_exclusive = true,
	.apply = apply_writeback_dax,
};

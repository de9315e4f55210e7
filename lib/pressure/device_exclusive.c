// SPDX-License-Identifier: GPL-2.0
/*
 * A device has pages of the guest to itself, for atomic operations that no bus can give
 * it: the mm then has an entry there that leads to the page, but not for the CPU.  A
 * vCPU that needs the page faults, and the device is told that it has lost it.
 *
 * The frame stays the same, so that no contents tell of a translation which KVM kept.
 * But then the device has the page still, although the guest has used it.
 */
#include <errno.h>

#include "base/deadline.h"
#include "oracle/oracle.h"
#include "pressure/hmm.h"

/* Page by page, with the guest at work, which takes back what it needs. */
static int exclude_some(struct press *p, struct result *r)
{
	unsigned int i;
	int ret;

	for (i = 0; i < p->nr_pages; i++) {
		ret = hmm_call(p, HMM_EXCLUSIVE, press_index(p, i) * PAGE_BYTES, PAGE_BYTES);
		/* The guest was quicker, or has the page locked. */
		if (ret && ret != -ENOENT && ret != -EBUSY)
			return hmm_failed(HMM_EXCLUSIVE, PAGE_BYTES, ret, r);
	}
	return 0;
}

/* All of it, with the vCPUs out.  A device that others made forget it cannot read. */
static int exclude_all(struct press *p, struct result *r)
{
	struct hmm *h = p->state;
	struct deadline deadline;
	int ret;

	deadline_start(&deadline, p->budget_ns);
	do {
		coherence_look_begin(p->coherence, h->looks);
		ret = hmm_call(p, HMM_EXCLUSIVE, 0, p->area->size);
	} while ((ret == -EBUSY || (ret == -ENOENT && !p->reaped)) && deadline_retry(&deadline));
	if (ret == -EBUSY && p->area->backing->granule > PAGE_BYTES)
		return result_skip(r, "this kernel gives no part of a huge page to a device alone");
	if (ret && ret != -ENOENT)
		return hmm_failed(HMM_EXCLUSIVE, p->area->size, ret, r);
	p->proved += p->area->size / PAGE_BYTES;
	return ret ? 0 : coherence_look_end(p->coherence, h->looks, h->copy, "the device", r);
}

/* The guest has been everywhere since. */
static int judge_lost(struct press *p, struct result *r)
{
	unsigned int i;

	if (press_visited(p, "with its memory excluded by the device", r))
		return -1;
	for (i = 0; p->each && i < p->nr_pages; i++) {
		if (hmm_call(p, HMM_CHECK_EXCLUSIVE, press_index(p, i) * PAGE_BYTES,
			     PAGE_BYTES) == -EPERM)
			return result_fail(r, CONTRACT_NO_STALE,
					   "the device has page %u at %p to itself, and the guest uses it: one of the two was not told",
					   i, (void *)press_page(p, i));
	}
	return 0;
}

/*
 * Judged after each step: before the kernel excludes a page for the second time it takes it
 * back, and notifies of that, which would hide that it did not notify of the first.
 */
static int apply(struct press *p, struct result *r)
{
	int ret;

	if (exclude_some(p, r) || judge_lost(p, r))
		return -1;
	ret = press_pause(p, r) || exclude_all(p, r) ? -1 : 0;
	press_resume(p);
	return ret || judge_lost(p, r) || hmm_read(p, r) ? -1 : 0;
}

PRESSURE(device_exclusive) = {
	.name = "device_exclusive",
	.family = PRESSURE_DEVICE,
	.calls = "HMM_DMIRROR_EXCLUSIVE, faults of the guest",
	.events = "exclusive",
	.proof = "page that the device had to itself",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD_PRIVATE),
	.has_interval = true,
	.needs = { hmm_missing },
	.set_up = hmm_set_up,
	.apply = apply,
	.tear_down = hmm_tear_down,
};

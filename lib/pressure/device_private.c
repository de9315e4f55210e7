// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory migrates to a device, whose memory no CPU can address: the mm then has
 * no page there but an entry that leads to the device's driver.  It comes back when
 * a vCPU faults there, by KVM's way through get_user_pages(), or when the driver is
 * told so.  Meanwhile the device uses it.
 *
 * Once a guest has used a page, that page cannot be the device's any longer: a vCPU
 * that does not fault has a translation to what was given up.
 */
#include <errno.h>
#include <string.h>

#include "base/deadline.h"
#include "oracle/oracle.h"
#include "pressure/hmm.h"
#include "pressure/remote_access.h"

/* Only what belongs to a process alone migrates to devices. */
#define PRIVATE		(BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP))

#define PARTS	4

/*
 * Part by part, with the guest at work, which takes back what it needs.  In few parts: for
 * each the kernel has every CPU give up its batches of pages first, and waits for that.
 */
static int take_some(struct press *p, struct result *r)
{
	size_t unit = p->area->backing->granule, at;

	if (unit < p->area->size / PARTS)
		unit = p->area->size / PARTS;
	for (at = 0; at < p->area->size; at += unit) {
		int ret = hmm_call(p, HMM_TO_DEVICE, at, unit);

		/* Where the guest was quicker the device has nothing to read. */
		if (ret && ret != -ENOENT)
			return hmm_failed(HMM_TO_DEVICE, unit, ret, r);
	}
	return 0;
}

/*
 * The whole area, with the vCPUs out.  What is in use for a moment stays where it is, and is
 * taken with the next try.  Then the device has read all, unless others made it forget.
 * @there: pages that are on the device
 */
static int take_all(struct press *p, size_t *there, struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES;
	struct hmm *h = p->state;
	struct deadline deadline;
	int ret;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (hmm_retry(p, HMM_TO_SYSTEM, r))
			return -1;
		coherence_look_begin(p->coherence, h->looks);
		ret = hmm_call(p, HMM_TO_DEVICE, 0, p->area->size);
		if (ret && ret != -ENOENT)
			return hmm_failed(HMM_TO_DEVICE, p->area->size, ret, r);
		if (hmm_on_device(p, there, r))
			return -1;
	} while (*there < nr && deadline_retry(&deadline));
	if (*there < nr)
		result_note(r, "%s: %zu of %zu pages did not migrate to the device", p->row->name,
			    nr - *there, nr);
	h->has_read = !ret;
	return 0;
}

static int take_all_and_judge(struct press *p, size_t *there, struct result *r)
{
	struct hmm *h = p->state;

	if (take_all(p, there, r))
		return -1;
	return h->has_read ? coherence_look_end(p->coherence, h->looks, h->copy, "the device", r) : 0;
}

/* The guest has been everywhere since. */
static int judge_back(struct press *p, struct result *r)
{
	const struct hmm *h = p->state;
	unsigned int i;
	size_t nr;

	if (press_visited(p, "with its memory on the device", r) || hmm_on_device(p, &nr, r))
		return -1;
	for (i = 0; p->each && i < p->nr_pages; i++) {
		if (hmm_is_on_device(h, press_index(p, i)))
			return result_fail(r, CONTRACT_NO_STALE,
					   "page %u at %p is in the device's memory, and the guest has used it without a fault: by a translation to what it was before",
					   i, (void *)press_page(p, i));
	}
	return 0;
}

/*
 * Have the driver give back what is left, in competition with the guest if that is at work,
 * and read by the device's mirror, which should be up to date.
 */
static int judge_mirror(struct press *p, struct result *r)
{
	struct deadline deadline;
	size_t nr;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (hmm_retry(p, HMM_TO_SYSTEM, r) || hmm_on_device(p, &nr, r))
			return -1;
	} while (nr && deadline_retry(&deadline));
	if (nr)
		return result_error(r, "%zu pages did not come back from the device", nr);
	return hmm_read(p, r);
}

static int apply_private(struct press *p, struct result *r)
{
	size_t there = 0;
	int ret;

	if (take_some(p, r))
		return -1;
	ret = press_pause(p, r) || take_all_and_judge(p, &there, r) ? -1 : 0;
	press_resume(p);
	p->proved += there;
	return ret || judge_back(p, r) || judge_mirror(p, r) ? -1 : 0;
}

PRESSURE(device_private) = {
	.name = "device_private",
	.family = PRESSURE_DEVICE,
	.calls = "HMM_DMIRROR_MIGRATE_TO_DEV, faults of the guest",
	.events = "migrate",
	.proof = "page in the device's memory",
	.preserves = PRIVATE,
	.has_interval = true,
	.needs = { hmm_missing },
	.set_up = hmm_set_up,
	.apply = apply_private,
	.tear_down = hmm_tear_down,
};

/* A part at leisure; for the rest see judge_mirror(). */
static int give_back_half(struct press *p, struct result *r)
{
	size_t half = p->area->size / 2, nr, i;
	const struct hmm *h = p->state;
	int ret;

	ret = hmm_call(p, HMM_TO_SYSTEM, 0, half);
	if (ret)
		return hmm_failed(HMM_TO_SYSTEM, half, ret, r);
	if (hmm_on_device(p, &nr, r))
		return -1;
	for (i = 0; i < half / PAGE_BYTES; i++)
		p->proved += !hmm_is_on_device(h, i);
	return 0;
}

static int apply_return(struct press *p, struct result *r)
{
	size_t there;
	int ret;

	ret = press_pause(p, r) || take_all_and_judge(p, &there, r) || give_back_half(p, r) ? -1 : 0;
	press_resume(p);
	return ret || judge_mirror(p, r) ? -1 : 0;
}

PRESSURE(device_private_return) = {
	.name = "device_private_return",
	.family = PRESSURE_DEVICE,
	.calls = "HMM_DMIRROR_MIGRATE_TO_DEV, HMM_DMIRROR_MIGRATE_TO_SYS",
	.events = "migrate",
	.proof = "page back from the device's memory",
	.preserves = PRIVATE,
	.has_interval = true,
	.needs = { hmm_missing },
	.set_up = hmm_set_up,
	.apply = apply_return,
	.tear_down = hmm_tear_down,
};

/* A word in each page, through the device's mirror: it writes whole pages. */
static int write_words(struct press *p, const struct remote_access *words, struct result *r)
{
	const struct hmm *h = p->state;
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++) {
		size_t at = press_index(p, i) * PAGE_BYTES;

		memcpy(h->copy + at + words->offset, &words->value[i], sizeof(words->value[i]));
	}
	return hmm_retry(p, HMM_WRITE, r);
}

/* What the device wrote goes with the page to its memory, and comes back with it. */
static int write_and_take(struct press *p, struct remote_access *words, size_t *there,
			  struct result *r)
{
	if (judge_mirror(p, r))
		return -1;
	remote_access_choose(words, p);
	return write_words(p, words, r) || take_all_and_judge(p, there, r) ? -1 : 0;
}

static int apply_write(struct press *p, struct result *r)
{
	struct remote_access words;
	size_t there = 0;
	int ret;

	ret = press_pause(p, r) || write_and_take(p, &words, &there, r) ? -1 : 0;
	press_resume(p);
	p->proved += there;
	return ret || judge_back(p, r) || remote_access_check(&words, p, p->row->calls, r) ? -1 : 0;
}

PRESSURE(device_write) = {
	.name = "device_write",
	.family = PRESSURE_DEVICE,
	.calls = "HMM_DMIRROR_WRITE, HMM_DMIRROR_MIGRATE_TO_DEV",
	.events = "migrate",
	.proof = "page in the device's memory",
	.plain = true,
	.preserves = BACKING_BIT(BACKING_ANON),
	.has_interval = true,
	.needs = { hmm_missing },
	.set_up = hmm_set_up,
	.apply = apply_write,
	.tear_down = hmm_tear_down,
};

/*
 * Where there was nothing, or the zero page, which a vCPU may map again until the device's page
 * is there.
 */
static int apply_populate(struct press *p, struct result *r)
{
	size_t there = 0;
	int ret;

	if (press_dontneed(p, r) || take_some(p, r) || judge_back(p, r))
		return -1;
	ret = press_pause(p, r) || press_dontneed(p, r) || take_all(p, &there, r) ? -1 : 0;
	press_call_over(p);
	press_resume(p);
	p->proved += there;
	return ret || judge_back(p, r) ? -1 : 0;
}

PRESSURE(device_populate) = {
	.name = "device_populate",
	.family = PRESSURE_DEVICE,
	.calls = "madvise(MADV_DONTNEED), HMM_DMIRROR_MIGRATE_TO_DEV",
	.events = "migrate",
	.proof = "page in the device's memory",
	.discards = PRIVATE,
	.frees = PRIVATE,
	.has_interval = true,
	.needs = { hmm_missing },
	.set_up = hmm_set_up,
	.apply = apply_populate,
	.tear_down = hmm_tear_down,
};

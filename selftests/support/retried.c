// SPDX-License-Identifier: GPL-2.0
/*
 * Having faults tried again, one after the other, and moving the pages afterwards.
 */

#include "base/deadline.h"
#include "oracle/held_pages.h"
#include "support/retried.h"
#include "vm/arch.h"

#define NR_FAULTS	1024	/* to be tried again */
#define NR_PAGES	64	/* of those that can be taken again */

struct retried {
	const struct retried_way *way;
	struct scenario spec;
	struct scenario_run run;
	struct uffd uffd;
};

/* ---- the ways ---- */

static int protect(struct uffd *u, char *at, size_t size, struct result *r)
{
	return uffd_protect(u, at, size, true, r);
}

static int unprotect(struct uffd *u, char *at, size_t size, struct result *r)
{
	return uffd_protect(u, at, size, false, r);
}

static int discard(struct uffd *u, char *at, size_t size, struct result *r)
{
	const struct retried *s = u->owner;

	return area_dontneed(&s->run.area, at, size, r);
}

/* The zero page would not do, for it cannot be moved. */
static int copy_zeroes(struct uffd *u, char *at, size_t size, struct result *r)
{
	static const char zeroes[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));

	return uffd_copy(u, at, zeroes, size, r);
}

const struct retried_way retried_protected = {
	.mode = UFFDIO_REGISTER_MODE_WP,
	.features = UFFD_FEATURE_PAGEFAULT_FLAG_WP,
	.missing = "no write protection by userfaultfd",
	.stays = true,
	.effect = EFFECT_PRESERVE,
	.take = protect,
	.give_back = unprotect,
};

const struct retried_way retried_minor = {
	.mode = UFFDIO_REGISTER_MODE_MINOR,
	.features = UFFD_FEATURE_MINOR_SHMEM,
	.missing = "no minor userfaults of shared memory: kernel before v5.14",
	.stays = true,
	.effect = EFFECT_PRESERVE,
	.take = discard,
	.give_back = uffd_continue,
};

const struct retried_way retried_minor_huge = {
	.mode = UFFDIO_REGISTER_MODE_MINOR,
	.features = UFFD_FEATURE_MINOR_HUGETLBFS,
	.missing = "no minor userfaults of hugetlb: kernel before v5.13",
	.stays = true,
	.effect = EFFECT_PRESERVE,
	.take = discard,
	.give_back = uffd_continue,
};

const struct retried_way retried_absent = {
	.mode = UFFDIO_REGISTER_MODE_MISSING,
	.effect = EFFECT_DISCARD,
	.take = discard,
	.give_back = copy_zeroes,
};

/* ---- the faults ---- */

/* By the thread that serves them, which has read this one before anybody can go on. */
static uint64_t faults(const struct retried *s)
{
	return __atomic_load_n(&s->uffd.faults, __ATOMIC_ACQUIRE);
}

/*
 * With the guest's fault waiting for @unit, have KVM's sequence move: take what the guest
 * comes to half a pass later.  At the end, or where a page would be lost, take the very page
 * that is waited for.
 */
static int resolve(struct uffd *u, char *unit, struct result *r)
{
	const struct retried *s = u->owner;
	const struct area *area = &s->run.area;
	char *next = unit;

	if (s->way->stays && faults(s) < NR_FAULTS)
		next = area->hva + (unit - area->hva + area->size / 2) % area->size;
	return s->way->take(u, next, u->unit, r) ?: s->way->give_back(u, unit, u->unit, r);
}

/* In each pass over all pages the guest comes to some that were taken. */
static int await_faults(struct retried *s, struct result *r)
{
	struct scenario_run *run = &s->run;
	uint64_t before;

	while (faults(s) < NR_FAULTS) {
		before = faults(s);
		/* The first visit that is counted may have its access behind it. */
		if (progress_await(&run->progress, run->visits + 1, run->budget_ns,
				   "with its faults tried again", r))
			return -1;
		if (faults(s) == before)
			return result_fail(r, CONTRACT_NO_STALE,
					   "the guest has used all of its pages, and has waited for none of those that were taken meanwhile, after %llu faults",
					   (unsigned long long)before);
	}
	return 0;
}

/* Of the guest alone: the host keeps its hands off the area until all is over. */
static int fault_by_userfault(struct retried *s, struct result *r)
{
	const struct area *area = &s->run.area;
	const struct retried_way *way = s->way;
	int ret;

	if (coherence_before(&s->run.coherence, way->effect, r))
		return -1;
	ret = uffd_open(&s->uffd, way->features, area->backing->granule, s->run.budget_ns, r) ||
	      uffd_register(&s->uffd, area->hva, area->size, way->mode, r) ||
	      uffd_serve(&s->uffd, resolve, s, false, r) ||
	      way->take(&s->uffd, area->hva, area->size, r) || await_faults(s, r) ? -1 : 0;
	if (uffd_close(&s->uffd, r))
		ret = -1;
	coherence_after(&s->run.coherence, way->effect);
	return ret;
}

/* Half of them are enough: of all else that KVM counts, some may be counted twice. */
static int judge_retried(struct retried *s, unsigned long long retried, struct result *r)
{
	result_judged(r, ORACLE_FAULTS);
	result_note(r, "%llu faults waited for a page while it was invalidated, %llu were tried again",
		    (unsigned long long)faults(s), retried);
	if (retried >= faults(s) / 2)
		return 0;
	return result_fail(r, CONTRACT_FAULTS,
			   "%llu faults got their page when an invalidation had come between, and only %llu were tried again",
			   (unsigned long long)faults(s), retried);
}

static int judge(struct retried *s, struct result *r)
{
	struct scenario_run *run = &s->run;
	unsigned long long before, after;
	int ret = 0;

	if (vm_park(&run->vm, run->budget_ns, r))
		return -1;
	if (vm_retried(&run->vm, &before))
		result_not_judged(r, ORACLE_FAULTS, "nobody counts faults that are tried again");
	vm_resume(&run->vm);
	if (fault_by_userfault(s, r) || vm_park(&run->vm, run->budget_ns, r))
		return -1;
	if (!vm_retried(&run->vm, &after))
		ret = judge_retried(s, after - before, r);
	if (held_pages_judge(&run->area, run->budget_ns, r))
		ret = -1;
	vm_resume(&run->vm);
	return ret;
}

void retried_judge(const struct retried_way *way, const struct backing *backing,
		   const char *workload, struct result *r)
{
	struct retried s = {
		.way = way,
		.spec = {
			.backing = backing,
			.injector = &injector_setups[0],
			.workload = workload_find(workload),
			.nr_vcpus = 1,
			.nr_pages = way->stays ? NR_PAGES : NR_FAULTS,
		},
	};

	if (uffd_missing())
		result_skip(r, "%s", uffd_missing());
	else if (!uffd_has(way->features))
		result_skip(r, "%s", way->missing);
	else
		scenario_end(&s.run, !scenario_begin(&s.run, &s.spec, r) && !judge(&s, r), r);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults that KVM has to try again with the page already in its hands.
 *
 * KVM notes the sequence number of invalidations, gets the page from the mm, and then looks
 * whether there was an invalidation meanwhile.  Here there always was: KVM waits for the
 * page in a userfault, which is resolved after an invalidation.  So each fault is given up,
 * with a page to give back, and the guest faults once more.  (An invalidation that is held
 * open does not do it on x86: newer kernels look for one before they get the page.)
 *
 * A reference that is kept then never goes: the page cannot be moved any more, nor is it free
 * when the guest's memory is gone.
 */
#ifndef RETRIED_H
#define RETRIED_H

#include "memory/uffd.h"
#include "scenario/scenario.h"

/* How the guest's accesses come to wait, and what resolves them. */
struct retried_way {
	uint64_t mode;			/* one UFFDIO_REGISTER_MODE_* */
	uint64_t features;		/* UFFD_FEATURE_* that are used */
	const char *missing;		/* if the kernel has not all of these */
	/* Pages stay where they are, so that they can be taken again. */
	bool stays;
	enum content_effect effect;
	/* From here on the guest faults on these pages; notifiers hear of it in any case. */
	int (*take)(struct uffd *u, char *at, size_t size, struct result *r);
	int (*give_back)(struct uffd *u, char *unit, size_t size, struct result *r);
};

/* The page stays mapped, and the guest may not write to it: for writes. */
extern const struct retried_way retried_protected;
/* The page stays in its file, but not in the page table: for reads, and fetches of code. */
extern const struct retried_way retried_minor;
/* The same of hugetlb. */
extern const struct retried_way retried_minor_huge;
/* There is no page: for memory of a process's own. */
extern const struct retried_way retried_absent;

/* retried_judge() - have a guest's faults tried again, and judge what is left of them */
void retried_judge(const struct retried_way *way, const struct backing *backing,
		   const char *workload, struct result *r);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rows with userfaultfd share: one round, from opening a descriptor
 * to closing it, with vCPUs that wait in the kernel for a page meanwhile.
 */
#ifndef USERFAULT_H
#define USERFAULT_H

#include "memory/uffd.h"
#include "pressure/pressure.h"

struct userfault {
	uint64_t features;	/* UFFD_FEATURE_* that are used */
	uint64_t mode;		/* one UFFDIO_REGISTER_MODE_*, of the area */
	size_t unit;		/* resolved at once; 0: what the backing's faults take */
	int (*resolve)(struct uffd *u, char *unit, struct result *r);
	void *owner;		/* for resolve(); NULL: the press */
	/* The round itself; finds the area registered and faults held back. */
	int (*run)(struct press *p, struct uffd *u, struct result *r);
};

/*
 * userfault_round() - open, register, serve, run, and close whatever happened
 *
 * No one waits in a fault any more when it returns.
 */
int userfault_round(struct press *p, const struct userfault *how, struct result *r);

/* userfault_unit() - what is resolved at once of the area's backing */
size_t userfault_unit(const struct press *p);

/* userfault_discard() - remove all pages, from the mapping and from the file behind it */
int userfault_discard(struct press *p, struct result *r);

/* Where each vCPU was. */
struct stall {
	uint64_t visits[GUEST_MAX_VCPUS];
};

/* stall_begin() - from here on no vCPU may make progress */
void stall_begin(struct stall *s, const struct press *p);

#define USERFAULT_TAKEN	"all its pages were taken away, and none was given back"

/*
 * stall_judge() - with all faults held back, did any vCPU make progress?
 * @why: it cannot, e.g. USERFAULT_TAKEN
 *
 * Waits until every vCPU waits for a page, but only a few milliseconds.
 * Return: 0, or -1 with a failure of contract 5.
 */
int stall_judge(const struct stall *s, const struct press *p, const struct uffd *u,
		const char *why, struct result *r);

/*
 * userfault_release() - stop holding faults back, and wait until the guest was served
 * @before: uffd_served() before the pages were taken
 *
 * Return: 0, or -1 with a failure: the guest does not fault on what was taken away.
 */
int userfault_release(struct press *p, struct uffd *u, uint64_t before, struct result *r);

/*
 * userfault_again() - a round in which pages are taken while they are resolved
 * @take: takes all pages away
 *
 * Counts in p->proved how often a page was taken again while a vCPU waited for
 * it.  Return: 0 once the guest was served after the last time, or -1 with @r.
 */
int userfault_again(struct press *p, struct uffd *u,
		    int (*take)(struct press *p, struct result *r), struct result *r);

#endif

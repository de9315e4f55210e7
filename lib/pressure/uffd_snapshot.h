/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A snapshot of a running guest by userfaultfd's write protection.
 *
 * All pages are protected at once; the first write to a page waits until a
 * thread has copied it.  The copy must be what was there when all was protected: a
 * write that lands in between went by the protection.
 */
#ifndef UFFD_SNAPSHOT_H
#define UFFD_SNAPSHOT_H

#include "memory/uffd.h"
#include "pressure/pressure.h"

#define UFFD_SNAPSHOT_SINCE	"v5.7"

struct uffd_snapshot {
	struct press *press;
	char *pages;		/* of the area, copied at their first write */
	uint32_t *copied;	/* one a unit */
	uint64_t nr_copied;
	guest_u64 *words;	/* on each visited page, when all was protected */
};

/* uffd_snapshot_missing() - why the kernel cannot protect so, or NULL */
const char *uffd_snapshot_missing(void);

/* uffd_snapshot_features() - UFFD_FEATURE_* that it takes on the area's backing */
uint64_t uffd_snapshot_features(const struct press *p);

/*
 * uffd_snapshot_open() - get ready; uffd_snapshot_close() is safe after it, and if zeroed
 *
 * Return: 0, or -1 with an error, or a skip: not this kind of memory.
 */
int uffd_snapshot_open(struct uffd_snapshot *s, struct press *p, struct result *r);
void uffd_snapshot_close(struct uffd_snapshot *s);

/* uffd_snapshot_resolve() - for uffd_serve(), with the snapshot as the owner */
int uffd_snapshot_resolve(struct uffd *u, char *unit, struct result *r);

/*
 * uffd_snapshot_protect() - protect all of the area, and note what it holds
 *
 * With the faults held.  No page is copied yet.
 */
int uffd_snapshot_protect(struct uffd_snapshot *s, struct uffd *u, struct result *r);

/*
 * uffd_snapshot_hold() - everything that writes stalls, and what it has written stays as it is
 *
 * With the faults held.  Return: 0, or -1 with a failure of contract 5.
 */
int uffd_snapshot_hold(struct uffd_snapshot *s, const struct uffd *u, struct result *r);

/*
 * uffd_snapshot_take() - let the writers go on, until all is copied, and judge the copies
 *
 * Return: 0, or -1 with a failure of contract 5 or 10.
 */
int uffd_snapshot_take(struct uffd_snapshot *s, struct uffd *u, struct result *r);

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * madvise() of newer kernels: discarding locked memory, and guard pages instead of
 * memory.
 */
#include <errno.h>
#include <sys/mman.h>

#include "pressure/pressure.h"
#include "vm/arch.h"

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED	24
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

#define LOCKED_SINCE	"v5.18"
#define GUARD_SINCE	"v6.13"

/* An unknown advice is refused before the kernel looks at the range. */
static const char *locked_missing(void)
{
	return madvise(NULL, 0, MADV_DONTNEED_LOCKED) ?
	       "kernel before " LOCKED_SINCE " has no MADV_DONTNEED_LOCKED" : NULL;
}

static const char *guard_missing(void)
{
	return madvise(NULL, 0, MADV_GUARD_INSTALL) ?
	       "kernel before " GUARD_SINCE " has no MADV_GUARD_INSTALL" : NULL;
}

/* The lock goes with the mapping. */
static int lock(struct press *p, struct result *r)
{
	if (!mlock(p->area->hva, p->area->size))
		return 0;
	if (errno == EPERM || errno == ENOMEM)
		return result_skip(r, "mlock() of %zu KiB: needs CAP_IPC_LOCK or a larger RLIMIT_MEMLOCK",
				   p->area->size / 1024);
	return result_errno(r, "mlock(%p, %zu)", p->area->hva, p->area->size);
}

static int apply_dontneed_locked(struct press *p, struct result *r)
{
	const struct area *a = p->area;

	if (madvise(a->hva, a->size, MADV_DONTNEED_LOCKED))
		return result_errno(r, "madvise(%p, %zu, MADV_DONTNEED_LOCKED)", a->hva, a->size);
	return 0;
}

PRESSURE(unmap_madvise_dontneed_locked) = {
	.name = "madvise_dontneed_locked",
	.family = PRESSURE_UNMAP,
	.calls = "mlock(), madvise(MADV_DONTNEED_LOCKED)",
	.since = LOCKED_SINCE,
	.events = "clear",
	/* Not hugetlb nor DAX, which are never swapped and which mlock() leaves alone. */
	.preserves = ON_SHARED & ~ON_HUGETLB & ~ON_DAX,
	.discards = ON_PRIVATE & ~ON_HUGETLB & ~ON_DAX,
	.frees = ON_PRIVATE & ~ON_HUGETLB & ~ON_DAX,
	.needs = { locked_missing },
	.set_up = lock,
	.apply = apply_dontneed_locked,
};

/* Mapped, but an access ends in SIGSEGV. */
static int install_guard(struct press *p, struct result *r)
{
	const struct area *a = p->area;
	int err = madvise(a->hva, a->size, MADV_GUARD_INSTALL) ? errno : 0;

	if (vm_arch.faults_hold_pages)
		press_resume(p);
	if (!err)
		return 0;
	errno = err;
	if (errno == EINVAL && a->fd >= 0)
		return result_skip(r, "madvise(MADV_GUARD_INSTALL) over a file: kernel before v6.15");
	return result_errno(r, "madvise(%p, %zu, MADV_GUARD_INSTALL)", a->hva, a->size);
}

static int remove_guard(struct press *p, struct result *r)
{
	const struct area *a = p->area;

	if (madvise(a->hva, a->size, MADV_GUARD_REMOVE))
		return result_errno(r, "madvise(%p, %zu, MADV_GUARD_REMOVE)", a->hva, a->size);
	return 0;
}

/*
 * The kernel begins anew whenever a page has come back meanwhile, and returns only when none
 * has. Faults that fetch a page and then have to wait until it is done keep it at that. The
 * guest is paused before the gap opens, in which it would not leave.
 */
static int apply_guard(struct press *p, struct result *r)
{
	if (vm_arch.faults_hold_pages && press_pause(p, r))
		return -1;
	return press_gap(p, install_guard, remove_guard, r);
}

PRESSURE(unmap_guard_install) = {
	.name = "guard_install",
	.family = PRESSURE_UNMAP,
	.calls = "madvise(MADV_GUARD_INSTALL), madvise(MADV_GUARD_REMOVE)",
	.since = GUARD_SINCE,
	.events = "clear",
	/* Guard pages cannot stand in for huge ones of hugetlb. */
	.preserves = ON_SHARED & ~ON_HUGETLB,
	.discards = ON_PRIVATE & ~ON_HUGETLB,
	.frees = ON_PRIVATE & ~ON_HUGETLB,
	.extra = ON_DAX,
	.needs = { guard_missing },
	.apply = apply_guard,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * mprotect(): the right to use memory taken away and given back.
 */
#include <sys/mman.h>

#include "pressure.h"

static int protect(const struct area *a, int prot, struct result *r)
{
	if (mprotect(a->hva, a->size, prot))
		return result_errno(r, "mprotect(%p, %zu, %#x)", a->hva, a->size, prot);
	return 0;
}

static int forbid_all(struct press *p, struct result *r)
{
	return protect(p->area, PROT_NONE, r);
}

static int allow_all(struct press *p, struct result *r)
{
	return protect(p->area, PROT_READ | PROT_WRITE, r);
}

/* To the guest it is as if the memory were not mapped. */
static int apply_none(struct press *p, struct result *r)
{
	return press_hole(p, forbid_all, allow_all, r);
}

PRESSURE(cow_mprotect_none) = {
	.name = "mprotect_none",
	.family = PRESSURE_COW,
	.calls = "mprotect(PROT_NONE), mprotect(PROT_READ | PROT_WRITE)",
	.events = "protection_vma",
	.preserves = ON_EVERY_BACKING,
	.apply = apply_none,
};

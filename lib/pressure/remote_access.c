// SPDX-License-Identifier: GPL-2.0
/*
 * Words that get into the guest's pages by other means than a store.
 */
#include "oracle/oracle.h"
#include "pressure/remote_access.h"

#define OWN_OFFSET	2048	/* far from the stamp, in a sector of its own */
#define OWN_WORD	0xf03e000000000000ULL

void remote_access_choose(struct remote_access *f, struct press *p)
{
	bool host = press_host_writes(p);
	unsigned int i;

	f->offset = host ? 0 : OWN_OFFSET;
	for (i = 0; i < p->nr_pages; i++)
		f->value[i] = host ? coherence_next(p->coherence, i) :
				     OWN_WORD | (guest_u64)(p->round + 1) << 16 | i;
}

int remote_access_check(const struct remote_access *f, struct press *p, const char *how,
			struct result *r)
{
	unsigned int i;

	if (press_host_writes(p))
		coherence_published(p->coherence);
	for (i = 0; i < p->nr_pages; i++) {
		guest_u64 seen = guest_load(remote_access_place(f, p, i));

		if (seen != f->value[i])
			return result_fail(r, CONTRACT_CONTENTS,
					   "page %u at %p reads %#llx after %s of %#llx there",
					   i, (void *)remote_access_place(f, p, i), seen, how,
					   f->value[i]);
	}
	return press_visited(p, "after a write from outside", r);
}

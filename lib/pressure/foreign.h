/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing a word to every visited page by other means than a store: which, and
 * whether it has arrived.
 *
 * Where the host stamps the pages, it is the next stamp, and the guest looks for
 * it.  Where the guest does, it is a word that nobody else uses.
 */
#ifndef FOREIGN_H
#define FOREIGN_H

#include "pressure/pressure.h"

struct foreign {
	size_t offset;	/* in the page */
	guest_u64 value[GUEST_MAX_PAGES];
};

/* foreign_choose() - what to write next; announces it */
void foreign_choose(struct foreign *f, struct press *p);

/* foreign_place() - where it goes */
static inline guest_u64 *foreign_place(const struct foreign *f, const struct press *p,
				       unsigned int page)
{
	return (guest_u64 *)((char *)press_page(p, page) + f->offset);
}

/*
 * foreign_written() - it is written: is it there, and does the guest see it?
 * @how: for the message, e.g. "process_vm_writev()"
 *
 * Return: 0, or -1 with a failure of contract 9 or 10.
 */
int foreign_written(const struct foreign *f, struct press *p, const char *how,
		    struct result *r);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing a word to every visited page by other means than a store: which, and
 * whether it has arrived.
 *
 * Where the host stamps the pages, it is the next stamp, and the guest looks for
 * it.  Where the guest does, it is a word that nobody else uses.
 */
#ifndef REMOTE_ACCESS_H
#define REMOTE_ACCESS_H

#include "pressure/pressure.h"

struct remote_access {
	size_t offset;	/* in the page */
	guest_u64 value[GUEST_MAX_PAGES];
};

/* remote_access_choose() - what to write next; announces it */
void remote_access_choose(struct remote_access *f, struct press *p);

/* remote_access_place() - where it goes */
static inline guest_u64 *remote_access_place(const struct remote_access *f, const struct press *p,
					     unsigned int page)
{
	return (guest_u64 *)((char *)press_page(p, page) + f->offset);
}

/*
 * remote_access_check() - it is written: is it there, and does the guest see it?
 * @how: for the message, e.g. "process_vm_writev()"
 *
 * Return: 0, or -1 with a failure of contract 9 or 10.
 */
int remote_access_check(const struct remote_access *f, struct press *p, const char *how,
			struct result *r);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Order (contract 5): start() comes first, then the page goes, then end().
 *
 * Judged by an injector of the kind checker, whom the page table tells what KVM was
 * told.  It finds whatever is taken late, early, or without any notice, in every
 * invalidation of the area, by whoever starts it.
 */
#ifndef ORDERING_H
#define ORDERING_H

#include "inject/inject.h"
#include "memory/memory.h"

struct ordering {
	struct injector *checker;	/* NULL: nobody looks */
	const struct area *area;
	struct injector_status seen;	/* at the last look */
};

/* ordering_init() - @checker is attached over @area, or NULL; both must outlive @o */
void ordering_init(struct ordering *o, struct injector *checker, const struct area *area);

/*
 * ordering_look() - before a call and after it: has anything gone outside of invalidations?
 * @name: of whatever is under way, for the message
 *
 * Return: 0, or -1 with a failure, or an error.
 */
int ordering_look(struct ordering *o, const char *name, struct result *r);

/*
 * ordering_summary() - when all is over: says so if nothing was judged
 * @takes: pages must have been seen to go, inside of invalidations
 */
void ordering_summary(const struct ordering *o, bool takes, struct result *r);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The programs of a plan, in order, for whoever is free to run the next one.
 */
#ifndef LAB_QUEUE_H
#define LAB_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct lab_queue {
	size_t next, nr;	/* the first that nobody has taken; all of them */
	bool closed;		/* no more are given out */
};

/* Take one: its number goes to @n. False if there is none left, or it is closed. */
static inline bool lab_queue_take(struct lab_queue *q, size_t *n)
{
	if (q->closed || q->next == q->nr)
		return false;
	*n = q->next++;
	return true;
}

/* A machine came to grief: what nobody has begun yet will not be run. */
static inline void lab_queue_close(struct lab_queue *q)
{
	q->closed = true;
}

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of several names was probably meant by one that is none of them.
 */
#ifndef LAB_NEAREST_H
#define LAB_NEAREST_H

#include <stddef.h>

/*
 * Edits of @glob that make it match @name: letters changed, left out, put in, or swapped
 * with a neighbour; '?' stands for any letter, and '*' for any number of them.
 */
size_t lab_edits(const char *glob, const char *name);

struct lab_nearest {
	const char *word;	/* what was given */
	const char *name;	/* the nearest so far, NULL: none is near; not copied */
	size_t distance;	/* of @name: edits that lead from one to the other */
};

/*
 * Consider one more @name for @n, which starts with nothing but @word set. A name is
 * near if few of its letters (one of two or three, two of up to eight, a third of more)
 * are wrong, missing, too many or swapped with a neighbour, or if one begins with the
 * other. Of names that are equally near the first is kept.
 */
void lab_nearest_try(struct lab_nearest *n, const char *name);

/* "; did you mean PREFIX NAME?" for an error text, in a static buffer; "" without a name. */
const char *lab_nearest_hint(const struct lab_nearest *n, const char *prefix);

#endif

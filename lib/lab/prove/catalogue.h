/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalogue of regressions: one semantic patch each, NAME.cocci, whose
 * leading comment says what it is.
 *
 *	// class: ...		which kind of regression
 *	// commit: ...		what fixed it, or introduced the rule
 *	// broke: ...		what it does to people
 *	// file: ...		where it applies; may be repeated
 *	// tests: ...		what should see it, as for --tests; may be repeated
 *	// expect: ...		a text of the failure; may be repeated: one of them
 *	// mode: ...		a mode of the suite, if not the first
 *
 * One kernel has them all, and what follows is how it is talked to.
 */
#ifndef LAB_CATALOGUE_H
#define LAB_CATALOGUE_H

#include <stddef.h>

#include "base/lab_error.h"

/* The kernel parameter that switches one on by its name, or "none". */
#define LAB_REGRESSION_PARAMETER	"mn_regress.active=%s"
/* A symbol of the kernels that have it. */
#define LAB_REGRESSION_SYMBOL		"mn_regression_%s"
/* On the console, before the number of times that its site was reached. */
#define LAB_REGRESSION_REACHED		"mn_regress: %s reached "

#define LAB_REGRESSION_EXPECTS	8

struct lab_regression {
	char *name;
	char *path;
	char *class, *commit, *broke;
	char *tests;		/* all of them, blanks between */
	char *mode;		/* or NULL */
	char *expects[LAB_REGRESSION_EXPECTS];
	size_t nr_expects;
};

struct lab_catalogue {
	struct lab_regression *entries;	/* by name */
	size_t nr;
};

/*
 * Read all of @dir. Returns 0 with @c to be freed by lab_catalogue_free(), or
 * -EINVAL with one line on what is wrong with an entry, or another -errno.
 */
int lab_catalogue_read(const char *dir, struct lab_catalogue *c, struct lab_error *e);
void lab_catalogue_free(struct lab_catalogue *c);

#endif

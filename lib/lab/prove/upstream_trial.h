/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One run of the kernel tree's own KVM selftests.
 */
#ifndef LAB_UPSTREAM_TRIAL_H
#define LAB_UPSTREAM_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/paths.h"
#include "prove/catalogue.h"
#include "prove/proof.h"

/* All of "lab prove-upstream". */
struct lab_upstream {
	const struct lab_paths *paths;
	const char *kdir, *programs, *only, *out;
	bool again;
	uint64_t versions;	/* of kernel and tests */
	struct lab_catalogue catalogue;
	struct lab_proof *proofs;	/* as the catalogue's entries */
};

struct lab_trial {
	const char *active;	/* the regression, or "none" */
	const char *mode;	/* or NULL */
	const char *programs;	/* the directory they are in */
	const char *tests;	/* NULL: all */
	const char *dir;	/* for the results */
	bool stops;		/* at the first failure */
	bool counts;		/* which tests come by which sites */
};

/* "lab run" of it; its exit code. */
int lab_upstream_run(const struct lab_upstream *u, const struct lab_trial *t);

#endif

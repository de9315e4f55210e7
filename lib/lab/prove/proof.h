/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a run on a kernel with one regression switched on has shown.
 */
#ifndef LAB_PROOF_H
#define LAB_PROOF_H

#include <stdio.h>

#include "prove/catalogue.h"

enum lab_proof_kind {
	LAB_PROOF_CAUGHT,	/* failed, with one of the expected texts */
	LAB_PROOF_OTHERWISE,	/* failed, but said something else */
	LAB_PROOF_SURVIVED,	/* reached, and nothing failed: an oracle is missing */
	LAB_PROOF_UNREACHED,	/* nothing failed and the site was never reached: a pressure is */
	LAB_PROOF_ABSENT,	/* this kernel has no such site */
	LAB_PROOF_UNFOUNDED,	/* failed, and the site was never reached: a false failure */
	LAB_PROOF_UNKNOWN,	/* the run itself did not work */
};

struct lab_proof {
	enum lab_proof_kind kind;
	long reached;		/* how often, as far as the kernel could tell */
	double seconds;		/* of testing, to the first failure */
	char by[256];		/* the test that failed first */
	char message[512];	/* its first line of evidence, or why there is none */
};

/* For people, e.g. "caught". */
const char *lab_proof_name(enum lab_proof_kind kind);

/*
 * Judge the results in @dir of a run that came back with @code. An entry that
 * expects no text is content with any failure.
 */
void lab_proof_judge(const char *dir, const struct lab_regression *r, int code,
		     struct lab_proof *proof);

/* The tests that pass according to the results in @dir, as --tests takes them; to be freed. */
char *lab_proof_passing(const char *dir);

/* Keep it in @path, with @stamp; 0 or -errno. */
int lab_proof_save(const char *path, const struct lab_proof *proof, const char *stamp,
		   struct lab_error *e);

/* Whether @path has one with the same @stamp, which is then in @proof. */
int lab_proof_load(const char *path, struct lab_proof *proof, const char *stamp);

/* Counts, and how long it took to catch them; @proofs as the catalogue's entries. */
void lab_proof_summary(FILE *f, const struct lab_catalogue *c, const struct lab_proof *proofs);

/* All of them as Markdown into @path; 0 or -errno. */
int lab_proof_table(const char *path, const struct lab_catalogue *c,
		    const struct lab_proof *proofs, struct lab_error *e);

#endif

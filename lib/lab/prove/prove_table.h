/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What became of a catalogue of regressions, for people.
 */
#ifndef LAB_PROVE_TABLE_H
#define LAB_PROVE_TABLE_H

#include <stdio.h>

#include "prove/catalogue.h"
#include "prove/proof.h"

/* Counts, and how long it took to catch them; @proofs as the catalogue's entries. */
void lab_prove_summary(FILE *f, const struct lab_catalogue *c, const struct lab_proof *proofs);

/* All of it as Markdown into @path; 0 or -errno. */
int lab_prove_table(const char *path, const struct lab_catalogue *c,
		    const struct lab_proof *proofs, struct lab_error *e);

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * Reporting on a catalogue of regressions.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/text.h"
#include "prove/prove_table.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void lab_prove_summary(FILE *f, const struct lab_catalogue *c, const struct lab_proof *proofs)
{
	double *seconds = lab_realloc(NULL, c->nr, sizeof(*seconds));
	size_t of[LAB_PROOF_UNKNOWN + 1] = { 0 }, caught = 0;

	for (size_t i = 0; i < c->nr; i++) {
		of[proofs[i].kind]++;
		if (proofs[i].kind <= LAB_PROOF_OTHERWISE)
			seconds[caught++] = proofs[i].seconds;
	}
	for (int kind = 0; kind <= LAB_PROOF_UNKNOWN; kind++)
		if (of[kind])
			fprintf(f, "%s%s: %zu", kind ? ", " : "", lab_proof_name(kind), of[kind]);
	fprintf(f, " of %zu\n", c->nr);
	if (caught) {
		qsort(seconds, caught, sizeof(*seconds), by_value);
		fprintf(f, "seconds to the first failure: median %.1f, maximum %.1f\n",
			seconds[caught / 2], seconds[caught - 1]);
	}
	free(seconds);
}

/* Text for a cell: no bars, which would end it. */
static void add_cell(struct lab_text *t, const char *text)
{
	for (; *text; text++)
		lab_text_add(t, *text == '|' ? "/" : text, 1);
	lab_text_addf(t, " | ");
}

static void add_row(struct lab_text *t, const struct lab_regression *r,
		    const struct lab_proof *proof)
{
	lab_text_addf(t, "| ");
	add_cell(t, r->name);
	add_cell(t, r->class);
	add_cell(t, lab_proof_name(proof->kind));
	lab_text_addf(t, "%ld | ", proof->reached);
	if (proof->kind <= LAB_PROOF_OTHERWISE)
		lab_text_addf(t, "%.1f | ", proof->seconds);
	else
		lab_text_addf(t, "| ");
	add_cell(t, proof->by);
	add_cell(t, proof->message);
	lab_text_addf(t, "\n");
}

int lab_prove_table(const char *path, const struct lab_catalogue *c,
		    const struct lab_proof *proofs, struct lab_error *e)
{
	struct lab_text t = { NULL };
	char *text;
	int ret;

	lab_text_addf(&t, "| regression | class | result | reached | s | by | message |\n"
		      "|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < c->nr; i++)
		add_row(&t, &c->entries[i], &proofs[i]);
	text = lab_text_take(&t);
	ret = lab_write_file(path, text, strlen(text), e);
	free(text);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Gathering and printing the table of results.
 */
#include <stdio.h>
#include <string.h>

#include "runner/results_table.h"

static struct table_row *find_row(struct results_table *t, const struct scenario *spec)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		if (!strcmp(t->rows[i].pressure, spec->pressure->name) &&
		    !strcmp(t->rows[i].backing, spec->backing->name))
			return &t->rows[i];
	}
	if (t->nr == TABLE_MAX_ROWS)
		return NULL;
	t->rows[t->nr].pressure = spec->pressure->name;
	t->rows[t->nr].backing = spec->backing->name;
	t->rows[t->nr].proof = spec->pressure->proof ?: spec->pressure->events;
	return &t->rows[t->nr++];
}

/* A failure is what the reader looks for; it replaces the reason of a skip. */
static void keep_reason(struct table_row *row, const struct result *r)
{
	bool failed = r->kind >= RESULT_ERROR;

	if (r->kind == RESULT_PASS || (row->reason[0] && (!failed || row->failed)))
		return;
	snprintf(row->reason, sizeof(row->reason), "%.*s",
		 (int)sizeof(row->reason) - 1, r->reason);
}

void table_add(struct results_table *t, const struct scenario *spec,
	       const struct figures *f, const struct result *r, uint64_t ns)
{
	struct table_row *row = find_row(t, spec);

	if (!row)
		return;
	keep_reason(row, r);
	row->passed += r->kind == RESULT_PASS;
	row->skipped += r->kind == RESULT_SKIP;
	row->failed += r->kind >= RESULT_ERROR;
	row->ns += ns;
	row->figures.invalidations += f->invalidations;
	row->figures.refusals += f->refusals;
	row->figures.faults += f->faults;
	row->figures.caught += f->caught;
	row->figures.proved += f->proved;
}

void table_print(const struct results_table *t)
{
	unsigned int i;

	if (!t->nr)
		return;
	printf("# | pressure | backing | invalidations | refusals | pages refaulted | freed frames watched | effect | passed/failed/skipped | seconds | why |\n");
	printf("# |---|---|--:|--:|--:|--:|---|---|--:|---|\n");
	for (i = 0; i < t->nr; i++) {
		const struct table_row *row = &t->rows[i];

		printf("# | %s | %s | %llu | %llu | %llu | %llu | %llu x %s | %u/%u/%u | %.1f | %s |\n",
		       row->pressure, row->backing, row->figures.invalidations,
		       row->figures.refusals, row->figures.faults, row->figures.caught,
		       row->figures.proved, row->proof, row->passed, row->failed,
		       row->skipped, row->ns / 1e9, row->reason);
	}
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table that a test program leaves behind: a row for each pressure on each
 * backing, summed up over the variants that ran.
 */
#ifndef RESULTS_TABLE_H
#define RESULTS_TABLE_H

#include "scenario/scenario.h"

#define TABLE_MAX_ROWS	512

struct table_row {
	const char *pressure, *backing, *proof;
	struct figures figures;		/* sums */
	unsigned int passed, failed, skipped;
	uint64_t ns;
	char reason[96];		/* of the first failure, else of the first skip */
};

struct results_table {
	struct table_row rows[TABLE_MAX_ROWS];
	unsigned int nr;
};

/*
 * table_add() - account for one test
 * @t: zeroed before the first
 * @spec: of the scenario
 * @f: what it delivered
 * @r: how it ended
 * @ns: how long it took, set-up included
 */
void table_add(struct results_table *t, const struct scenario *spec,
	       const struct figures *f, const struct result *r, uint64_t ns);

/* table_print() - as KTAP comments that form a Markdown table; nothing if empty */
void table_print(const struct results_table *t);

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * table.md: what the programs measured, a chapter for each that has a table.
 */
#include "report/report.h"

int lab_report_table(FILE *f, const struct lab_results *results)
{
	const char *gap = "";

	for (size_t i = 0; i < results->nr_programs; i++) {
		const struct lab_program *p = &results->programs[i];

		if (!p->table.len)
			continue;
		fprintf(f, "%s## %s\n\n%s", gap, p->name, p->table.s);
		gap = "\n";
	}
	return 0;
}

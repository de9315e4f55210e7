// SPDX-License-Identifier: GPL-2.0
/*
 * results.ktap: KTAP version 1, one nested subtest per program. This is for
 * tools that read KTAP (kunit.py parse, LAVA): a program whose output cannot be trusted is
 * not ok, what was not run, or not to its end for a reason of the bed, is skipped.
 */
#include <string.h>

#include "report/report.h"

static void print_diagnostics(FILE *f, const char *s)
{
	while (s && *s) {
		size_t len = strcspn(s, "\n");

		fprintf(f, "    %s%.*s\n", *s == '#' ? "" : "# ", (int)len, s);
		s += len + (s[len] == '\n');
	}
}

/* Did the machine die under it? */
static bool died(const struct lab_program *p)
{
	return p->state == LAB_PROGRAM_RUNNING && p->failed;
}

static void print_case(FILE *f, size_t n, const struct lab_program *p, const struct lab_case *c)
{
	static const char *const directives[] = {
		[KTAP_PASS] = "", [KTAP_FAIL] = "", [KTAP_ERROR] = " # ERROR",
		[KTAP_SKIP] = " # SKIP", [KTAP_XFAIL] = " # XFAIL",
	};
	bool ok = !ktap_failed(c->status);
	const char *directive = directives[c->status];

	print_diagnostics(f, c->diagnostics);
	/* To readers a result that is missing is a test that crashed, and its program with it. */
	if (!ok && died(p) && c == p->cases + p->nr_cases - 1) {
		fprintf(f, "    # %s: %s\n", c->name[0] ? c->name : "program", c->reason);
		return;
	}
	fprintf(f, "    %s %zu %s%s", ok ? "ok" : "not ok", n, c->name[0] ? c->name : "program",
		directive);
	if (c->reason[0])
		fprintf(f, "%s%s", directive[0] ? " " : " # ", c->reason);
	fputc('\n', f);
}

static void print_program(FILE *f, size_t n, const struct lab_results *r,
			  const struct lab_program *p)
{
	bool ok = !p->failed && !p->errors && !p->problem;

	if (!p->nr_cases) {
		if (p->state == LAB_PROGRAM_WAITING)
			fprintf(f, "ok %zu %s # SKIP not run%s%s\n", n, p->name, r->not_run_why[0] ?
				": " : "", r->not_run_why);
		else
			fprintf(f, "not ok %zu %s # %s\n", n, p->name, p->problem ? : "no results");
		return;
	}
	fprintf(f, "    KTAP version 1\n    # Subtest: %s\n    1..%zu\n", p->name, p->nr_cases);
	for (size_t i = 0; i < p->nr_cases; i++)
		print_case(f, i + 1, p, &p->cases[i]);
	print_diagnostics(f, p->evidence.s);
	fprintf(f, "%s %zu %s", ok ? "ok" : "not ok", n, p->name);
	if (ok && p->state == LAB_PROGRAM_RUNNING)
		fprintf(f, " # SKIP not run to its end");
	else if (ok && !p->passed)
		fprintf(f, " # SKIP");
	else if (p->problem || died(p))
		fprintf(f, " # %s", p->problem ? : p->cases[p->nr_cases - 1].reason);
	fputc('\n', f);
}

int lab_report_ktap(FILE *f, const struct lab_results *results)
{
	fprintf(f, "KTAP version 1\n1..%zu\n", results->nr_programs);
	for (size_t i = 0; i < results->nr_programs; i++)
		print_program(f, i + 1, results, &results->programs[i]);
	return 0;
}

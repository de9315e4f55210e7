// SPDX-License-Identifier: GPL-2.0
/*
 * Reporting on a soak.
 */
#include <gsl/gsl_cdf.h>

#include "campaign/soak_results.h"

#define CONFIDENCE	0.95

/*
 * The rate of failure that so many trials rule out, by the exact bound of Clopper and
 * Pearson: were it higher, so few failures would come about in less than one case of
 * twenty. It holds for few trials, and for no failure at all.
 */
static double upper_bound(unsigned long failures, unsigned long trials)
{
	if (failures >= trials)
		return 1;
	return gsl_cdf_beta_Pinv(CONFIDENCE, (double)failures + 1, (double)(trials - failures));
}

static void print_bound(FILE *f, const char *what, unsigned long failures, unsigned long trials)
{
	double upper = upper_bound(failures, trials);

	fprintf(f, "  at most %.3g %% of %s fail", upper * 100, what);
	if (upper < 0.1)
		fprintf(f, ", or one in %.0f", 1 / upper);
	fprintf(f, " (%g %% confidence)\n", CONFIDENCE * 100);
}

static void print_count(FILE *f, const char *what, const struct lab_soak_count *c)
{
	fprintf(f, "  %s: %lu run%s, %lu failed; %lu tests, %lu failed\n", what, c->runs,
		c->runs == 1 ? "" : "s", c->failed, c->tests, c->failed_tests);
}

void lab_soak_report(FILE *f, const char *title, const struct lab_soak_tally *t)
{
	const struct lab_soak_count all = {
		.runs = t->calm.runs + t->busy.runs,
		.failed = t->calm.failed + t->busy.failed,
		.tests = t->calm.tests + t->busy.tests,
		.failed_tests = t->calm.failed_tests + t->busy.failed_tests,
	};
	const char *name;
	json_t *times;

	fprintf(f, "%s\n", title);
	print_count(f, "in all", &all);
	if (t->busy.runs)
		print_count(f, "of these under load", &t->busy);
	if (all.runs) {
		print_bound(f, "runs", all.failed, all.runs);
		print_bound(f, "tests", all.failed_tests, all.tests);
	}
	json_object_foreach(t->failures, name, times)
		fprintf(f, "  failed in %lld run%s: %s\n", (long long)json_integer_value(times),
			json_integer_value(times) == 1 ? "" : "s", name);
	if (t->inconclusive)
		fprintf(f, "  not counted: %lu inconclusive run%s (the bed's fault, or all skipped)\n",
			t->inconclusive, t->inconclusive == 1 ? "" : "s");
	if (t->others.runs)
		print_count(f, "not counted, with other versions of the programs", &t->others);
	if (t->unreadable)
		fprintf(f, "  not counted: %lu line%s that cannot be read\n", t->unreadable,
			t->unreadable == 1 ? "" : "s");
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the runs of one commit to what git bisect is told about it.
 *
 * A commit is bad if it broke a contract in any of its runs, good if enough runs passed
 * and none failed. Anything else is "cannot tell": a wrong good or bad costs the whole
 * bisection, a commit that is skipped costs one step.
 *
 *  - A panic or hang during a test must happen again, since the bed can cause a single
 *    one. Before the first test it is the same as a kernel that does not boot.
 *  - A test that could not be carried out, or whose pressure had no effect, counts only
 *    if it is one of those that the bad end of the bisection fails and the good end
 *    passes, and only if no run passes.
 *  - What a program breaks that has no such test says nothing either: there may be
 *    more than one regression on the way.
 *  - A run that passes has to pass one of those tests: if all of them are skipped, the
 *    regression cannot show.
 */
#ifndef LAB_BISECT_VERDICT_H
#define LAB_BISECT_VERDICT_H

#include <jansson.h>
#include <stdbool.h>

enum lab_bisect_run {
	LAB_BISECT_PASSED,
	LAB_BISECT_BROKE,	/* a contract */
	LAB_BISECT_DIED,	/* panic or hang under a test */
	LAB_BISECT_FAILED,	/* not carried out, and that counts */
	LAB_BISECT_UNFIT,	/* skipped, or no boot: another run will say the same */
	LAB_BISECT_NOTHING,	/* says nothing; the next run may */
	LAB_BISECT_NR_RUNS
};

/* What is known about the tests. */
struct lab_bisect_known {
	bool errors_count;	/* any test that could not be carried out counts as failed */
	json_t *failing;	/* titles of the tests that the bad end fails (an array), or NULL */
};

/*
 * What a run says that ended with exit code @code and left @results (results.json;
 * NULL if there are none). @test gets the one of its cases that decided, or NULL.
 */
enum lab_bisect_run lab_bisect_classify(json_t *results, int code,
					const struct lab_bisect_known *known, json_t **test);

/* Add the titles of the tests that failed to @titles, but for those that are there. */
void lab_bisect_add_failing(json_t *titles, json_t *results);

/* The runs of a commit so far. */
struct lab_bisect_tally {
	long nr[LAB_BISECT_NR_RUNS];	/* of each kind */
	long since_failure;	/* runs that count, from the first that did not pass */
};

void lab_bisect_count(struct lab_bisect_tally *t, enum lab_bisect_run run);
/* Runs that count, and those of them that did not pass. */
long lab_bisect_runs(const struct lab_bisect_tally *t);
long lab_bisect_failures(const struct lab_bisect_tally *t);

enum lab_bisect_verdict {
	LAB_BISECT_UNDECIDED,	/* it takes another run */
	LAB_BISECT_GOOD,
	LAB_BISECT_BAD,
	LAB_BISECT_CANNOT_TELL,
};
extern const char *const lab_bisect_verdicts[];	/* "good", "bad", "cannot tell" */

/* It takes @runs from the first that fails on, and @good_runs that pass if none fails. */
enum lab_bisect_verdict lab_bisect_judge(const struct lab_bisect_tally *t, long runs,
					 long good_runs);

/* What git bisect run takes for the verdict of that name: 0, 1, 125. */
int lab_bisect_exit_code(const char *verdict);

/*
 * A bad commit failed @failed of @runs runs. How many runs have to pass until
 * the chance that a bad commit passed them all is at most one in a hundred? The
 * rate of failure is estimated by (failed + 1) / (runs + 2).
 */
long lab_bisect_good_runs(long failed, long runs);
/* The same chance with @good_runs. */
double lab_bisect_chance(long failed, long runs, long good_runs);

#endif

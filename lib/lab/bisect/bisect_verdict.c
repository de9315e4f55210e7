// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on commits. See bisect_verdict.h for the rules and their reasons.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/text.h"
#include "bisect/bisect_verdict.h"
#include "campaign/campaign.h"
#include "report/cases.h"
#include "verdict/verdict.h"

/* After so many runs that say nothing the bed, or the commit, is not fit for it. */
#define MAX_NOTHING	2
#define CHANCE		0.01

static bool says(json_t *one, const char *what)
{
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(one, "diagnostics"), i, line)
		if (strstr(json_string_value(line), what))
			return true;
	return false;
}

static bool has_status(json_t *one, const char *status)
{
	return !strcmp(lab_json_text_of(one, "status"), status);
}

/* Is @wanted among @titles or, if it ends in a colon, the program of one? Frees @wanted. */
static bool is_among(json_t *titles, char *wanted)
{
	size_t len = strlen(wanted), i;
	bool found = false;
	json_t *title;

	json_array_foreach(titles, i, title)
		found = found || !strncmp(json_string_value(title), wanted,
					  len + (wanted[len - 1] != ':'));
	free(wanted);
	return found;
}

/* Of a program that has tests which are sought, or any if it is not known which are. */
static bool is_sought(json_t *titles, json_t *one)
{
	return !json_array_size(titles) ||
		is_among(titles, lab_format("%s:", lab_json_text_of(one, "program")));
}

static bool was_running(json_t *results)
{
	json_t *program;
	size_t i;

	json_array_foreach(json_object_get(results, "programs"), i, program)
		if (strcmp(lab_json_text_of(program, "state"), "not run"))
			return true;
	return false;
}

/* A failure without a word is one of the test; it does not say that it is not. */
static bool broke(json_t *one, bool died)
{
	return says(one, "broken: ") || (!died && has_status(one, "fail"));
}

/* The most that a failed test of the run says; @test is that one, or the first that is sought. */
static enum lab_bisect_run worst(json_t *results, bool died, const struct lab_bisect_known *known,
				 json_t **test)
{
	enum lab_bisect_run found = LAB_BISECT_NOTHING;
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		if (!lab_case_failed(one))
			continue;
		if (!*test || (is_sought(known->failing, one) && !is_sought(known->failing, *test)))
			*test = one;
		if (broke(one, died) && is_sought(known->failing, one)) {
			*test = one;
			return LAB_BISECT_BROKE;
		}
		if (known->errors_count || is_among(known->failing, lab_case_title(one)))
			found = LAB_BISECT_FAILED;
	}
	return found;
}

/* Could what is sought have shown? */
static bool passes_sought(json_t *results, json_t *failing)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one)
		if (has_status(one, "pass") && is_among(failing, lab_case_title(one)))
			return true;
	return !json_array_size(failing);
}

static enum lab_bisect_run passed(json_t *results, const struct lab_bisect_known *known)
{
	return passes_sought(results, known->failing) ? LAB_BISECT_PASSED : LAB_BISECT_UNFIT;
}

enum lab_bisect_run lab_bisect_classify(json_t *results, int code,
					const struct lab_bisect_known *known, json_t **test)
{
	bool died = code == LAB_EXIT_PANIC || code == LAB_EXIT_HANG;
	enum lab_bisect_run run;

	*test = NULL;
	/* They say "fail" until the run is over. */
	if (!results || json_integer_value(json_object_get(results, "exit_code")) != code)
		return LAB_BISECT_NOTHING;
	switch (code) {
	case LAB_EXIT_PASS:
		return passed(results, known);
	case LAB_EXIT_FAIL:
	case LAB_EXIT_ERROR:
	case LAB_EXIT_PANIC:
	case LAB_EXIT_HANG:
		if (died && !was_running(results))
			return LAB_BISECT_UNFIT;
		run = worst(results, died, known, test);
		/* What the kernel complains of before any test is not what is sought. */
		if (!died && !*test)
			return passed(results, known);
		if (!died || run == LAB_BISECT_BROKE)
			return run;
		return is_sought(known->failing, *test) ? LAB_BISECT_DIED : LAB_BISECT_NOTHING;
	case LAB_EXIT_SKIP:
	case LAB_EXIT_NO_BOOT:
		return LAB_BISECT_UNFIT;
	default:
		return LAB_BISECT_NOTHING;
	}
}

void lab_bisect_add_failing(json_t *titles, json_t *results)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		const char *name = lab_json_text_of(one, "name");

		/* A program that ended early is no test that another run could pass. */
		if (lab_case_failed(one) && name[0] &&
		    !is_among(titles, lab_case_title(one)))
			json_array_append_new(titles, json_sprintf("%s:%s",
					      lab_json_text_of(one, "program"), name));
	}
}

void lab_bisect_count(struct lab_bisect_tally *t, enum lab_bisect_run run)
{
	t->nr[run]++;
	if (lab_bisect_failures(t) && run != LAB_BISECT_UNFIT && run != LAB_BISECT_NOTHING)
		t->since_failure++;
}

long lab_bisect_failures(const struct lab_bisect_tally *t)
{
	return t->nr[LAB_BISECT_BROKE] + t->nr[LAB_BISECT_DIED] + t->nr[LAB_BISECT_FAILED];
}

long lab_bisect_runs(const struct lab_bisect_tally *t)
{
	return t->nr[LAB_BISECT_PASSED] + lab_bisect_failures(t);
}

static enum lab_bisect_verdict judge_failures(const long *nr, long runs)
{
	bool died = nr[LAB_BISECT_DIED] > 1 || (nr[LAB_BISECT_DIED] && runs == 1);
	bool failed = nr[LAB_BISECT_FAILED] && !nr[LAB_BISECT_PASSED];

	return nr[LAB_BISECT_BROKE] || died || failed ? LAB_BISECT_BAD : LAB_BISECT_CANNOT_TELL;
}

enum lab_bisect_verdict lab_bisect_judge(const struct lab_bisect_tally *t, long runs,
					 long good_runs)
{
	bool over = t->nr[LAB_BISECT_UNFIT] || t->nr[LAB_BISECT_NOTHING] >= MAX_NOTHING;

	if (lab_bisect_failures(t))
		return t->since_failure >= runs || over ? judge_failures(t->nr, runs) :
			LAB_BISECT_UNDECIDED;
	if (over)
		return LAB_BISECT_CANNOT_TELL;
	return t->nr[LAB_BISECT_PASSED] >= good_runs ? LAB_BISECT_GOOD : LAB_BISECT_UNDECIDED;
}

const char *const lab_bisect_verdicts[] = {
	[LAB_BISECT_UNDECIDED] = "undecided", [LAB_BISECT_GOOD] = "good",
	[LAB_BISECT_BAD] = "bad", [LAB_BISECT_CANNOT_TELL] = "cannot tell",
};

int lab_bisect_exit_code(const char *verdict)
{
	return !strcmp(verdict, "good") ? 0 : !strcmp(verdict, "bad") ? 1 : 125;
}

static double pass_rate(long failed, long runs)
{
	return 1 - (failed + 1.0) / (runs + 2.0);
}

long lab_bisect_good_runs(long failed, long runs)
{
	return (long)ceil(log(CHANCE) / log(pass_rate(failed, runs)));
}

double lab_bisect_chance(long failed, long runs, long good_runs)
{
	return pow(pass_rate(failed, runs), good_runs);
}

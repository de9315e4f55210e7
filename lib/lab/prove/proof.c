// SPDX-License-Identifier: GPL-2.0
/*
 * From the files of a run to a verdict on the suite, and what is made of many of them.
 */
#include <gsl/gsl_sort.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/text.h"
#include "campaign/campaign.h"
#include "prove/prove.h"
#include "report/cases.h"
#include "run/run.h"

const char *const lab_proof_names[] = {
	[LAB_PROOF_CAUGHT] = "caught",
	[LAB_PROOF_OTHERWISE] = "caught otherwise",
	[LAB_PROOF_SURVIVED] = "SURVIVED",
	[LAB_PROOF_UNREACHED] = "NEVER REACHED",
	[LAB_PROOF_ABSENT] = "not in this kernel",
	[LAB_PROOF_UNFOUNDED] = "FAILED THOUGH NEVER REACHED",
	[LAB_PROOF_UNKNOWN] = "no result",
};

static bool is_expected(const struct lab_regression *r, const char *text)
{
	for (size_t i = 0; i < r->expects.nr; i++)
		if (strstr(text, r->expects.words[i]))
			return true;
	return !r->expects.nr;
}

/* The last count that the kernel printed; it does so at powers of two and at the end. */
static long count_reached(const char *console, const struct lab_regression *r)
{
	char *word = lab_format(LAB_REGRESSION_REACHED, r->name);
	long reached = 0;

	for (const char *p = console; (p = strstr(p, word)); p += strlen(word))
		reached = strtol(p + strlen(word), NULL, 10);
	free(word);
	return reached;
}

/* All that is said of a case, in lines; to be freed. */
static char *all_said(json_t *one)
{
	struct lab_text t = { NULL };
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(one, "diagnostics"), i, line)
		lab_text_addf(&t, "%s\n", json_string_value(line));
	lab_text_addf(&t, "%s", lab_json_text_of(one, "reason"));
	return lab_text_take(&t);
}

/* The verdict of an oracle says more than what may stand before it. */
static const char *evidence(json_t *one, const char *said)
{
	const char *broken = strstr(said, "broken: "), *reason = lab_json_text_of(one, "reason");

	return broken ? broken + strlen("broken: ") : reason[0] ? reason : said;
}

static void judge_cases(json_t *results, const struct lab_regression *r, struct lab_proof *proof)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		char *said = all_said(one), *title = lab_case_title(one);
		bool failed = lab_case_failed(one);

		if (!proof->by[0])
			proof->seconds += json_number_value(json_object_get(one, "ms")) / 1000;
		if (failed && !proof->by[0]) {
			proof->kind = LAB_PROOF_OTHERWISE;
			snprintf(proof->by, sizeof(proof->by), "%s", title);
			snprintf(proof->message, sizeof(proof->message), "%.*s",
				 (int)strcspn(evidence(one, said), "\n"), evidence(one, said));
		}
		if (failed && is_expected(r, said))
			proof->kind = LAB_PROOF_CAUGHT;
		free(title);
		free(said);
	}
}

void lab_proof_judge(const char *dir, const struct lab_regression *r, int code,
		     struct lab_proof *proof)
{
	char *console = lab_read_or_empty(dir, "console.log"), *log = lab_format("%s/lab.log", dir);
	struct lab_error e;
	json_t *results = lab_run_results(dir, code, log, &e);

	*proof = (struct lab_proof){
		.kind = LAB_PROOF_UNKNOWN, .reached = count_reached(console, r),
	};
	if (results && code == LAB_EXIT_PASS)
		proof->kind = proof->reached ? LAB_PROOF_SURVIVED : LAB_PROOF_UNREACHED;
	judge_cases(results, r, proof);
	/* A kernel that dies or hangs is a verdict too; what it said is on the console. */
	if (results && !proof->by[0] && (code == LAB_EXIT_PANIC || code == LAB_EXIT_HANG)) {
		proof->kind = is_expected(r, console) ? LAB_PROOF_CAUGHT : LAB_PROOF_OTHERWISE;
		strcpy(proof->by, code == LAB_EXIT_PANIC ? "panic" : "hang");
		snprintf(proof->message, sizeof(proof->message), "%s",
			 lab_json_text_of(results, "reason"));
	}
	/* The regression never happened: the kernel was as good as unmodified. */
	if (proof->by[0] && !proof->reached)
		proof->kind = LAB_PROOF_UNFOUNDED;
	if (proof->kind == LAB_PROOF_UNKNOWN) {
		if (results)
			lab_fail(&e, 0, "lab run exited %d, see %.300s", code, dir);
		snprintf(proof->message, sizeof(proof->message), "%.500s", e.text);
	}
	json_decref(results);
	free(log);
	free(console);
}

int lab_proof_save(const char *path, const struct lab_proof *proof, const char *stamp,
		   struct lab_error *e)
{
	json_t *j = json_pack("{s:s, s:s, s:i, s:I, s:f, s:o, s:o}", "stamp", stamp,
			      "result", lab_proof_names[proof->kind], "kind", (int)proof->kind,
			      "reached", (json_int_t)proof->reached, "seconds", proof->seconds,
			      "by", lab_json_text(proof->by),
			      "message", lab_json_text(proof->message));
	int ret = lab_json_write(path, j, e);

	json_decref(j);
	return ret;
}

bool lab_proof_load(const char *path, struct lab_proof *proof, const char *stamp)
{
	json_t *j = json_load_file(path, 0, NULL);
	const char *made, *by, *message;
	json_int_t reached;
	double seconds;
	int kind;
	bool found = !json_unpack(j, "{s:s, s:i, s:I, s:F, s:s, s:s}", "stamp", &made,
				  "kind", &kind, "reached", &reached, "seconds", &seconds,
				  "by", &by, "message", &message) &&
		!strcmp(made, stamp) && kind >= 0 && kind < LAB_PROOF_UNKNOWN;

	if (found) {
		*proof = (struct lab_proof){
			.kind = (enum lab_proof_kind)kind, .reached = reached, .seconds = seconds,
		};
		snprintf(proof->by, sizeof(proof->by), "%s", by);
		snprintf(proof->message, sizeof(proof->message), "%s", message);
	}
	json_decref(j);
	return found;
}

char *lab_proof_passing(const char *dir)
{
	char *path = lab_format("%s/results.json", dir), *test;
	json_t *results = json_load_file(path, 0, NULL), *tests = json_object(), *one;
	struct lab_text t = { NULL };
	const char *program, *name, *status;
	size_t i;

	/* A test passes if one of its subtests does and none fails. */
	json_array_foreach(json_object_get(results, "cases"), i, one) {
		if (json_unpack(one, "{s:s, s:s, s:s}", "program", &program, "name", &name,
				"status", &status) || !strcmp(status, "skip"))
			continue;
		test = lab_format("%s:%.*s", program, (int)strcspn(name, "/"), name);
		if (lab_case_failed(one))
			json_object_set_new(tests, test, json_false());
		else if (!json_object_get(tests, test))
			json_object_set_new(tests, test, json_true());
		free(test);
	}
	json_object_foreach(tests, name, one)
		if (json_is_true(one))
			lab_text_addf(&t, "%s%s", t.len ? " " : "", name);
	json_decref(tests);
	json_decref(results);
	free(path);
	return lab_text_take(&t);
}

static void print_summary(FILE *f, const struct lab_catalogue *c, const struct lab_proof *proofs)
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
			fprintf(f, "%s%s: %zu", kind ? ", " : "", lab_proof_names[kind], of[kind]);
	fprintf(f, " of %zu\n", c->nr);
	if (caught) {
		gsl_sort(seconds, 1, caught);
		fprintf(f, "seconds to the first failure: median %.1f, maximum %.1f\n",
			seconds[caught / 2], seconds[caught - 1]);
	}
	free(seconds);
}

static void add_row(struct lab_text *t, const struct lab_regression *r,
		    const struct lab_proof *proof)
{
	lab_report_cell(t, r->name);
	lab_report_cell(t, r->class);
	lab_report_cell(t, lab_proof_names[proof->kind]);
	lab_text_addf(t, "| %ld | ", proof->reached);
	if (proof->kind <= LAB_PROOF_OTHERWISE)
		lab_text_addf(t, "%.1f ", proof->seconds);
	lab_report_cell(t, proof->by);
	lab_report_cell(t, proof->message);
	lab_text_addf(t, "| \n");
}

int lab_proof_report(FILE *f, const char *path, const struct lab_catalogue *c,
		     const struct lab_proof *proofs, struct lab_error *e)
{
	struct lab_text t = { NULL };
	int ret;

	print_summary(f, c, proofs);
	lab_text_addf(&t, "| regression | class | result | reached | s | by | message |\n"
		      "|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < c->nr; i++)
		add_row(&t, &c->entries[i], &proofs[i]);
	ret = lab_write_file(path, t.s, t.len, e);
	lab_text_clear(&t);
	return ret;
}

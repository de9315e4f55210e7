// SPDX-License-Identifier: GPL-2.0
/*
 * From the files of a run to a verdict on the suite, and what is made of many of them.
 */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/fsys.h"
#include "base/text.h"
#include "prove/proof.h"
#include "run/run.h"

static const char *const names[] = {
	[LAB_PROOF_CAUGHT] = "caught",
	[LAB_PROOF_OTHERWISE] = "caught otherwise",
	[LAB_PROOF_SURVIVED] = "SURVIVED",
	[LAB_PROOF_UNREACHED] = "NEVER REACHED",
	[LAB_PROOF_ABSENT] = "not in this kernel",
	[LAB_PROOF_UNFOUNDED] = "FAILED THOUGH NEVER REACHED",
	[LAB_PROOF_UNKNOWN] = "no result",
};

const char *lab_proof_name(enum lab_proof_kind kind)
{
	return names[kind];
}

static bool is_expected(const struct lab_regression *r, const char *text)
{
	if (!r->nr_expects)
		return true;
	for (size_t i = 0; i < r->nr_expects; i++)
		if (strstr(text, r->expects[i]))
			return true;
	return false;
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

/* What follows @word in one of the lines, or NULL. */
static const char *after(json_t *lines, const char *word)
{
	const char *found;
	json_t *value;
	size_t i;

	json_array_foreach(lines, i, value) {
		found = strstr(json_string_value(value), word);
		if (found)
			return found + strlen(word);
	}
	return NULL;
}

/* The verdict of an oracle says more than what may stand before it. */
static const char *evidence(json_t *diagnostics)
{
	const char *found = after(diagnostics, "broken: ");

	if (!found)
		found = after(diagnostics, "error: ");
	if (!found)
		found = json_string_value(json_array_get(diagnostics, 0));
	return found ? found : "";
}

/* A program that took the kernel with it has a reason and no name of a test. */
static void take_failure(json_t *one, struct lab_proof *proof)
{
	const char *name = json_string_value(json_object_get(one, "name"));
	const char *reason = json_string_value(json_object_get(one, "reason"));
	const char *message = evidence(json_object_get(one, "diagnostics"));

	snprintf(proof->by, sizeof(proof->by), "%s%s%s",
		 json_string_value(json_object_get(one, "program")), *name ? ":" : "", name);
	snprintf(proof->message, sizeof(proof->message), "%s",
		 *message || !reason ? message : reason);
}

static bool says_expected(json_t *one, const struct lab_regression *r)
{
	json_t *value, *reason = json_object_get(one, "reason");
	size_t i;

	if (json_is_string(reason) && is_expected(r, json_string_value(reason)))
		return true;
	json_array_foreach(json_object_get(one, "diagnostics"), i, value)
		if (is_expected(r, json_string_value(value)))
			return true;
	return false;
}

static void judge_cases(json_t *results, const struct lab_regression *r, struct lab_proof *proof)
{
	bool failed = false, expected = false;
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		if (!failed)
			proof->seconds += json_number_value(json_object_get(one, "ms")) / 1000;
		if (strcmp(json_string_value(json_object_get(one, "status")), "fail"))
			continue;
		if (!failed)
			take_failure(one, proof);
		failed = true;
		expected |= !r->nr_expects || says_expected(one, r);
	}
	if (failed)
		proof->kind = expected ? LAB_PROOF_CAUGHT : LAB_PROOF_OTHERWISE;
}

/* A kernel that dies or hangs is a verdict too; what it said is on the console. */
static void judge_end(json_t *results, const struct lab_regression *r, const char *console,
		      int code, struct lab_proof *proof)
{
	const char *why = json_string_value(json_object_get(results, "reason"));

	if (proof->by[0] || (code != LAB_EXIT_PANIC && code != LAB_EXIT_HANG))
		return;
	proof->kind = is_expected(r, console) ? LAB_PROOF_CAUGHT : LAB_PROOF_OTHERWISE;
	snprintf(proof->by, sizeof(proof->by), "%s", code == LAB_EXIT_PANIC ? "panic" : "hang");
	snprintf(proof->message, sizeof(proof->message), "%s", why ? why : "");
}

void lab_proof_judge(const char *dir, const struct lab_regression *r, int code,
		     struct lab_proof *proof)
{
	char *console = lab_read_or_empty(dir, "console.log"), *log = lab_format("%s/lab.log", dir);
	struct lab_error e;
	json_t *results = lab_run_results(dir, code, log, &e);

	*proof = (struct lab_proof){ .kind = LAB_PROOF_UNKNOWN };
	proof->reached = count_reached(console, r);
	if (results) {
		if (code == LAB_EXIT_PASS)
			proof->kind = proof->reached ? LAB_PROOF_SURVIVED : LAB_PROOF_UNREACHED;
		judge_cases(results, r, proof);
		judge_end(results, r, console, code, proof);
		/* The regression never happened: the kernel was as good as unmodified. */
		if (proof->by[0] && !proof->reached)
			proof->kind = LAB_PROOF_UNFOUNDED;
	}
	if (proof->kind == LAB_PROOF_UNKNOWN && results)
		snprintf(proof->message, sizeof(proof->message), "lab run exited %d, see %.300s",
			 code, dir);
	else if (proof->kind == LAB_PROOF_UNKNOWN)
		snprintf(proof->message, sizeof(proof->message), "%.500s", e.text);
	json_decref(results);
	free(log);
	free(console);
}

int lab_proof_save(const char *path, const struct lab_proof *proof, const char *stamp,
		   struct lab_error *e)
{
	json_t *j = json_pack("{s:s, s:s, s:i, s:I, s:f, s:s, s:s}", "stamp", stamp,
			      "result", names[proof->kind], "kind", (int)proof->kind,
			      "reached", (json_int_t)proof->reached, "seconds", proof->seconds,
			      "by", proof->by, "message", proof->message);
	char *text;
	int ret;

	if (!j)
		return lab_fail(e, -EINVAL, "%s: a text that is no UTF-8", path);
	text = json_dumps(j, JSON_INDENT(2));
	json_decref(j);
	if (!text)
		return lab_fail(e, -ENOMEM, "json_dumps(%s): out of memory", path);
	ret = lab_write_file(path, text, strlen(text), e);
	free(text);
	return ret;
}

int lab_proof_load(const char *path, struct lab_proof *proof, const char *stamp)
{
	json_t *j = json_load_file(path, 0, NULL);
	const char *made = "", *by = "", *message = "";
	int kind = 0, found;
	json_int_t reached;

	found = j && !json_unpack(j, "{s:s, s:i, s:I, s:F, s:s, s:s}", "stamp", &made,
				  "kind", &kind, "reached", &reached, "seconds",
				  &proof->seconds, "by", &by, "message", &message) &&
		!strcmp(made, stamp) && kind >= 0 && kind < LAB_PROOF_UNKNOWN;
	if (found) {
		proof->kind = (enum lab_proof_kind)kind;
		proof->reached = (long)reached;
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
		if (!strcmp(status, "fail"))
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

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void lab_proof_summary(FILE *f, const struct lab_catalogue *c, const struct lab_proof *proofs)
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

int lab_proof_table(const char *path, const struct lab_catalogue *c,
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

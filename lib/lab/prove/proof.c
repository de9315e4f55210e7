// SPDX-License-Identifier: GPL-2.0
/*
 * From the files of a run to a verdict on the suite.
 */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/text.h"
#include "prove/proof.h"
#include "verdict/verdict.h"

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
	for (size_t i = 0; i < r->nr_expects; i++)
		if (strstr(text, r->expects[i]))
			return true;
	return false;
}

/* The last count that the kernel told of; it tells at powers of two and at the end. */
static long count_reached(const char *console, const struct lab_regression *r)
{
	char *word = lab_format("mn_regress: %s reached ", r->name);
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
		expected |= says_expected(one, r);
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
	char *console = lab_read_or_empty(dir, "console.log");
	char *path = lab_format("%s/results.json", dir);
	json_t *results = json_load_file(path, 0, NULL);

	*proof = (struct lab_proof){ .kind = LAB_PROOF_UNKNOWN };
	proof->reached = count_reached(console, r);
	if (strstr(console, "mn_regress: no such regression")) {
		proof->kind = LAB_PROOF_ABSENT;
	} else if (results) {
		if (code == LAB_EXIT_PASS)
			proof->kind = proof->reached ? LAB_PROOF_SURVIVED : LAB_PROOF_UNREACHED;
		judge_cases(results, r, proof);
		judge_end(results, r, console, code, proof);
		/* It never was another kernel than the unmodified one. */
		if (proof->by[0] && !proof->reached)
			proof->kind = LAB_PROOF_UNFOUNDED;
	}
	if (proof->kind == LAB_PROOF_UNKNOWN)
		snprintf(proof->message, sizeof(proof->message), "lab run exited %d, see %.300s",
			 code, dir);
	json_decref(results);
	free(path);
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

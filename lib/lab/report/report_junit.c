// SPDX-License-Identifier: GPL-2.0
/*
 * junit.xml, for dashboards: a suite for each program, a case for each test. It keeps to what
 * Jenkins' xunit plug-in, GitLab and the usual GitHub action have in common: see junit.rng.
 */
#include <ctype.h>
#include <errno.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "report/cases.h"
#include "report/report.h"

#define COLLECTION	"mmu_notifier"

/* Of @text, an attribute or what is in an element: XML has no word for control characters. */
static char *clean(const char *text)
{
	char *copy = lab_strdup(text);

	for (char *s = copy; *s; s++)
		if ((unsigned char)*s < ' ' && *s != '\t' && *s != '\n')
			*s = '?';
	return copy;
}

static void attribute(xmlTextWriter *w, const char *name, const char *value)
{
	char *text = clean(value);

	xmlTextWriterWriteAttribute(w, BAD_CAST name, BAD_CAST text);
	free(text);
}

static void property(xmlTextWriter *w, json_t *of, const char *name)
{
	const char *value = lab_json_text_of(of, name);

	if (!value[0])
		return;
	xmlTextWriterStartElement(w, BAD_CAST "property");
	attribute(w, "name", name);
	attribute(w, "value", value);
	xmlTextWriterEndElement(w);
}

static void properties(xmlTextWriter *w, json_t *results, json_t *program)
{
	static const char *const names[] = {
		"suite_revision", "kernel", "kernel_commit", "kernel_build_id", "architecture",
		"cpu_model", "mode", "topology", "profile", "bed",
	};

	xmlTextWriterStartElement(w, BAD_CAST "properties");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		property(w, results, names[i]);
	property(w, program, "args");
	property(w, program, "seed");
	xmlTextWriterEndElement(w);
}

/* <failure>, <error> or <skipped>; what is told in @message stands in the body as well. */
static void outcome(xmlTextWriter *w, const char *element, const char *type, const char *message,
		    const char *body)
{
	char *text = clean(body);

	xmlTextWriterStartElement(w, BAD_CAST element);
	attribute(w, "type", type);
	attribute(w, "message", message);
	xmlTextWriterWriteString(w, BAD_CAST text);
	xmlTextWriterEndElement(w);
	free(text);
}

static char *body(json_t *one, const char *message)
{
	struct lab_text t = { NULL };
	json_t *line;
	size_t i;

	lab_text_addf(&t, "%s\n", message);
	json_array_foreach(json_object_get(one, "diagnostics"), i, line)
		lab_text_addf(&t, "%s\n", json_string_value(line));
	lab_text_addf(&t, "replay: %s\n", lab_json_text_of(one, "replay"));
	return lab_text_take(&t);
}

static const char *why(json_t *one)
{
	const char *told = lab_case_why(one);

	return told[0] ? told : "failed without a reason";
}

static void begin_case(xmlTextWriter *w, const char *of, const char *program, const char *name,
		       double seconds)
{
	xmlTextWriterStartElement(w, BAD_CAST "testcase");
	attribute(w, "name", name[0] ? name : "program");
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "classname", COLLECTION ".%s%s", of, program);
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "time", "%.3f", seconds);
}

static void testcase(xmlTextWriter *w, const char *of, json_t *one)
{
	const char *status = lab_json_text_of(one, "status");
	json_t *contract = json_object_get(one, "contract");
	double ms = json_number_value(json_object_get(one, "ms"));
	char *type = json_is_integer(contract) ?
		lab_format("contract %lld", (long long)json_integer_value(contract)) :
		lab_strdup(status);
	char *text = body(one, why(one));

	begin_case(w, of, lab_json_text_of(one, "program"), lab_json_text_of(one, "name"),
		   ms / 1000);
	if (!strcmp(status, "fail"))
		outcome(w, "failure", type, why(one), text);
	else if (!strcmp(status, "error"))
		outcome(w, "error", type, why(one), text);
	else if (!strcmp(status, "skip"))
		outcome(w, "skipped", type, why(one), why(one));
	else if (json_is_object(json_object_get(one, "issue")))
		outcome(w, "skipped", "known issue", lab_json_text_of(one, "reason"), text);
	xmlTextWriterEndElement(w);
	free(text);
	free(type);
}

/* A program that has no case to show it by was not run, or printed what cannot be trusted. */
static bool is_untold(json_t *program, json_t *cases)
{
	return lab_json_text_of(program, "problem")[0] || !json_array_size(cases);
}

static void untold(xmlTextWriter *w, const char *of, json_t *results, json_t *program)
{
	const char *problem = lab_json_text_of(program, "problem");
	const char *reason = lab_json_text_of(results, "not_run_reason");

	begin_case(w, of, lab_json_text_of(program, "name"), "output", 0);
	if (problem[0])
		outcome(w, "error", "infrastructure", problem, problem);
	else
		outcome(w, "skipped", "not run", reason[0] ? reason : "not run",
			reason[0] ? reason : "not run");
	xmlTextWriterEndElement(w);
}

static long long known(json_t *cases)
{
	long long nr = 0;
	json_t *one;
	size_t i;

	json_array_foreach(cases, i, one)
		nr += json_is_object(json_object_get(one, "issue"));
	return nr;
}

struct count {
	long long tests, failures, errors, skipped;
};

/* Add what testcases() writes. A known issue has no state of its own: it is one more skip. */
static void count(struct count *n, json_t *program, json_t *cases)
{
	bool told = !is_untold(program, cases), problem = lab_json_text_of(program, "problem")[0];

	n->tests += (long long)json_array_size(cases) + !told;
	n->failures += json_integer_value(json_object_get(program, "failed"));
	n->errors += json_integer_value(json_object_get(program, "errors")) + problem;
	n->skipped += json_integer_value(json_object_get(program, "skipped")) +
		(!told && !problem) + known(cases);
}

/* Their classes are @of and then the program. */
static void testcases(xmlTextWriter *w, const char *of, json_t *results, json_t *program,
		      json_t *cases)
{
	json_t *one;
	size_t i;

	json_array_foreach(cases, i, one)
		testcase(w, of, one);
	if (is_untold(program, cases))
		untold(w, of, results, program);
}

/* @of is the program or the run whose suite it is: it has a "seconds". */
static void begin_suite(xmlTextWriter *w, const char *name, const struct count *n, json_t *of,
			json_t *results)
{
	const char *started = lab_json_text_of(results, "started");

	xmlTextWriterStartElement(w, BAD_CAST "testsuite");
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "name", COLLECTION ".%s", name);
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "tests", "%lld", n->tests);
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "failures", "%lld", n->failures);
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "errors", "%lld", n->errors);
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "skipped", "%lld", n->skipped);
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "time", "%.3f",
		json_number_value(json_object_get(of, "seconds")));
	if (started[0])
		attribute(w, "timestamp", started);
	attribute(w, "hostname", lab_json_text_of(results, "host"));
}

static void testsuite(xmlTextWriter *w, json_t *results, json_t *program, json_t *cases)
{
	struct count n = { 0 };

	count(&n, program, cases);
	begin_suite(w, lab_json_text_of(program, "name"), &n, program, results);
	properties(w, results, program);
	testcases(w, "", results, program, cases);
	xmlTextWriterEndElement(w);
}

/* By program: {"NAME": [case, ...]}, borrowed. Programs of one name have one suite. */
static json_t *by_program(json_t *results)
{
	json_t *all = json_object(), *one;
	size_t i;

	json_array_foreach(json_object_get(results, "programs"), i, one)
		json_object_set_new(all, lab_json_text_of(one, "name"), json_array());
	json_array_foreach(json_object_get(results, "cases"), i, one)
		json_array_append(json_object_get(all, lab_json_text_of(one, "program")), one);
	return all;
}

static void document(xmlTextWriter *w, json_t *results)
{
	json_t *cases = by_program(results), *program;
	size_t i;

	attribute(w, "name", lab_json_text_of(results, "suite"));
	json_array_foreach(json_object_get(results, "programs"), i, program)
		testsuite(w, results, program,
			  json_object_get(cases, lab_json_text_of(program, "name")));
	json_decref(cases);
}

/* What classes are made of, and then a dot; to be freed. */
static char *class_of(const char *name)
{
	char *class = lab_format("%s.", name);

	for (char *s = class; *s; s++)
		if (!strchr("_:.-", *s) && !isalnum((unsigned char)*s))
			*s = '_';
	return class;
}

/* The verdict is a case where it is not the tests': of a panic they tell only half. */
static void run_suite(xmlTextWriter *w, const char *name, json_t *results)
{
	const char *verdict = lab_json_text_of(results, "verdict");
	bool tests = lab_verdict_is_of_tests(results), lost = !strcmp(verdict, "lost");
	json_t *cases = by_program(results), *program;
	char *class = class_of(name);
	struct count n = { .tests = !tests, .failures = !tests && !lost, .errors = lost };
	size_t i;

	json_array_foreach(json_object_get(results, "programs"), i, program)
		count(&n, program, json_object_get(cases, lab_json_text_of(program, "name")));
	begin_suite(w, name, &n, results, results);
	properties(w, results, NULL);
	if (!tests) {
		begin_case(w, class, "run", "verdict", 0);
		outcome(w, lost ? "error" : "failure", verdict, lab_json_text_of(results, "reason"),
			lab_json_text_of(results, "reason"));
		xmlTextWriterEndElement(w);
	}
	json_array_foreach(json_object_get(results, "programs"), i, program)
		testcases(w, class, results, program,
			  json_object_get(cases, lab_json_text_of(program, "name")));
	xmlTextWriterEndElement(w);
	json_decref(cases);
	free(class);
}

static void document_of_runs(xmlTextWriter *w, json_t *runs)
{
	const char *name;
	json_t *results;

	attribute(w, "name", "matrix");
	json_object_foreach(runs, name, results)
		run_suite(w, name, results);
}

static int put(FILE *f, void (*write)(xmlTextWriter *w, json_t *of), json_t *of)
{
	xmlBuffer *text = xmlBufferCreate();
	xmlTextWriter *w = text ? xmlNewTextWriterMemory(text, 0) : NULL;
	int ret = w && of ? 0 : -ENOMEM;

	if (!ret) {
		xmlTextWriterSetIndent(w, 1);
		xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
		xmlTextWriterStartElement(w, BAD_CAST "testsuites");
		write(w, of);
		xmlTextWriterEndDocument(w);
		if (xmlTextWriterFlush(w) < 0 || fputs((const char *)xmlBufferContent(text), f) < 0)
			ret = -EIO;
	}
	xmlFreeTextWriter(w);
	xmlBufferFree(text);
	return ret;
}

int lab_report_junit(FILE *f, const struct lab_results *r)
{
	json_t *results = lab_report_document(r);
	int ret = put(f, document, results);

	json_decref(results);
	return ret;
}

int lab_report_junit_runs(FILE *f, json_t *runs)
{
	return put(f, document_of_runs, runs);
}

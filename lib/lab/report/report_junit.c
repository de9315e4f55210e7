// SPDX-License-Identifier: GPL-2.0
/*
 * junit.xml, for dashboards: a suite for each program, a case for each test. It keeps to what
 * Jenkins' xunit plug-in, GitLab and the usual GitHub action have in common: see junit.rng.
 */
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

static void number(xmlTextWriter *w, const char *name, json_t *of, const char *key)
{
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST name, "%lld",
					  (long long)json_integer_value(json_object_get(of, key)));
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

static void begin_case(xmlTextWriter *w, const char *program, const char *name, double seconds)
{
	xmlTextWriterStartElement(w, BAD_CAST "testcase");
	attribute(w, "name", name[0] ? name : "program");
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "classname", COLLECTION ".%s", program);
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "time", "%.3f", seconds);
}

static void testcase(xmlTextWriter *w, json_t *one)
{
	const char *status = lab_json_text_of(one, "status");
	json_t *contract = json_object_get(one, "contract");
	double ms = json_number_value(json_object_get(one, "ms"));
	char *type = json_is_integer(contract) ?
		lab_format("contract %lld", (long long)json_integer_value(contract)) :
		lab_strdup(status);
	char *text = body(one, why(one));

	begin_case(w, lab_json_text_of(one, "program"), lab_json_text_of(one, "name"), ms / 1000);
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

static void untold(xmlTextWriter *w, json_t *results, json_t *program)
{
	const char *problem = lab_json_text_of(program, "problem");
	const char *reason = lab_json_text_of(results, "not_run_reason");

	begin_case(w, lab_json_text_of(program, "name"), "output", 0);
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

static void testsuite(xmlTextWriter *w, json_t *results, json_t *program, json_t *cases)
{
	bool told = !is_untold(program, cases), problem = lab_json_text_of(program, "problem")[0];
	json_int_t errors = json_integer_value(json_object_get(program, "errors"));
	json_int_t skipped = json_integer_value(json_object_get(program, "skipped"));
	json_t *one;	/* a known issue has no state of its own: it is one more skip */
	size_t i;

	xmlTextWriterStartElement(w, BAD_CAST "testsuite");
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "name", COLLECTION ".%s",
					  lab_json_text_of(program, "name"));
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "tests", "%zu",
					  json_array_size(cases) + !told);
	number(w, "failures", program, "failed");
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "errors", "%lld",
					  (long long)errors + problem);
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "skipped", "%lld",
					  (long long)skipped + (!told && !problem) + known(cases));
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "time", "%.3f",
		json_number_value(json_object_get(program, "seconds")));
	attribute(w, "timestamp", lab_json_text_of(results, "started"));
	attribute(w, "hostname", lab_json_text_of(results, "host"));
	properties(w, results, program);
	json_array_foreach(cases, i, one)
		testcase(w, one);
	if (!told)
		untold(w, results, program);
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

	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	xmlTextWriterStartElement(w, BAD_CAST "testsuites");
	attribute(w, "name", lab_json_text_of(results, "suite"));
	json_array_foreach(json_object_get(results, "programs"), i, program)
		testsuite(w, results, program,
			  json_object_get(cases, lab_json_text_of(program, "name")));
	xmlTextWriterEndDocument(w);
	json_decref(cases);
}

int lab_report_junit(FILE *f, const struct lab_results *r)
{
	xmlBuffer *text = xmlBufferCreate();
	xmlTextWriter *w = text ? xmlNewTextWriterMemory(text, 0) : NULL;
	json_t *results = lab_report_document(r);
	int ret = w && results ? 0 : -ENOMEM;

	if (!ret) {
		document(w, results);
		if (xmlTextWriterFlush(w) < 0 || fputs((const char *)xmlBufferContent(text), f) < 0)
			ret = -EIO;
	}
	json_decref(results);
	xmlFreeTextWriter(w);
	xmlBufferFree(text);
	return ret;
}

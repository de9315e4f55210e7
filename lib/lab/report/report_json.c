// SPDX-License-Identifier: GPL-2.0
/*
 * results.json: everything, for machines.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "report/report.h"

static json_t *text_or_null(const char *s)
{
	return s && s[0] ? lab_json_text(s) : json_null();
}

static json_t *lines(const char *s)
{
	json_t *array = json_array();

	while (s && *s) {
		size_t len = strcspn(s, "\n");
		char *line = lab_format("%.*s", (int)len, s);

		json_array_append_new(array, lab_json_text(line));
		free(line);
		s += len + (s[len] == '\n');
	}
	return array;
}

static json_t *seconds(long ms)
{
	return json_real((double)ms / 1000);
}

static json_t *program(const struct lab_program *p)
{
	static const char *const states[] = {
		[LAB_PROGRAM_WAITING] = "not run",
		[LAB_PROGRAM_RUNNING] = "interrupted",
		[LAB_PROGRAM_DONE] = "done",
	};
	json_t *j = json_object();

	json_object_set_new(j, "name", lab_json_text(p->name));
	json_object_set_new(j, "args", lab_json_text(p->args));
	json_object_set_new(j, "state", json_string(states[p->state]));
	json_object_set_new(j, "bed", p->bed ? json_integer(p->bed) : json_null());
	json_object_set_new(j, "seconds", seconds(p->ms));
	json_object_set_new(j, "planned", json_integer((json_int_t)p->plan));
	json_object_set_new(j, "passed", json_integer(p->passed));
	json_object_set_new(j, "failed", json_integer(p->failed));
	json_object_set_new(j, "skipped", json_integer(p->skipped));
	json_object_set_new(j, "seed", text_or_null(p->seed));
	json_object_set_new(j, "problem", text_or_null(p->problem));
	if (p->state == LAB_PROGRAM_DONE) {
		json_object_set_new(j, "exit_code", p->end.code < 0 ? json_null() :
				    json_integer(p->end.code));
		json_object_set_new(j, "signal", p->end.signal ?
				    json_integer(p->end.signal) : json_null());
		json_object_set_new(j, "over_limit", json_boolean(p->end.over_limit));
		json_object_set_new(j, "survives_sigkill", json_boolean(p->end.stuck));
		json_object_set_new(j, "left_behind", json_integer(p->end.left));
	}
	json_object_set_new(j, "evidence", lines(p->evidence.s));
	json_object_set_new(j, "after_last_result", lines(p->tail));
	return j;
}

static json_t *one_case(const struct lab_program *p, const struct lab_case *c)
{
	json_t *j = json_object();

	json_object_set_new(j, "program", lab_json_text(p->name));
	json_object_set_new(j, "name", lab_json_text(c->name));
	json_object_set_new(j, "status", json_string(ktap_status_name(c->status)));
	json_object_set_new(j, "reason", text_or_null(c->reason));
	json_object_set_new(j, "ms", json_integer(c->ms));
	json_object_set_new(j, "diagnostics", lines(c->diagnostics));
	return j;
}

static json_t *totals(const struct lab_results *r)
{
	json_t *j = json_object();

	json_object_set_new(j, "passed", json_integer(r->passed));
	json_object_set_new(j, "failed", json_integer(r->failed));
	json_object_set_new(j, "skipped", json_integer(r->skipped));
	json_object_set_new(j, "programs_not_run", json_integer(r->not_run));
	return j;
}

static json_t *started(const struct lab_results *r)
{
	struct tm tm;
	char stamp[32];

	gmtime_r(&r->started, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(stamp);
}

static json_t *document(const struct lab_results *r)
{
	json_t *j = json_object(), *programs = json_array(), *cases = json_array();

	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct lab_program *p = &r->programs[i];

		json_array_append_new(programs, program(p));
		for (size_t k = 0; k < p->nr_cases; k++)
			json_array_append_new(cases, one_case(p, &p->cases[k]));
	}
	json_object_set_new(j, "version", json_integer(1));
	json_object_set_new(j, "verdict", json_string(lab_verdict_name(r->judgement.verdict)));
	json_object_set_new(j, "reason", lab_json_text(r->judgement.why));
	json_object_set_new(j, "exit_code", json_integer(r->judgement.exit_code));
	json_object_set_new(j, "totals", totals(r));
	json_object_set_new(j, "suite", lab_json_text(r->suite));
	json_object_set_new(j, "profile", lab_json_text(r->profile));
	json_object_set_new(j, "mode", lab_json_text(r->mode));
	json_object_set_new(j, "topology", lab_json_text(r->topology));
	json_object_set_new(j, "kernel", text_or_null(r->kernel));
	json_object_set_new(j, "parameters", lab_json_text(r->parameters));
	json_object_set_new(j, "qemu", text_or_null(r->qemu));
	json_object_set_new(j, "command", lab_json_text(r->command));
	json_object_set_new(j, "started", started(r));
	json_object_set_new(j, "seconds", seconds(r->ms));
	json_object_set_new(j, "boot_seconds", seconds(r->boot_ms));
	json_object_set_new(j, "beds", json_integer(r->beds));
	json_object_set_new(j, "boots", json_integer(r->boots));
	json_object_set_new(j, "boot_retried", text_or_null(r->boot_retried));
	json_object_set_new(j, "notes", lines(r->notes.s));
	json_object_set_new(j, "programs", programs);
	json_object_set_new(j, "cases", cases);
	return j;
}

int lab_report_json(FILE *f, const struct lab_results *results)
{
	json_t *j = document(results);
	int ret = json_dumpf(j, f, JSON_INDENT(2) | JSON_REAL_PRECISION(6));

	json_decref(j);
	if (ret || fputc('\n', f) == EOF)
		return -EIO;
	return 0;
}

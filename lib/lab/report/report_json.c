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
	const struct channel_exit *x = &p->end;
	json_t *j = json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:I, s:i, s:i, s:i, s:i, s:o, s:o}",
		"name", lab_json_text(p->name), "args", lab_json_text(p->args),
		"state", states[p->state], "bed", p->bed ? json_integer(p->bed) : json_null(),
		"boot", p->boot ? json_integer(p->boot) : json_null(),
		"seconds", seconds(p->ms), "planned", (json_int_t)p->plan,
		"passed", p->passed, "failed", p->failed, "errors", p->errors,
		"skipped", p->skipped,
		"seed", text_or_null(p->seed), "problem", text_or_null(p->problem));

	if (p->state == LAB_PROGRAM_DONE)
		json_object_update_new(j, json_pack("{s:o, s:o, s:b, s:b, s:i}",
			"exit_code", x->code < 0 ? json_null() : json_integer(x->code),
			"signal", x->signal ? json_integer(x->signal) : json_null(),
			"over_limit", x->over_limit, "survives_sigkill", x->stuck,
			"left_behind", (int)x->left));
	json_object_update_new(j, json_pack("{s:o, s:o}", "evidence", lines(p->evidence.s),
					    "after_last_result", lines(p->tail)));
	return j;
}

static json_t *one_case(const struct lab_program *p, const struct lab_case *c)
{
	return json_pack("{s:o, s:o, s:s, s:o, s:I, s:o}",
		"program", lab_json_text(p->name), "name", lab_json_text(c->name),
		"status", ktap_status_name(c->status), "reason", text_or_null(c->reason),
		"ms", (json_int_t)c->ms, "diagnostics", lines(c->diagnostics));
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
	json_t *programs = json_array(), *cases = json_array();

	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct lab_program *p = &r->programs[i];

		json_array_append_new(programs, program(p));
		for (size_t k = 0; k < p->nr_cases; k++)
			json_array_append_new(cases, one_case(p, &p->cases[k]));
	}
	return json_pack("{s:i, s:s, s:o, s:i, s:{s:i, s:i, s:i, s:i, s:i}, s:o, s:o, s:o, s:o, s:o, s:o,"
			 " s:o, s:o*, s:o, s:o*, s:o, s:o, s:o, s:i, s:i, s:o, s:o, s:o, s:o}",
		"version", 1, "verdict", lab_verdict_name(r->judgement.verdict),
		"reason", lab_json_text(r->judgement.why), "exit_code", r->judgement.exit_code,
		"totals", "passed", r->passed, "failed", r->failed, "errors", r->errors,
		"skipped", r->skipped, "programs_not_run", r->not_run,
		"not_run_reason", text_or_null(r->not_run_why),
		"oracles", lab_report_oracles(r), "suite", lab_json_text(r->suite),
		"profile", lab_json_text(r->profile), "mode", lab_json_text(r->mode),
		"topology", lab_json_text(r->topology), "kernel", text_or_null(r->kernel),
		"parameters", lab_json_text(r->parameters), "qemu", text_or_null(r->qemu),
		"command", lab_json_text(r->command), "started", started(r),
		"seconds", seconds(r->ms), "boot_seconds", seconds(r->boot_ms),
		"beds", r->beds, "boots", r->boots, "boot_retried", text_or_null(r->boot_retried),
		"notes", lines(r->notes.s), "programs", programs, "cases", cases);
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

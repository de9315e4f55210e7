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
#include "verdict/measured.h"

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

static json_t *seconds(const struct lab_results *r, long ms)
{
	return r->from_text ? json_null() : json_real((double)ms / 1000);
}

static json_t *program(const struct lab_results *r, const struct lab_program *p)
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
		"seconds", seconds(r, p->ms), "planned", (json_int_t)p->plan,
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

static json_t *timestamp(time_t t)
{
	struct tm tm;
	char stamp[32];

	gmtime_r(&t, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(stamp);
}

/* What stands behind @lead in a line of its own; NULL if there is none. To be freed. */
static char *remark(const char *diagnostics, const char *lead)
{
	const char *found = strstr(diagnostics, lead);

	while (found && found != diagnostics && found[-1] != '\n')
		found = strstr(found + 1, lead);
	if (!found)
		return NULL;
	found += strlen(lead);
	return lab_format("%.*s", (int)strcspn(found, "\n"), found);
}

/* What a test says of itself, see selftests/README.md. */
static json_t *told(const struct lab_case *c)
{
	char *whole = remark(c->diagnostics, "# case: ");
	char *broken = remark(c->diagnostics, "# broken: contract ");
	char *judged = remark(c->diagnostics, "# judged: "), *rest = judged, *oracle;
	json_t *oracles = json_array(), *j;

	while ((oracle = strsep(&rest, " ")))
		json_array_append_new(oracles, lab_json_text(oracle));
	j = json_pack("{s:o, s:o, s:o}", "case", text_or_null(whole),
		      "contract", broken ? json_integer(atoi(broken)) : json_null(),
		      "judged", oracles);
	free(judged);
	free(broken);
	free(whole);
	return j;
}

static json_t *one_case(const struct lab_results *r, const struct lab_program *p,
			const struct lab_case *c)
{
	static const char *const causes[] = {
		[LAB_BY_ITSELF] = "", [LAB_KERNEL] = "kernel", [LAB_TIME_OUT] = "time-out",
		[LAB_LOST] = "infrastructure",
	};
	char *replay = lab_report_replay(r, p, c);
	json_t *measured = lab_measured(c->diagnostics, p->figures);
	json_t *j = json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}",
		"program", lab_json_text(p->name), "name", lab_json_text(c->name),
		"status", ktap_status_name(c->status), "reason", text_or_null(c->reason),
		"started", r->from_text ? json_null() : timestamp(c->started),
		"ms", r->from_text ? json_null() : json_integer(c->ms),
		"replay", lab_json_text(replay), "diagnostics", lines(c->diagnostics));

	json_object_set_new(j, "cause", text_or_null(causes[c->cause]));
	json_object_update_new(j, told(c));
	json_object_set(j, "issue", c->issue ? c->issue : json_null());
	json_object_set(j, "samples", c->samples ? c->samples : json_null());
	if (measured)
		json_object_set_new(j, "measured", measured);
	free(replay);
	return j;
}

/* Of what these are the results. */
static json_t *attribution(const struct lab_results *r)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"suite", lab_json_text(r->suite), "suite_revision", text_or_null(r->suite_revision),
		"profile", text_or_null(r->profile), "mode", text_or_null(r->mode),
		"topology", text_or_null(r->topology), "kernel", text_or_null(r->kernel),
		"kernel_commit", text_or_null(r->kernel_commit),
		"kernel_build_id", text_or_null(r->build_id),
		"kernel_config", text_or_null(r->has_config ? LAB_KERNEL_CONFIG : ""),
		"parameters", text_or_null(r->parameters), "architecture", text_or_null(r->machine),
		"cpu_model", text_or_null(r->cpu_model), "host", text_or_null(r->host),
		"bed", text_or_null(r->bed));
}

json_t *lab_report_document(const struct lab_results *r)
{
	json_t *programs = json_array(), *cases = json_array(), *j;

	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct lab_program *p = &r->programs[i];

		json_array_append_new(programs, program(r, p));
		for (size_t k = 0; k < p->nr_cases; k++)
			json_array_append_new(cases, one_case(r, p, &p->cases[k]));
	}
	j = json_pack("{s:i, s:s, s:o, s:i, s:{s:i, s:i, s:i, s:i, s:i}, s:o, s:o, s:o, s:o, s:o,"
		      " s:o, s:o, s:o, s:i, s:i, s:o, s:o}",
		"version", 1, "verdict", lab_verdict_name(r->judgement.verdict),
		"reason", lab_json_text(r->judgement.why), "exit_code", r->judgement.exit_code,
		"totals", "passed", r->passed, "failed", r->failed, "errors", r->errors,
		"skipped", r->skipped, "programs_not_run", r->not_run,
		"not_run_reason", text_or_null(r->not_run_why),
		"oracles", lab_report_oracles(r), "skips", lab_report_skips(r),
		"qemu", text_or_null(r->qemu), "command", text_or_null(r->command),
		"started", timestamp(r->started), "seconds", seconds(r, r->ms),
		"boot_seconds", seconds(r, r->boot_ms), "beds", r->beds, "boots", r->boots,
		"boot_retried", text_or_null(r->boot_retried), "notes", lines(r->notes.s));
	json_object_update_new(j, json_pack("{s:o, s:o, s:o}",
		"booted", r->from_text ? json_null() : json_integer(r->booted),
		"restored", r->from_text ? json_null() : json_integer(r->restored),
		"save_seconds", r->save_ms ? seconds(r, r->save_ms) : json_null()));
	json_object_update_new(j, attribution(r));
	/* The longest parts come last. */
	json_object_set_new(j, "programs", programs);
	json_object_set_new(j, "cases", cases);
	return j;
}

/*
 * Take the samples out of the cases, in their order, each replaced by `true`: jansson
 * would give every number a line of its own.
 */
static json_t *take_samples(json_t *document)
{
	json_t *all = json_array(), *one, *samples;
	size_t i;

	json_array_foreach(json_object_get(document, "cases"), i, one) {
		samples = json_object_get(one, "samples");
		if (!json_is_object(samples))
			continue;
		json_array_append(all, samples);
		json_object_set_new(one, "samples", json_true());
	}
	return all;
}

/* And back in, each in one line. In strings quotes are escaped: none has this mark in it. */
static int write_with(FILE *f, const char *text, json_t *all)
{
	static const char mark[] = "\"samples\": true";
	const char *found;
	json_t *samples;
	size_t i;

	json_array_foreach(all, i, samples) {
		found = strstr(text, mark);
		if (fprintf(f, "%.*s\"samples\": ", (int)(found - text), text) < 0 ||
		    json_dumpf(samples, f, JSON_COMPACT))
			return -EIO;
		text = found + sizeof(mark) - 1;
	}
	return fprintf(f, "%s\n", text) < 0 ? -EIO : 0;
}

int lab_report_json(FILE *f, const struct lab_results *results)
{
	json_t *j = lab_report_document(results), *samples = take_samples(j);
	char *text = json_dumps(j, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	int ret = text ? write_with(f, text, samples) : -ENOMEM;

	free(text);
	json_decref(samples);
	json_decref(j);
	return ret;
}

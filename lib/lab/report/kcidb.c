// SPDX-License-Identifier: GPL-2.0
/*
 * "lab kcidb": a run's results for the kernel community's database of them, by schema 5.3 of
 * kcidb-io. What it takes it takes whole, so everything is made to fit beforehand: ids,
 * paths, lengths, and no member without a value.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "report/cases.h"
#include "report/kcidb.h"
#include "verdict/results.h"

#define EXCERPT_MAX	16384
#define PATH_ROOT	"kselftest.kvm.mmu_notifier"

static json_t *text_or_nothing(const char *s)
{
	return s[0] ? lab_json_text(s) : NULL;
}

/* A commit as git names it, and nothing beside it: what was built of changed files is not it. */
static const char *clean_commit(json_t *results)
{
	const char *commit = lab_json_text_of(results, "kernel_commit");

	return strlen(commit) == 40 && strspn(commit, "0123456789abcdef") == 40 ? commit : "";
}

/* "ORIGIN:" and what tells it from others of its kind; to be freed. */
static char *make_id(const char *origin, const char *first, const char *second)
{
	char *id = lab_format("%s:%s%s%s", origin, first, second[0] ? "-" : "", second);

	for (char *s = id; *s; s++)
		if (isspace((unsigned char)*s))
			*s = '_';
	return id;
}

/* PATH_ROOT.PROGRAM.TEST: letters, digits, _ and - between single dots; to be freed. */
static char *make_path(const char *program, const char *name)
{
	char *path = lab_format(PATH_ROOT ".%s%s%s", program, name[0] ? "." : "", name), *to = path;

	for (const char *s = path; *s; s++) {
		char c = *s == '/' || *s == ':' ? '.' : *s;

		if (c == '.' && (to == path || to[-1] == '.' || !s[1]))
			continue;
		*to++ = c == '.' || c == '-' || isalnum((unsigned char)c) ? c : '_';
	}
	*to = '\0';
	return path;
}

/* Of long evidence what came last says most. */
static json_t *excerpt(json_t *one)
{
	struct lab_text t = { NULL };
	json_t *line, *j;
	const char *s;
	size_t i;

	lab_text_addf(&t, "%s%s", lab_case_why(one), lab_case_why(one)[0] ? "\n" : "");
	json_array_foreach(json_object_get(one, "diagnostics"), i, line)
		lab_text_addf(&t, "%s\n", json_string_value(line));
	s = t.s;
	if (t.len >= EXCERPT_MAX) {
		s = strchr(t.s + t.len - EXCERPT_MAX + 1, '\n');
		s = s ? s + 1 : "";
	}
	j = text_or_nothing(s);
	lab_text_clear(&t);
	return j;
}

/* What the test measured: how fast the guest was under pressure. */
static json_t *measured(json_t *one)
{
	double under, baseline;

	if (!lab_case_speed(one, &under, &baseline))
		return NULL;
	return json_pack("{s:f, s:s, s:s}", "value", under, "unit", "visits/s", "prefix", "metric");
}

/* Those of KCIDB, the worst first. */
static const char *const statuses[] = { "FAIL", "ERROR", "MISS", "PASS", "DONE", "SKIP" };

static size_t rank(const char *status)
{
	size_t i = 0;

	while (strcmp(status, statuses[i]))
		i++;
	return i;
}

/* lib/lab/README.md has it as a table, with what has no case to show it. */
static const char *status_of(json_t *one)
{
	static const char *const map[][2] = {
		{ "pass", "PASS" }, { "fail", "FAIL" }, { "error", "ERROR" }, { "skip", "SKIP" },
		{ "xfail", "FAIL" },
	};
	const char *status = lab_json_text_of(one, "status"), *cause = lab_json_text_of(one, "cause");

	if (!strcmp(cause, "time-out") || !strcmp(cause, "infrastructure"))
		return "ERROR";
	/* "not ok ... # TODO" is no issue of anybody's, and passed. */
	if (!strcmp(status, "xfail") && !json_is_object(json_object_get(one, "issue")))
		return "PASS";
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (!strcmp(status, map[i][0]))
			return map[i][1];
	return "ERROR";
}

/* Of a machine that the lab did not run (lab report) neither bed nor topology is known. */
static json_t *environment(json_t *results)
{
	const char *bed = lab_json_text_of(results, "bed"), *mode = lab_json_text_of(results, "mode");
	json_t *misc = json_pack("{s:o*, s:o*, s:o*, s:o*, s:o*, s:o*}",
		"platform", bed[0] ? json_sprintf("%s-%s", bed, lab_json_text_of(results, "topology")) :
			NULL,
		"runtime", text_or_nothing(lab_json_text_of(results, "host")),
		"cpu_model", text_or_nothing(lab_json_text_of(results, "cpu_model")),
		"mode", text_or_nothing(mode),
		"profile", text_or_nothing(lab_json_text_of(results, "profile")),
		"suite_revision", text_or_nothing(lab_json_text_of(results, "suite_revision")));

	return json_pack("{s:o*, s:o}", "comment", bed[0] ? json_sprintf("%s, MMU mode %s", bed, mode) :
			 NULL, "misc", misc);
}

struct submission {
	const char *origin;
	char *build;		/* its id */
	json_t *results, *tests, *issues, *incidents;
	json_t *by_path;	/* tests, borrowed */
};

/* Test @test_id failed by @issue, a bug of the kernel; each is told of once. */
static void add_incident(struct submission *s, const char *test_id, json_t *issue)
{
	char *id = make_id(s->origin, lab_json_text_of(issue, "link"), "");
	char *incident = make_id(s->origin, test_id, lab_json_text_of(issue, "link"));
	json_t *known;
	bool told = false;
	size_t i;

	json_array_foreach(s->issues, i, known)
		told |= !strcmp(lab_json_text_of(known, "id"), id);
	if (!told)
		json_array_append_new(s->issues,
			json_pack("{s:s, s:s, s:i, s:{s:b, s:b, s:b}, s:O}", "id", id,
				  "origin", s->origin, "version", 1, "culprit", "code", true,
				  "tool", false, "harness", false,
				  "comment", json_object_get(issue, "reason")));
	json_array_append_new(s->incidents,
		json_pack("{s:s, s:s, s:s, s:i, s:s, s:b}", "id", incident, "origin", s->origin,
			  "issue_id", id, "issue_version", 1, "test_id", test_id, "present", true));
	free(incident);
	free(id);
}

static json_t *make_test(struct submission *s, const char *path, const char *status, json_t *one)
{
	const char *started = lab_json_text_of(s->results, "started");
	const char *when = lab_json_text_of(one, "started");
	const char *name = strncmp(path, PATH_ROOT ".", strlen(PATH_ROOT ".")) ? path :
		path + strlen(PATH_ROOT ".");
	char *run = lab_format("%s-%s", lab_json_text_of(s->results, "host"), started);
	char *id = make_id(s->origin, run, name);
	json_t *ms = json_object_get(one, "ms"), *test;

	test = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o*, s:o*, s:o*, s:o}",
			 "id", id, "origin", s->origin, "build_id", s->build, "path", path,
			 "status", status, "start_time", when[0] ? when : started,
			 "duration", json_is_number(ms) ? json_real(json_number_value(ms) / 1000) : NULL,
			 "log_excerpt", excerpt(one), "number", measured(one),
			 "environment", environment(s->results));
	free(id);
	free(run);
	return test;
}

/* Of two tests of one path the worse one is told: KCIDB would keep the first. */
static void add_test(struct submission *s, const char *path, const char *status, json_t *one)
{
	json_t *issue = json_object_get(one, "issue"), *test = make_test(s, path, status, one);
	json_t *other = json_object_get(s->by_path, path);

	if (other && rank(lab_json_text_of(other, "status")) > rank(status))
		json_object_update(other, test);
	if (json_is_object(issue))
		add_incident(s, lab_json_text_of(test, "id"), issue);
	if (!other) {
		json_array_append(s->tests, test);
		json_object_set(s->by_path, path, test);
	}
	json_decref(test);
}

static void add_case(struct submission *s, json_t *one)
{
	const char *program = lab_json_text_of(one, "program");
	char *path = make_path(program, lab_json_text_of(one, "name"));

	add_test(s, strcmp(program, LAB_BOOT_PROGRAM) ? path : LAB_BOOT_PROGRAM, status_of(one),
		 one);
	free(path);
}

/* What no case tells: @why is the reason, for @path. */
static void add_reason(struct submission *s, const char *path, const char *status, const char *why)
{
	json_t *one = json_pack("{s:o}", "reason", lab_json_text(why));

	add_test(s, path, status, one);
	json_decref(one);
}

static void add_program(struct submission *s, json_t *program)
{
	const char *problem = lab_json_text_of(program, "problem");
	const char *not_run = lab_json_text_of(s->results, "not_run_reason");
	char *path = make_path(lab_json_text_of(program, "name"), "");

	if (!strcmp(lab_json_text_of(program, "state"), "not run"))
		add_reason(s, path, "MISS", not_run[0] ? not_run : "not run");
	else if (problem[0] && !json_integer_value(json_object_get(program, "failed")))
		add_reason(s, path, "ERROR", problem);
	free(path);
}

/* A kernel that did not come up, or complained before anything was tested. */
static void add_boot(struct submission *s)
{
	json_t *note;
	size_t i;

	if (!strcmp(lab_json_text_of(s->results, "verdict"), lab_verdict_name(LAB_BOOT_FAILURE)))
		add_reason(s, LAB_BOOT_PROGRAM, "FAIL", lab_json_text_of(s->results, "reason"));
	json_array_foreach(json_object_get(s->results, "notes"), i, note)
		if (strstr(json_string_value(note), LAB_SPLAT_AT_BOOT))
			add_reason(s, LAB_BOOT_PROGRAM, "FAIL", json_string_value(note));
}

static void add_tests(struct submission *s)
{
	json_t *one;
	size_t i;

	add_boot(s);
	json_array_foreach(json_object_get(s->results, "cases"), i, one)
		add_case(s, one);
	json_array_foreach(json_object_get(s->results, "programs"), i, one)
		add_program(s, one);
}

json_t *lab_kcidb(json_t *results, const char *origin)
{
	const char *kernel = lab_json_text_of(results, "kernel"), *commit = clean_commit(results);
	const char *build_id = lab_json_text_of(results, "kernel_build_id");
	char *checkout = make_id(origin, commit[0] ? commit : kernel, "");
	struct submission s = {
		.origin = origin, .results = results, .tests = json_array(),
		.issues = json_array(), .incidents = json_array(), .by_path = json_object(),
		.build = make_id(origin, kernel, build_id),
	};
	json_t *j;

	add_tests(&s);
	j = json_pack("{s:{s:i, s:i}, s:[{s:s, s:s, s:o*, s:o, s:b}],"
		      " s:[{s:s, s:s, s:s, s:o*, s:o, s:s}], s:o, s:o, s:o}",
		"version", "major", 5, "minor", 3,
		"checkouts", "id", checkout, "origin", origin,
			"git_commit_hash", text_or_nothing(commit),
			"comment", json_sprintf("kernel %s", kernel), "valid", true,
		"builds", "id", s.build, "origin", origin, "checkout_id", checkout,
			"architecture", text_or_nothing(lab_json_text_of(results, "architecture")),
			"comment", json_sprintf("kernel %s, build id %s", kernel,
						build_id[0] ? build_id : "not known"),
			"status", "PASS",
		"tests", s.tests, "issues", s.issues, "incidents", s.incidents);
	json_decref(s.by_path);
	free(s.build);
	free(checkout);
	return j;
}

struct kcidb {
	const char *run, *origin;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct kcidb *k = state->input;

	switch (key) {
	case 'o':
		if (!arg[0] || arg[strspn(arg, "abcdefghijklmnopqrstuvwxyz0123456789_")])
			return lab_command_refuse(state, "--origin '%s': give a name of a-z, 0-9 "
						  "and _", arg);
		k->origin = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (k->run)
			return ARGP_ERR_UNKNOWN;
		k->run = arg;
		return 0;
	case ARGP_KEY_END:
		if (!k->run || !k->origin)
			return lab_command_refuse(state, "give --origin and a run: its directory, "
						  "or its results.json");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "origin", 'o', "NAME", 0, "The name under which KCIDB knows you", 0 },
	{ 0 }
};

static const struct argp command = {
	.options = options,
	.parser = parse,
	.args_doc = "RUN",
	.doc = "Print a run's results as KCIDB takes them: kcidb-validate and kcidb-submit do the "
		"rest. Only results of a finished run are worth sending: what was sent once stays."
		"\vExit code: 0, 13 infrastructure, 64 wrong usage",
};

int lab_kcidb_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct kcidb k = { NULL };
	json_t *results = NULL, *j;
	struct lab_error e;
	int ret = lab_command_parse(&command, argc, argv, &k);

	(void)paths;
	if (ret)
		return ret;
	if (lab_results_load(k.run, &results, &e)) {
		fprintf(stderr, "lab: %s\n", e.text);
		return LAB_EXIT_USAGE;
	}
	if (!lab_json_text_of(results, "kernel")[0]) {
		fprintf(stderr, "lab: %s does not say of which kernel it is: give lab report --kernel\n",
			k.run);
		json_decref(results);
		return LAB_EXIT_USAGE;
	}
	j = lab_kcidb(results, k.origin);
	if (json_dumpf(j, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) || putchar('\n') == EOF)
		ret = LAB_EXIT_INFRASTRUCTURE;
	json_decref(j);
	json_decref(results);
	return ret;
}

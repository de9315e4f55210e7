// SPDX-License-Identifier: GPL-2.0
/*
 * The project's own tests, counted together, and what is expected of broken ones.
 */
#include <errno.h>
#include <glob.h>
#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "arch/arch.h"
#include "base/clock.h"
#include "base/colour.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/text.h"
#include "bed/beds.h"
#include "bed/qemu.h"
#include "prove/prove.h"
#include "run/options.h"
#include "run/run.h"
#include "run/setup.h"
#include "verdict/ktap.h"

#define NEGATIVE_ROWS	"selftests/negative/expect.json"
#define PAGE_TEST	"lib/unit/lab/report/page_test.js"

struct check {
	const struct lab_paths *paths;
	struct lab_options options;	/* of every "lab run" */
	const char *dir;		/* logs and results */
	unsigned long passed, failed, skipped;
};

/* Counts come from what a program says of its cases, not from its exit code alone. */
static void count_case(void *arg, const struct ktap_event *event)
{
	struct check *c = arg;

	if (event->kind == KTAP_PROBLEM) {
		printf("  problem: %s\n", event->reason);
		c->failed++;
	} else if (event->kind == KTAP_CASE && ktap_failed(event->status)) {
		printf("  %snot ok%s %s\n%s", lab_colour(stdout, "fail"), lab_colour_end(stdout),
		       event->name, event->diagnostics);
		c->failed++;
	} else if (event->kind == KTAP_CASE) {
		*(event->status == KTAP_SKIP ? &c->skipped : &c->passed) += 1;
	}
}

static void count_log(struct check *c, const char *log)
{
	struct ktap_reader *reader = ktap_new(count_case, c);
	FILE *f = fopen(log, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while (f && (n = getline(&line, &size, f)) > 0)
		ktap_line(reader, line, (size_t)n - (line[n - 1] == '\n'));
	ktap_end(reader);
	ktap_free(reader);
	free(line);
	if (f)
		fclose(f);
}

static void check_unit(struct check *c, const char *program)
{
	const char *name = program + strlen(c->paths->build) + strlen("/unit/");
	unsigned long passed = c->passed, failed = c->failed;
	char *log = lab_format("%s/%s.log", c->dir, name);
	struct lab_argv argv = { NULL };
	const struct lab_process unit = { .argv = &argv, .out = log };
	int code;

	/* Logs lie side by side, the programs in rooms. */
	for (char *slash = log + strlen(c->dir) + 1; (slash = strchr(slash, '/')); )
		*slash = '-';
	lab_argv_add(&argv, program);
	code = lab_process_run(&unit, NULL);
	count_log(c, log);
	if (code && c->failed == failed) {
		c->failed++;
		printf("  %s exited %d, see %s\n", name, code, log);
	}
	if (!c->options.quiet)
		printf("unit %s: %lu passed, %lu failed\n", name, c->passed - passed,
		       c->failed - failed);
	lab_argv_free(&argv);
	free(log);
}

static void check_units(struct check *c)
{
	char *pattern = lab_format("%s/unit/{,*/,lab/*/}*_unit", c->paths->build);
	glob_t found = { 0 };

	if (glob(pattern, GLOB_BRACE, NULL, &found)) {
		printf("no unit tests at %s\n", pattern);
		c->failed++;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_unit(c, found.gl_pathv[i]);
	globfree(&found);
	free(pattern);
}

/* With @script for its shell, unless that is NULL. */
static pid_t start_lab(struct check *c, const struct lab_options *o, const char *script,
		       const char *log)
{
	struct lab_error e;
	pid_t pid = script ? lab_run_start_shell(c->paths, o, script, log, &e) :
		lab_run_start(c->paths, o, log, &e);

	if (pid < 0)
		printf("%s\n", e.text);
	return pid;
}

/* @tool OPTION GRAMMAR OPTION FILE: what others are given keeps to what they are told about it. */
static void check_file(struct check *c, const char *tool, const char *first, const char *grammar,
		       const char *second, const char *file)
{
	struct lab_argv argv = { NULL };
	const struct lab_process p = { .argv = &argv };
	struct lab_error e;

	lab_argv_add_all(&argv, tool, first, NULL);
	lab_argv_addf(&argv, "%s/lib/lab/report/%s", c->paths->repo, grammar);
	lab_argv_add(&argv, second);
	lab_argv_addf(&argv, "%s/suite/%s", c->dir, file);
	if (lab_process_must(&p, &e)) {
		printf("%s\n", e.text);
		c->failed++;
	} else {
		c->passed++;
	}
	lab_argv_free(&argv);
}

static void check_suite(struct check *c)
{
	char *out = lab_format("%s/suite", c->dir);
	struct lab_options o = c->options;
	json_int_t passed = 0, failed = 0, errors = 0, skipped = 0;
	json_t *results;
	int code;

	o.out = out;
	code = lab_process_wait(start_lab(c, &o, NULL, NULL));
	/* What it had to say has been seen. */
	results = lab_run_results(out, code, "/dev/null", NULL);
	json_unpack(results, "{s:{s:I, s:I, s:I, s:I}}", "totals", "passed", &passed,
		    "failed", &failed, "errors", &errors, "skipped", &skipped);
	failed += errors;
	c->passed += passed;
	c->failed += failed;
	c->skipped += skipped;
	if (!results || (code && !failed)) {
		printf("lab run exited %d, see %s\n", code, out);
		c->failed++;
	}
	check_file(c, "xmllint", "--relaxng", "junit.rng", "--noout", "junit.xml");
	check_file(c, "jsonschema", "--output=plain", "results.schema.json", "--instance",
		   "results.json");
	json_decref(results);
	free(out);
}

/* The pages of the runs, in a browser. */
static void check_pages(struct check *c)
{
	char *pattern = lab_format("%s/{suite,negative-*}/index.html", c->dir);
	char *log = lab_format("%s/pages.log", c->dir);
	struct lab_argv argv = { NULL };
	const struct lab_process p = { .argv = &argv, .out = log };
	unsigned long passed = c->passed, failed = c->failed;
	glob_t found = { 0 };

	lab_argv_add(&argv, "node");
	lab_argv_addf(&argv, "%s/" PAGE_TEST, c->paths->repo);
	if (!glob(pattern, GLOB_BRACE, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc; i++)
			lab_argv_add(&argv, dirname(found.gl_pathv[i]));
	if (lab_process_run(&p, NULL) && c->failed == failed)
		c->failed++;
	count_log(c, log);
	printf("pages of %zu runs, one a verdict: %lu passed, %lu failed, see %s\n", found.gl_pathc,
	       c->passed - passed, c->failed - failed, log);
	globfree(&found);
	lab_argv_free(&argv);
	free(log);
	free(pattern);
}

/* An outcome of nothing would prove nothing. */
static bool all_are(json_type type, json_t *array)
{
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value)
		if (json_typeof(value) != type)
			return false;
	return json_array_size(array);
}

/* What @row says of architectures; its texts become those of @arch. */
static int take_texts_of(json_t *row, const struct lab_arch *arch, const char *path,
			 struct lab_error *e)
{
	const char *other;
	json_t *texts;

	json_object_foreach(json_object_get(row, "on"), other, texts) {
		if (!lab_arch_find(other, e))
			return -1;
		if (!all_are(JSON_STRING, texts))
			return lab_fail(e, -1, "%s: %s: needs strings", path, other);
		if (!strcmp(other, arch->name))
			json_object_set(row, "text", texts);
	}
	return 0;
}

static int check_row(json_t *row, const struct lab_arch *arch, const char *path,
		     struct lab_error *e)
{
	json_t *exits[2], *texts[2] = { NULL }, *on = NULL;
	const char *name, *other;
	json_error_t why;

	if (json_unpack_ex(row, &why, JSON_STRICT,
			   "{s:s, s?s, s?s, s?s, s?s, s:o, s:o, s?o, s?{s:o, s:o}}",
			   "name", &name, "tests", &other, "profile", &other, "append", &other,
			   "shell", &other, "exit", &exits[0], "text", &texts[0], "on", &on,
			   "fixed", "exit", &exits[1], "text", &texts[1]))
		return lab_fail(e, -1, "%s: %s", path, why.text);
	for (int i = 0; i < 2 && texts[i]; i++)
		if (!all_are(JSON_INTEGER, exits[i]) || !all_are(JSON_STRING, texts[i]))
			return lab_fail(e, -1, "%s: \"%s\": needs numbers as exit, strings as text",
					path, name);
	if (on && !json_object_size(on))
		return lab_fail(e, -1, "%s: \"%s\": \"on\" needs texts by architecture", path, name);
	if (take_texts_of(row, arch, path, e))
		return -1;
	if (!json_object_get(row, "profile"))
		json_object_set_new(row, "profile", json_string("negative"));
	return 0;
}

json_t *lab_expect_read(const char *path, const struct lab_arch *arch, struct lab_error *e)
{
	json_error_t why;
	json_t *rows = json_load_file(path, 0, &why), *row;
	int ret = 0;
	size_t i;

	if (!rows)
		ret = lab_fail(e, -1, "%s:%d: %s", path, why.line, why.text);
	else if (!json_array_size(rows))	/* of no rows none would fail */
		ret = lab_fail(e, -1, "%s: an array of rows is expected, one at least", path);
	json_array_foreach(rows, i, row)
		ret = ret ? ret : check_row(row, arch, path, e);
	if (!ret)
		return rows;
	json_decref(rows);
	return NULL;
}

static bool allows(json_t *outcome, int code)
{
	json_t *value;
	size_t i;

	json_array_foreach(json_object_get(outcome, "exit"), i, value)
		if (json_integer_value(value) == code)
			return true;
	return false;
}

json_t *lab_expect_outcome(json_t *row, int code)
{
	json_t *fixed = json_object_get(row, "fixed");

	return allows(row, code) ? row : allows(fixed, code) ? fixed : NULL;
}

const char *lab_expect_missing(json_t *outcome, const char *text)
{
	json_t *value;
	size_t i;

	json_array_foreach(json_object_get(outcome, "text"), i, value)
		if (!strstr(text, json_string_value(value)))
			return json_string_value(value);
	return NULL;
}

/* A run of something broken. */
struct row {
	char *out;
	pid_t pid;
	long start;
};

static void start_row(struct check *c, json_t *expect, size_t number, struct row *row)
{
	struct lab_options o = c->options;
	const char *script = NULL;
	struct lab_error e;
	char *log;

	row->out = lab_format("%s/negative-%02zu", c->dir, number);
	row->start = lab_now_ms();
	log = lab_format("%s/lab.log", row->out);
	o.out = row->out;
	o.tests = o.args = NULL;
	json_unpack(expect, "{s:s, s?s, s?s, s?s}", "profile", &o.profile, "tests", &o.tests,
		    "append", &o.append, "shell", &script);
	/* What is expected of a machine must be found in its logs; a shell has but one. */
	o.beds = !script;
	row->pid = lab_make_dirs(row->out, &e);
	if (row->pid)
		printf("%s\n", e.text);
	else
		row->pid = start_lab(c, &o, script, log);
	if (row->pid < 0)
		c->failed++;
	free(log);
}

static void judge_row(struct check *c, json_t *expect, const struct row *row, int code)
{
	const char *name = lab_json_text_of(expect, "name");
	json_t *o = lab_expect_outcome(expect, code);
	char *log = lab_read_or_empty(row->out, "lab.log");
	char *ktap = lab_read_or_empty(row->out, "results.ktap");
	char *console = lab_read_or_empty(row->out, "console.log");
	char *text = lab_format("%s%s%s", log, ktap, console);
	const char *missing = lab_expect_missing(o, text);

	if (o && !missing) {
		if (!c->options.quiet)
			printf("%snoticed%s: %s: exit %d, \"%s\" (%.1f s)\n",
			       lab_colour(stdout, "noticed"), lab_colour_end(stdout), name, code,
			       json_string_value(json_array_get(json_object_get(o, "text"), 0)),
			       (double)(lab_now_ms() - row->start) / 1000);
		c->passed++;
	} else {
		printf("%sNOT NOTICED%s: %s: exit %d%s%s%s, see %s\n",
		       lab_colour(stdout, "fail"), lab_colour_end(stdout), name, code,
		       missing ? ", missing \"" : "", missing ? missing : "",
		       missing ? "\"" : "", row->out);
		c->failed++;
	}
	fflush(stdout);
	free(text);
	free(console);
	free(ktap);
	free(log);
}

/* How many run side by side: as many as "lab run" would have beds. */
static unsigned int count_beds(const struct check *c, size_t rows)
{
	struct lab_capacity have;

	if (lab_capacity_read(&have, NULL))
		return 1;
	return lab_capacity_beds(&have, (unsigned int)c->options.beds, rows,
				 lab_machine_size(c->options.cpus, c->options.memory).mib);
}

static void check_negative(struct check *c)
{
	char *path = lab_format("%s/" NEGATIVE_ROWS, c->paths->repo);
	struct lab_error e;
	const struct lab_paths own = lab_arch_paths(c->paths, c->options.arch);
	json_t *expected = lab_expect_read(path, own.arch, &e);
	size_t nr = json_array_size(expected), next = 0;
	struct row *rows = lab_realloc(NULL, nr, sizeof(*rows));
	unsigned int beds = count_beds(c, nr), running = 0;

	if (!expected) {
		printf("%s\n", e.text);
		c->failed++;
	}
	while (next < nr || running) {
		int status;
		pid_t pid;

		if (next < nr && running < beds) {
			start_row(c, json_array_get(expected, next), next, &rows[next]);
			running += rows[next++].pid > 0;
			continue;
		}
		pid = waitpid(-1, &status, 0);
		if (pid < 0 && errno != EINTR) {
			printf("waitpid(): %s\n", strerror(errno));
			c->failed += running;
			break;
		}
		for (size_t i = 0; pid > 0 && i < next; i++) {
			if (rows[i].pid == pid) {
				judge_row(c, json_array_get(expected, i), &rows[i],
					  lab_process_code(status));
				rows[i].pid = 0;
				running--;
			}
		}
	}
	for (size_t i = 0; i < next; i++)
		free(rows[i].out);
	free(rows);
	json_decref(expected);
	free(path);
}

static const struct argp_option options[] = {
	{ "out", LAB_COMMAND_KEY(check, dir), "DIR", 0,
	  "Directory of logs and results (default: build/check)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct check *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->child_inputs[1] = &c->options;
		return 0;
	case ARGP_KEY_END:
		if (c->options.kselftest)
			return lab_command_refuse(state,
				"--kselftest: only the suite itself is checked; see lab run");
		return 0;
	default:
		return lab_command_take(state, options, key, arg);
	}
}

static const struct argp command = {
	options, parse, NULL,
	"The project's own tests, counted together: unit tests, a run of the suite, and runs of "
	"tests and kernels that are broken on purpose, each of which must be noticed."
	"\vExit code: 0 all is as expected, 1 something is not, 13 infrastructure, 64 wrong usage",
	lab_setup_children, NULL, NULL
};

/* Unit tests take minutes: what the run after them cannot do is found before. */
static int check_options(const struct check *c)
{
	struct lab_suite suite;
	struct lab_error e;
	int ret = lab_setup_suite(c->paths, &c->options, &suite, &e);

	if (!ret) {
		lab_suite_free(&suite);
		ret = lab_make_dirs(c->dir, &e);
	}
	if (!ret)
		return 0;
	fprintf(stderr, "lab: %s\n", e.text);
	return ret == -EINVAL ? LAB_EXIT_USAGE : LAB_EXIT_INFRASTRUCTURE;
}

int lab_check_main(int argc, char *argv[], const struct lab_paths *paths)
{
	static struct check c;	/* its life is the process's, as of its directory's name */
	int code;

	c.paths = paths;
	c.dir = lab_format("%s/check", paths->build);
	code = lab_command_parse(&command, argc, argv, &c);
	if (!code)
		code = check_options(&c);
	if (code)
		return code;
	check_units(&c);
	check_suite(&c);
	check_negative(&c);
	check_pages(&c);
	printf("%lu passed, %lu failed, %lu skipped\n", c.passed, c.failed, c.skipped);
	return c.failed ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
}

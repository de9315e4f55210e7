// SPDX-License-Identifier: GPL-2.0
/*
 * The project's own tests, counted together.
 */
#include <errno.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/paths.h"
#include "base/process.h"
#include "base/text.h"
#include "prove/check.h"
#include "prove/expect.h"
#include "run/options.h"
#include "run/run.h"
#include "verdict/ktap.h"

#define NEGATIVE_ROWS	"selftests/negative/expect.json"

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
		return;
	}
	if (event->kind != KTAP_CASE)
		return;
	if (event->status == KTAP_FAIL) {
		printf("  not ok %s\n%s", event->name, event->diagnostics);
		c->failed++;
	} else if (event->status == KTAP_SKIP) {
		c->skipped++;
	} else {
		c->passed++;
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

/* Logs lie side by side, the programs in rooms. */
static char *flat_name(const char *name)
{
	char *flat = lab_strdup(name);

	for (char *p = flat; (p = strchr(p, '/')); )
		*p = '-';
	return flat;
}

static void check_unit(struct check *c, const char *program)
{
	unsigned long passed = c->passed, failed = c->failed;
	const char *name = program + strlen(c->paths->build) + strlen("/unit/");
	char *file = flat_name(name), *log = lab_format("%s/%s.log", c->dir, file);
	struct lab_argv argv = { NULL };
	const struct lab_process p = { .argv = &argv, .out = log };
	int code;

	lab_argv_add(&argv, program);
	code = lab_process_run(&p, NULL);
	lab_argv_free(&argv);
	count_log(c, log);
	if (code && c->failed == failed) {
		c->failed++;
		printf("  %s exited %d, see %s\n", name, code, log);
	}
	printf("unit %s: %lu passed, %lu failed\n", name, c->passed - passed,
	       c->failed - failed);
	free(file);
	free(log);
}

static void check_units(struct check *c)
{
	char *pattern = lab_format("%s/unit/{,*/,lab/*/}*_unit", c->paths->build);
	glob_t found;

	if (glob(pattern, GLOB_BRACE, NULL, &found)) {
		printf("no unit tests at %s\n", pattern);
		c->failed++;
	} else {
		for (size_t i = 0; i < found.gl_pathc; i++)
			check_unit(c, found.gl_pathv[i]);
		globfree(&found);
	}
	free(pattern);
}

static int run_lab(struct check *c, const struct lab_options *o, const char *log)
{
	struct lab_error e;
	pid_t pid = lab_run_start(c->paths, o, log, &e);

	if (pid < 0)
		printf("%s\n", e.text);
	return pid < 0 ? pid : lab_process_wait(pid);
}

static void check_suite(struct check *c)
{
	char *out = lab_format("%s/suite", c->dir);
	char *file = lab_format("%s/results.json", out);
	struct lab_options o = c->options;
	int code, passed, failed, skipped;
	json_t *results;

	o.out = out;
	code = run_lab(c, &o, NULL);
	results = json_load_file(file, 0, NULL);
	if (results && !json_unpack(results, "{s:{s:i, s:i, s:i}}", "totals", "passed", &passed,
				    "failed", &failed, "skipped", &skipped)) {
		c->passed += (unsigned long)passed;
		c->failed += (unsigned long)failed;
		c->skipped += (unsigned long)skipped;
	} else {
		failed = 0;
	}
	if (code && !failed) {
		printf("lab run exited %d, see %s\n", code, out);
		c->failed++;
	}
	json_decref(results);
	free(file);
	free(out);
}

/* The file's text; "" if it cannot be read, which then lacks what is expected. */
static void judge_row(struct check *c, const struct lab_expect *x, const char *out, int code,
		      double seconds)
{
	char *contents[] = {
		lab_read_or_empty(out, "lab.log"),
		lab_read_or_empty(out, "results.ktap"),
		lab_read_or_empty(out, "console.log"),
	};
	const size_t nr = sizeof(contents) / sizeof(contents[0]);
	const struct lab_outcome *o = lab_expect_outcome(x, code);
	const char *missing = lab_expect_missing(o, (const char *const *)contents, nr);

	if (lab_expect_exit(o, code) && !missing) {
		printf("noticed: %s: exit %d, \"%s\" (%.1f s)\n", x->name, code, o->texts[0],
		       seconds);
		c->passed++;
	} else {
		printf("NOT NOTICED: %s: exit %d%s%s%s, see %s\n", x->name, code,
		       missing ? ", missing \"" : "", missing ? missing : "",
		       missing ? "\"" : "", out);
		c->failed++;
	}
	for (size_t i = 0; i < nr; i++)
		free(contents[i]);
}

static void check_row(struct check *c, const struct lab_expect *x, size_t number)
{
	char *out = lab_format("%s/negative-%02zu", c->dir, number);
	char *log = lab_format("%s/lab.log", out);
	struct lab_options o = c->options;
	struct lab_error e;
	long start;
	int code;

	o.out = out;
	o.profile = x->profile;
	o.tests = x->tests;
	o.args = NULL;
	if (x->append)
		o.append = x->append;
	/* What is expected of a machine must be found in the logs of that machine. */
	o.beds = 1;
	if (lab_make_dirs(out, &e)) {
		printf("%s\n", e.text);
		c->failed++;
	} else {
		start = lab_now_ms();
		code = run_lab(c, &o, log);
		judge_row(c, x, out, code, (double)(lab_now_ms() - start) / 1000);
	}
	free(log);
	free(out);
}

static void check_negative(struct check *c)
{
	char *path = lab_format("%s/%s", c->paths->repo, NEGATIVE_ROWS);
	struct lab_expect_list list;
	struct lab_error e;

	if (lab_expect_read(path, &list, &e)) {
		printf("%s\n", e.text);
		c->failed++;
	} else {
		for (size_t i = 0; i < list.nr; i++)
			check_row(c, &list.rows[i], i);
		lab_expect_free(&list);
	}
	free(path);
}

enum { OUT = 256 };

static const struct argp_option options[] = {
	{ "out", OUT, "DIR", 0, "Directory of logs and results (default: build/check)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct check *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &c->options;
		state->child_inputs[1] = &c->options;
		return 0;
	case OUT:
		return lab_command_word(state, options, key, arg, &c->dir);
	case ARGP_KEY_END:
		if (c->options.kselftest)
			return lab_command_refuse(state,
				"--kselftest: only the suite itself is checked; see lab run");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &lab_kernel_argp },
	{ .argp = &lab_tests_argp },
	{ 0 }
};

static const struct argp command = {
	options, parse, NULL,
	"The project's own tests, counted together: unit tests, a run of the suite, and runs of "
	"tests and kernels that are broken on purpose, each of which must be noticed."
	"\vExit code: 0 all is as expected, 1 something is not, 13 infrastructure, 64 wrong usage",
	children, NULL, NULL
};

int lab_check_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct check c = { .paths = paths };
	char *dir = lab_format("%s/check", paths->build);
	struct lab_error e;
	int code = lab_command_parse(&command, argc, argv, &c);

	c.dir = c.dir ? c.dir : dir;
	if (!code && lab_make_dirs(c.dir, &e)) {
		fprintf(stderr, "lab: %s\n", e.text);
		code = LAB_EXIT_INFRASTRUCTURE;
	}
	if (!code) {
		check_units(&c);
		check_suite(&c);
		check_negative(&c);
		printf("%lu passed, %lu failed, %lu skipped\n", c.passed, c.failed, c.skipped);
		code = c.failed ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
	}
	free(dir);
	return code;
}

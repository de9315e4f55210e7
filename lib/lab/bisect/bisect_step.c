// SPDX-License-Identifier: GPL-2.0
/*
 * One step of a bisection: build what is checked out, run the tests in it until
 * their verdict is sure, tell it as an exit code.
 */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/paths.h"
#include "base/text.h"
#include "base/tool.h"
#include "bisect/bisect_evidence.h"
#include "bisect/bisect_git.h"
#include "bisect/bisect_options.h"
#include "bisect/bisect_step.h"
#include "bisect/bisect_verdict.h"
#include "suite/suite.h"
#include "verdict/verdict.h"

#define DEFAULT_RUNS	3

static const char help_head[] =
"usage: lab bisect-step --ksrc TREE [options]\n"
"\n"
"Build the kernel that is checked out in TREE, run tests in it, and say by the exit\n"
"code whether it is good, as git bisect run wants it:\n"
"\n"
"  git bisect run build/lab bisect-step --ksrc . --tests 'mn_refusal_test'\n"
"\n";

static const char help_tail[] =
"  --failing FILE    titles of the tests that are sought, one a line: a run that passes\n"
"                    none of them says nothing, nor does one that other programs fail\n"
"  --errors-count    a test that could not be carried out counts as failed\n"
"\n"
"exit code: 0 good, 1 bad, 125 cannot tell, 129 wrong usage (git bisect run stops)\n";

struct step {
	const struct lab_paths *paths;
	struct lab_bisect_options options;
	struct lab_bisect_known known;
	struct lab_bisect_rule rule;
	struct lab_bisect_tally tally;
	char commit[41];
	char *dir, *kernel;		/* of this step's results; the build */
	enum lab_bisect_verdict verdict;
	char why[1100];
	json_t *record;
};

char *lab_bisect_step_dir(const char *dir, const char *commit)
{
	return lab_format("%s/steps/%.12s", dir, commit);
}

/* A pattern that selects nothing must not make each commit look bad. */
static int check_program(const struct step *s, const struct lab_suite_program *p,
			 struct lab_error *e)
{
	char *path = lab_format("%s/selftests/%s", s->paths->build, p->name);
	char **argv = lab_realloc(NULL, p->nr_args + 3, sizeof(*argv));
	size_t n = 0;
	int code;

	argv[n++] = path;
	for (size_t i = 0; i < p->nr_args; i++)
		argv[n++] = p->args[i];
	argv[n++] = (char *)"-l";
	argv[n] = NULL;
	code = lab_child_run(argv, "/dev/null");
	free(argv);
	free(path);
	if (code)
		return lab_fail(e, -EINVAL, "no test of %s is selected by --tests '%s', --args '%s'",
				p->name, s->options.run.tests ? s->options.run.tests : "",
				s->options.run.args ? s->options.run.args : "");
	return 0;
}

static int check_tests(const struct step *s, struct lab_error *e)
{
	const struct lab_suite_select select = {
		.mode = s->options.run.mode, .profile = s->options.run.profile,
		.tests = s->options.run.tests, .args = s->options.run.args,
	};
	char *path = lab_format("%s/selftests/suite.json", s->paths->repo);
	struct lab_suite suite;
	int ret = lab_suite_read(path, &select, &suite, e);

	free(path);
	if (ret)
		return ret;
	for (size_t i = 0; !ret && i < suite.nr_programs; i++)
		ret = check_program(s, &suite.programs[i], e);
	lab_suite_free(&suite);
	return ret;
}

static int read_failing(struct step *s, struct lab_error *e)
{
	char *text, *rest, *line;
	size_t len;
	int ret;

	s->known.errors_count = s->options.errors_count;
	if (!s->options.failing)
		return 0;
	ret = lab_read_file(s->options.failing, &text, &len, e);
	if (ret)
		return ret;
	s->known.failing = json_array();
	rest = text;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			json_array_append_new(s->known.failing, json_string(line));
	free(text);
	return 0;
}

static double seconds_since(long ms)
{
	return (double)(lab_now_ms() - ms) / 1000;
}

static void put(struct step *s, const char *key, json_t *value)
{
	json_object_set_new(s->record, key, value);
}

/* The subject is for people; any bytes may be in it. */
static void describe(struct step *s)
{
	char *subject = NULL;

	s->record = json_object();
	if (lab_git_do(s->options.ksrc, &subject, NULL, "show", "-s", "--format=%s", s->commit))
		subject = lab_strdup("");
	put(s, "commit", json_string(s->commit));
	put(s, "subject", lab_json_text(subject));
	free(subject);
}

/* The configuration is of this commit; the next step's may differ. */
static void keep_config(struct step *s)
{
	char *text = lab_read_or_empty(s->kernel, ".config");
	char *path = lab_format("%s/config", s->dir);

	if (!lab_write_file(path, text, strlen(text), NULL))
		put(s, "config", lab_json_text(path));
	free(path);
	free(text);
}

/* False if there is no kernel then; @why says why. */
static bool build(struct step *s)
{
	const char *config = s->options.config;
	char *script = lab_format("%s/lib/lab/kernel/build_kernel.sh", s->paths->repo);
	char *suite = lab_format("%s/selftests/config", s->paths->repo);
	char *lab = lab_format("%s/lib/lab/kernel/kernel.config", s->paths->repo);
	char *log = lab_format("%s/build.log", s->dir);
	const char *const argv[] = {
		"sh", script, s->options.ksrc, s->kernel, suite, lab, config, NULL
	};
	const struct lab_tool tool = { .argv = argv, .output = log };
	long started = lab_now_ms();
	struct lab_error e;
	int ret = lab_tool_run(&tool, &e);

	put(s, "build_seconds", json_real(seconds_since(started)));
	if (ret) {
		s->verdict = LAB_BISECT_CANNOT_TELL;
		snprintf(s->why, sizeof(s->why), "does not build: %s", e.text);
	} else {
		keep_config(s);
	}
	free(log);
	free(lab);
	free(suite);
	free(script);
	return !ret;
}

static int run_tests(const struct step *s, const char *dir)
{
	char **argv = lab_realloc(NULL, (size_t)s->options.nr_run_args + 8, sizeof(*argv));
	char *self = lab_format("%s/lab", s->paths->build), *log = lab_format("%s/lab.log", dir);
	int code, n = 0;

	argv[n++] = self;
	argv[n++] = (char *)"run";
	argv[n++] = (char *)"--kdir";
	argv[n++] = s->kernel;
	argv[n++] = (char *)"--out";
	argv[n++] = (char *)dir;
	for (int i = 0; i < s->options.nr_run_args; i++)
		argv[n++] = s->options.run_args[i];
	argv[n] = NULL;
	code = lab_child_run(argv, log);
	free(log);
	free(self);
	free(argv);
	return code;
}

/* What a run that failed has to show; of the first the evidence is kept. */
static void keep_failure(struct step *s, json_t *results, const char *dir, const char *test)
{
	json_t *failing = lab_bisect_failing(results), *known = json_object_get(s->record, "failing");

	if (known)
		json_array_extend(known, failing);
	else
		put(s, "failing", json_incref(failing));
	json_decref(failing);
	if (lab_bisect_failures(&s->tally) == 1)
		lab_bisect_evidence(s->record, results, dir, test);
}

/* Why a run counts for less than its own verdict says. */
static const char *but(enum lab_bisect_run run, int code)
{
	if (run == LAB_BISECT_UNFIT && code == LAB_EXIT_PASS)
		return ", but none of the tests that are sought";
	if (run == LAB_BISECT_NOTHING && code == LAB_EXIT_FAIL)
		return ", but none broke a contract that is sought";
	return "";
}

static void take_run(struct step *s, unsigned int n)
{
	char *dir = lab_format("%s/run-%u", s->dir, n);
	char *path = lab_format("%s/results.json", dir), test[640];
	enum lab_bisect_run run;
	const char *reason;
	json_t *results;
	int code = LAB_EXIT_INFRASTRUCTURE;

	if (!lab_make_dirs(dir, NULL))
		code = run_tests(s, dir);
	results = json_load_file(path, 0, NULL);
	run = lab_bisect_classify(results, code, &s->known, test, sizeof(test));
	reason = json_string_value(json_object_get(results, "reason"));
	lab_bisect_count(&s->tally, run);
	snprintf(s->why, sizeof(s->why), "%s%s", reason ? reason : "no results", but(run, code));
	printf("  run %u: %s%s%s\n", n, s->why, test[0] ? ": " : "", test);
	fflush(stdout);
	if (run != LAB_BISECT_PASSED && run != LAB_BISECT_UNFIT && run != LAB_BISECT_NOTHING)
		keep_failure(s, results, dir, test);
	if (json_is_string(json_object_get(results, "kernel")))
		put(s, "kernel", json_incref(json_object_get(results, "kernel")));
	json_decref(results);
	free(path);
	free(dir);
}

static void run_until_sure(struct step *s)
{
	long started = lab_now_ms();

	for (unsigned int n = 1; s->verdict == LAB_BISECT_UNDECIDED; n++) {
		take_run(s, n);
		s->verdict = lab_bisect_judge(&s->tally, &s->rule);
	}
	put(s, "run_seconds", json_real(seconds_since(started)));
	if (lab_bisect_failures(&s->tally) && s->verdict == LAB_BISECT_CANNOT_TELL)
		snprintf(s->why, sizeof(s->why), "what failed did not come again");
}

/* For the report, and for lab bisect, which believes no exit code alone. */
static int save(struct step *s, struct lab_error *e)
{
	char *path = lab_format("%s/step.json", s->dir), *text;
	int ret;

	put(s, "verdict", json_string(lab_bisect_verdict_name(s->verdict)));
	put(s, "reason", lab_json_text(s->why));
	put(s, "failed", json_integer(lab_bisect_failures(&s->tally)));
	put(s, "runs", json_integer(lab_bisect_runs(&s->tally)));
	text = json_dumps(s->record, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	ret = text ? lab_write_file(path, text, strlen(text), e) :
		lab_fail(e, -ENOMEM, "json_dumps(%s): out of memory", path);
	free(text);
	free(path);
	return ret;
}

static int step(struct step *s, struct lab_error *e)
{
	int lock, ret = lab_remove_tree(s->dir, e);

	if (!ret)
		ret = lab_make_dirs(s->dir, e);
	if (!ret)
		ret = lab_make_dirs(s->kernel, e);
	if (ret)
		return ret;
	/* A step that was killed may still be building there, and ends by itself. */
	lock = lab_lock_dir(s->kernel, e);
	if (lock < 0)
		return lock;
	if (build(s))
		run_until_sure(s);
	close(lock);
	return save(s, e);
}

static void print(const struct step *s)
{
	printf("%.12s %s: %s", s->commit, json_string_value(json_object_get(s->record, "subject")),
	       lab_bisect_verdict_name(s->verdict));
	if (lab_bisect_runs(&s->tally))
		printf(", %u of %u runs failed", lab_bisect_failures(&s->tally),
		       lab_bisect_runs(&s->tally));
	if (s->verdict != LAB_BISECT_GOOD)
		printf(" (%s)", s->why);
	printf("; results in %s\n", s->dir);
}

static int prepare(struct step *s, struct lab_error *e)
{
	const struct lab_bisect_options *o = &s->options;
	int ret;

	s->rule.runs = o->runs ? o->runs : DEFAULT_RUNS;
	s->rule.good_runs = o->good_runs ? o->good_runs : s->rule.runs;
	ret = lab_git_commit(o->ksrc, "HEAD", s->commit, e);
	if (!ret)
		ret = check_tests(s, e);
	if (!ret)
		ret = read_failing(s, e);
	if (ret)
		return ret;
	s->dir = lab_bisect_step_dir(o->dir, s->commit);
	s->kernel = lab_format("%s/kernel", o->dir);
	describe(s);
	return 0;
}

int lab_bisect_step_main(int argc, char *argv[], const struct lab_paths *paths)
{
	static struct step s;
	struct lab_error e;
	sigset_t none;
	int code;

	/* Whoever started us may have blocked what is to end us. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	s.paths = paths;
	if (lab_bisect_options_parse(argc, argv, paths, &s.options, &e)) {
		fprintf(stderr, "lab: %s\n", e.text);
		code = LAB_BISECT_EXIT_USAGE;
	} else if (s.options.help) {
		printf("%s%s%s", help_head, lab_bisect_options_help, help_tail);
		code = 0;
	} else if (prepare(&s, &e)) {
		fprintf(stderr, "lab: %s\n", e.text);
		code = LAB_BISECT_EXIT_USAGE;
	} else if (step(&s, &e)) {
		fprintf(stderr, "lab: %s\n", e.text);
		code = lab_bisect_exit_code(LAB_BISECT_CANNOT_TELL);
	} else {
		print(&s);
		code = lab_bisect_exit_code(s.verdict);
	}
	json_decref(s.record);
	json_decref(s.known.failing);
	free(s.kernel);
	free(s.dir);
	lab_bisect_options_free(&s.options);
	return code;
}

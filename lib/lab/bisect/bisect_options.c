// SPDX-License-Identifier: GPL-2.0
/*
 * The options of bisection, and whether they make sense.
 *
 * A mistake that shows only while commits are tested would look like a property of the
 * commits, and a tree that was already switched has to be put back: so all that can be
 * wrong is looked at first.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/arch.h"
#include "base/command.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "base/text.h"
#include "bed/qemu.h"
#include "bisect/bisect.h"
#include "bisect/bisect_git.h"
#include "run/setup.h"

#define MAX_RUNS	1000

/* Its programs count. */
#define LAB_BISECT_COUNT_PROFILE	"perf"

#define WORD(member)	LAB_COMMAND_KEY(lab_bisect_options, member)
enum { RUNS = 1, GOOD_RUNS };

static const struct argp_option common_options[] = {
	{ "ksrc", WORD(tree), "TREE", 0, "The kernel tree, a git repository", 0 },
	{ "runs", RUNS, "N", 0, "Run a commit N times once it has failed (default: 3)", 0 },
	{ "good-runs", GOOD_RUNS, "N", 0, "A commit is good when N runs have passed", 0 },
	{ "config", WORD(config), "FILE", 0,
	  "One more fragment of configuration, such as lib/lab/kernel/debug.config", 0 },
	{ "fixup", WORD(fixup_file), "PATCH", 0,
	  "Apply PATCH to each commit before it is built, and take it off afterwards", 0 },
	{ "perf", WORD(perf), "PROGRAM:TEST/NAME", 0,
	  "Not whether tests fail decides, but a count that a test measures: a commit is bad if it is "
	  "greater than the limit", 0 },
	{ "limit", WORD(limit_given), "NUMBER", 0,
	  "Of that count (default: half-way between the good and the bad end)", 0 },
	{ "out", WORD(out), "DIR", 0,
	  "Directory of kernel, steps and report (default: build/bisect/NAME-OF-TREE)", 0 },
	{ 0 }
};

static const struct argp_option bisect_options[] = {
	{ "good", WORD(good), "COMMIT", 0, "Here the tests pass", 0 },
	{ "bad", WORD(bad), "COMMIT", 0, "Here they fail", 0 },
	{ "first-parent", WORD(first_parent), NULL, 0,
	  "Of a merge follow the first parent only: which merge broke it?", 0 },
	{ "again", WORD(again), NULL, 0, "Start over, whatever was found or begun before", 0 },
	{ 0 }
};

static const struct argp_option step_options[] = {
	{ "errors-count", WORD(errors_count), NULL, 0,
	  "A test that could not be carried out counts as failed", 0 },
	{ 0 }
};

/* A count is exact, so that one run of a commit is enough. */
static error_t check_count(struct lab_bisect_options *o, const struct argp_state *state)
{
	const char *colon = o->perf ? strchr(o->perf, ':') : NULL, *slash = o->perf ? strrchr(o->perf, '/') : NULL;
	char *end;

	if (!o->runs)
		o->runs = o->perf ? 1 : 3;
	if (o->limit_given && !o->perf)
		return lab_command_refuse(state, "--limit is for --perf");
	if (!o->perf)
		return 0;
	if (!colon || colon == o->perf || !slash || slash < colon + 2 || !slash[1])
		return lab_command_refuse(state, "--perf '%s': give PROGRAM:TEST/NAME, as lab perf and results.json have it",
					  o->perf);
	if (o->limit_given) {
		o->limit = strtod(o->limit_given, &end);
		if (*end || !isfinite(o->limit))
			return lab_command_refuse(state, "--limit '%s': give a number", o->limit_given);
	}
	if (!o->good_runs)
		o->good_runs = 1;
	if (!o->run.tests)
		o->run.tests = lab_format("%.*s", (int)(slash - o->perf), o->perf);
	if (!o->run.profile && !o->run.kselftest)
		o->run.profile = LAB_BISECT_COUNT_PROFILE;
	return 0;
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct lab_bisect_options *o = state->input;

	switch (key) {
	case RUNS:
		return lab_command_number(state, "runs", arg, "a number", 1, MAX_RUNS, &o->runs);
	case GOOD_RUNS:
		return lab_command_number(state, "good-runs", arg, "a number", 1, MAX_RUNS,
					  &o->good_runs);
	case ARGP_KEY_END:
		return o->tree ? check_count(o, state) :
			lab_command_refuse(state, "which kernel tree? give --ksrc=TREE");
	default:
		return lab_command_take(state, common_options, key, arg);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct lab_bisect_options *o = state->input;
	error_t err;

	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = o;
		state->child_inputs[1] = &o->run;
		return 0;
	}
	err = lab_command_take(state, bisect_options, key, arg);
	return err == ARGP_ERR_UNKNOWN ? lab_command_take(state, step_options, key, arg) : err;
}

static const struct argp common_argp = { .options = common_options, .parser = parse_common };

static const struct argp_child children[] = {
	{ .argp = &common_argp },
	{ .argp = &lab_tests_argp },
	{ 0 }
};

const struct argp lab_bisect_argp = {
	.options = bisect_options, .parser = parse, .children = children,
	.doc = "Find the commit that made tests fail, or a count grow. First it is verified that the good commit is "
		"good and the bad one bad. TREE must have no uncommitted changes; at the end it is "
		"as it was. Interrupted, the same command goes on from there."
		"\vDIR gets report.txt, mail.txt (a draft), and steps/COMMIT.\n\n"
		"Without --good-runs their number follows from how often the bad commit failed, such "
		"that the chance to take a bad commit for a good one is at most 1 %.\n\n"
		"Exit code: 0 found, 1 not found (or an end is not what it was said to be), "
		"13 infrastructure, 64 wrong usage, 128+N interrupted by signal N",
};

const struct argp lab_bisect_step_argp = {
	.options = step_options, .parser = parse, .children = children,
	.doc = "Build the kernel that is checked out in TREE, run tests in it, and say by the exit "
		"code whether it is good, as git bisect run wants it:\n\n"
		"  git bisect run SUITE/build/lab bisect-step --ksrc=. --tests=mn_refusal_test"
		"\vExit code: 0 good, 1 bad, 125 cannot tell; git bisect run stops at 128 (trouble "
		"that is not the commit's), 129 (wrong usage) and 128+N (interrupted by signal N)",
};

json_t *lab_bisect_options_words(const struct lab_bisect_options *o)
{
	struct lab_options run = o->run;
	struct lab_argv argv = { NULL };
	json_t *words = json_array();

	run.quiet = false;
	lab_options_args(&run, &argv);
	lab_argv_option(&argv, "--config", o->config);
	if (o->fixup[0])
		lab_argv_addf(&argv, "--fixup=%s", o->fixup_is.hex);
	if (o->first_parent)
		lab_argv_add(&argv, "--first-parent");
	lab_argv_addf(&argv, "--runs=%ld", o->runs);
	lab_argv_addf(&argv, "--good-runs=%ld", o->good_runs);
	if (o->errors_count)
		lab_argv_add(&argv, "--errors-count");
	lab_argv_option(&argv, "--perf", o->perf);
	lab_argv_option(&argv, "--limit", o->limit_given);
	for (size_t i = 0; i < argv.nr; i++)
		json_array_append_new(words, lab_json_text(argv.words[i]));
	lab_argv_free(&argv);
	return words;
}

static int check_fixup(struct lab_bisect_options *o, struct lab_error *e)
{
	struct lab_error why;

	if (lab_realpath(o->fixup_file, o->fixup, &why) ||
	    lab_fingerprint_add_file(&o->fixup_is, o->fixup, &why) ||
	    lab_git(o->ksrc, 0, NULL, &why, "apply", "--numstat", o->fixup, NULL))
		return lab_fail(e, -EINVAL, "--fixup %s: %.600s", o->fixup_file, why.text);
	return 0;
}

static int check_tree(struct lab_bisect_options *o, struct lab_error *e)
{
	if (lab_realpath(o->tree, o->ksrc, e))
		return -EINVAL;
	if (!lab_has(o->ksrc, "init/Kconfig"))
		return lab_fail(e, -EINVAL, "%s is not a kernel tree: there is no init/Kconfig",
				o->ksrc);
	if (lab_has(o->ksrc, ".config") || lab_has(o->ksrc, "include/config"))
		return lab_fail(e, -EINVAL,
				"%s was built in: make -C %s mrproper, or give another tree",
				o->ksrc, o->ksrc);
	if (o->config && access(o->config, R_OK))
		return lab_fail(e, -EINVAL, "--config %s: %s", o->config, strerror(errno));
	if (o->fixup_file && check_fixup(o, e))
		return -EINVAL;
	if (o->run.add && !lab_is_dir(o->run.add))
		return lab_fail(e, -EINVAL, "--add %s: no such directory", o->run.add);
	return 0;
}

/* A program that refuses its arguments must not make every commit look bad. */
static int check_program(const struct lab_paths *paths, const struct lab_suite_program *p,
			 struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	int ret;

	if (paths->arch != lab_arch_here())
		lab_argv_addf(&argv, "qemu-%s", paths->arch->machine);
	lab_argv_addf(&argv, "%s/selftests/%s", paths->target, p->name);
	for (size_t i = 0; i < p->args.nr; i++)
		lab_argv_add(&argv, p->args.words[i]);
	lab_argv_add(&argv, "-l");
	ret = lab_process_must(&(struct lab_process){ .argv = &argv }, e);
	lab_argv_free(&argv);
	return ret;
}

static int check_tests(struct lab_bisect_options *o, const struct lab_paths *paths,
		       struct lab_error *e)
{
	const struct lab_paths own = lab_arch_paths(paths, o->run.arch);
	struct lab_suite suite;
	int ret = lab_setup_suite(paths, &o->run, &suite, e);

	if (ret)
		return ret;
	snprintf(o->about, sizeof(o->about), "%s", suite.about ? suite.about : suite.name);
	snprintf(o->cc, sizeof(o->cc), "%s", suite.cc ? suite.cc : "");
	for (size_t i = 0; !ret && !o->run.kselftest && i < suite.nr_programs; i++)
		ret = check_program(&own, &suite.programs[i], e);
	lab_suite_free(&suite);
	return ret;
}

int lab_bisect_options_check(struct lab_bisect_options *o, const struct lab_paths *paths,
			     struct lab_error *e)
{
	char here[PATH_MAX];
	int ret = check_tree(o, e);

	if (!ret && o->perf && !o->limit_given && !o->good)
		ret = lab_fail(e, -EINVAL, "--perf: one step has no ends that the limit could follow from: give --limit");
	if (!ret && !lab_topology_find(lab_arch_paths(paths, o->run.arch).arch, o->run.topology, e))
		ret = -EINVAL;
	if (!ret)
		ret = check_tests(o, paths, e);
	if (ret)
		return -EINVAL;
	if (!o->out)
		return lab_path(e, o->dir, "%s/bisect/%s", paths->state, strrchr(o->ksrc, '/') + 1);
	if (o->out[0] == '/')
		return lab_path(e, o->dir, "%s", o->out);
	ret = lab_realpath(".", here, e);
	return ret ? ret : lab_path(e, o->dir, "%s/%s", here, o->out);
}

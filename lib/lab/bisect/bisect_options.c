// SPDX-License-Identifier: GPL-2.0
/*
 * Parsing the command lines of bisection.
 *
 * What tests are run and how is said by the options of lab run, which are handed
 * on; which kernel is not, since that is what a bisection is about.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/fsys.h"
#include "base/paths.h"
#include "base/text.h"
#include "bisect/bisect_options.h"

#define MAX_RUNS	1000

const char lab_bisect_options_help[] =
"  --ksrc TREE       the kernel tree, a git repository\n"
"  --tests PATTERN   PROGRAM or PROGRAM:CASE, globs; the fewer the faster\n"
"  --runs N          run a commit N times once it has failed (default: 3)\n"
"  --good-runs N     a commit is good when N runs have passed\n"
"  --config FILE     one more fragment of configuration, as lib/lab/kernel/debug.config\n"
"  --out DIR         kernel, steps and report (default: build/bisect/NAME-OF-TREE)\n"
"  --profile, --mode, --topology, --append, --args, --timeout: as those of lab run\n";

enum { KSRC = 1, OUT, CONFIG, RUNS, GOOD_RUNS, GOOD, BAD, AGAIN, FAILING, ERRORS_COUNT, RUN,
       HELP };

static const struct option longs[] = {
	{ "ksrc",		required_argument, NULL, KSRC },
	{ "out",		required_argument, NULL, OUT },
	{ "config",		required_argument, NULL, CONFIG },
	{ "runs",		required_argument, NULL, RUNS },
	{ "good-runs",		required_argument, NULL, GOOD_RUNS },
	{ "good",		required_argument, NULL, GOOD },
	{ "bad",		required_argument, NULL, BAD },
	{ "again",		no_argument, NULL, AGAIN },
	{ "failing",		required_argument, NULL, FAILING },
	{ "errors-count",	no_argument, NULL, ERRORS_COUNT },
	{ "tests",		required_argument, NULL, RUN },
	{ "profile",		required_argument, NULL, RUN },
	{ "mode",		required_argument, NULL, RUN },
	{ "topology",		required_argument, NULL, RUN },
	{ "append",		required_argument, NULL, RUN },
	{ "args",		required_argument, NULL, RUN },
	{ "timeout",		required_argument, NULL, RUN },
	{ "help",		no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 }
};

static int take_count(const char *name, const char *text, unsigned int *count,
		      struct lab_error *e)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < 1 || n > MAX_RUNS)
		return lab_fail(e, -EINVAL, "--%s '%s': give a number, 1 to %d", name, text,
				MAX_RUNS);
	*count = (unsigned int)n;
	return 0;
}

static void hand_on(struct lab_bisect_options *o, const char *name, const char *value)
{
	o->run_args = lab_realloc(o->run_args, (size_t)o->nr_run_args + 3,
				  sizeof(*o->run_args));
	o->run_args[o->nr_run_args++] = lab_format("--%s", name);
	o->run_args[o->nr_run_args++] = lab_strdup(value);
	o->run_args[o->nr_run_args] = NULL;
}

static int take(struct lab_bisect_options *o, int c, const char *name, const char **ksrc,
		const char **out, struct lab_error *e)
{
	const char **const strings[] = {
		[KSRC] = ksrc, [OUT] = out, [CONFIG] = &o->config, [GOOD] = &o->good,
		[BAD] = &o->bad, [FAILING] = &o->failing,
	};

	switch (c) {
	case RUNS:
		return take_count(name, optarg, &o->runs, e);
	case GOOD_RUNS:
		return take_count(name, optarg, &o->good_runs, e);
	case AGAIN:
		o->again = true;
		return 0;
	case ERRORS_COUNT:
		o->errors_count = true;
		return 0;
	case RUN:
		hand_on(o, name, optarg);
		return 0;
	case HELP:
		o->help = true;
		return 0;
	default:
		*strings[c] = optarg;
		return 0;
	}
}

/* The tree and the directory, as they are found. */
static int resolve(struct lab_bisect_options *o, const char *ksrc, const char *out,
		   const struct lab_paths *paths, struct lab_error *e)
{
	char *dir, *file = NULL;
	int ret;

	if (!ksrc || !*ksrc)
		return lab_fail(e, -EINVAL, "which kernel tree? give --ksrc TREE");
	ret = lab_realpath(ksrc, o->ksrc, e);
	if (ret)
		return ret;
	file = lab_format("%s/virt/kvm/kvm_main.c", o->ksrc);
	if (!lab_is_file(file))
		ret = lab_fail(e, -EINVAL, "%s is no kernel tree: there is no virt/kvm/kvm_main.c",
			       o->ksrc);
	free(file);
	if (ret)
		return ret;
	dir = out ? lab_strdup(out) :
		lab_format("%s/bisect/%s", paths->build, strrchr(o->ksrc, '/') + 1);
	ret = lab_make_dirs(dir, e);
	if (!ret)
		ret = lab_realpath(dir, o->dir, e);
	free(dir);
	return ret;
}

int lab_bisect_options_parse(int argc, char *argv[], const struct lab_paths *paths,
			     struct lab_bisect_options *o, struct lab_error *e)
{
	const char *ksrc = NULL, *out = NULL;
	int c, which, ret = 0;
	char **run;

	memset(o, 0, sizeof(*o));
	optind = 0;
	opterr = 0;
	while (!ret && (c = getopt_long(argc, argv, "+", longs, &which)) != -1)
		ret = c == '?' ? lab_fail(e, -EINVAL,
					  "%s: no such option, or its argument is missing; see lab %s --help",
					  argv[optind - 1], argv[0]) :
			take(o, c, longs[which].name, &ksrc, &out, e);
	if (ret || o->help)
		return ret;
	if (optind < argc)
		return lab_fail(e, -EINVAL, "%s: not an option; see lab %s --help", argv[optind],
				argv[0]);
	run = lab_realloc(NULL, (size_t)o->nr_run_args + 2, sizeof(*run));
	run[0] = argv[0];
	for (int i = 0; i < o->nr_run_args; i++)
		run[i + 1] = o->run_args[i];
	run[o->nr_run_args + 1] = NULL;
	ret = lab_command_read(&lab_run_argp, o->nr_run_args + 1, run, &o->run, e);
	free(run);
	return ret ? ret : resolve(o, ksrc, out, paths, e);
}

void lab_bisect_options_free(struct lab_bisect_options *o)
{
	for (int i = 0; i < o->nr_run_args; i++)
		free(o->run_args[i]);
	free(o->run_args);
	o->run_args = NULL;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The same run again and again, until there are enough.
 *
 * Every run that came to its end adds its line to a file at once, so that a soak
 * can be interrupted, or end with the machine, and goes on where it was. Every
 * second run shares this machine's CPUs with processes that do nothing but use
 * them: a verdict must not depend on how busy the bed is.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/param.h>
#include <unistd.h>

#include "base/colour.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "base/run_dir.h"
#include "campaign/campaign.h"
#include "run/setup.h"

/* Without a failure so many say: at most one in twenty fails (95 % confidence). */
#define DEFAULT_RUNS	60
/* So many runs in a row that say nothing: something is wrong with the bed. */
#define MAX_INCONCLUSIVE	3
#define MAX_LOAD		1000

struct soak {
	const struct lab_paths *paths;
	struct lab_options options;	/* of lab run */
	long runs, load;
	const char *dir;
	char *file;
	json_t *setup;
	struct lab_campaign campaign;
	pid_t busy[MAX_LOAD];		/* processes that use a CPU each */
	long nr_busy;
};

enum { RUNS = 1, LOAD };

static const struct argp_option options[] = {
	{ "runs", RUNS, "N", 0, "So many in all (default: 60); 0: only report", 0 },
	{ "load", LOAD, "N", 0,
	  "Every second run beside N processes that use a CPU each (default: as many as there are "
	  "CPUs); 0: never", 0 },
	{ "out", LAB_COMMAND_KEY(soak, dir), "DIR", 0,
	  "Results go to DIR/RELEASE.jsonl, a line a run, and what runs that did not pass left "
	  "behind to DIR/runs (default: build/soak)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct soak *s = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->child_inputs[1] = &s->options;
		return 0;
	case RUNS:
		return lab_command_number(state, "runs", arg, "a number", 0, 100000, &s->runs);
	case LOAD:
		return lab_command_number(state, "load", arg, "a number", 0, MAX_LOAD, &s->load);
	default:
		return lab_command_take(state, options, key, arg);
	}
}

static const struct argp command = {
	options, parse, NULL,
	"Run the suite again and again, until the results have N runs of this kernel, with these "
	"options and these programs, and say which rate of failure they rule out. Interrupted, it "
	"goes on where it was."
	"\vExit code: 0 none of the runs failed, 1 some did, 13 infrastructure, 64 wrong usage, "
	"128+N interrupted by signal N",
	lab_setup_children, NULL, NULL
};

/* What is run, and how long the rest will take, if it goes on like this and anybody knows. */
static char *status(const struct soak *s, const struct lab_soak_tally *t, const char *what)
{
	long runs = (long)t->all.runs, minutes;

	if (!runs)
		return lab_strdup(what);
	minutes = (long)(t->seconds / 60 / (double)runs * (double)(s->runs - runs));
	return lab_format("%s, %ld:%02ld h to go", what, minutes / 60, minutes % 60);
}

static void stop_load(struct soak *s)
{
	for (long i = 0; i < s->nr_busy; i++)
		kill(s->busy[i], SIGKILL);
	while (s->nr_busy > 0)
		lab_process_wait(s->busy[--s->nr_busy]);
}

static int start_load(struct soak *s, struct lab_error *e)
{
	pid_t pid = 0;

	while (pid >= 0 && s->nr_busy < s->load) {
		pid = lab_process_fork(SIGKILL, e);
		while (!pid)
			__asm__ volatile ("");
		if (pid > 0)
			s->busy[s->nr_busy++] = pid;
	}
	return pid < 0 ? pid : 0;
}

/* Keep what came of the run @what in @dir; nobody will look at the files of one that passed. */
static int keep(struct soak *s, const char *what, const char *dir, json_t *results, long load,
		struct lab_error *e)
{
	bool kept = lab_campaign_code(results) != LAB_EXIT_PASS;
	double average[3] = { 0 };
	const char *verdict;
	json_t *record;
	int ret;

	getloadavg(average, 3);
	record = lab_soak_record(s->setup, results, load, average[1], kept ? dir : NULL);
	if (!record)
		return lab_fail(e, -EIO, "%s/results.json is not what lab run writes", dir);
	ret = lab_soak_append(s->file, record, e);
	verdict = lab_json_text_of(record, "verdict");
	(kept ? lab_progress_alert : lab_progress_say)(&s->campaign.progress,
		"%s: %s%s%s: %s, %.0f s, load average %.1f%s%s", what,
		lab_colour(stdout, verdict), verdict, lab_colour_end(stdout),
		lab_json_text_of(record, "reason"),
		json_number_value(json_object_get(record, "seconds")), average[1],
		kept ? ", see " : "", kept ? dir : "");
	json_decref(record);
	return ret || kept ? ret : lab_remove_tree(dir, e);
}

static int run_once(struct soak *s, const struct lab_soak_tally *t, struct lab_error *e)
{
	bool loaded = s->load && 2 * t->busy.runs < t->all.runs;
	char *what = lab_format("run %lu of %ld%s", t->all.runs + 1, s->runs,
				loaded ? ", under load" : "");
	char *line = status(s, t, what), dir[PATH_MAX];
	struct lab_options o = s->options;
	char *tests = lab_soak_tests(t, o.tests);
	json_t *results = NULL;
	int ret = lab_run_dir_make(s->dir, NULL, dir, e);

	o.out = dir;
	o.tests = tests;
	if (!ret && loaded)
		ret = start_load(s, e);
	if (!ret)
		ret = lab_campaign_run(&s->campaign, &o, line, &results, e);
	stop_load(s);
	if (results)
		ret = keep(s, what, dir, results, loaded ? s->load : 0, e);
	else if (!ret)
		ret = lab_remove_tree(dir, e);
	json_decref(results);
	free(tests);
	free(line);
	free(what);
	return ret;
}

/* @t is what there is in the end. */
static int run_all(struct soak *s, struct lab_soak_tally *t, struct lab_error *e)
{
	unsigned long before = ULONG_MAX;
	unsigned int in_vain = 0;
	int ret;

	for (;;) {
		ret = lab_soak_read(s->file, s->setup, t, e);
		in_vain = t->all.runs == before ? in_vain + 1 : 0;
		before = t->all.runs;
		if (ret || s->campaign.stopped_by || t->all.runs >= (unsigned long)s->runs)
			return ret;
		if (in_vain == MAX_INCONCLUSIVE)
			return lab_fail(e, -EIO, "%u runs in a row said nothing, see %s/runs",
					in_vain, s->dir);
		ret = run_once(s, t, e);
		if (ret)
			return ret;
		lab_soak_clear(t);
	}
}

static int soak(struct soak *s)
{
	struct lab_soak_tally t = { .seconds = 0 };
	struct lab_error e;
	int ret = lab_setup_describe(s->paths, &s->options, &s->setup, &e);

	if (ret) {
		fprintf(stderr, "lab: %s\n", e.text);
		return ret == -EINVAL ? LAB_EXIT_USAGE : LAB_EXIT_INFRASTRUCTURE;
	}
	s->file = lab_format("%s/%s.jsonl", s->dir, lab_json_text_of(s->setup, "kernel"));
	ret = lab_campaign_begin(&s->campaign, s->paths, s->options.quiet, &e);
	if (!ret)
		ret = lab_make_dirs(s->dir, &e);
	if (!ret)
		ret = run_all(s, &t, &e);
	lab_progress_end(&s->campaign.progress);
	if (!ret) {
		lab_soak_report(stdout, lab_setup_title(s->setup), &t);
		printf("results in %s\n", s->file);
	}
	if (ret)
		fprintf(stderr, "lab: %s\n", e.text);
	if (ret)
		return LAB_EXIT_INFRASTRUCTURE;
	if (s->campaign.stopped_by)
		return 128 + s->campaign.stopped_by;
	return t.all.failed ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
}

int lab_soak_main(int argc, char *argv[], const struct lab_paths *paths)
{
	static struct soak s;	/* large; its life is the process's, as of all that it holds */
	int code;

	s.paths = paths;
	s.runs = DEFAULT_RUNS;
	s.load = MIN(sysconf(_SC_NPROCESSORS_ONLN), MAX_LOAD);
	s.dir = lab_format("%s/soak", paths->state);
	code = lab_command_parse(&command, argc, argv, &s);
	return code ? code : soak(&s);
}

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
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/command.h"
#include "base/fsys.h"
#include "base/paths.h"
#include "base/progress.h"
#include "base/run_dir.h"
#include "base/text.h"
#include "campaign/burners.h"
#include "campaign/soak.h"
#include "campaign/soak_file.h"
#include "campaign/soak_report.h"
#include "run/options.h"
#include "run/setup.h"
#include "verdict/verdict.h"

/* Without a failure so many say: at most one in twenty fails (95 % confidence). */
#define DEFAULT_RUNS	60
/* So many runs in a row that say nothing: something is wrong with the bed. */
#define MAX_INCONCLUSIVE	3

struct soak {
	const struct lab_paths *paths;
	struct lab_options options;	/* of lab run */
	long runs, load;
	const char *dir;
	char *file, *title;
	json_t *setup;
	struct lab_progress progress;
	sigset_t signals;
	int stopped_by;			/* the signal, or 0 */
};

/* One run of it. */
struct turn {
	char dir[PATH_MAX];
	char *what, *left;		/* for people: which, and how long all will take */
	unsigned int burners;
	bool conclusive;
};

enum { RUNS = 256, LOAD, OUT };

static const struct argp_option options[] = {
	{ "runs", RUNS, "N", 0, "So many in all (default: 60); 0: only report", 0 },
	{ "load", LOAD, "N", 0,
	  "Every second run beside N processes that use a CPU each (default: as many as there are "
	  "CPUs); 0: never", 0 },
	{ "out", OUT, "DIR", 0,
	  "Results go to DIR/RELEASE.jsonl, a line a run, and what runs that did not pass left "
	  "behind to DIR/runs (default: build/soak)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct soak *s = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &s->options;
		state->child_inputs[1] = &s->options;
		return 0;
	case RUNS:
		return lab_command_number(state, "runs", arg, "a number", 0, 100000, &s->runs);
	case LOAD:
		return lab_command_number(state, "load", arg, "a number", 0, 1000, &s->load);
	case OUT:
		return lab_command_word(state, options, key, arg, &s->dir);
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
	"Run the suite again and again, until the results have N runs of this kernel, with these "
	"options and these programs, and say which rate of failure they rule out. Interrupted, it "
	"goes on where it was."
	"\vExit code: 0 none of the runs failed, 1 some did, 13 infrastructure, 64 wrong usage, "
	"128+N interrupted by signal N",
	children, NULL, NULL
};

/* "lab run" with the same options, but for where its results go. */
static pid_t start_run(const struct soak *s, const char *dir, const char *log)
{
	struct lab_options o = s->options;
	struct lab_argv argv = { NULL };
	pid_t pid;

	o.out = dir;
	lab_argv_addf(&argv, "%s/lab", s->paths->build);
	lab_argv_add(&argv, "run");
	lab_options_args(&o, &argv);
	pid = lab_child_start(argv.words, log);
	lab_argv_free(&argv);
	return pid;
}

/* A run that is under way, and what to say of it meanwhile. */
struct running {
	struct lab_progress *progress;
	const struct turn *turn;
};

static void show(void *arg)
{
	const struct running *r = arg;

	lab_progress_status(r->progress, "%s%s", r->turn->what, r->turn->left);
}

/* How long the rest will take, if it goes on like this; "" if nobody knows. */
static char *time_left(const struct soak *s, const struct lab_soak_tally *t)
{
	unsigned long done = t->calm.runs + t->busy.runs;
	long minutes;

	if (!done || done >= (unsigned long)s->runs)
		return lab_strdup("");
	minutes = (long)(t->seconds / (double)done / 60 * (double)((unsigned long)s->runs - done));
	return lab_format(", %ld:%02ld h to go", minutes / 60, minutes % 60);
}

static void say(struct soak *s, const struct turn *turn, json_t *record,
		const struct lab_soak_bed *bed)
{
	lab_progress_say(&s->progress, "%s: %s: %s, %.0f s, load average %.1f%s%s", turn->what,
			 json_string_value(json_object_get(record, "verdict")),
			 json_string_value(json_object_get(record, "reason")),
			 json_number_value(json_object_get(record, "seconds")), bed->load,
			 bed->kept ? ", see " : "", bed->kept ? bed->kept : "");
}

/* Keep the results of a run that came to its end. */
static int keep(struct soak *s, struct turn *turn, int code, struct lab_error *e)
{
	char *path = lab_format("%s/results.json", turn->dir);
	json_t *results = json_load_file(path, 0, NULL), *record = NULL;
	struct lab_soak_bed bed = {
		.burners = turn->burners, .kept = code == LAB_EXIT_PASS ? NULL : turn->dir,
	};
	double load[3] = { 0 };
	int ret;

	if (getloadavg(load, 3) == 3)
		bed.load = load[1];
	/* They say "fail" until the run is over. */
	if (json_integer_value(json_object_get(results, "exit_code")) == code)
		record = lab_soak_record(s->setup, results, &bed);
	if (!record) {
		ret = lab_fail(e, -EIO, "lab run exited %d without results, see %s/lab.log", code,
			       turn->dir);
	} else {
		ret = lab_soak_append(s->file, record, e);
		turn->conclusive = lab_soak_is_conclusive(record);
		say(s, turn, record, &bed);
	}
	json_decref(record);
	json_decref(results);
	free(path);
	return ret;
}

static int run_turn(struct soak *s, struct turn *turn, struct lab_error *e)
{
	char *log = lab_format("%s/lab.log", turn->dir);
	struct running running = { &s->progress, turn };
	struct lab_burners load;
	int code, ret = lab_burners_start(&load, turn->burners, e);

	if (!ret) {
		code = lab_child_wait(start_run(s, turn->dir, log), &s->signals, &s->stopped_by,
				      show, &running);
		lab_burners_stop(&load);
		if (code < 128)
			ret = keep(s, turn, code, e);
		else if (!s->stopped_by)
			ret = lab_fail(e, -EINTR, "lab run was ended by signal %d, see %s",
				       code - 128, turn->dir);
		/* Nobody will look at a run that passed, or was cut short. */
		if (!ret && (code == LAB_EXIT_PASS || code >= 128))
			ret = lab_remove_tree(turn->dir, e);
	}
	free(log);
	return ret;
}

static int run_once(struct soak *s, const struct lab_soak_tally *t, bool *conclusive,
		    struct lab_error *e)
{
	struct turn turn = {
		.burners = t->busy.runs < t->calm.runs ? (unsigned int)s->load : 0,
	};
	int ret = lab_run_dir_make(s->dir, NULL, turn.dir, e);

	turn.left = time_left(s, t);
	turn.what = lab_format("run %lu of %ld%s", t->calm.runs + t->busy.runs + 1, s->runs,
			       turn.burners ? ", under load" : "");
	if (!ret)
		ret = run_turn(s, &turn, e);
	*conclusive = turn.conclusive;
	free(turn.what);
	free(turn.left);
	return ret;
}

static int run_all(struct soak *s, struct lab_error *e)
{
	unsigned int inconclusive = 0;
	struct lab_soak_tally t;
	bool enough, conclusive = true;
	int ret;

	for (;;) {
		ret = lab_soak_read(s->file, s->setup, &t, e);
		if (ret)
			return ret;
		enough = t.calm.runs + t.busy.runs >= (unsigned long)s->runs;
		if (!enough && !s->stopped_by)
			ret = run_once(s, &t, &conclusive, e);
		lab_soak_free(&t);
		if (ret || enough || s->stopped_by)
			return ret;
		inconclusive = conclusive ? 0 : inconclusive + 1;
		if (inconclusive == MAX_INCONCLUSIVE)
			return lab_fail(e, -EIO, "%u runs in a row said nothing, see %s/runs",
					inconclusive, s->dir);
	}
}

static int report(const struct soak *s, bool *failed, struct lab_error *e)
{
	struct lab_soak_tally t;
	int ret = lab_soak_read(s->file, s->setup, &t, e);

	if (ret)
		return ret;
	lab_soak_report(stdout, s->title, &t);
	printf("results in %s\n", s->file);
	*failed = t.calm.failed + t.busy.failed > 0;
	lab_soak_free(&t);
	return 0;
}

static int soak(struct soak *s)
{
	struct lab_error e, later;
	bool failed = false;
	int ret = lab_setup_describe(s->paths, &s->options, &s->setup, &e);

	if (ret) {
		fprintf(stderr, "lab: %s\n", e.text);
		return ret == -EINVAL ? LAB_EXIT_USAGE : LAB_EXIT_INFRASTRUCTURE;
	}
	s->title = lab_setup_title(s->setup);
	s->file = lab_format("%s/%s.jsonl", s->dir,
			     json_string_value(json_object_get(s->setup, "kernel")));
	lab_progress_init(&s->progress, stdout, s->options.quiet);
	ret = lab_make_dirs(s->dir, &e);
	if (!ret)
		ret = lab_child_signals(&s->signals, &e);
	if (!ret)
		ret = run_all(s, &e);
	lab_progress_end(&s->progress);
	if (report(s, &failed, &later))
		fprintf(stderr, "lab: %s\n", later.text);
	if (ret)
		fprintf(stderr, "lab: %s\n", e.text);
	json_decref(s->setup);
	free(s->title);
	free(s->file);
	if (ret)
		return LAB_EXIT_INFRASTRUCTURE;
	if (s->stopped_by)
		return 128 + s->stopped_by;
	return failed ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
}

int lab_soak_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct soak s = {
		.paths = paths, .runs = DEFAULT_RUNS, .load = sysconf(_SC_NPROCESSORS_ONLN),
	};
	char *dir = lab_format("%s/soak", paths->build);
	int code = lab_command_parse(&command, argc, argv, &s);

	if (!code) {
		s.dir = s.dir ? s.dir : dir;
		code = soak(&s);
	}
	free(dir);
	return code;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * One step of a bisection: build what is checked out, run the tests in it until the
 * verdict is sure, and keep a record.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/arch.h"
#include "base/clock.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "base/text.h"
#include "bisect/bisect.h"
#include "bisect/bisect_count.h"
#include "bisect/bisect_fixup.h"
#include "bisect/bisect_git.h"
#include "bisect/bisect_report.h"
#include "bisect/bisect_verdict.h"
#include "report/cases.h"
#include "run/run.h"

/* git bisect run stops at exit codes from 128 on; 129 is git's own for wrong usage. */
#define EXIT_TROUBLE	128
#define EXIT_USAGE	129

/* What make exits with when the sources do not build; the script's own errors are others. */
#define MAKE_FAILED	2

struct work {
	struct lab_bisect_step *s;
	struct lab_bisect_tally tally;
	enum lab_bisect_verdict verdict;
	char *dir, *kernel;		/* the results of this step; the build */
	char why[1100];
	json_t *record;
};

/* What a record must have to be that of @commit in this bisection. */
static json_t *key(const struct lab_bisect_step *s, const char *commit)
{
	return json_pack("{s:s, s:o, s:O?}", "commit", commit, "options",
			 lab_bisect_options_words(&s->options), "sought", s->sought);
}

json_t *lab_bisect_step_load(const struct lab_bisect_step *s, const char *commit)
{
	char *path = lab_format("%s/steps/%.12s/step.json", s->options.dir, commit);
	json_t *record = json_load_file(path, 0, NULL);

	free(path);
	if (lab_json_has(record, key(s, commit)))
		return record;
	json_decref(record);
	return NULL;
}

static void put(struct work *w, const char *key, json_t *value)
{
	json_object_set_new(w->record, key, value);
}

static void put_seconds_since(struct work *w, const char *key, long ms)
{
	put(w, key, json_real((double)(lab_now_ms() - ms) / 1000));
}

static void show(void *arg)
{
	struct lab_bisect_step *s = arg;

	lab_progress_status(&s->campaign.progress, "%s", s->what);
}

/* Wait for the end of @pid, what a start returned. The exit code or -errno. */
static int watch(struct work *w, pid_t pid, struct lab_error *e)
{
	struct lab_campaign *c = &w->s->campaign;
	int code;

	if (pid < 0)
		return pid;
	code = lab_process_watch(pid, &c->signals, &c->stopped_by, show, w->s);
	if (c->stopped_by)
		return lab_fail(e, -EINTR, "interrupted");
	return code < 0 ? lab_fail(e, code, "waitpid(): %s", strerror(-code)) : code;
}

/* The configuration is this commit's; the next one's may differ. */
static void keep_config(struct work *w)
{
	char *text = lab_read_or_empty(w->kernel, ".config");
	char *path = lab_format("%s/config", w->dir);

	if (!lab_write_file(path, text, strlen(text), NULL))
		put(w, "config", lab_json_text(path));
	free(path);
	free(text);
}

/*
 * A kernel that does not build is the commit's fault; a script that fails by itself, or
 * a disk that is full, is not.
 */
static int judge_build(struct work *w, const struct lab_process *p, int code, struct lab_error *e)
{
	char *text = lab_read_or_empty(w->dir, "build.log");
	bool full = strstr(text, "No space left on device");

	free(text);
	if (code < 0)
		return code;
	if (!code) {
		keep_config(w);
		return 0;
	}
	lab_process_explain(p, code, e);
	if (code != MAKE_FAILED || full)
		return -EIO;
	w->verdict = LAB_BISECT_CANNOT_TELL;
	snprintf(w->why, sizeof(w->why), "does not build: %s", e->text);
	return 0;
}

static int build_it(struct work *w, struct lab_error *e)
{
	const char *repo = w->s->campaign.paths->repo, *config = w->s->options.config;
	char *log = lab_format("%s/build.log", w->dir);
	long started = lab_now_ms();
	struct lab_argv argv = { NULL };
	const struct lab_process p = { .argv = &argv, .out = log };
	int ret;

	lab_argv_add(&argv, "env");
	lab_argv_addf(&argv, "ARCH=%s",
		      lab_arch_paths(w->s->campaign.paths, w->s->options.run.arch).arch->name);
	lab_argv_add(&argv, "sh");
	lab_argv_addf(&argv, "%s/lib/lab/kernel/build_kernel.sh", repo);
	lab_argv_add_all(&argv, w->s->options.ksrc, w->kernel, NULL);
	lab_argv_addf(&argv, "%s/selftests/config", repo);
	lab_argv_addf(&argv, "%s/lib/lab/kernel/kernel.config", repo);
	if (config)
		lab_argv_add(&argv, config);
	ret = judge_build(w, &p, watch(w, lab_process_start(&p, e), e), e);
	put_seconds_since(w, "build_seconds", started);
	lab_argv_free(&argv);
	free(log);
	return ret;
}

/* With the fix-up, which a commit may be such that it cannot have. */
static int build(struct work *w, struct lab_error *e)
{
	struct lab_error later;
	int ret = lab_fixup_on(&w->s->options, e);

	if (ret > 0) {
		w->verdict = LAB_BISECT_CANNOT_TELL;
		snprintf(w->why, sizeof(w->why), "%s", e->text);
		return 0;
	}
	if (!ret && w->s->options.fixup[0])
		put(w, "fixup", lab_json_text(w->s->options.fixup));
	if (!ret)
		ret = build_it(w, e);
	if (lab_fixup_off(&w->s->options, &later) && !ret)
		ret = lab_fail(e, -EIO, "%s", later.text);
	return ret;
}

/* "lab run" with its results in @dir; its exit code or -errno. */
static int run_tests(struct work *w, const char *dir, struct lab_error *e)
{
	struct lab_options o = w->s->options.run;
	char *log = lab_format("%s/lab.log", dir), *words[] = { (char *)"lab run", NULL };
	int code;

	o.kdir = w->kernel;
	o.out = dir;
	code = watch(w, lab_run_start(w->s->campaign.paths, &o, log, e), e);
	/* What it refuses for one commit it refuses for all. */
	if (code == LAB_EXIT_USAGE) {
		lab_process_explain(&(struct lab_process){
			.argv = &(struct lab_argv){ words, 1 }, .out = log }, code, e);
		code = -EINVAL;
	}
	free(log);
	return code;
}

/* Why a run counts for less than its own verdict says. */
static const char *but(enum lab_bisect_run run, int code)
{
	if (run == LAB_BISECT_UNFIT && code == LAB_EXIT_PASS)
		return ", but none of the tests that the bad end fails";
	if (run == LAB_BISECT_NOTHING && (code == LAB_EXIT_FAIL || code == LAB_EXIT_ERROR))
		return ", but in a way that is no verdict on the kernel";
	return "";
}

static enum lab_bisect_run classify(struct work *w, json_t *results, int code, json_t **test)
{
	const struct lab_bisect_known known = { w->s->options.errors_count, w->s->sought };
	enum lab_bisect_run run = lab_bisect_classify(results, code, &known, test);
	const char *reason = lab_json_text_of(results, "reason");

	snprintf(w->why, sizeof(w->why), "%s%s", reason[0] ? reason : "no results", but(run, code));
	return run;
}

static enum lab_bisect_run classify_count(struct work *w, json_t *results, int code, json_t **test)
{
	struct lab_bisect_count c = {
		.figure = w->s->options.perf, .limit = w->s->options.limit,
	};
	enum lab_bisect_run run = lab_bisect_classify_count(results, code, &c);

	if (c.test)
		put(w, "value", json_real(c.value));
	snprintf(w->why, sizeof(w->why), "%s", c.why);
	*test = run == LAB_BISECT_BROKE ? c.test : NULL;
	return run;
}

static void take_run(struct work *w, unsigned int n, const char *dir, int code)
{
	char *path = lab_format("%s/results.json", dir), *title;
	json_t *results = json_load_file(path, 0, NULL), *test;
	enum lab_bisect_run run = w->s->options.perf ? classify_count(w, results, code, &test) :
		classify(w, results, code, &test);

	lab_bisect_count(&w->tally, run);
	title = test ? lab_case_title(test) : lab_strdup("");
	lab_progress_say(&w->s->campaign.progress, "  run %u: %s%s%s", n, w->why,
			 title[0] ? ": " : "", title);
	if (run == LAB_BISECT_BROKE || run == LAB_BISECT_DIED || run == LAB_BISECT_FAILED) {
		lab_bisect_add_failing(json_object_get(w->record, "failing"), results);
		if (lab_bisect_failures(&w->tally) == 1)
			lab_bisect_evidence(w->record, results, dir, test);
	}
	if (lab_json_text_of(results, "kernel")[0])
		put(w, "kernel", json_incref(json_object_get(results, "kernel")));
	json_decref(results);
	free(title);
	free(path);
}

static int run_until_sure(struct work *w, struct lab_error *e)
{
	const struct lab_bisect_options *o = &w->s->options;
	long good_runs = o->good_runs ? o->good_runs : o->runs, started = lab_now_ms();
	int code = 0;

	for (unsigned int n = 1; code >= 0 && w->verdict == LAB_BISECT_UNDECIDED; n++) {
		char *dir = lab_format("%s/run-%u", w->dir, n);

		code = lab_make_dirs(dir, e);
		if (!code)
			code = run_tests(w, dir, e);
		if (code >= 0) {
			take_run(w, n, dir, code);
			w->verdict = lab_bisect_judge(&w->tally, o->runs, good_runs);
		}
		free(dir);
	}
	put_seconds_since(w, "run_seconds", started);
	if (lab_bisect_failures(&w->tally) && w->verdict == LAB_BISECT_CANNOT_TELL)
		snprintf(w->why, sizeof(w->why), "what failed did not happen again");
	return code < 0 ? code : 0;
}

/* For the report, and for a bisection that goes on after an interruption. */
static int save(struct work *w, struct lab_error *e)
{
	char *path = lab_format("%s/step.json", w->dir);
	int ret;

	put(w, "verdict", json_string(lab_bisect_verdicts[w->verdict]));
	put(w, "reason", lab_json_text(w->why));
	put(w, "failed", json_integer(lab_bisect_failures(&w->tally)));
	put(w, "runs", json_integer(lab_bisect_runs(&w->tally)));
	ret = lab_json_write(path, w->record, e);
	free(path);
	return ret;
}

static int build_and_run(struct work *w, struct lab_error *e)
{
	int lock, ret = lab_remove_tree(w->dir, e);

	if (!ret)
		ret = lab_make_dirs(w->dir, e);
	if (!ret)
		ret = lab_make_dirs(w->kernel, e);
	if (ret)
		return ret;
	/* A step that was killed may still be building there, and comes to an end by itself. */
	lock = lab_lock_dir(w->kernel, e);
	if (lock < 0)
		return lock;
	ret = build(w, e);
	if (!ret)
		ret = run_until_sure(w, e);
	close(lock);
	return ret ? ret : save(w, e);
}

int lab_bisect_step(struct lab_bisect_step *s, const char *commit, json_t **record,
		    struct lab_error *e)
{
	const struct lab_bisect_options *o = &s->options;
	struct work w = { .s = s };
	char *subject;
	int ret = lab_git(o->ksrc, 0, &subject, e, "show", "-s", "--format=%s", commit, NULL);

	if (ret)
		return ret;
	w.dir = lab_format("%s/steps/%.12s", o->dir, commit);
	w.kernel = lab_format("%s/kernel", o->dir);
	w.record = key(s, commit);
	put(&w, "subject", lab_json_text(subject));
	put(&w, "failing", json_array());
	ret = build_and_run(&w, e);
	free(subject);
	free(w.kernel);
	free(w.dir);
	if (ret)
		json_decref(w.record);
	else
		*record = w.record;
	return ret;
}

int lab_bisect_step_main(int argc, char *argv[], const struct lab_paths *paths)
{
	static struct lab_bisect_step s = { .what = "testing" };
	struct lab_progress *progress = &s.campaign.progress;
	json_t *record = NULL;
	struct lab_error e;
	char commit[41], *line;
	int ret;

	if (lab_command_parse(&lab_bisect_step_argp, argc, argv, &s.options))
		return EXIT_USAGE;
	ret = lab_bisect_options_check(&s.options, paths, &e);
	if (!ret)
		ret = lab_git_commit(s.options.ksrc, "HEAD", commit, &e);
	if (!ret)
		ret = lab_campaign_begin(&s.campaign, paths, s.options.run.quiet, &e);
	if (!ret)
		ret = lab_fixup_off(&s.options, &e);
	if (!ret)
		ret = lab_bisect_step(&s, commit, &record, &e);
	if (!ret) {
		line = lab_bisect_step_line(record);
		lab_progress_alert(progress, "%s; see %s/steps/%.12s", line, s.options.dir, commit);
		free(line);
		ret = lab_bisect_exit_code(lab_json_text_of(record, "verdict"));
		json_decref(record);
	} else {
		lab_progress_clear(progress);
		fprintf(stderr, "lab: %s\n", e.text);
		ret = s.campaign.stopped_by ? 128 + s.campaign.stopped_by :
			ret == -EINVAL ? EXIT_USAGE : EXIT_TROUBLE;
	}
	lab_progress_end(progress);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A whole bisection: is the bad end bad and the good end good, which commit
 * between them made the difference, and what is there to tell of it.
 *
 * Git chooses the commits and keeps the marks, in the tree itself; each step is a
 * "lab bisect-step". Its result is on disk before git is told, and git is told
 * before the next one begins, so it can be interrupted anywhere. As long as it
 * lasts git knows where HEAD was before, and goes back there at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/paths.h"
#include "base/progress.h"
#include "base/text.h"
#include "bisect/bisect.h"
#include "bisect/bisect_git.h"
#include "bisect/bisect_options.h"
#include "bisect/bisect_report.h"
#include "bisect/bisect_state.h"
#include "bisect/bisect_step.h"
#include "bisect/bisect_verdict.h"
#include "verdict/verdict.h"

static const char help_head[] =
"usage: lab bisect --ksrc TREE --good COMMIT --bad COMMIT [options]\n"
"\n"
"Find the commit that made tests fail. First it is verified that COMMITs are what\n"
"they are said to be. Interrupted, the same command goes on where it was. TREE must\n"
"have no uncommitted changes; at the end it is as it was.\n"
"\n";

static const char help_tail[] =
"  --again           anew, also what was found or begun before\n"
"\n"
"Without --good-runs their number follows from how often the bad end failed: a bad\n"
"commit is taken for a good one with a chance of 1 % at most.\n"
"\n"
"DIR gets report.txt, mail.txt (a draft), state.json, and steps/COMMIT.\n"
"\n"
"exit code: 0 found, 1 not found (or an end is not what it is said to be),\n"
"13 infrastructure, 64 wrong usage, 128+N interrupted by signal N\n";

struct bisect {
	const struct lab_paths *paths;
	struct lab_bisect_options options;
	struct lab_bisect_end good, bad;
	json_t *state;
	char *file, *failing;		/* state.json; the titles of what the bad end fails */
	unsigned int good_runs;
	double chance;
	bool not_found;
	struct lab_progress progress;
	const char *what;		/* is going on */
	sigset_t signals;
	int stopped_by;
	int lock;			/* of the directory, as long as we live */
};

static const char *tree(const struct bisect *b)
{
	return b->options.ksrc;
}

static void show(void *arg)
{
	struct bisect *b = arg;

	lab_progress_status(&b->progress, "%s", b->what);
}

/* "lab bisect-step" with what was learnt so far; its exit code. */
static int run_step(struct bisect *b, bool is_bad_end, const char *log)
{
	const struct lab_bisect_options *o = &b->options;
	char **argv = lab_realloc(NULL, (size_t)o->nr_run_args + 16, sizeof(*argv));
	char *self = lab_format("%s/lab", b->paths->build), *runs = NULL, *good_runs = NULL;
	int code, n = 0;

	argv[n++] = self;
	argv[n++] = (char *)"bisect-step";
	argv[n++] = (char *)"--ksrc";
	argv[n++] = (char *)o->ksrc;
	argv[n++] = (char *)"--out";
	argv[n++] = (char *)o->dir;
	if (o->config) {
		argv[n++] = (char *)"--config";
		argv[n++] = (char *)o->config;
	}
	if (o->runs) {
		argv[n++] = (char *)"--runs";
		argv[n++] = runs = lab_format("%u", o->runs);
	}
	if (b->good_runs) {
		argv[n++] = (char *)"--good-runs";
		argv[n++] = good_runs = lab_format("%u", b->good_runs);
	}
	if (is_bad_end) {
		argv[n++] = (char *)"--errors-count";
	} else {
		argv[n++] = (char *)"--failing";
		argv[n++] = b->failing;
	}
	for (int i = 0; i < o->nr_run_args; i++)
		argv[n++] = o->run_args[i];
	argv[n] = NULL;
	code = lab_child_wait(lab_child_start(argv, log), &b->signals, &b->stopped_by, show, b);
	free(good_runs);
	free(runs);
	free(self);
	free(argv);
	return code;
}

/* What the step has left, if that is of @commit and goes with @code. */
static json_t *read_step(const struct bisect *b, const char *commit, int code)
{
	char *dir = lab_bisect_step_dir(b->options.dir, commit);
	char *path = lab_format("%s/step.json", dir);
	json_t *step = json_load_file(path, 0, NULL);
	const char *verdict = lab_json_text_of(step, "verdict");
	bool fits = false;

	for (int v = LAB_BISECT_GOOD; v <= LAB_BISECT_CANNOT_TELL; v++)
		fits |= !strcmp(verdict, lab_bisect_verdict_name((enum lab_bisect_verdict)v)) &&
			lab_bisect_exit_code((enum lab_bisect_verdict)v) == code &&
			!strcmp(lab_json_text_of(step, "commit"), commit);
	if (!fits) {
		json_decref(step);
		step = NULL;
	}
	free(path);
	free(dir);
	return step;
}

/* Test what is checked out, unless that was done. 0 with *@step the state's, or -errno. */
static int test(struct bisect *b, const char *commit, bool is_bad_end, json_t **step,
		struct lab_error *e)
{
	char *log = lab_format("%s/step.log", b->options.dir), *text;
	int code, ret = 0;

	*step = lab_bisect_state_step(b->state, commit);
	if (!*step) {
		code = run_step(b, is_bad_end, log);
		*step = b->stopped_by ? NULL : read_step(b, commit, code);
		if (*step) {
			lab_bisect_state_add(b->state, *step);
			ret = lab_bisect_state_save(b->file, b->state, e);
		} else {
			text = lab_read_or_empty(b->options.dir, "step.log");
			ret = lab_fail(e, b->stopped_by ? -EINTR : -EIO,
				       "the step at %.12s exited %d, see %s: %.500s", commit, code,
				       log, text);
			free(text);
		}
	}
	free(log);
	return ret;
}

static void say(struct bisect *b, const char *what, json_t *step)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return;
	lab_bisect_print_step(f, step);
	fclose(f);
	lab_progress_say(&b->progress, "%s%s", what, text);
	free(text);
}

static bool has_verdict(json_t *step, enum lab_bisect_verdict verdict)
{
	return !strcmp(lab_json_text_of(step, "verdict"), lab_bisect_verdict_name(verdict));
}

/* Is @commit what it is said to be? If not, that is said, and is the end of it. */
static int verify(struct bisect *b, const char *commit, enum lab_bisect_verdict as, json_t **step,
		  struct lab_error *e)
{
	const char *name = lab_bisect_verdict_name(as);
	char *what = lab_format("is %.12s %s?", commit, name), *out = NULL;
	int ret = 0;

	b->what = what;
	if (!lab_bisect_state_step(b->state, commit))
		ret = lab_git_do(tree(b), &out, e, "checkout", "-q", "--detach", commit);
	if (!ret)
		ret = test(b, commit, as == LAB_BISECT_BAD, step, e);
	if (!ret) {
		say(b, as == LAB_BISECT_BAD ? "bad end: " : "good end: ", *step);
		if (!has_verdict(*step, as)) {
			lab_progress_say(&b->progress,
					 "%.12s is not %s: nothing to bisect; see %s/steps/%.12s",
					 commit, name, b->options.dir, commit);
			b->not_found = true;
		}
	}
	free(out);
	free(what);
	return ret;
}

/* From the bad end: what is sought, and how many runs it takes not to see it. */
static int learn(struct bisect *b, json_t *step, struct lab_error *e)
{
	unsigned int failed = (unsigned int)lab_bisect_number(step, "failed");
	unsigned int runs = (unsigned int)lab_bisect_number(step, "runs");
	struct lab_text titles = { NULL };
	char *text;
	json_t *one;
	size_t i;
	int ret;

	json_array_foreach(json_object_get(step, "failing"), i, one)
		lab_text_addf(&titles, "%s\n", json_string_value(one));
	text = lab_text_take(&titles);
	ret = lab_write_file(b->failing, text, strlen(text), e);
	free(text);
	b->good_runs = b->options.good_runs ? b->options.good_runs :
		lab_bisect_good_runs(failed, runs);
	b->chance = lab_bisect_chance(failed, runs, b->good_runs);
	lab_progress_say(&b->progress,
			 "the bad end fails %u of %u runs: a commit is good when %u run%s; a bad one does so with a chance of %.2g %%",
			 failed, runs, b->good_runs, b->good_runs == 1 ? " passes" : "s pass",
			 b->chance * 100);
	return ret;
}

static int verify_ends(struct bisect *b, struct lab_error *e)
{
	json_t *step;
	int ret = verify(b, b->bad.commit, LAB_BISECT_BAD, &step, e);

	if (!ret && !b->not_found)
		ret = learn(b, step, e);
	if (!ret && !b->not_found)
		ret = verify(b, b->good.commit, LAB_BISECT_GOOD, &step, e);
	return ret;
}

/* "roughly 3 steps", of what git says when it has chosen. */
static void say_left(struct bisect *b, const char *out)
{
	const char *line = strstr(out, "Bisecting: ");

	if (line)
		lab_progress_say(&b->progress, "%.*s", (int)strcspn(line, "\n"), line);
}

static int mark(struct bisect *b, const char *commit, json_t *step, struct lab_error *e)
{
	const char *as = has_verdict(step, LAB_BISECT_GOOD) ? "good" :
		has_verdict(step, LAB_BISECT_BAD) ? "bad" : "skip";
	char *out = NULL;
	int ret = lab_git_mark(tree(b), as, commit, &out, e);

	if (!ret)
		say_left(b, out);
	free(out);
	return ret;
}

static int search(struct bisect *b, struct lab_bisect_found *found, struct lab_error *e)
{
	char commit[41];
	json_t *step;
	int ret = lab_git_mark_ends(tree(b), b->good.commit, b->bad.commit, e);

	b->what = "searching";
	while (!ret) {
		ret = lab_git_bisection(tree(b), &found->how, found->first, NULL, e);
		if (ret || found->how != LAB_GIT_UNDER_WAY)
			break;
		ret = lab_git_commit(tree(b), "HEAD", commit, e);
		if (!ret)
			ret = test(b, commit, false, &step, e);
		if (!ret) {
			say(b, "", step);
			ret = mark(b, commit, step, e);
		}
	}
	return ret;
}

static int report(struct bisect *b, struct lab_bisect_found *found, struct lab_error *e)
{
	int ret = lab_bisect_describe(found, tree(b), e);

	found->state = b->state;
	found->chance = b->chance;
	if (!ret)
		ret = lab_bisect_write(b->options.dir, found, e);
	if (!ret && found->how == LAB_GIT_FOUND)
		lab_progress_say(&b->progress,
				 "first bad commit: %.12s %s (%s)\nreport in %s/report.txt, a mail to send in %s/mail.txt",
				 found->first, found->subject, found->author, b->options.dir,
				 b->options.dir);
	else if (!ret)
		lab_progress_say(&b->progress,
				 "the first bad commit is one of several of which nothing can be told: report in %s/report.txt",
				 b->options.dir);
	b->not_found = found->how != LAB_GIT_FOUND;
	lab_bisect_found_free(found);
	return ret;
}

/* The tree goes back to where it was before git bisect start. */
static int finish(struct bisect *b, struct lab_error *e)
{
	char *out = NULL;
	int ret = lab_git_do(tree(b), &out, e, "bisect", "reset");

	free(out);
	if (ret)
		return ret;
	json_object_set_new(b->state, "done", json_true());
	return lab_bisect_state_save(b->file, b->state, e);
}

/* Of this command: its ends, and all that a verdict on a commit depends on. */
static json_t *fresh_state(const struct bisect *b)
{
	json_t *state = lab_bisect_state_new(&b->good, &b->bad, b->options.run_args);

	if (b->options.config)
		json_array_append_new(json_object_get(state, "options"),
				      lab_json_text(b->options.config));
	return state;
}

/* Go on with what was begun, or begin. */
static int begin(struct bisect *b, struct lab_error *e)
{
	json_t *fresh = fresh_state(b);
	enum lab_git_bisection how;
	char first[41], *out = NULL;
	bool ours;
	int ret = lab_git_bisection(tree(b), &how, first, NULL, e);

	ours = b->state && !lab_bisect_state_done(b->state);
	if (!ret && how != LAB_GIT_NONE && !ours)
		ret = lab_fail(e, -EINVAL,
			       "somebody bisects in %s: git -C %s bisect reset ends that, or give another tree",
			       tree(b), tree(b));
	if (!ret && ours && !b->options.again && !lab_bisect_state_same(b->state, fresh))
		ret = lab_fail(e, -EINVAL,
			       "%s holds a bisection of other commits or with other options that has not come to its end: --again forgets it",
			       b->options.dir);
	if (!ret)
		ret = lab_git_is_clean(tree(b), e);
	if (!ret && ours && how != LAB_GIT_NONE && b->options.again)
		ret = finish(b, e);
	if (!ret && (!ours || b->options.again)) {
		json_decref(b->state);
		b->state = json_incref(fresh);
		how = LAB_GIT_NONE;
		ret = lab_bisect_state_save(b->file, b->state, e);
	}
	if (!ret && how == LAB_GIT_NONE)
		ret = lab_git_do(tree(b), &out, e, "bisect", "start");
	free(out);
	json_decref(fresh);
	return ret;
}

/* What was found by the same command before is told again. */
static bool was_found(struct bisect *b)
{
	json_t *fresh = fresh_state(b);
	bool found = b->state && lab_bisect_state_done(b->state) && !b->options.again &&
		lab_bisect_state_same(b->state, fresh) && lab_bisect_has(b->options.dir, LAB_BISECT_REPORT);

	json_decref(fresh);
	if (found) {
		b->not_found = !lab_bisect_has(b->options.dir, LAB_BISECT_MAIL);
		lab_progress_say(&b->progress,
				 "this was bisected before: report in %s/report.txt (--again: anew)",
				 b->options.dir);
	}
	return found;
}

static int bisect(struct bisect *b, struct lab_error *e)
{
	struct lab_bisect_found found = { NULL };
	struct lab_error later;
	int ret;

	if (was_found(b))
		return 0;
	ret = begin(b, e);
	if (!ret)
		ret = lab_bisect_forget(b->options.dir, e);
	if (!ret)
		ret = verify_ends(b, e);
	if (!ret && !b->not_found) {
		ret = search(b, &found, e);
		if (!ret)
			ret = report(b, &found, e);
	}
	lab_progress_end(&b->progress);
	if (!ret)
		ret = finish(b, &later) ? lab_fail(e, -EIO, "%s", later.text) : 0;
	return ret;
}

/* What an unfinished bisection has begun with these names are its ends. */
static int find_ends(struct bisect *b, struct lab_error *e)
{
	int ret;

	b->good.name = b->options.good;
	b->bad.name = b->options.bad;
	if (b->state && !lab_bisect_state_done(b->state) &&
	    lab_bisect_state_ends(b->state, &b->good, &b->bad))
		return 0;
	ret = lab_git_commit(tree(b), b->good.name, b->good.commit, e);
	if (!ret)
		ret = lab_git_commit(tree(b), b->bad.name, b->bad.commit, e);
	if (!ret && !strcmp(b->good.commit, b->bad.commit))
		ret = lab_fail(e, -EINVAL, "good and bad are the same commit, %.12s",
			       b->good.commit);
	return ret;
}

static int prepare(struct bisect *b, struct lab_error *e)
{
	const struct lab_bisect_options *o = &b->options;
	int ret;

	if (!o->good || !o->bad)
		return lab_fail(e, -EINVAL, "give a commit that is good and one that is bad: --good, --bad");
	b->file = lab_format("%s/state.json", o->dir);
	b->failing = lab_format("%s/failing.txt", o->dir);
	b->lock = lab_lock_dir(o->dir, e);
	if (b->lock < 0)
		return b->lock;
	ret = lab_bisect_state_load(b->file, &b->state, e);
	if (!ret)
		ret = find_ends(b, e);
	return ret ? ret : lab_child_signals(&b->signals, e);
}

static int exit_code(const struct bisect *b, int ret, const struct lab_error *e)
{
	if (b->stopped_by) {
		fprintf(stderr, "lab: interrupted; the same command goes on from here\n");
		return 128 + b->stopped_by;
	}
	if (ret)
		fprintf(stderr, "lab: %s\n", e->text);
	if (ret == -EINVAL)
		return LAB_EXIT_USAGE;
	if (ret)
		return LAB_EXIT_INFRASTRUCTURE;
	return b->not_found ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
}

int lab_bisect_main(int argc, char *argv[], const struct lab_paths *paths)
{
	static struct bisect b;
	struct lab_error e;
	int ret;

	b.paths = paths;
	ret = lab_bisect_options_parse(argc, argv, paths, &b.options, &e);
	if (!ret && b.options.help) {
		printf("%s%s%s", help_head, lab_bisect_options_help, help_tail);
		lab_bisect_options_free(&b.options);
		return 0;
	}
	if (!ret)
		ret = prepare(&b, &e);
	if (!ret) {
		lab_progress_init(&b.progress, stdout, false);
		ret = bisect(&b, &e);
	}
	ret = exit_code(&b, ret, &e);
	json_decref(b.state);
	free(b.failing);
	free(b.file);
	lab_bisect_options_free(&b.options);
	return ret;
}

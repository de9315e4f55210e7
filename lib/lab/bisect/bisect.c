// SPDX-License-Identifier: GPL-2.0
/*
 * A whole bisection: is the bad end bad and the good end good, which commit between
 * them made the difference, and what is there to say about it.
 *
 * Git chooses the commits. What is known about each is in its step.json before git is
 * told, so the same command can always begin anew and pass quickly over what it knows.
 * That is how it goes on after an interruption; so, however it ends, the tree goes back
 * to where it was, unless we are killed, and then the next one begins with that.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/text.h"
#include "bisect/bisect.h"
#include "bisect/bisect_fixup.h"
#include "bisect/bisect_git.h"
#include "bisect/bisect_report.h"
#include "bisect/bisect_verdict.h"

#define RUNNING	"running"
#define STOPPED	"stopped"
#define DONE	"done"

struct bisect {
	struct lab_bisect_step step;
	char good[41], bad[41];
	json_t *state;			/* as bisect.h says */
	char *file;			/* of it */
	struct lab_bisect_found found;	/* steps: in the order of testing */
	bool not_found;
};

#define say(b, ...)	lab_progress_say(&(b)->step.campaign.progress, __VA_ARGS__)
/* The end of it, which is told though all else is quiet. */
#define say_end(b, ...)	lab_progress_alert(&(b)->step.campaign.progress, __VA_ARGS__)

static bool is_at(const struct bisect *b, const char *stage)
{
	return !strcmp(lab_json_text_of(b->state, "stage"), stage);
}

static bool is_unfinished(const struct bisect *b)
{
	return is_at(b, RUNNING) || is_at(b, STOPPED);
}

/* The state of this very bisection, but for the names of its ends. */
static json_t *wanted(const struct bisect *b)
{
	return json_pack("{s:{s:s}, s:{s:s}, s:o}", "good", "commit", b->good, "bad", "commit",
			 b->bad, "options", lab_bisect_options_words(&b->step.options));
}

static int load(struct bisect *b, struct lab_error *e)
{
	json_decref(b->state);
	b->state = NULL;
	if (!lab_is_file(b->file))
		return 0;
	b->state = json_load_file(b->file, 0, NULL);
	if (is_unfinished(b) || is_at(b, DONE))
		return 0;
	return lab_fail(e, -EINVAL, "%s is not the state of a bisection: remove it", b->file);
}

static int save(struct bisect *b, const char *stage, struct lab_error *e)
{
	json_object_set_new(b->state, "stage", json_string(stage));
	return lab_json_write(b->file, b->state, e);
}

/* The commit that the user names; what the name meant when an unfinished bisection began. */
static int find_end(const struct bisect *b, const char *end, const char *name, char commit[41],
		    struct lab_error *e)
{
	json_t *known = json_object_get(b->state, end);
	const char *was = lab_json_text_of(known, "commit");

	if (!is_unfinished(b) || strcmp(lab_json_text_of(known, "name"), name) || strlen(was) != 40)
		return lab_git_commit(b->step.options.ksrc, name, commit, e);
	memcpy(commit, was, 41);
	return 0;
}

/* All that can be wrong with the command; nothing is touched yet. */
static int prepare(struct bisect *b, const struct lab_paths *paths, struct lab_error *e)
{
	struct lab_bisect_options *o = &b->step.options;
	int ret;

	if (!o->good || !o->bad)
		return lab_fail(e, -EINVAL, "give --good=COMMIT, where the tests pass, and --bad=COMMIT, where they fail");
	ret = lab_bisect_options_check(o, paths, e);
	if (ret)
		return ret;
	b->file = lab_format("%s/state.json", o->dir);
	ret = load(b, e);
	if (!ret)
		ret = find_end(b, "good", o->good, b->good, e);
	if (!ret)
		ret = find_end(b, "bad", o->bad, b->bad, e);
	if (!ret)
		ret = lab_git_check_ends(o->ksrc, b->good, o->good, b->bad, o->bad, e);
	return ret ? ret : lab_campaign_begin(&b->step.campaign, paths, b->step.options.run.quiet, e);
}

/* Results of another bisection are of no use to this one. */
static int forget(struct bisect *b, struct lab_error *e)
{
	static const char *const names[] = { LAB_BISECT_REPORT, LAB_BISECT_MAIL, "steps" };
	const struct lab_bisect_options *o = &b->step.options;
	int ret = 0;

	json_decref(b->state);
	b->state = wanted(b);
	json_object_set_new(json_object_get(b->state, "good"), "name", lab_json_text(o->good));
	json_object_set_new(json_object_get(b->state, "bad"), "name", lab_json_text(o->bad));
	for (size_t i = 0; !ret && i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = lab_format("%s/%s", o->dir, names[i]);

		ret = lab_remove_tree(path, e);
		free(path);
	}
	return ret;
}

/* Back to where the user was. */
static int reset(struct bisect *b, const char *stage, struct lab_error *e)
{
	int ret = lab_git(b->step.options.ksrc, 0, NULL, e, "bisect", "reset", NULL);

	return ret ? ret : save(b, stage, e);
}

/* Go on with what was begun, or begin. An error leaves all as it was. */
static int begin(struct bisect *b, struct lab_error *e)
{
	const char *tree = b->step.options.ksrc;
	bool again = b->step.options.again || !is_unfinished(b), under_way;
	char *log;
	int ret = lab_git_log(tree, &log, e);

	if (ret)
		return ret;
	under_way = log;
	free(log);
	if (under_way && !is_at(b, RUNNING))
		return lab_fail(e, -EINVAL,
				"a bisection is under way in %s: end it with git -C %s bisect reset, or give another tree",
				tree, tree);
	if (!again && !lab_json_has(b->state, wanted(b)))
		return lab_fail(e, -EINVAL,
				"%s holds an unfinished bisection of other commits or with other options: --again forgets it",
				b->step.options.dir);
	ret = lab_fixup_off(&b->step.options, e);
	if (!ret)
		ret = lab_git_is_clean(tree, e);
	/* The last one was killed. */
	if (!ret && under_way)
		ret = reset(b, STOPPED, e);
	if (!ret && again)
		ret = forget(b, e);
	return ret ? ret : save(b, RUNNING, e);
}

/* What the same command found before is told again. */
static bool was_found(struct bisect *b)
{
	const struct lab_bisect_options *o = &b->step.options;

	if (!is_at(b, DONE) || o->again || !lab_json_has(b->state, wanted(b)) ||
	    !lab_has(o->dir, LAB_BISECT_REPORT))
		return false;
	b->not_found = !lab_has(o->dir, LAB_BISECT_MAIL);
	say_end(b, "this was bisected before: the report is %s/%s (--again starts over)", o->dir,
		LAB_BISECT_REPORT);
	return true;
}

/* Test @commit, unless that was done. *@step is ours. */
static int test(struct bisect *b, const char *commit, const char *what, json_t **step,
		struct lab_error *e)
{
	char *line;
	int ret = 0;

	*step = lab_bisect_step_load(&b->step, commit);
	if (!*step) {
		ret = lab_git(b->step.options.ksrc, 0, NULL, e, "checkout", "-q", "--detach",
			      commit, NULL);
		if (!ret)
			ret = lab_bisect_step(&b->step, commit, step, e);
	}
	if (ret)
		return ret;
	json_array_append_new(b->found.steps, *step);
	line = lab_bisect_step_line(*step);
	say(b, "%s%s", what, line);
	free(line);
	return 0;
}

/* Is @commit what it is said to be? If not, that is said, and is the end of it. */
static int verify(struct bisect *b, const char *commit, const char *as, json_t **step,
		  struct lab_error *e)
{
	char *what = lab_format("%s end: ", as);
	int ret;

	b->step.what = what;
	ret = test(b, commit, what, step, e);
	free(what);
	if (!ret && strcmp(lab_json_text_of(*step, "verdict"), as)) {
		say_end(b, "%.12s is not %s, so there is nothing to bisect: see %s/steps/%.12s",
			commit, as, b->step.options.dir, commit);
		b->not_found = true;
	}
	return ret;
}

/* From the bad end: which tests matter, and how many runs it takes to see them fail. */
static void learn(struct bisect *b, json_t *step)
{
	struct lab_bisect_options *o = &b->step.options;
	long failed = json_integer_value(json_object_get(step, "failed"));
	long runs = json_integer_value(json_object_get(step, "runs"));

	if (!o->good_runs)
		o->good_runs = lab_bisect_good_runs(failed, runs);
	o->errors_count = false;
	b->step.sought = json_object_get(step, "failing");
	b->found.chance = lab_bisect_chance(failed, runs, o->good_runs);
	say(b, "the bad end failed %ld of %ld runs: a commit is good when %ld run%s; the chance that a bad one does so is %.2g %%",
	    failed, runs, o->good_runs, o->good_runs == 1 ? " passes" : "s pass",
	    b->found.chance * 100);
}

static double value_of(json_t *step)
{
	return json_number_value(json_object_get(step, "value"));
}

/* What the count is at the ends; and the limit, unless it was given, between. */
static int verify_counts(struct bisect *b, struct lab_error *e)
{
	struct lab_bisect_options *o = &b->step.options;
	json_t *bad, *good;
	int ret;

	if (!o->limit_given)
		o->limit = -INFINITY;
	ret = verify(b, b->bad, "bad", &bad, e);
	if (ret || b->not_found)
		return ret;
	if (!o->limit_given)
		o->limit = INFINITY;
	ret = verify(b, b->good, "good", &good, e);
	if (ret || b->not_found)
		return ret;
	if (!o->limit_given)
		o->limit = (value_of(good) + value_of(bad)) / 2;
	b->not_found = value_of(bad) <= o->limit;
	(b->not_found ? lab_progress_alert : lab_progress_say)(&b->step.campaign.progress,
		"%s is %g at the good end and %g at the bad one: %s %g", o->perf, value_of(good),
		value_of(bad), b->not_found ? "nothing to bisect, it is not more than" :
		"a commit is bad if it is more than", o->limit);
	return 0;
}

static int verify_ends(struct bisect *b, struct lab_error *e)
{
	json_t *step;
	int ret;

	if (b->step.options.perf)
		return verify_counts(b, e);
	b->step.options.errors_count = true;
	ret = verify(b, b->bad, "bad", &step, e);
	if (ret || b->not_found)
		return ret;
	learn(b, step);
	return verify(b, b->good, "good", &step, e);
}

static int mark(struct bisect *b, const char *as, const char *commit, struct lab_error *e)
{
	char *out, *left;
	/* 2: only commits that were skipped are left. */
	int ret = lab_git(b->step.options.ksrc, 2, &out, e, "bisect", as, commit, NULL);

	if (ret < 0)
		return ret;
	/* "roughly 3 steps" */
	left = strstr(out, "Bisecting: ");
	if (left)
		say(b, "%.*s", (int)strcspn(left, "\n"), left);
	free(out);
	return 0;
}

static int search(struct bisect *b, struct lab_error *e)
{
	const char *tree = b->step.options.ksrc, *verdict;
	struct lab_bisect_found *found = &b->found;
	char commit[41];
	json_t *step;
	int ret = mark(b, "bad", b->bad, e);

	if (!ret)
		ret = mark(b, "good", b->good, e);
	b->step.what = "searching";
	while (!ret) {
		free(found->log);
		ret = lab_git_log(tree, &found->log, e);
		found->how = lab_git_read_log(found->log, found->first);
		if (ret || found->how != LAB_GIT_UNDER_WAY)
			break;
		ret = lab_git_commit(tree, "HEAD", commit, e);
		if (!ret)
			ret = test(b, commit, "", &step, e);
		if (ret)
			break;
		verdict = lab_json_text_of(step, "verdict");
		ret = mark(b, strcmp(verdict, "cannot tell") ? verdict : "skip", commit, e);
	}
	return ret;
}

static int report(struct bisect *b, struct lab_error *e)
{
	const struct lab_bisect_options *o = &b->step.options;
	struct lab_bisect_found *found = &b->found;
	int ret;

	found->about = o->about;
	found->cc = o->cc;
	found->perf = o->perf;
	found->limit = o->limit;
	ret = lab_bisect_write(o->dir, o->ksrc, found, e);
	if (ret)
		return ret;
	b->not_found = found->how != LAB_GIT_FOUND;
	if (b->not_found)
		say_end(b, "the first bad commit is one of several that could not be judged: the report is %s/%s",
			o->dir, LAB_BISECT_REPORT);
	else
		say_end(b, "first bad commit: %.12s %s (%s)\nthe report is %s/%s, a mail to send is %s/%s",
			found->first, found->subject, found->author, o->dir, LAB_BISECT_REPORT,
			o->dir, LAB_BISECT_MAIL);
	return 0;
}

static int bisect(struct bisect *b, struct lab_error *e)
{
	const char *how = b->step.options.first_parent ? "--first-parent" : NULL;
	struct lab_error later;
	int ret = lab_git(b->step.options.ksrc, 0, NULL, e, "bisect", "start", how, NULL);

	if (!ret)
		ret = verify_ends(b, e);
	if (!ret && !b->not_found)
		ret = search(b, e);
	if (!ret && !b->not_found)
		ret = report(b, e);
	if (reset(b, ret ? STOPPED : DONE, &later))
		ret = lab_fail(e, -EIO, "%s", later.text);
	return ret;
}

int lab_bisect_main(int argc, char *argv[], const struct lab_paths *paths)
{
	static struct bisect b;	/* its life is the process's, as is that of the lock */
	struct lab_error e;
	int ret = lab_command_parse(&lab_bisect_argp, argc, argv, &b.step.options);

	if (ret)
		return ret;
	b.found.steps = json_array();
	ret = prepare(&b, paths, &e);
	if (!ret)
		ret = lab_make_dirs(b.step.options.dir, &e);
	if (!ret)
		ret = lab_lock_dir(b.step.options.dir, &e);
	if (ret >= 0)
		ret = load(&b, &e);
	if (!ret && !was_found(&b)) {
		ret = begin(&b, &e);
		if (!ret)
			ret = bisect(&b, &e);
	}
	lab_progress_end(&b.step.campaign.progress);
	if (b.step.campaign.stopped_by) {
		fprintf(stderr, "lab: interrupted; the same command goes on from here\n");
		return 128 + b.step.campaign.stopped_by;
	}
	if (!ret)
		return b.not_found ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
	fprintf(stderr, "lab: %s\n", e.text);
	return ret == -EINVAL ? LAB_EXIT_USAGE : LAB_EXIT_INFRASTRUCTURE;
}

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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "base/progress.h"
#include "base/text.h"
#include "bisect/bisect.h"
#include "bisect/bisect_git.h"
#include "bisect/bisect_options.h"
#include "bisect/bisect_report.h"
#include "bisect/bisect_step.h"
#include "bisect/bisect_verdict.h"

#define RUNNING	"running"
#define STOPPED	"stopped"
#define DONE	"done"

struct bisect {
	struct lab_bisect_options options;
	struct lab_bisect_step step;
	struct lab_progress progress;
	char good[41], bad[41];
	json_t *state, *steps;		/* as bisect.h says; records in the order of testing */
	char *file;			/* of the state */
	double chance;			/* that a bad commit passes as a good one */
	bool not_found;
};

static char *path_of(const struct bisect *b, const char *name)
{
	return lab_format("%s/%s", b->options.dir, name);
}

static bool is_at(const struct bisect *b, const char *stage)
{
	return !strcmp(lab_json_text_of(b->state, "stage"), stage);
}

static bool is_unfinished(const struct bisect *b)
{
	return is_at(b, RUNNING) || is_at(b, STOPPED);
}

/* The state that this command begins with. */
static json_t *fresh_state(const struct bisect *b)
{
	return json_pack("{s:{s:o, s:s}, s:{s:o, s:s}, s:o}",
			 "good", "name", lab_json_text(b->options.good), "commit", b->good,
			 "bad", "name", lab_json_text(b->options.bad), "commit", b->bad,
			 "options", lab_bisect_options_words(&b->options));
}

static const char *commit_of(json_t *state, const char *end)
{
	return lab_json_text_of(json_object_get(state, end), "commit");
}

/* Is the state on disk of a bisection of the same commits with the same options? */
static bool is_same(const struct bisect *b)
{
	json_t *words = lab_bisect_options_words(&b->options);
	bool same = json_equal(words, json_object_get(b->state, "options")) &&
		!strcmp(commit_of(b->state, "good"), b->good) &&
		!strcmp(commit_of(b->state, "bad"), b->bad);

	json_decref(words);
	return same;
}

static int load(struct bisect *b, struct lab_error *e)
{
	json_error_t why;

	json_decref(b->state);
	b->state = NULL;
	if (!lab_is_file(b->file))
		return 0;
	b->state = json_load_file(b->file, 0, &why);
	if (is_unfinished(b) || is_at(b, DONE))
		return 0;
	return lab_fail(e, -EINVAL, "%s is not the state of a bisection: remove it", b->file);
}

static int save(struct bisect *b, const char *stage, struct lab_error *e)
{
	char *text;
	int ret;

	json_object_set_new(b->state, "stage", json_string(stage));
	text = json_dumps(b->state, JSON_INDENT(2));
	ret = text ? lab_write_file(b->file, text, strlen(text), e) :
		lab_fail(e, -ENOMEM, "json_dumps(%s): out of memory", b->file);
	free(text);
	return ret;
}

/* The commit that the user names; what the name meant when an unfinished bisection began. */
static int find_end(const struct bisect *b, const char *end, const char *name, char commit[41],
		    struct lab_error *e)
{
	json_t *known = json_object_get(b->state, end);
	const char *was = lab_json_text_of(known, "commit");

	if (!is_unfinished(b) || strcmp(lab_json_text_of(known, "name"), name) || strlen(was) != 40)
		return lab_git_commit(b->options.ksrc, name, commit, e);
	memcpy(commit, was, 41);
	return 0;
}

/* All that can be wrong with the command; nothing is touched yet. */
static int prepare(struct bisect *b, struct lab_error *e)
{
	const struct lab_bisect_options *o = &b->options;
	int ret;

	ret = lab_bisect_options_check(&b->options, b->step.paths, e);
	if (ret)
		return ret;
	b->file = path_of(b, "state.json");
	ret = load(b, e);
	if (!ret)
		ret = find_end(b, "good", o->good, b->good, e);
	if (!ret)
		ret = find_end(b, "bad", o->bad, b->bad, e);
	if (!ret)
		ret = lab_git_check_ends(o->ksrc, b->good, o->good, b->bad, o->bad, e);
	if (!ret)
		ret = lab_process_signals(&b->step.signals, e);
	return ret;
}

/* Results of another bisection are of no use to this one. */
static int forget(const struct bisect *b, struct lab_error *e)
{
	static const char *const names[] = { LAB_BISECT_REPORT, LAB_BISECT_MAIL, "steps" };
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = path_of(b, names[i]);

		ret = lab_remove_tree(path, e);
		free(path);
	}
	return ret;
}

/* Back to where the user was. */
static int reset(struct bisect *b, const char *stage, struct lab_error *e)
{
	int ret = lab_git(b->options.ksrc, NULL, e, "bisect", "reset", NULL);

	return ret ? ret : save(b, stage, e);
}

/* Go on with what was begun, or begin. An error leaves all as it was. */
static int begin(struct bisect *b, struct lab_error *e)
{
	const char *tree = b->options.ksrc, *dir = b->options.dir;
	enum lab_git_bisection how;
	char first[41];
	int ret = lab_git_bisection(tree, &how, first, NULL, e);

	if (!ret && how != LAB_GIT_NONE && !is_at(b, RUNNING))
		ret = lab_fail(e, -EINVAL,
			       "a bisection is under way in %s: end it with git -C %s bisect reset, or give another tree",
			       tree, tree);
	if (!ret && is_unfinished(b) && !b->options.again && !is_same(b))
		ret = lab_fail(e, -EINVAL,
			       "%s holds an unfinished bisection of other commits or with other options: --again forgets it",
			       dir);
	if (!ret)
		ret = lab_git_is_clean(tree, e);
	/* The last one was killed. */
	if (!ret && how != LAB_GIT_NONE)
		ret = reset(b, STOPPED, e);
	if (!ret && (!is_unfinished(b) || b->options.again)) {
		json_decref(b->state);
		b->state = fresh_state(b);
		ret = forget(b, e);
	}
	return ret ? ret : save(b, RUNNING, e);
}

static bool has(const struct bisect *b, const char *name)
{
	char *path = path_of(b, name);
	bool found = lab_is_file(path);

	free(path);
	return found;
}

/* What the same command found before is told again. */
static bool was_found(struct bisect *b)
{
	if (!is_at(b, DONE) || b->options.again || !is_same(b) || !has(b, LAB_BISECT_REPORT))
		return false;
	b->not_found = !has(b, LAB_BISECT_MAIL);
	lab_progress_say(&b->progress, "this was bisected before: the report is %s/%s (--again starts over)",
			 b->options.dir, LAB_BISECT_REPORT);
	return true;
}

static bool has_verdict(json_t *step, enum lab_bisect_verdict verdict)
{
	return !strcmp(lab_json_text_of(step, "verdict"), lab_bisect_verdict_name(verdict));
}

/* Test @commit, unless that was done. *@step is ours. */
static int test(struct bisect *b, const char *commit, const char *what, json_t **step,
		struct lab_error *e)
{
	char *line;
	int ret = 0;

	*step = lab_bisect_step_load(&b->step, commit);
	if (!*step) {
		ret = lab_git(b->options.ksrc, NULL, e, "checkout", "-q", "--detach", commit, NULL);
		if (!ret)
			ret = lab_bisect_step(&b->step, commit, step, e);
	}
	if (ret)
		return ret;
	json_array_append_new(b->steps, *step);
	line = lab_bisect_step_line(*step);
	lab_progress_say(&b->progress, "%s%s", what, line);
	free(line);
	return 0;
}

/* Is @commit what it is said to be? If not, that is said, and is the end of it. */
static int verify(struct bisect *b, const char *commit, enum lab_bisect_verdict as,
		  json_t **step, struct lab_error *e)
{
	const char *name = lab_bisect_verdict_name(as);
	char *what = lab_format("%s end: ", name);
	int ret;

	b->step.what = what;
	ret = test(b, commit, what, step, e);
	free(what);
	if (!ret && !has_verdict(*step, as)) {
		lab_progress_say(&b->progress, "%.12s is not %s, so there is nothing to bisect: see %s/steps/%.12s",
				 commit, name, b->options.dir, commit);
		b->not_found = true;
	}
	return ret;
}

static unsigned int count(json_t *step, const char *key)
{
	return (unsigned int)json_integer_value(json_object_get(step, key));
}

/* From the bad end: which tests matter, and how many runs it takes to see them fail. */
static void learn(struct bisect *b, json_t *step)
{
	unsigned int failed = count(step, "failed"), runs = count(step, "runs");
	unsigned int good_runs = (unsigned int)b->options.good_runs;

	if (!good_runs)
		good_runs = lab_bisect_good_runs(failed, runs);
	b->step.options.good_runs = good_runs;
	b->step.options.errors_count = false;
	b->step.sought = json_object_get(step, "failing");
	b->chance = lab_bisect_chance(failed, runs, good_runs);
	lab_progress_say(&b->progress,
			 "the bad end failed %u of %u runs: a commit is good when %u run%s; the chance that a bad one does so is %.2g %%",
			 failed, runs, good_runs, good_runs == 1 ? " passes" : "s pass",
			 b->chance * 100);
}

static int verify_ends(struct bisect *b, struct lab_error *e)
{
	json_t *step;
	int ret;

	b->step.options = b->options;
	b->step.options.errors_count = true;
	ret = verify(b, b->bad, LAB_BISECT_BAD, &step, e);
	if (ret || b->not_found)
		return ret;
	learn(b, step);
	return verify(b, b->good, LAB_BISECT_GOOD, &step, e);
}

static int mark(struct bisect *b, const char *as, const char *commit, struct lab_error *e)
{
	char *out, *left;
	int ret = lab_git_mark(b->options.ksrc, as, commit, &out, e);

	/* "roughly 3 steps" */
	left = ret ? NULL : strstr(out, "Bisecting: ");
	if (left)
		lab_progress_say(&b->progress, "%.*s", (int)strcspn(left, "\n"), left);
	free(out);
	return ret;
}

static int search(struct bisect *b, struct lab_bisect_found *found, struct lab_error *e)
{
	const char *tree = b->options.ksrc;
	char commit[41];
	json_t *step;
	int ret = mark(b, "bad", b->bad, e);

	if (!ret)
		ret = mark(b, "good", b->good, e);
	b->step.what = "searching";
	while (!ret) {
		ret = lab_git_bisection(tree, &found->how, found->first, NULL, e);
		if (ret || found->how != LAB_GIT_UNDER_WAY)
			break;
		ret = lab_git_commit(tree, "HEAD", commit, e);
		if (!ret)
			ret = test(b, commit, "", &step, e);
		if (!ret)
			ret = mark(b, has_verdict(step, LAB_BISECT_GOOD) ? "good" :
				   has_verdict(step, LAB_BISECT_BAD) ? "bad" : "skip", commit, e);
	}
	return ret;
}

static int report(struct bisect *b, struct lab_bisect_found *found, struct lab_error *e)
{
	const char *dir = b->options.dir;
	int ret = lab_bisect_describe(found, b->options.ksrc, e);

	found->steps = b->steps;
	found->chance = b->chance;
	found->about = b->options.about;
	found->cc = b->options.cc;
	if (!ret)
		ret = lab_bisect_write(dir, found, e);
	b->not_found = found->how != LAB_GIT_FOUND;
	if (!ret && b->not_found)
		lab_progress_say(&b->progress,
				 "the first bad commit is one of several that could not be judged: the report is %s/%s",
				 dir, LAB_BISECT_REPORT);
	else if (!ret)
		lab_progress_say(&b->progress,
				 "first bad commit: %.12s %s (%s)\nthe report is %s/%s, a mail to send is %s/%s",
				 found->first, found->subject, found->author, dir,
				 LAB_BISECT_REPORT, dir, LAB_BISECT_MAIL);
	lab_bisect_found_free(found);
	return ret;
}

static int bisect(struct bisect *b, struct lab_error *e)
{
	struct lab_bisect_found found = { NULL };
	struct lab_error later;
	int ret = lab_git(b->options.ksrc, NULL, e, "bisect", "start", NULL);

	if (!ret)
		ret = verify_ends(b, e);
	if (!ret && !b->not_found)
		ret = search(b, &found, e);
	if (!ret && !b->not_found)
		ret = report(b, &found, e);
	if (reset(b, ret ? STOPPED : DONE, &later))
		ret = lab_fail(e, -EIO, "%s", later.text);
	return ret;
}

static int exit_code(const struct bisect *b, int ret, const struct lab_error *e)
{
	if (b->step.stopped_by) {
		fprintf(stderr, "lab: interrupted; the same command goes on from here\n");
		return 128 + b->step.stopped_by;
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
	int lock = -1, ret = lab_command_parse(&lab_bisect_argp, argc, argv, &b.options);

	if (ret)
		return ret;
	b.step.paths = paths;
	b.step.progress = &b.progress;
	b.steps = json_array();
	lab_progress_init(&b.progress, stdout, false);
	ret = prepare(&b, &e);
	if (!ret)
		ret = lab_make_dirs(b.options.dir, &e);
	if (!ret) {
		lock = lab_lock_dir(b.options.dir, &e);
		ret = lock < 0 ? lock : load(&b, &e);
	}
	if (!ret && !was_found(&b)) {
		ret = begin(&b, &e);
		if (!ret)
			ret = bisect(&b, &e);
	}
	lab_progress_end(&b.progress);
	if (lock >= 0)
		close(lock);
	json_decref(b.steps);
	json_decref(b.state);
	free(b.file);
	return exit_code(&b, ret, &e);
}

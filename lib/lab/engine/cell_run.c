// SPDX-License-Identifier: GPL-2.0
/*
 * A cell is carried out, perhaps by several jobs at the same time, none of which knows of the others.
 */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "base/text.h"
#include "engine/cell.h"
#include "run/setup.h"

/* The options of the run; their words are in @argv. */
static int options_of(const struct lab_cell *c, struct lab_argv *argv, struct lab_options *o,
		      struct lab_error *e)
{
	*o = (struct lab_options){ NULL };
	lab_options_words(json_object_get(c->job, "options"), argv);
	return lab_command_read(&lab_run_argp, (int)argv->nr, argv->words, o, e);
}

/* A directory DIR.XXXXXX beside the cell's, of which nobody else knows; NULL: see @e. */
static char *make_beside(const struct lab_cell *c, struct lab_error *e)
{
	char *path = lab_format("%s.XXXXXX", c->dir);

	if (mkdtemp(path) && !chmod(path, 0755))
		return path;
	lab_fail(e, -errno, "mkdtemp(%s): %s", path, strerror(errno));
	free(path);
	return NULL;
}

static int replace_in(const char *path, const char *from, const char *to, struct lab_error *e)
{
	struct lab_text t = { NULL };
	char *text, *rest, *found;
	size_t len;
	int ret = lab_read_file(path, &text, &len, e);

	if (ret)
		return ret;
	for (rest = text; (found = strstr(rest, from)); rest = found + strlen(from)) {
		lab_text_add(&t, rest, (size_t)(found - rest));
		lab_text_addf(&t, "%s", to);
	}
	lab_text_add(&t, rest, len - (size_t)(rest - text));
	if (rest != text)
		ret = lab_write_file(path, t.s, t.len, e);
	lab_text_clear(&t);
	free(text);
	return ret;
}

/* Reports tell where logs are: there they will be when the directory has its name. */
static int tell_name(const char *tmp, struct lab_error *e)
{
	static const char reports[] = "%s/{*.json,*.ktap,*.xml,*.txt,*.md,*.html,lab.log,lost}";
	char *pattern = lab_format(reports, tmp), from[PATH_MAX], *name = NULL;
	int ret = lab_realpath(tmp, from, e);	/* as the run tells it */
	glob_t found = { 0 };

	if (!ret)
		name = lab_format("%.*s", (int)(strrchr(from, '.') - from), from);
	if (!ret && !glob(pattern, GLOB_BRACE, NULL, &found))
		for (size_t i = 0; !ret && i < found.gl_pathc; i++)
			ret = replace_in(found.gl_pathv[i], from, name, e);
	globfree(&found);
	free(pattern);
	free(name);
	return ret;
}

/* @tmp says why it is no result. */
static void say_lost(const char *tmp, const struct lab_error *why)
{
	char *path = lab_format("%s/lost", tmp);

	lab_write_file(path, why->text, strlen(why->text), NULL);
	free(path);
}

/* The run itself; @tmp is stamped as the last thing if it is a result. */
static int run_in(const struct lab_cell *c, const char *tmp, const struct lab_watch *w,
		  struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	struct lab_options options;
	json_t *results = NULL;
	int code, ret = options_of(c, &argv, &options, e);

	options.out = tmp;
	if (!ret)
		ret = lab_watched_run(w, &options, &results, e);
	if (!ret && !results)
		ret = lab_fail(e, -EINTR, "interrupted by signal %d", *w->stopped_by);
	else if (!ret && !json_unpack(results, "{s:i}", "exit_code", &code) &&
		 code == LAB_EXIT_INFRASTRUCTURE)
		ret = lab_fail(e, -EIO, "%s", lab_json_text_of(results, "reason"));
	if (ret)
		say_lost(tmp, e);
	json_decref(results);
	lab_argv_free(&argv);
	if (tell_name(tmp, ret ? NULL : e))
		return ret ? ret : -EIO;
	return ret ? ret : lab_stamp(tmp, &c->stamp, e);
}

/* Is it still what is to be run? The description may be of something else by now. */
static bool is_current(const struct lab_cell *c)
{
	struct lab_cell now;
	bool same = !lab_cell_read(&now, c->dir, NULL) && !strcmp(now.stamp.hex, c->stamp.hex);

	lab_cell_clear(&now);
	return same;
}

/* What has the name, but is no result, makes room. */
static int set_aside(const struct lab_cell *c, struct lab_error *e)
{
	char *aside = lab_is_dir(c->dir) ? make_beside(c, e) : NULL;
	int ret = 0;

	if (aside && rename(c->dir, aside))
		ret = lab_fail(e, -errno, "rename(%s, %s): %s", c->dir, aside, strerror(errno));
	if (aside)
		lab_remove_tree(aside, NULL);
	free(aside);
	return ret;
}

static int place_locked(const struct lab_cell *c, const char *tmp, struct lab_error *e)
{
	char *lock = lab_format("%s/.lock", c->dir);
	int ret = 0;

	if (is_current(c) && !lab_stamp_is(c->dir, &c->stamp)) {
		ret = set_aside(c, e);
		if (!ret && rename(tmp, c->dir))
			ret = lab_fail(e, -errno, "rename(%s, %s): %s", tmp, c->dir,
				       strerror(errno));
		if (!ret)
			unlink(lock);
	}
	free(lock);
	return ret;
}

/*
 * Give @tmp the cell's name, or remove it if there is a result already. Of several that are at this
 * point one goes after the other, or one could set aside what another has just put there.
 */
static int place(const struct lab_cell *c, const char *tmp, struct lab_error *e)
{
	char *all = lab_format("%.*s", (int)(lab_cell_name(c) - c->dir), c->dir);
	int lock = lab_lock_dir(all, e), ret = lock;

	if (lock >= 0) {
		ret = place_locked(c, tmp, e);
		close(lock);
	}
	lab_remove_tree(tmp, NULL);	/* unless it has its name */
	free(all);
	return ret;
}

/* The same, with a lock that says that somebody works there; one that is empty may be swept. */
static char *make_locked(const struct lab_cell *c, int *lock, struct lab_error *e)
{
	char *path;

	while ((path = make_beside(c, e))) {
		*lock = lab_lock_dir(path, e);
		if (*lock >= 0)
			break;
		rmdir(path);
		free(path);
		path = NULL;
		if (*lock != -ENOENT)
			break;
	}
	return path;
}

int lab_cell_run(const struct lab_cell *c, const struct lab_watch *w, struct lab_error *e)
{
	int lock, ret, placed;
	char *tmp;

	if (lab_stamp_is(c->dir, &c->stamp))
		return 0;
	tmp = make_locked(c, &lock, e);
	if (!tmp)
		return -EIO;
	ret = run_in(c, tmp, w, e);
	placed = place(c, tmp, ret ? NULL : e);
	close(lock);
	free(tmp);
	/* Another one may have had more luck. */
	if (lab_stamp_is(c->dir, &c->stamp))
		return 0;
	if (!ret && !placed)
		ret = lab_fail(e, -ESTALE, "what was to be run is something else by now");
	return ret ? ret : placed;
}

/* Kernel and programs may have been built anew since they were described. */
static int check(const struct lab_cell *c, const struct lab_watch *w, struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	struct lab_options options;
	json_t *setup = NULL;
	int ret;

	if (!c->stamp.hex[0])
		return lab_fail(e, -EINVAL, "%s", lab_json_text_of(c->job, "lost"));
	ret = options_of(c, &argv, &options, e);
	if (!ret)
		ret = lab_setup_describe(w->paths, &options, &setup, e);
	if (!ret && !json_equal(setup, json_object_get(c->job, "setup")))
		ret = lab_fail(e, -ESTALE,
			       "kernel or programs are others by now than when this was described");
	json_decref(setup);
	lab_argv_free(&argv);
	return ret;
}

int lab_cell_carry_out(const struct lab_cell *c, const struct lab_watch *w, struct lab_error *e)
{
	int ret;

	if (lab_stamp_is(c->dir, &c->stamp))
		return 0;
	ret = check(c, w, e);
	if (!ret)
		ret = lab_cell_run(c, w, e);
	if (ret && c->stamp.hex[0] && !lab_is_dir(c->dir))
		lab_cell_lose(c, e->text, NULL);
	return ret;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	const char **dir = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (*dir)
			return lab_command_refuse(state, "%s: give one cell", arg);
		*dir = arg;
		return 0;
	case ARGP_KEY_END:
		return *dir ? 0 : lab_command_refuse(state, "give the directory of a cell");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp command = {
	.parser = parse, .args_doc = "DIR",
	.doc = "Carry out one cell of a matrix, whose directory is to be DIR, as DIR.job describes it. "
		"For lab matrix, and for engines of one's own: it may be called again, and on several "
		"machines at once; the first result stays."
		"\vExit code: 0 there is a result, whatever it says, 13 there is none, 64 wrong usage, "
		"128+N interrupted by signal N",
};

int lab_cell_main(int argc, char *argv[], const struct lab_paths *paths)
{
	int stopped_by = 0, ret;
	const char *dir = NULL;
	sigset_t signals;
	const struct lab_watch watch = {
		.paths = paths, .signals = &signals, .stopped_by = &stopped_by,
	};
	struct lab_cell c;
	struct lab_error e;

	ret = lab_command_parse(&command, argc, argv, &dir);
	if (ret)
		return ret;
	ret = lab_cell_read(&c, dir, &e);
	if (ret) {
		fprintf(stderr, "lab: %s\n", e.text);
		return LAB_EXIT_USAGE;
	}
	ret = lab_process_signals(&signals, &e);
	if (!ret)
		ret = lab_cell_carry_out(&c, &watch, &e);
	if (ret)
		fprintf(stderr, "lab: %s: %s\n", lab_cell_title(&c), e.text);
	lab_cell_clear(&c);
	if (stopped_by)
		return 128 + stopped_by;
	return ret ? LAB_EXIT_INFRASTRUCTURE : LAB_EXIT_PASS;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel tree's own KVM selftests without a regression.
 */
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/text.h"
#include "prove/upstream_without.h"
#include "verdict/verdict.h"

/* What fails now and then is no catch, either. */
#define SOUND_RUNS	2

char *lab_upstream_sound_dir(const struct lab_upstream *u, const char *mode)
{
	return lab_format("%s/sound-%s/upstream", u->out, mode ? mode : "default");
}

static int link_programs(const struct lab_upstream *u, const char *dir, struct lab_error *e)
{
	char *from = lab_format("%s/*", u->programs), target[PATH_MAX];
	glob_t found;
	int ret = 0;

	if (glob(from, 0, NULL, &found)) {
		free(from);
		return lab_fail(e, -ENOENT, "%s: no programs in it; see selftests/upstream/build.sh",
				u->programs);
	}
	for (size_t i = 0; !ret && i < found.gl_pathc; i++) {
		char *link = lab_format("%s%s", dir, strrchr(found.gl_pathv[i], '/'));

		ret = lab_realpath(found.gl_pathv[i], target, e);
		if (!ret)
			ret = lab_symlink(target, link, e);
		free(link);
	}
	globfree(&found);
	free(from);
	return ret;
}

static char *run_dir(const struct lab_upstream *u, const char *mode, int nr)
{
	return lab_format("%s/none-%s-%d", u->out, mode ? mode : "default", nr);
}

static int run_sound(const struct lab_upstream *u, const char *mode, struct lab_error *e)
{
	int code, ret = 0;

	for (int i = 1; !ret && i <= SOUND_RUNS; i++) {
		char *dir = run_dir(u, mode, i);
		const struct lab_trial none = {
			.active = "none", .mode = mode, .programs = u->programs, .dir = dir,
			.counts = true,
		};

		printf("without a regression, mode %s, run %d of %d\n", mode ? mode : "default", i,
		       SOUND_RUNS);
		fflush(stdout);
		ret = lab_make_dirs(dir, e);
		code = ret ? 0 : lab_upstream_run(u, &none);
		if (!ret && code != LAB_EXIT_PASS && code != LAB_EXIT_FAIL)
			ret = lab_fail(e, -EIO, "without a regression lab run exited %d, see %s",
				       code, dir);
		free(dir);
	}
	return ret;
}

/* Of all the runs. */
static int read_sound(const struct lab_upstream *u, const char *mode, struct lab_sound *sound,
		      struct lab_error *e)
{
	int ret = 0;

	for (int i = 1; !ret && i <= SOUND_RUNS; i++) {
		char *dir = run_dir(u, mode, i), *results = lab_format("%s/results.json", dir);

		ret = lab_sound_add(sound, results, e);
		free(results);
		free(dir);
	}
	return ret;
}

/* The list, whose first line says what it was made for; NULL if there is none for @stamp. */
static char *read_list(const char *list, const char *stamp)
{
	char *text;
	size_t len;

	if (lab_read_file(list, &text, &len, NULL))
		return NULL;
	if (!strncmp(text, stamp, strlen(stamp)))
		return text;
	free(text);
	return NULL;
}

static int save_sound(const struct lab_upstream *u, const char *mode, const char *list,
		      const char *stamp, const struct lab_sound *sound, struct lab_error *e)
{
	char *names = lab_sound_leave_out(sound), *text = lab_format("%s%s", stamp, names);
	char *table = lab_format("%s/sound-%s/sound.md", u->out, mode ? mode : "default");
	FILE *f = fopen(table, "we");
	int ret;

	if (f) {
		lab_sound_table(f, sound);
		ret = fclose(f) ? lab_fail(e, -errno, "write(%s): %s", table, strerror(errno)) : 0;
	} else {
		ret = lab_fail(e, -errno, "open(%s): %s", table, strerror(errno));
	}
	if (!ret)
		ret = lab_write_file(list, text, strlen(text), e);
	lab_sound_summary(stdout, sound);
	printf("which ones: %s\n", table);
	fflush(stdout);
	free(table);
	free(text);
	free(names);
	return ret;
}

static int make_dir(const struct lab_upstream *u, const char *dir, struct lab_error *e)
{
	int ret = lab_remove_tree(dir, e);

	if (!ret)
		ret = lab_make_dirs(dir, e);
	return ret ? ret : link_programs(u, dir, e);
}

int lab_upstream_find_sound(const struct lab_upstream *u, const char *mode,
			    struct lab_sound *sound, struct lab_error *e)
{
	char *dir = lab_upstream_sound_dir(u, mode), *list = lab_format("%s/leave-out", dir);
	char *stamp = lab_format("# %016" PRIx64 "\n", u->versions);
	char *known = read_list(list, stamp);
	int ret = 0;

	*sound = (struct lab_sound){ NULL };
	if (!known)
		ret = make_dir(u, dir, e);
	if (!ret && !known)
		ret = run_sound(u, mode, e);
	if (!ret)
		ret = read_sound(u, mode, sound, e);
	if (!ret && known)
		lab_sound_leave(sound, known);
	else if (!ret)
		ret = save_sound(u, mode, list, stamp, sound, e);
	if (ret)
		lab_sound_free(sound);
	free(known);
	free(stamp);
	free(list);
	free(dir);
	return ret;
}

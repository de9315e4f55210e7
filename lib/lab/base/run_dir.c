// SPDX-License-Identifier: GPL-2.0
/*
 * The directory of a run's results.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/run_dir.h"
#include "base/text.h"

/* A directory that nobody else has: two runs may start within one second. */
static char *make_new(const char *runs, char *name, size_t size, struct lab_error *e)
{
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	for (unsigned int n = 1; n < 1000; n++) {
		char *path;

		if (n == 1)
			snprintf(name, size, "%s", stamp);
		else
			snprintf(name, size, "%s-%u", stamp, n);
		path = lab_format("%s/%s", runs, name);
		if (!mkdir(path, 0755))
			return path;
		if (errno != EEXIST) {
			lab_fail(e, -errno, "mkdir(%s): %s", path, strerror(errno));
			free(path);
			return NULL;
		}
		free(path);
	}
	lab_fail(e, -EEXIST, "%s: a thousand runs within a second", runs);
	return NULL;
}

static int resolve(const char *path, char out[PATH_MAX], struct lab_error *e)
{
	if (!realpath(path, out))
		return lab_fail(e, -errno, "realpath(%s): %s", path, strerror(errno));
	/* File names are put behind it. */
	if (strlen(out) > PATH_MAX / 2)
		return lab_fail(e, -ENAMETOOLONG, "%s: the path is too long", path);
	if (access(out, W_OK))
		return lab_fail(e, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

int lab_run_dir_make(const char *build, const char *wanted, char out[PATH_MAX],
		     struct lab_error *e)
{
	char *runs, *path, name[64];
	int ret;

	if (wanted) {
		ret = lab_make_dirs(wanted, e);
		return ret ? ret : resolve(wanted, out, e);
	}
	runs = lab_format("%s/runs", build);
	ret = lab_make_dirs(runs, e);
	if (!ret) {
		path = make_new(runs, name, sizeof(name), e);
		ret = path ? resolve(path, out, e) : -EIO;
		free(path);
	}
	free(runs);
	return ret;
}

int lab_run_dir_latest(const char *out, struct lab_error *e)
{
	const char *name = strrchr(out, '/') + 1;
	char *link = lab_format("%.*slatest", (int)(name - out), out);
	int ret = lab_symlink(name, link, e);

	free(link);
	return ret;
}

char *lab_run_file(const char *out, const char *name, unsigned int bed, const char *ending)
{
	if (bed <= 1)
		return lab_format("%s/%s.%s", out, name, ending);
	return lab_format("%s/%s.bed%u.%s", out, name, bed, ending);
}

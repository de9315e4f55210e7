// SPDX-License-Identifier: GPL-2.0
/*
 * The directory of a run's results.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/run_dir.h"
#include "base/text.h"

/* A directory that nobody else has: two runs may start within one second. */
static char *make_new(const char *runs, struct lab_error *e)
{
	time_t now = time(NULL);
	char stamp[32], *path;
	struct tm tm;

	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", localtime_r(&now, &tm));
	path = lab_format("%s/%s", runs, stamp);
	for (unsigned int n = 2; mkdir(path, 0755); n++) {
		if (errno != EEXIST) {
			lab_fail(e, -errno, "mkdir(%s): %s", path, strerror(errno));
			free(path);
			return NULL;
		}
		free(path);
		path = lab_format("%s/%s-%u", runs, stamp, n);
	}
	return path;
}

static int resolve(const char *path, char out[PATH_MAX], struct lab_error *e)
{
	int ret = lab_realpath(path, out, e);

	/* File names are put behind it. */
	if (!ret && strlen(out) > PATH_MAX / 2)
		return lab_fail(e, -ENAMETOOLONG, "%s: the path is too long", path);
	if (!ret && access(out, W_OK))
		return lab_fail(e, -errno, "%s: %s", path, strerror(errno));
	return ret;
}

int lab_run_dir_make(const char *build, const char *wanted, char out[PATH_MAX],
		     struct lab_error *e)
{
	char *parent = wanted ? lab_strdup(wanted) : lab_format("%s/runs", build), *path = NULL;
	int ret = lab_make_dirs(parent, e);

	if (!ret && !wanted) {
		path = make_new(parent, e);
		ret = path ? 0 : -EIO;
	}
	if (!ret)
		ret = resolve(path ? path : wanted, out, e);
	free(path);
	free(parent);
	return ret;
}

int lab_run_dir_check(const char *wanted, struct lab_error *e)
{
	char out[PATH_MAX];
	int ret = lab_may_make_dirs(wanted, e);

	return ret || !lab_is_dir(wanted) ? ret : resolve(wanted, out, e);
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

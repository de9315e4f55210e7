// SPDX-License-Identifier: GPL-2.0
/*
 * Locking the cache, and stages in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/cache.h"
#include "base/fsys.h"

#define STAGE ".stage-"

int lab_cache_lock(const char *cache, bool quiet, struct lab_error *e)
{
	char path[PATH_MAX];
	int fd, ret;

	ret = lab_path(e, path, "%s/.lock", cache);
	if (ret)
		return ret;
	fd = open(path, O_RDWR | O_CREAT, 0666);
	if (fd < 0)
		return lab_fail(e, -errno, "open(%s): %s", path, strerror(errno));
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	if (errno == EWOULDBLOCK && !quiet)
		fprintf(stderr, "lab: waiting for another lab to fetch something into %s\n", cache);
	while (flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		ret = lab_fail(e, -errno, "flock(%s): %s", path, strerror(errno));
		close(fd);
		return ret;
	}
	return fd;
}

int lab_cache_stage(const char *cache, char stage[PATH_MAX], struct lab_error *e)
{
	char pattern[PATH_MAX];
	glob_t left;
	int ret;

	ret = lab_path(e, pattern, "%s/" STAGE "*", cache);
	if (ret)
		return ret;
	if (!glob(pattern, 0, NULL, &left)) {
		for (size_t i = 0; i < left.gl_pathc && !ret; i++)
			ret = lab_remove_tree(left.gl_pathv[i], e);
		globfree(&left);
	}
	if (!ret)
		ret = lab_path(e, stage, "%s/" STAGE "XXXXXX", cache);
	if (!ret && !mkdtemp(stage))
		ret = lab_fail(e, -errno, "mkdtemp(%s): %s", stage, strerror(errno));
	return ret;
}

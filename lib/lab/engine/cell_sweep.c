// SPDX-License-Identifier: GPL-2.0
/*
 * What is left of jobs that died: directories that nobody works in.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/text.h"
#include "engine/cell.h"

#define UNIQUE	7	/* ".XXXXXX" */

/*
 * A job locks its directory before it puts anything there, and all that it started keeps the lock.
 * The lock is gone from a result that was set aside. An empty one goes at once: whoever has just made
 * it makes another.
 */
static bool is_dead(const char *dir)
{
	char *path = lab_format("%s/.lock", dir);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool dead = fd >= 0 ? !flock(fd, LOCK_EX | LOCK_NB) : errno == ENOENT && rmdir(dir);

	if (fd >= 0)
		close(fd);
	free(path);
	return dead;
}

int lab_cell_sweep(const struct lab_cell *c, struct lab_error *e)
{
	const char *name = lab_cell_name(c);
	char *parent = lab_format("%.*s", (int)(name - c->dir), c->dir);
	DIR *dir = opendir(parent);
	struct dirent *entry;
	int ret = dir ? 0 : lab_fail(e, -errno, "opendir(%s): %s", parent, strerror(errno));

	while (!ret && (entry = readdir(dir))) {
		const char *rest = entry->d_name + strlen(name);
		char *path;

		if (strncmp(entry->d_name, name, strlen(name)) || strlen(rest) != UNIQUE ||
		    rest[0] != '.')
			continue;
		path = lab_format("%s%s", parent, entry->d_name);
		if (lab_is_dir(path) && is_dead(path))
			ret = lab_remove_tree(path, e);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(parent);
	return ret;
}

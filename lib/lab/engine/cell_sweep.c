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
		if (lab_is_dir(path) && lab_dir_is_dead(path))
			ret = lab_remove_tree(path, e);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(parent);
	return ret;
}

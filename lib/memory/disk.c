// SPDX-License-Identifier: GPL-2.0
/*
 * Files on a real filesystem, for guest memory that is written back to a disk.
 *
 * They are unnamed, so that nothing is left behind however a test ends.
 */
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "memory/memory.h"

/* Whose pages are written back through the page cache. */
static bool is_disk_filesystem(const char *type)
{
	static const char * const types[] = { "ext4", "xfs", "btrfs", "f2fs", "ext3", "ext2" };
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!strcmp(types[i], type))
			return true;
	}
	return false;
}

/* Where a machine keeps what is large and temporary comes first. */
static int open_below(const char *mount)
{
	static const char * const below[] = { "var/tmp", "tmp", "" };
	char path[512];
	int fd = -1;
	size_t i;

	for (i = 0; fd < 0 && i < sizeof(below) / sizeof(below[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", mount, below[i]);
		fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	}
	return fd;
}

static int try_open(void)
{
	struct mntent *mount;
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	int fd = -1;

	if (!mounts)
		return -1;
	while (fd < 0 && (mount = getmntent(mounts))) {
		if (is_disk_filesystem(mount->mnt_type) && hasmntopt(mount, "rw"))
			fd = open_below(mount->mnt_dir);
	}
	endmntent(mounts);
	return fd;
}

const char *disk_missing(void)
{
	int fd = try_open();

	if (fd < 0)
		return "no ext4, xfs, btrfs or f2fs is mounted where a file can be created";
	close(fd);
	return NULL;
}

int disk_open(struct result *r)
{
	int fd = try_open();

	return fd < 0 ? result_skip(r, "%s", disk_missing()) : fd;
}

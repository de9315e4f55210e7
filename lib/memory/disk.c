// SPDX-License-Identifier: GPL-2.0
/*
 * Files on a real filesystem, for guest memory that is written back to a disk, or that is
 * the persistent memory of such a file.
 *
 * They are unnamed, so that nothing is left behind however a test ends.
 */
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory/memory.h"

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

/* Does a mapping of the file go past the page cache? */
static bool is_dax(int fd)
{
	struct statx st;

	return !statx(fd, "", AT_EMPTY_PATH, 0, &st) && st.stx_attributes & STATX_ATTR_DAX;
}

static int try_open(bool dax)
{
	struct mntent *mount;
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	int fd = -1;

	if (!mounts)
		return -1;
	while (fd < 0 && (mount = getmntent(mounts))) {
		if (!is_disk_filesystem(mount->mnt_type) || !hasmntopt(mount, "rw"))
			continue;
		fd = open_below(mount->mnt_dir);
		if (fd >= 0 && is_dax(fd) != dax) {
			close(fd);
			fd = -1;
		}
	}
	endmntent(mounts);
	return fd;
}

static const char *missing(bool dax, const char *why)
{
	int fd = try_open(dax);

	if (fd < 0)
		return why;
	close(fd);
	return NULL;
}

const char *disk_missing(void)
{
	return missing(false, "no ext4, xfs, btrfs or f2fs is mounted where a file can be created");
}

const char *disk_dax_missing(void)
{
	return missing(true, "no ext4 or xfs on persistent memory is mounted with -o dax");
}

int disk_open(struct result *r)
{
	int fd = try_open(false);

	return fd < 0 ? result_skip(r, "%s", disk_missing()) : fd;
}

int disk_open_dax(struct result *r)
{
	int fd = try_open(true);

	return fd < 0 ? result_skip(r, "%s", disk_dax_missing()) : fd;
}

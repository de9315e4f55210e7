// SPDX-License-Identifier: GPL-2.0
/*
 * Disk images: a file system of the wanted size, sparse, and gone afterwards.
 */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fsys.h"
#include "image/image.h"

FIXTURE(disk)
{
	char dir[32];
	char *path;
	struct lab_error e;
};

FIXTURE_SETUP(disk)
{
	strcpy(self->dir, "/tmp/lab_disk_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	self->path = lab_disk_path(self->dir, 1, 1);
}

FIXTURE_TEARDOWN(disk)
{
	EXPECT_EQ(0, lab_remove_tree(self->dir, &self->e));
	free(self->path);
}

TEST_F(disk, is_made_anew_and_removed)
{
	const struct lab_suite_disk disk = { .filesystem = "ext4", .size_mib = 64 };
	const unsigned char expected[] = { 0x53, 0xef };	/* s_magic */
	unsigned char magic[2] = { 0 };
	struct stat st;
	int fd;

	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, lab_disk_make(self->dir, 1, 1, &disk, &self->e)) {
			TH_LOG("%s", self->e.text);
		}
	}
	fd = open(self->path, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(2, pread(fd, magic, 2, 1024 + 56));
	EXPECT_EQ(0, memcmp(expected, magic, 2));
	ASSERT_EQ(0, fstat(fd, &st));
	EXPECT_EQ(64 << 20, st.st_size);
	EXPECT_GT(st.st_size / 512 / 2, st.st_blocks);
	close(fd);
	lab_disk_remove(self->dir, 1, 1);
	lab_disk_remove(self->dir, 1, 1);
	/* Neither the image nor a log: the directory is empty. */
	EXPECT_EQ(0, rmdir(self->dir));
}

TEST_F(disk, failure_quotes_mke2fs)
{
	/* Too small for a file system. */
	const struct lab_suite_disk disk = { .filesystem = "ext4", .size_mib = 0 };

	EXPECT_EQ(-EIO, lab_disk_make(self->dir, 1, 1, &disk, &self->e));
	EXPECT_NE(NULL, strstr(self->e.text, "mke2fs failed with exit code 1: ")) {
		TH_LOG("said: %s", self->e.text);
	}
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * How much a cgroup leaves, from files as the kernel writes them; and which refusals of
 * the host are skips.
 */
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include <kselftest_harness.h>

#include "host/hostfile.h"
#include "host/memcg.h"

FIXTURE(group) {
	char dir[64];
};

FIXTURE_SETUP(group)
{
	strcpy(self->dir, "/tmp/memcg_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
}

static void path_of(const char *dir, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", dir, name);
}

static void put(const char *dir, const char *name, const char *text)
{
	char path[96];

	path_of(dir, name, path, sizeof(path));
	fclose(fopen(path, "w"));
	hostfile_write(path, text);
}

FIXTURE_TEARDOWN(group)
{
	static const char * const names[] = { "memory.max", "memory.current", "memory.stat",
					      "memory.swap.max" };
	char path[96];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		path_of(self->dir, names[i], path, sizeof(path));
		unlink(path);
	}
	rmdir(self->dir);
}

TEST_F(group, without_files_or_limit_there_is_room)
{
	EXPECT_EQ(ULLONG_MAX, memcg_room_in(self->dir));
	put(self->dir, "memory.max", "max\n");
	put(self->dir, "memory.current", "4096\n");
	EXPECT_EQ(ULLONG_MAX, memcg_room_in(self->dir));
}

TEST_F(group, only_a_limit_of_nothing_forbids_swap)
{
	EXPECT_TRUE(memcg_swaps_in(self->dir));
	put(self->dir, "memory.swap.max", "max\n");
	EXPECT_TRUE(memcg_swaps_in(self->dir));
	put(self->dir, "memory.swap.max", "4096\n");
	EXPECT_TRUE(memcg_swaps_in(self->dir));
	put(self->dir, "memory.swap.max", "0\n");
	EXPECT_FALSE(memcg_swaps_in(self->dir));
}

TEST_F(group, files_in_memory_make_way)
{
	put(self->dir, "memory.max", "1000000\n");
	put(self->dir, "memory.current", "900000\n");
	EXPECT_EQ(100000, memcg_room_in(self->dir));
	put(self->dir, "memory.stat", "anon 5\nfile 300000\ninactive_file 200000\nactive_file 1000\n");
	EXPECT_EQ(301000, memcg_room_in(self->dir));
	/* Charges may exceed a limit that was lowered. */
	put(self->dir, "memory.current", "1900000\n");
	EXPECT_EQ(0, memcg_room_in(self->dir));
}

TEST(refusals_of_the_host_are_skips)
{
	static const struct {
		int err;
		enum result_kind kind;
	} rows[] = {
		{ EROFS, RESULT_SKIP }, { EACCES, RESULT_SKIP }, { EPERM, RESULT_SKIP },
		{ EINVAL, RESULT_ERROR }, { EBUSY, RESULT_ERROR }, { EIO, RESULT_ERROR },
	};
	struct result r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		result_init(&r);
		EXPECT_EQ(-1, hostfile_refused("mkdir(/a)", rows[i].err, &r));
		EXPECT_EQ(rows[i].kind, r.kind);
		EXPECT_EQ(0, strncmp(r.reason, "mkdir(/a): ", 11));
	}
}

TEST_HARNESS_MAIN

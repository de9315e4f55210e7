// SPDX-License-Identifier: GPL-2.0
/*
 * Host settings come back: on close, and after SIGKILL.
 */
#include <kselftest_harness.h>
#include <sys/stat.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "host/hoststate.h"

FIXTURE(host) {
	struct hoststate host;
	struct result r;
	char dir[64], file[96], sub[96];
};

FIXTURE_SETUP(host)
{
	result_init(&self->r);
	hoststate_allow();
	strcpy(self->dir, "/tmp/hoststate_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->file, sizeof(self->file), "%s/setting", self->dir);
	snprintf(self->sub, sizeof(self->sub), "%s/group", self->dir);
	fclose(fopen(self->file, "w"));
	ASSERT_EQ(0, hostfile_write(self->file, "old"));
}

FIXTURE_TEARDOWN(host)
{
	unlink(self->file);
	rmdir(self->dir);
}

static bool file_says(const char *file, const char *text)
{
	char now[64];

	return hostfile_read(file, now, sizeof(now)) >= 0 && !strcmp(now, text);
}

TEST_F(host, restored_on_close)
{
	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	EXPECT_EQ(0, hoststate_write(&self->host, self->file, "new", &self->r));
	EXPECT_EQ(0, hoststate_write(&self->host, self->file, "two", &self->r));
	EXPECT_EQ(0, hoststate_mkdir(&self->host, self->sub, &self->r));
	EXPECT_TRUE(file_says(self->file, "two"));
	EXPECT_EQ(0, access(self->sub, F_OK));
	hoststate_close(&self->host);
	EXPECT_TRUE(file_says(self->file, "old"));
	EXPECT_NE(0, access(self->sub, F_OK));
}

TEST_F(host, restored_after_sigkill)
{
	int i, status;
	pid_t pid = fork();

	if (!pid) {
		if (!hoststate_open(&self->host, "a setting", &self->r))
			hoststate_write(&self->host, self->file, "new", &self->r);
		raise(SIGKILL);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	for (i = 0; i < 500 && !file_says(self->file, "old"); i++)
		sleep_ns(10000000);
	EXPECT_TRUE(file_says(self->file, "old"));
}

TEST_F(host, refused_swapon_names_the_device)
{
	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	EXPECT_EQ(-1, hoststate_swapon(&self->host, self->file, 0, &self->r));
	EXPECT_EQ(RESULT_ERROR, self->r.kind);
	EXPECT_NE(NULL, strstr(self->r.reason, self->file));
	hoststate_close(&self->host);
	EXPECT_TRUE(file_says(self->file, "old"));
}

TEST_F(host, too_many_changes_are_refused_and_all_restored)
{
	int i, ret = 0;

	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	for (i = 0; !ret && i < 100; i++)
		ret = hoststate_write(&self->host, self->file, i % 2 ? "two" : "one", &self->r);
	EXPECT_EQ(-1, ret);
	EXPECT_NE(NULL, strstr(self->r.reason, "more than 32 host settings"));
	EXPECT_FALSE(file_says(self->file, "old"));
	hoststate_close(&self->host);
	EXPECT_TRUE(file_says(self->file, "old"));
}

TEST_F(host, pop_undoes_up_to_the_last_push)
{
	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	EXPECT_EQ(0, hoststate_write(&self->host, self->file, "new", &self->r));
	EXPECT_EQ(0, hoststate_push(&self->host, &self->r));
	EXPECT_EQ(0, hoststate_write(&self->host, self->file, "two", &self->r));
	EXPECT_EQ(0, hoststate_write(&self->host, self->file, "ten", &self->r));
	EXPECT_EQ(0, hoststate_mkdir(&self->host, self->sub, &self->r));
	EXPECT_EQ(0, hoststate_pop(&self->host, &self->r));
	EXPECT_TRUE(file_says(self->file, "new"));
	EXPECT_NE(0, access(self->sub, F_OK));
	hoststate_close(&self->host);
	EXPECT_TRUE(file_says(self->file, "old"));
}

TEST_F(host, pop_makes_room_for_more)
{
	int i, ret = 0;

	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	for (i = 0; !ret && i < 100; i++) {
		ret = hoststate_push(&self->host, &self->r) ||
		      hoststate_write(&self->host, self->file, "new", &self->r) ||
		      hoststate_pop(&self->host, &self->r);
		EXPECT_TRUE(file_says(self->file, "old"));
	}
	EXPECT_EQ(0, ret);
	hoststate_close(&self->host);
}

TEST_F(host, pop_says_what_cannot_be_undone)
{
	char missing[128];

	snprintf(missing, sizeof(missing), "%s/no/such/file", self->dir);
	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	EXPECT_EQ(0, hoststate_push(&self->host, &self->r));
	EXPECT_EQ(0, hoststate_at_end(&self->host, missing, "1", "", &self->r));
	EXPECT_EQ(-1, hoststate_pop(&self->host, &self->r));
	EXPECT_EQ(RESULT_ERROR, self->r.kind);
	hoststate_close(&self->host);
}

TEST_F(host, written_at_the_end)
{
	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	EXPECT_EQ(0, hoststate_at_end(&self->host, self->file, "last", "", &self->r));
	/* A process that is gone, or a file, must not stop the rest. */
	EXPECT_EQ(0, hoststate_at_end(&self->host, "/no/such/file", "1", "", &self->r));
	EXPECT_TRUE(file_says(self->file, "old"));
	hoststate_close(&self->host);
	EXPECT_TRUE(file_says(self->file, "last"));
}

TEST_F(host, not_written_at_the_end_if_not_needed)
{
	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	EXPECT_EQ(0, hoststate_at_end(&self->host, self->file, "last", "old", &self->r));
	hoststate_close(&self->host);
	EXPECT_TRUE(file_says(self->file, "old"));
}

TEST_F(host, frame_that_was_not_poisoned_needs_nothing)
{
	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	EXPECT_EQ(0, hoststate_push(&self->host, &self->r));
	EXPECT_EQ(0, hoststate_unpoison_at_end(&self->host, 0x100, &self->r));
	EXPECT_EQ(0, hoststate_pop(&self->host, &self->r));
	hoststate_close(&self->host);
}

TEST_F(host, missing_file_needs_no_change)
{
	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	EXPECT_EQ(0, hoststate_write(&self->host, "/proc/no/such/file", "1", &self->r));
	EXPECT_EQ(RESULT_PASS, self->r.kind);
	hoststate_close(&self->host);
}

TEST_F(host, choice_is_restored_as_a_choice)
{
	char now[64];

	ASSERT_EQ(0, hostfile_write(self->file, "always [madvise] never"));
	ASSERT_EQ(0, hoststate_open(&self->host, "a setting", &self->r));
	EXPECT_EQ(0, hoststate_write(&self->host, self->file,
				     "always madvise [never]", &self->r));
	hoststate_close(&self->host);
	/* The kernel moves the brackets; a plain file keeps what was longer. */
	ASSERT_LE(0, hostfile_read(self->file, now, sizeof(now)));
	EXPECT_EQ(0, strncmp(now, "madvise", strlen("madvise")));
}

/* Whatever is tried, nothing may change; a cgroup is nobody else's. */
static bool nothing_changes(struct hoststate *h, const char *file, const char *sub,
			    enum result_kind kind, const char *why)
{
	const char *group = "/sys/fs/cgroup/cgroup.procs";
	struct result r;
	bool none = true;
	int i;

	for (i = 0; none && i < 6; i++) {
		result_init(&r);
		none = (i == 0 ? hoststate_write(h, file, "new", &r) :
			i == 1 ? hoststate_write_undo(h, file, "new", "old", &r) :
			i == 2 ? hoststate_at_end(h, file, "last", "", &r) :
			i == 3 ? hoststate_set(h, file, "new", &r) :
			i == 4 ? hoststate_unpoison_at_end(h, 0x100, &r) :
				 hoststate_swapon(h, file, 0, &r)) == -1 &&
		       r.kind == kind && strstr(r.reason, why);
	}
	result_init(&r);
	return none && !hoststate_write(h, file, "old", &r) && !hoststate_mkdir(h, sub, &r) &&
	       !hoststate_at_end(h, group, "", "", &r);
}

TEST_F(host, undeclared_changes_are_errors)
{
	ASSERT_EQ(0, hoststate_open(&self->host, NULL, &self->r));
	EXPECT_TRUE(nothing_changes(&self->host, self->file, self->sub, RESULT_ERROR,
				    "the test does not declare"));
	hoststate_close(&self->host);
	EXPECT_TRUE(file_says(self->file, "old"));
}

/* There is no way back: in a process of its own, that allows nothing. */
TEST(changes_that_are_not_allowed_are_skips)
{
	char file[] = "/tmp/hoststate_unit.XXXXXX", sub[sizeof(file) + 8];
	int fd = mkstemp(file);
	struct hoststate host;
	struct result r;

	result_init(&r);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, hostfile_write(file, "old"));
	snprintf(sub, sizeof(sub), "%s.group", file);
	EXPECT_FALSE(hoststate_allowed());
	EXPECT_EQ(NULL, hoststate_refusal(NULL));
	EXPECT_STREQ("changes the whole host (a setting): allow it with -D",
		     hoststate_refusal("a setting"));
	ASSERT_EQ(0, hoststate_open(&host, "a setting", &r));
	EXPECT_TRUE(nothing_changes(&host, file, sub, RESULT_SKIP, "allow it with -D"));
	hoststate_close(&host);
	EXPECT_TRUE(file_says(file, "old"));
	unlink(file);
}

TEST_HARNESS_MAIN

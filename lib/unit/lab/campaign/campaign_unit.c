// SPDX-License-Identifier: GPL-2.0
/*
 * One run of a campaign, by a shell script that stands in for the lab: what comes of its
 * exit code and of what it leaves behind.
 */
#include <kselftest_harness.h>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/fsys.h"
#include "campaign/campaign.h"

FIXTURE(campaign) {
	struct lab_paths paths;
	struct lab_campaign c;
	struct lab_options options;
	json_t *results;
	struct lab_error e;
};
typedef FIXTURE_DATA(campaign) campaign_data;

FIXTURE_SETUP(campaign)
{
	strcpy(self->paths.build, "/tmp/lab_campaign_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->paths.build));
	self->options.out = self->paths.build;
	ASSERT_EQ(0, lab_campaign_begin(&self->c, &self->paths, true, &self->e));
}

FIXTURE_TEARDOWN(campaign)
{
	json_decref(self->results);
	lab_progress_end(&self->c.progress);
	lab_remove_tree(self->paths.build, NULL);
}

/* Run it with a script in the lab's place, for which $out is the directory. */
static int run(struct __test_metadata *_metadata, campaign_data *self, const char *script)
{
	char path[PATH_MAX + 8], text[512];

	snprintf(path, sizeof(path), "%s/lab", self->paths.build);
	snprintf(text, sizeof(text), "#!/bin/sh\nfor out; do :; done\n%s\n", script);
	self->options.series = "6.1";
	EXPECT_EQ(0, lab_write_file(path, text, strlen(text), NULL));
	EXPECT_EQ(0, chmod(path, 0755));
	return lab_campaign_run(&self->c, &self->options, "run 1", &self->results, &self->e);
}

#define LEAVE(code)	"echo '{\"exit_code\": " #code "}' >$out/results.json; "

TEST_F(campaign, how_it_is_called)
{
	EXPECT_EQ(0, run(_metadata, self, LEAVE(0)
			 "[ \"$1 $2 $3 $4\" = 'run --series 6.1 --out' ]"));
	EXPECT_EQ(0, lab_campaign_code(self->results));
}

/* What a run says of the kernel is a result, however bad. */
TEST_F(campaign, panic_is_a_result)
{
	EXPECT_EQ(0, run(_metadata, self, LEAVE(11) "exit 11"));
	EXPECT_EQ(LAB_EXIT_PANIC, lab_campaign_code(self->results));
}

TEST_F(campaign, no_boot_is_a_result)
{
	EXPECT_EQ(0, run(_metadata, self, LEAVE(12) "exit 12"));
	EXPECT_EQ(LAB_EXIT_NO_BOOT, lab_campaign_code(self->results));
}

TEST_F(campaign, no_results)
{
	char expected[PATH_MAX + 64];

	EXPECT_EQ(-EIO, run(_metadata, self, "echo one; echo lab: no such tree >&2; exit 64"));
	EXPECT_EQ(NULL, self->results);
	snprintf(expected, sizeof(expected),
		 "lab run exited 64 without results in %s: no such tree", self->paths.build);
	EXPECT_STREQ(expected, self->e.text);
}

/* As a run has them that is under way: they say "fail". */
TEST_F(campaign, results_of_no_end)
{
	EXPECT_EQ(-EIO, run(_metadata, self, LEAVE(1) "exit 13"));
	EXPECT_EQ(NULL, self->results);
}

TEST_F(campaign, killed)
{
	EXPECT_EQ(-EINTR, run(_metadata, self, LEAVE(1) "kill -KILL $$"));
	EXPECT_EQ(NULL, self->results);
	EXPECT_EQ(0, self->c.stopped_by);
}

TEST_F(campaign, interrupted)
{
	EXPECT_EQ(0, run(_metadata, self, LEAVE(1) "trap 'exit 143' TERM; kill -INT $PPID; "
			 "while :; do sleep 0.1; done"));
	EXPECT_EQ(NULL, self->results);
	EXPECT_EQ(SIGINT, self->c.stopped_by);
}

TEST_F(campaign, no_lab)
{
	EXPECT_EQ(-ENOENT, lab_campaign_run(&self->c, &self->options, "run 1", &self->results,
					    &self->e));
}

TEST_HARNESS_MAIN

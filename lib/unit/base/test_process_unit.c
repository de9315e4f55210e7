// SPDX-License-Identifier: GPL-2.0
/*
 * The limit of a test that does not end by itself, and what is said of it.
 */
#include <kselftest_harness.h>

#include "base/test_process.h"

#define LIMIT_MS	100
#define MORE_NS		1000000000ULL

/* A test that waits for ever, and says for what. */
static void run_out(const char *what, uint64_t more_ns, struct result *r)
{
	pid_t pid;

	result_init(r);
	test_process_share();
	/* Before the fork: by its own limit the child could be ended before it says so. */
	test_process_waits_for(what, 0);
	pid = fork();
	if (!pid) {
		test_process_child();
		test_process_waits_for(what, more_ns);
		for (;;)
			pause();
	}
	test_process_wait(pid, LIMIT_MS, r);
}

TEST(a_test_is_ended_at_its_limit)
{
	struct result r;

	run_out(NULL, 0, &r);
	EXPECT_EQ(RESULT_ERROR, r.kind);
	EXPECT_STREQ("the test did not end within 0 s", r.reason);
}

TEST(a_wait_for_the_host_is_named_and_moves_the_limit)
{
	struct result r;
	int tries = 0;

	/* On a busy machine the child may be too late to say so. */
	do {
		run_out("the moon", MORE_NS, &r);
	} while (!strstr(r.reason, "within 1 s") && ++tries < 5);
	EXPECT_STREQ("the test did not end within 1 s, and waits for the moon", r.reason);
	/* It was that test's alone. */
	run_out(NULL, 0, &r);
	EXPECT_STREQ("the test did not end within 0 s", r.reason);
}

TEST_HARNESS_MAIN

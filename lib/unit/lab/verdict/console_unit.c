// SPDX-License-Identifier: GPL-2.0
/*
 * What the lab recognises on a console, and what it must not.
 */
#include <kselftest_harness.h>

#include "verdict/console.h"

static struct lab_console feed(const char *text)
{
	struct lab_console c = { .fill = 0 };

	/* In pieces that cut lines anywhere. */
	for (size_t len = strlen(text), n; len; text += n, len -= n) {
		n = len < 7 ? len : 7;
		lab_console_feed(&c, text, n);
	}
	return c;
}

TEST(an_empty_console)
{
	struct lab_console c = feed("");

	EXPECT_FALSE(c.any);
	EXPECT_EQ('\0', c.panic[0]);
}

TEST(a_panic_with_its_cause)
{
	struct lab_console c = feed(
		"[    1.0] Linux version 6.1\r\n"
		"[    4.1] BUG: kernel NULL pointer dereference, address: 0000000000000000\r\n"
		"[    4.1] Oops: 0002 [#1] PREEMPT SMP NOPTI\r\n"
		"[    4.2] Kernel panic - not syncing: Fatal exception\r\n");

	EXPECT_STREQ("Kernel panic - not syncing: Fatal exception "
		     "(BUG: kernel NULL pointer dereference, address: 0000000000000000)", c.panic);
	EXPECT_FALSE(c.panic_done);
	lab_console_feed(&c, "[    4.3][    T1] ---[ end Kernel panic - not syncing: x ]---\n", 62);
	EXPECT_TRUE(c.panic_done);
}

TEST(the_first_panic_counts)
{
	struct lab_console c = feed("Kernel panic - not syncing: one\n"
				    "Kernel panic - not syncing: two\n");

	EXPECT_STREQ("Kernel panic - not syncing: one", c.panic);
}

TEST(talk_of_a_panic_is_none)
{
	struct lab_console c = feed("[    1.0] panic=-1 Kernel panic - not syncing\n"
				    "Kernel panic - not syncing: unfinished line");

	EXPECT_EQ('\0', c.panic[0]);
}

TEST(last_words_of_init)
{
	struct lab_console c = feed("[    1.0] lab-agent: start /suite/x\r\n"
				    "[    2.0] lab-agent: fatal: no virtio port\r\n");

	EXPECT_STREQ("no virtio port", c.init_said);
}

TEST(complaints_belong_to_the_program_that_runs)
{
	struct lab_console c = feed(
		"[    1.0] WARNING: CPU: 0 PID: 1 at a.c:1 a+0x1/0x2\r\n"
		"[    2.0] lab-agent: start /suite/x\r\n"
		"[    3.0] lab-agent: BUG: is what a program is called\r\n"
		"[    3.1] lab-agent: start /suite/y\r\n"
		"[    4.0] BUG: unable to handle page fault for address: 10\r\n"
		"[    4.0] #PF: supervisor read access in kernel mode\r\n"
		"[    4.0] Oops: 0000 [#1] SMP\r\n"
		"[    4.0] CPU: 1 PID: 7 Comm: y Not tainted\r\n"
		"[    4.0] Hardware name: a machine\r\n"
		"[    4.0] RIP: 0010:y+0x1/0x20\r\n"
		"[    4.0] RAX: 0000000000000000\r\n"
		"[    4.0] Call Trace:\r\n"
		"[    4.0]  z+0x3/0x40\r\n"
		"[    4.0] Kernel panic - not syncing: Fatal exception\r\n");

	ASSERT_EQ(2, c.nr_splats);
	EXPECT_EQ(0, c.splats[0].program);
	EXPECT_EQ(2, c.splats[1].program);
	EXPECT_STREQ("BUG: unable to handle page fault for address: 10\n"
		     "#PF: supervisor read access in kernel mode\n"
		     "Oops: 0000 [#1] SMP\n"
		     "CPU: 1 PID: 7 Comm: y Not tainted\n"
		     "RIP: 0010:y+0x1/0x20\nCall Trace:\nz+0x3/0x40\n"
		     "Kernel panic - not syncing: Fatal exception\n", lab_console_trace(&c));
	lab_console_panic_is_provoked(&c);
	lab_console_feed(&c, "Kernel panic - not syncing: NMI\n", 32);
	EXPECT_STREQ("Kernel panic - not syncing: NMI\n", lab_console_trace(&c));
	lab_console_clear(&c);
}

TEST(endless_lines_and_binary_do_no_harm)
{
	struct lab_console c = { .fill = 0 };
	char junk[4096];

	for (size_t i = 0; i < sizeof(junk); i++)
		junk[i] = (char)(i % 255 == '\n' ? 'x' : i % 255);
	for (int i = 0; i < 100; i++)
		lab_console_feed(&c, junk, sizeof(junk));
	lab_console_feed(&c, "\nKernel panic - not syncing: x\n", 31);
	EXPECT_STREQ("Kernel panic - not syncing: x", c.panic);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Command line of the test programs.
 */
#include <kselftest_harness.h>

#include "runner/test_options.h"

FIXTURE(options) {
	struct test_options o;
	char why[128];
};

FIXTURE_SETUP(options)
{
}

FIXTURE_TEARDOWN(options)
{
}

#define PARSE(...) ({							\
	char *argv[] = { "program", ##__VA_ARGS__, NULL };		\
	test_options_parse(ARRAY_SIZE(argv) - 1, argv, &self->o,	\
			   self->why, sizeof(self->why));		\
})

TEST_F(options, none)
{
	EXPECT_EQ(0, PARSE());
	EXPECT_FALSE(self->o.list);
	EXPECT_FALSE(self->o.all);
	EXPECT_FALSE(self->o.changes);
	EXPECT_TRUE(test_options_match(&self->o, "anything"));
}

TEST_F(options, all)
{
	EXPECT_EQ(0, PARSE("-l", "-h", "-a", "-D", "-d", "30", "-t", "*.anon.*", "-t", "x"));
	EXPECT_TRUE(self->o.list);
	EXPECT_TRUE(self->o.help);
	EXPECT_TRUE(self->o.all);
	EXPECT_TRUE(self->o.changes);
	EXPECT_EQ(30, self->o.seconds);
	EXPECT_EQ(2, self->o.nr_patterns);
	EXPECT_TRUE(test_options_match(&self->o, "unmap.anon.munmap"));
	EXPECT_TRUE(test_options_match(&self->o, "x"));
	EXPECT_FALSE(test_options_match(&self->o, "unmap.memfd.munmap"));
}

TEST_F(options, bad_seconds)
{
	EXPECT_EQ(-1, PARSE("-d", "0"));
	EXPECT_EQ(-1, PARSE("-d", "-5"));
	EXPECT_EQ(-1, PARSE("-d", "5x"));
	EXPECT_EQ(-1, PARSE("-d", ""));
	EXPECT_EQ(-1, PARSE("-d", "99999999999999999999"));
	EXPECT_STREQ("-d 99999999999999999999: not a number of seconds from 1 to 86400",
		     self->why);
}

TEST_F(options, seed)
{
	EXPECT_EQ(0, PARSE());
	EXPECT_FALSE(self->o.seeded);
	EXPECT_EQ(0, PARSE("-s", "0"));
	EXPECT_TRUE(self->o.seeded);
	EXPECT_EQ(0, self->o.seed);
	EXPECT_EQ(0, PARSE("-s", "18446744073709551615"));
	EXPECT_EQ(UINT64_MAX, self->o.seed);
	EXPECT_EQ(0, PARSE("-s", "0x1f"));
	EXPECT_EQ(31, self->o.seed);
	EXPECT_EQ(-1, PARSE("-s", ""));
	EXPECT_EQ(-1, PARSE("-s", "-1"));
	EXPECT_EQ(-1, PARSE("-s", "7x"));
	EXPECT_EQ(-1, PARSE("-s", "18446744073709551616"));
	EXPECT_STREQ("-s 18446744073709551616: not a number of 64 bits", self->why);
}

TEST_F(options, steps)
{
	EXPECT_EQ(0, PARSE());
	EXPECT_EQ(1, self->o.first_step);
	EXPECT_EQ(0, self->o.last_step);
	EXPECT_EQ(0, PARSE("-n", "7"));
	EXPECT_EQ(1, self->o.first_step);
	EXPECT_EQ(7, self->o.last_step);
	EXPECT_EQ(0, PARSE("-n", "7-7"));
	EXPECT_EQ(7, self->o.first_step);
	EXPECT_EQ(7, self->o.last_step);
	EXPECT_EQ(-1, PARSE("-n", "0"));
	EXPECT_EQ(-1, PARSE("-n", "-3"));
	EXPECT_EQ(-1, PARSE("-n", "3-"));
	EXPECT_EQ(-1, PARSE("-n", "3-7-9"));
	EXPECT_EQ(-1, PARSE("-n", "7-3"));
	EXPECT_STREQ("-n 7-3: not steps as in 7 or 3-7, of 1 to 1000000", self->why);
}

TEST_F(options, long_names)
{
	EXPECT_EQ(0, PARSE("--help"));
	EXPECT_TRUE(self->o.help);
	EXPECT_EQ(0, PARSE("--list", "--manifest"));
	EXPECT_TRUE(self->o.list);
	EXPECT_TRUE(self->o.manifest);
	EXPECT_FALSE(self->o.here);
	EXPECT_EQ(0, PARSE("--manifest=here"));
	EXPECT_TRUE(self->o.manifest && self->o.here);
	EXPECT_EQ(-1, PARSE("--manifest=there"));
	EXPECT_FALSE(self->o.help);
	EXPECT_EQ(-1, PARSE("-l", "--bogus"));
	EXPECT_STREQ("unknown option --bogus (-h lists the options)", self->why);
	EXPECT_EQ(-1, PARSE("--help=x"));
	EXPECT_STREQ("--help=x: this option takes no argument", self->why);
}

TEST_F(options, unknown_and_missing)
{
	EXPECT_EQ(-1, PARSE("-z"));
	EXPECT_STREQ("unknown option -z (-h lists the options)", self->why);
	EXPECT_EQ(-1, PARSE("-t"));
	EXPECT_STREQ("-t needs an argument", self->why);
	EXPECT_EQ(-1, PARSE("stray"));
	EXPECT_STREQ("unexpected argument 'stray': patterns go after -t", self->why);
}

TEST_F(options, too_many_patterns)
{
	char *argv[2 + TEST_MAX_PATTERNS] = { "program" };
	unsigned int i;

	for (i = 1; i < ARRAY_SIZE(argv); i++)
		argv[i] = "-tx";
	EXPECT_EQ(0, test_options_parse(ARRAY_SIZE(argv) - 1, argv, &self->o, self->why,
					sizeof(self->why)));
	EXPECT_EQ(-1, test_options_parse(ARRAY_SIZE(argv), argv, &self->o, self->why,
					 sizeof(self->why)));
	EXPECT_STREQ("more than 64 patterns", self->why);
}

TEST_HARNESS_MAIN

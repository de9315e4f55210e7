// SPDX-License-Identifier: GPL-2.0
/*
 * Which name was meant.
 */
#include <kselftest_harness.h>

#include "base/nearest.h"

static const char *nearest(const char *word)
{
	static const char *const names[] = { "SERIES", "TESTS", "KSRC", "MODE", "MODES", "PROFILE",
					     "AGAIN", "OUT", "V", "KERNEL", "KERNELS" };
	struct lab_nearest n = { .word = word };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		lab_nearest_try(&n, names[i]);
	return n.name ? n.name : "none";
}

TEST(one_letter)
{
	EXPECT_STREQ("SERIES", nearest("SERISE"));
	EXPECT_STREQ("TESTS", nearest("TEST"));
	EXPECT_STREQ("KERNEL", nearest("KERNE"));
	EXPECT_STREQ("MODE", nearest("MDOE"));
	EXPECT_STREQ("PROFILE", nearest("PROFIL"));
	EXPECT_STREQ("OUT", nearest("UOT"));
}

/* The nearest, not the first that is near. */
TEST(the_nearest)
{
	EXPECT_STREQ("MODES", nearest("MODESS"));
	EXPECT_STREQ("KERNELS", nearest("KERNLES"));
}

TEST(a_beginning)
{
	EXPECT_STREQ("PROFILE", nearest("PROF"));
	EXPECT_STREQ("TESTS", nearest("TESTSUITES"));
}

TEST(none)
{
	EXPECT_STREQ("none", nearest("FROBNICATE"));
	EXPECT_STREQ("none", nearest("X"));
	EXPECT_STREQ("none", nearest(""));
}

TEST(hint)
{
	struct lab_nearest n = { .word = "tets" };

	EXPECT_STREQ("", lab_nearest_hint(&n, "--"));
	lab_nearest_try(&n, "tests");
	EXPECT_STREQ("; did you mean --tests?", lab_nearest_hint(&n, "--"));
}

/* Longer than what is looked at. */
TEST(long_words)
{
	static const char word[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct lab_nearest n = { .word = word };

	lab_nearest_try(&n, "b");
	EXPECT_EQ(NULL, n.name);
	lab_nearest_try(&n, word);
	EXPECT_STREQ(word, n.name);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * The lab's command line: what is taken, and what each mistake is answered.
 */
#include <kselftest_harness.h>

#include "run/options.h"

/* Parse "run" and the words behind it; words end in NULL. */
static int parse(struct lab_options *o, struct lab_error *e, const char *const *words)
{
	char *argv[32] = { "run" };
	int argc = 1;

	while (*words)
		argv[argc++] = (char *)*words++;
	e->text[0] = '\0';
	return lab_options_parse(argc, argv, o, e);
}

#define PARSE(o, e, ...) parse(o, e, (const char *const []){ __VA_ARGS__, NULL })

#define EXPECT_REFUSED(expected, ...) do {				\
	struct lab_options o_;						\
	struct lab_error e_;						\
	EXPECT_EQ(-EINVAL, PARSE(&o_, &e_, __VA_ARGS__));		\
	EXPECT_STREQ(expected, e_.text);				\
} while (0)

TEST(no_options_at_all)
{
	static const char *const none[] = { NULL };
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, parse(&o, &e, none));
	EXPECT_EQ(NULL, o.series);
	EXPECT_EQ(NULL, o.kernel);
	EXPECT_EQ(NULL, o.tests);
	EXPECT_EQ(0, o.timeout);
	EXPECT_EQ(0, o.beds);
	EXPECT_FALSE(o.quiet);
}

TEST(every_option)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--kernel", "K", "--modules=M", "--append", "a b=c",
			   "--tests", "x:*y*", "--add", "d", "--args", "-s 7", "--profile", "full", "--mode", "rmap",
			   "--topology", "uma", "--out", "o", "--timeout", "90",
			   "--beds", "2", "--quiet"));
	EXPECT_STREQ("K", o.kernel);
	EXPECT_STREQ("M", o.modules);
	EXPECT_STREQ("a b=c", o.append);
	EXPECT_STREQ("x:*y*", o.tests);
	EXPECT_STREQ("d", o.add);
	EXPECT_STREQ("-s 7", o.args);
	EXPECT_STREQ("full", o.profile);
	EXPECT_STREQ("rmap", o.mode);
	EXPECT_STREQ("uma", o.topology);
	EXPECT_STREQ("o", o.out);
	EXPECT_EQ(90, o.timeout);
	EXPECT_EQ(2, o.beds);
	EXPECT_TRUE(o.quiet);
}

TEST(kdir_stands_alone)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--kdir", "/k"));
	EXPECT_STREQ("/k", o.kdir);
	EXPECT_REFUSED("--kdir names kernel and modules: leave out --kernel and --modules",
		       "--kdir", "/k", "--kernel", "K");
	EXPECT_REFUSED("--modules needs --kernel", "--modules", "M");
}

TEST(kselftest_has_no_profile)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--kselftest", "/k", "--tests", "kvm/mm:x"));
	EXPECT_STREQ("/k", o.kselftest);
	EXPECT_REFUSED("--kselftest brings its own list of programs: leave out --profile",
		       "--kselftest", "/k", "--profile", "full");
}

TEST(series_stands_alone)
{
	static const char why[] =
		"--series names kernel and modules: leave out --kdir, --kernel and --modules";
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--series", "6.12"));
	EXPECT_STREQ("6.12", o.series);
	EXPECT_REFUSED(why, "--series", "6.12", "--kdir", "/k");
	EXPECT_REFUSED(why, "--series", "6.12", "--kernel", "K");
	EXPECT_REFUSED(why, "--series", "6.12", "--modules", "M");
}

TEST(help_wins_over_mistakes_behind_it)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--help", "--no-such"));
	EXPECT_TRUE(o.help);
	EXPECT_EQ(0, PARSE(&o, &e, "-h"));
	EXPECT_TRUE(o.help);
}

TEST(mistakes)
{
	EXPECT_REFUSED("--no-such: no such option; see lab run --help", "--no-such");
	EXPECT_REFUSED("--kernel needs an argument", "--kernel");
	EXPECT_REFUSED("word: not an option; see lab run --help", "word");
	EXPECT_REFUSED("--tests ':x': give PROGRAM or PROGRAM:CASE", "--tests", ":x");
	EXPECT_REFUSED("--tests '': give PROGRAM or PROGRAM:CASE", "--tests", "");
	EXPECT_REFUSED("--out: give a directory", "--out", "");
}

TEST(timeouts)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--timeout", "1"));
	EXPECT_EQ(1, o.timeout);
	EXPECT_REFUSED("--timeout 0: give seconds, 1 to 2592000", "--timeout", "0");
	EXPECT_REFUSED("--timeout -5: give seconds, 1 to 2592000", "--timeout", "-5");
	EXPECT_REFUSED("--timeout 5m: give seconds, 1 to 2592000", "--timeout", "5m");
	EXPECT_REFUSED("--timeout : give seconds, 1 to 2592000", "--timeout", "");
	EXPECT_REFUSED("--timeout 99999999999999999999: give seconds, 1 to 2592000",
		       "--timeout", "99999999999999999999");
}

TEST(beds)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--beds=16"));
	EXPECT_EQ(16, o.beds);
	EXPECT_REFUSED("--beds 0: give a number, 1 to 16", "--beds", "0");
	EXPECT_REFUSED("--beds 17: give a number, 1 to 16", "--beds", "17");
	EXPECT_REFUSED("--beds two: give a number, 1 to 16", "--beds", "two", "--quiet");
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * The command line of "lab run", and the grammar of all of them: what is taken, and what
 * each mistake is answered.
 */
#include <kselftest_harness.h>

#include "arch/arch.h"
#include "base/command.h"
#include "run/options.h"

/* Parse "run" and the words behind it; words end in NULL. */
static int parse(struct lab_options *o, struct lab_error *e, const char *const *words)
{
	char *argv[32] = { "run" };
	int argc = 1;

	while (*words)
		argv[argc++] = (char *)*words++;
	*o = (struct lab_options){ NULL };
	e->text[0] = '\0';
	return lab_command_read(&lab_run_argp, argc, argv, o, e);
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
			   "--tests", "x:*y*", "--add", "d", "--args", "-s 7", "--profile", "full",
			   "--mode", "rmap",
			   "--topology", "uma", "--cpus", "8", "--memory=6144", "--out", "o", "--timeout", "90",
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
	EXPECT_STREQ("8", o.cpus);
	EXPECT_STREQ("6144", o.memory);
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
	EXPECT_REFUSED("--kdir names the kernel: leave out --kernel and --modules",
		       "--kdir", "/k", "--kernel", "K");
	EXPECT_REFUSED("--modules needs --kernel", "--modules", "M");
}

TEST(kselftest)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--kselftest", "/k", "--tests", "kvm/mm:x"));
	EXPECT_STREQ("/k", o.kselftest);
	EXPECT_EQ(0, PARSE(&o, &e, "--kselftest", "/k", "--profile", "perf", "--rounds", "3"));
	EXPECT_EQ(3, o.rounds);
	EXPECT_REFUSED("--rounds '0': give a number, 1 to 100", "--rounds", "0");
}

TEST(series_stands_alone)
{
	static const char why[] =
		"--series names the kernel: leave out --kdir, --kernel and --modules";
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

	EXPECT_EQ(-ECANCELED, PARSE(&o, &e, "--help", "--no-such"));
	EXPECT_EQ(-ECANCELED, PARSE(&o, &e, "--series=6.1", "-h"));
	EXPECT_EQ(-EINVAL, PARSE(&o, &e, "--no-such", "--help"));
}

TEST(mistakes)
{
	EXPECT_REFUSED("--no-such: no such option; see lab run --help", "--no-such");
	EXPECT_REFUSED("--no-such: no such option; see lab run --help", "--no-such=7");
	EXPECT_REFUSED("-z: no such option; see lab run --help", "-z");
	EXPECT_REFUSED("word: not an option; see lab run --help", "word");
	EXPECT_REFUSED("word: not an option; see lab run --help", "--quiet", "word",
		       "--series=6.1");
	EXPECT_REFUSED("--tests ':x': give PROGRAM or PROGRAM:CASE", "--tests", ":x");
	EXPECT_REFUSED("--tests '': give PATTERN", "--tests", "");
	EXPECT_REFUSED("--out '': give DIR", "--out=");
	EXPECT_REFUSED("--kdir '': give DIR", "--kdir", "");
}

TEST(missing_and_needless_arguments)
{
	EXPECT_REFUSED("--kernel needs an argument: --kernel=FILE", "--kernel");
	EXPECT_REFUSED("--timeout needs an argument: --timeout=SECONDS", "--quiet", "--timeout");
	EXPECT_REFUSED("--quiet takes no argument: leave out =yes", "--quiet=yes");
}

TEST(the_nearest_option)
{
	EXPECT_REFUSED("--serise: no such option; did you mean --series?; see lab run --help",
		       "--serise=6.12");
	EXPECT_REFUSED("--testss: no such option; did you mean --tests?; see lab run --help",
		       "--testss", "x");
	EXPECT_REFUSED("--k: which option is that? write it out; see lab run --help", "--k", "x");
}

TEST(beginnings_of_options)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--ser", "6.12", "--test=x"));
	EXPECT_STREQ("6.12", o.series);
	EXPECT_STREQ("x", o.tests);
}

TEST(when_to_restore)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--snapshot=auto"));
	EXPECT_STREQ("auto", o.snapshot);
	EXPECT_NE(0, PARSE(&o, &e, "--snapshot", "always"));
}

/* As make passes them on when a variable is set to nothing. */
TEST(nothing_to_append)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--append=", "--args", ""));
	EXPECT_EQ(NULL, o.append);
	EXPECT_EQ(NULL, o.args);
}

static void expect_words(struct __test_metadata *_metadata, const struct lab_argv *a,
			 const char *const *expected)
{
	for (size_t i = 0; i < a->nr && expected[i]; i++)
		EXPECT_STREQ(expected[i], a->words[i]);
	EXPECT_EQ(NULL, expected[a->nr]);
}

/* What was parsed comes out as words that are parsed to the same again. */
TEST(back_to_words)
{
	static const char *const words[] = { "--kernel", "K", "--modules", "M", "--profile", "full",
		"--tests", "x:*y*", "--args", "-s 7", "--add", "d", "--mode", "rmap", "--topology",
		"uma", "--cpus", "8", "--memory", "6144", "--append", "a b=c", "--out", "o", "--beds=2", "--timeout=90", "--quiet",
		NULL };
	struct lab_argv a = { NULL };
	struct lab_options o;
	struct lab_error e;

	ASSERT_EQ(0, parse(&o, &e, words));
	lab_options_args(&o, &a);
	expect_words(_metadata, &a, words);
	lab_argv_free(&a);
	lab_options_args(&(struct lab_options){ .series = "6.1" }, &a);
	expect_words(_metadata, &a, (const char *const []){ "--series", "6.1", NULL });
	lab_argv_free(&a);
}

/* By any of its names, and this machine's is as good as none. */
TEST(architectures)
{
	const bool arm = lab_arch_here() == &lab_arch_arm64;
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--arch", arm ? "riscv" : "aarch64"));
	EXPECT_STREQ(arm ? "riscv64" : "arm64", o.arch);
	EXPECT_EQ(0, PARSE(&o, &e, "--arch", lab_arch_here()->kernel));
	EXPECT_EQ(NULL, o.arch);
	EXPECT_REFUSED("--arch mips: no architecture of that name; there are: x86_64 arm64 riscv64",
		       "--arch", "mips");
}

TEST(timeouts)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--timeout", "1"));
	EXPECT_EQ(1, o.timeout);
	EXPECT_REFUSED("--timeout '0': give seconds, 1 to 2592000", "--timeout", "0");
	EXPECT_REFUSED("--timeout '-5': give seconds, 1 to 2592000", "--timeout", "-5");
	EXPECT_REFUSED("--timeout '5m': give seconds, 1 to 2592000", "--timeout", "5m");
	EXPECT_REFUSED("--timeout '': give seconds, 1 to 2592000", "--timeout", "");
	EXPECT_REFUSED("--timeout '99999999999999999999': give seconds, 1 to 2592000",
		       "--timeout", "99999999999999999999");
}

TEST(beds)
{
	struct lab_options o;
	struct lab_error e;

	EXPECT_EQ(0, PARSE(&o, &e, "--beds=16"));
	EXPECT_EQ(16, o.beds);
	EXPECT_REFUSED("--beds '0': give a number, 1 to 16", "--beds", "0");
	EXPECT_REFUSED("--beds '17': give a number, 1 to 16", "--beds", "17");
	EXPECT_REFUSED("--beds 'two': give a number, 1 to 16", "--beds", "two", "--quiet");
}

TEST_HARNESS_MAIN

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Command line of every test program.
 */
#ifndef TEST_OPTIONS_H
#define TEST_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define TEST_MAX_PATTERNS	64

#define TEST_USAGE_EXIT	64	/* wrong usage; kselftest takes it for a failure */

/* For printf(), with the program as it was called, its name, and what it is for. */
#define TEST_HELP \
	"usage: %s [-aDx] [-t GLOB]... [-d SECONDS] [-s SEED] [-n [A-]B] [--callers]\n" \
	"\n" \
	"%s: %s\n" \
	"\n" \
	"Runs its tests on this machine as KTAP; those that need root, KVM or the injector\n" \
	"module skip without. build/lab run --tests NAME runs it on a kernel in a virtual machine.\n" \
	"\n" \
	"  -a             each test in many cases: with other workloads, injectors and vCPUs\n" \
	"  -t GLOB        of these only the tests whose names match; may be repeated.  The\n" \
	"                 whole name of a case, ID/PARAMETERS, always selects it\n" \
	"  -l, --list     list the tests that would run, and run none\n" \
	"  -d SECONDS     go on with the pressure of each test for so long\n" \
	"  -s SEED        draw what is drawn at random as the run did that printed this seed\n" \
	"  -n [A-]B       of a random schedule, carry out steps A (default: 1) to B only\n" \
	"  -D             allow tests that change the whole host, for others, too: settings of\n" \
	"                 its memory, swap, page frames out of service.  They are undone\n" \
	"  -x             after the first failure skip the rest\n" \
	"      --callers  at the end, print who called MMU notifiers, and how often; takes -D\n" \
	"      --manifest[=here]\n" \
	"                 print what the program has to offer, as JSON; also what keeps its\n" \
	"                 tests from running on this machine, as it is and with or without -D\n" \
	"  -h, --help     this help\n" \
	"\n" \
	"exit code: 0 pass, 1 fail, 4 everything skipped, 64 wrong usage\n"

struct test_options {
	bool all;		/* -a: many cases of each test */
	bool list;		/* -l: print the names and stop */
	bool help;		/* -h: print TEST_HELP and stop */
	bool manifest;		/* --manifest: print it and stop */
	bool here;		/* --manifest=here: also what is missing on this machine */
	bool changes;		/* -D: the whole host may be changed meanwhile */
	bool stops;		/* -x: at the first failure */
	bool callers;		/* --callers: count who calls MMU notifiers */
	unsigned int seconds;	/* -d: keep up the pressure of each test for so long */
	bool seeded;		/* -s was given */
	uint64_t seed;		/* -s, else 0 */
	unsigned int first_step, last_step; /* -n; 1 and 0: no end */
	const char *patterns[TEST_MAX_PATTERNS]; /* -t: globs on names */
	unsigned int nr_patterns;
};

/*
 * test_options_parse() - read argv
 * @argc: as of main()
 * @argv: as of main(); patterns point into it
 * @o: filled in
 * @why: set to one line on an error
 * @size: of @why
 *
 * Return: 0, or -1 for a command line that makes no sense.
 */
int test_options_parse(int argc, char **argv, struct test_options *o, char *why,
		       unsigned int size);

/* test_options_match() - does a pattern match the name, or is there none? */
bool test_options_match(const struct test_options *o, const char *name);

/* test_options_name() - is a pattern just this name? */
bool test_options_name(const struct test_options *o, const char *name);

#endif

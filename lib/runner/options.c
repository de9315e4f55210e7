// SPDX-License-Identifier: GPL-2.0
/*
 * Parsing the command line of a test program.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test_options.h"

#define MAX_SECONDS	86400

static int parse_seconds(const char *text, unsigned int *seconds)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < 1 || n > MAX_SECONDS)
		return -1;
	*seconds = n;
	return 0;
}

static int add_pattern(struct test_options *o, const char *pattern, char *why,
		       unsigned int size)
{
	if (o->nr_patterns == TEST_MAX_PATTERNS) {
		snprintf(why, size, "more than %d patterns", TEST_MAX_PATTERNS);
		return -1;
	}
	o->patterns[o->nr_patterns++] = pattern;
	return 0;
}

static int parse_one(int option, struct test_options *o, char *why, unsigned int size)
{
	switch (option) {
	case 'a':
		o->all = true;
		return 0;
	case 'D':
		o->may_spoil = true;
		return 0;
	case 'l':
		o->list = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	case 't':
		return add_pattern(o, optarg, why, size);
	case 'd':
		if (!parse_seconds(optarg, &o->seconds))
			return 0;
		snprintf(why, size, "-d %s: not a number of seconds from 1 to %d",
			 optarg, MAX_SECONDS);
		return -1;
	case ':':
		snprintf(why, size, "-%c needs an argument", optopt);
		return -1;
	default:
		snprintf(why, size, "unknown option -%c (-h tells all)", optopt);
		return -1;
	}
}

int test_options_parse(int argc, char **argv, struct test_options *o, char *why,
		       unsigned int size)
{
	int option;

	memset(o, 0, sizeof(*o));
	optind = 0;	/* start anew, also on a second call */
	while ((option = getopt(argc, argv, ":ahlDt:d:")) != -1) {
		if (parse_one(option, o, why, size))
			return -1;
	}
	if (optind < argc) {
		snprintf(why, size, "what is '%s'? Patterns go behind -t", argv[optind]);
		return -1;
	}
	return 0;
}

bool test_options_match(const struct test_options *o, const char *name)
{
	unsigned int i;

	for (i = 0; i < o->nr_patterns; i++) {
		if (!fnmatch(o->patterns[i], name, 0))
			return true;
	}
	return !o->nr_patterns;
}

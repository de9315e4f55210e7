// SPDX-License-Identifier: GPL-2.0
/*
 * Parsing the command line of a test program.
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/test_options.h"

#define MAX_SECONDS	86400
#define MAX_STEP	1000000

/* Of options with long names only: larger than any character. */
#define OPTION_MANIFEST	256
#define OPTION_CALLERS	257

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

static int parse_seed(const char *text, uint64_t *seed)
{
	char *end;

	errno = 0;
	*seed = strtoull(text, &end, 0);
	return errno || end == text || *end || strchr(text, '-') ? -1 : 0;
}

static int parse_step(const char *text, char **end, unsigned int *step)
{
	long n;

	errno = 0;
	n = strtol(text, end, 10);
	if (errno || *end == text || n < 1 || n > MAX_STEP)
		return -1;
	*step = n;
	return 0;
}

static int parse_steps(const char *text, struct test_options *o)
{
	char *end;

	if (parse_step(text, &end, &o->last_step))
		return -1;
	if (*end == '-') {
		o->first_step = o->last_step;
		if (parse_step(end + 1, &end, &o->last_step))
			return -1;
	}
	return *end || o->first_step > o->last_step ? -1 : 0;
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

/* @word: where getopt is, for messages about long options */
static int parse_one(int option, const char *word, struct test_options *o, char *why,
		     unsigned int size)
{
	switch (option) {
	case 'a':
		o->all = true;
		return 0;
	case 'D':
		o->changes = true;
		return 0;
	case 'x':
		o->stops = true;
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
	case 's':
		o->seeded = true;
		if (!parse_seed(optarg, &o->seed))
			return 0;
		snprintf(why, size, "-s %s: not a number of 64 bits", optarg);
		return -1;
	case 'n':
		if (!parse_steps(optarg, o))
			return 0;
		snprintf(why, size, "-n %s: not steps as in 7 or 3-7, of 1 to %d", optarg,
			 MAX_STEP);
		return -1;
	case OPTION_CALLERS:
		o->callers = true;
		return 0;
	case OPTION_MANIFEST:
		o->manifest = true;
		o->here = optarg;
		if (!optarg || !strcmp(optarg, "here"))
			return 0;
		snprintf(why, size, "--manifest=%s: only --manifest=here is known", optarg);
		return -1;
	case ':':
		snprintf(why, size, "-%c needs an argument", optopt);
		return -1;
	default:
		if (!optopt)
			snprintf(why, size, "unknown option %s (-h lists the options)", word);
		else if (optopt >= OPTION_MANIFEST || strchr("hl", optopt))
			snprintf(why, size, "%s: this option takes no argument", word);
		else
			snprintf(why, size, "unknown option -%c (-h lists the options)", optopt);
		return -1;
	}
}

int test_options_parse(int argc, char **argv, struct test_options *o, char *why,
		       unsigned int size)
{
	static const struct option longs[] = {
		{ "callers",	no_argument, NULL, OPTION_CALLERS },
		{ "help",	no_argument, NULL, 'h' },
		{ "list",	no_argument, NULL, 'l' },
		{ "manifest",	optional_argument, NULL, OPTION_MANIFEST },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	memset(o, 0, sizeof(*o));
	o->first_step = 1;
	optind = 0;	/* start anew, also on a second call */
	while ((option = getopt_long(argc, argv, ":ahlDxt:d:s:n:", longs, NULL)) != -1) {
		if (parse_one(option, argv[optind - 1], o, why, size))
			return -1;
	}
	if (optind < argc) {
		snprintf(why, size, "unexpected argument '%s': patterns go after -t", argv[optind]);
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

bool test_options_name(const struct test_options *o, const char *name)
{
	unsigned int i;

	for (i = 0; i < o->nr_patterns; i++) {
		if (!strcmp(o->patterns[i], name))
			return true;
	}
	return false;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Judging any bytes by the table of what the files accept.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "support/fuzz_grammar.h"

#define KNOB(_name, _min, _max, _usual)						\
	{ .file = FUZZ_ATTACH, .name = _name, .args = { ARG_NUMBER }, .min_args = 1,	\
	  .min = _min, .max = _max, .usual = _usual }

const struct fuzz_verb fuzz_verbs[] = {
	KNOB("probability", 0, 100, 101),
	KNOB("interval", 1, INT_MAX, 5),
	KNOB("times", -1, INT_MAX, 20),
	KNOB("space", 0, INT_MAX, 40),
	KNOB("verbose", 0, 2, 2),
	KNOB("delay_start_us", 0, 1000000, 200),
	KNOB("delay_end_us", 0, 1000000, 200),
	KNOB("mixed", 0, 1, 1),
	{ .file = FUZZ_ATTACH, .name = "kind", .args = { ARG_KIND }, .min_args = 1,
	  .errors = MAY(EBUSY) },
	{ .file = FUZZ_ATTACH, .name = "range", .args = { ARG_START, ARG_LEN }, .min_args = 2,
	  .errors = MAY(EBUSY) },
	{ .file = FUZZ_ATTACH, .name = "attach",
	  .errors = MAY(EBUSY) | MAY(EINTR) | MAY(EINVAL) | MAY(ENOMEM) | MAY(ENXIO) },
	{ .file = FUZZ_ATTACH, .name = "detach", .errors = MAY(EINVAL) },
	{ .file = FUZZ_ATTACH, .name = "reset" },
	{ .file = FUZZ_ATTACH, .name = "caller", .args = { ARG_TID }, .min_args = 1,
	  .errors = MAY(ESRCH) },
	{ .file = FUZZ_ATTACH, .name = "events", .args = { ARG_EVENT }, .min_args = 1,
	  .errors = MAY(EINVAL) },
	{ .file = FUZZ_ATTACH, .name = "seq_begin", .errors = MAY(EINVAL) },
	{ .file = FUZZ_ATTACH, .name = "seq_retry", .errors = MAY(EINVAL) | MAY(EAGAIN) },
	{ .file = FUZZ_ATTACH, .name = "look", .errors = MAY(EINVAL) },
	{ .file = FUZZ_ATTACH, .name = "fault", .args = { ARG_ADDRESS }, .min_args = 1,
	  .errors = MAY(EINVAL) | MAY(EINTR) },
	{ .file = FUZZ_REAP, .args = { ARG_START, ARG_LEN, ARG_COUNT, ARG_MICROS }, .min_args = 2,
	  .errors = MAY(EAGAIN) | MAY(EINTR) | MAY(ENOENT) },
	{ .file = FUZZ_WATCH, .args = { ARG_FD, ARG_ADDRESS }, .min_args = 1,
	  .errors = MAY(EBADF) | MAY(EINVAL) | MAY(EEXIST) | MAY(ENOENT) | MAY(ENXIO) |
		    MAY(ENOMEM) },
	{ .file = FUZZ_UNSAFE, .name = "withhold_end", .args = { ARG_START, ARG_LEN },
	  .min_args = 2, .errors = MAY(EPERM), .denied = true },
	{ .file = FUZZ_UNSAFE, .name = "force_count", .args = { ARG_FD, ARG_START, ARG_LEN },
	  .min_args = 3, .errors = MAY(EPERM), .denied = true },
	{ .file = FUZZ_UNSAFE, .name = "double_end", .args = { ARG_START, ARG_LEN },
	  .min_args = 2, .errors = MAY(EPERM), .denied = true },
	{ .file = FUZZ_UNSAFE, .name = "unsafe", .args = { ARG_NUMBER }, .min_args = 1,
	  .min = 2, .max = 9, .usual = 9, .errors = MAY(EINVAL), .denied = true },
};

const char *const fuzz_kinds[] = {
	"eagain", "observer", "delay", "interval", "gate", "checker"
};

const char *const fuzz_events[] = {
	"all", "unmap", "clear", "protection_vma", "protection_page", "soft_dirty", "release",
	"migrate", "exclusive", "unknown",
};

bool fuzz_forbidden(const char *text, size_t len)
{
	return memchr(text, '1', len) &&
	       (memmem(text, len, "unsafe", 6) || memmem(text, len, "mixed", 5));
}

/* ---- one word ---- */

bool fuzz_parse(const char *word, bool is_signed, bool *negative, unsigned long long *value)
{
	const char *p = word, *digits = "0123456789";
	unsigned int base = 10;

	*negative = is_signed && *p == '-';
	p += *negative || *p == '+';
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		base = 16;
		digits = "0123456789abcdefABCDEF";
		p += 2;
	}
	if (!*p || p[strspn(p, digits)])
		return false;
	errno = 0;
	*value = strtoull(p, NULL, base);
	return !errno;
}

static bool fuzz_in(const char *word, long min, long max)
{
	unsigned long long value;
	bool negative;

	if (!fuzz_parse(word, true, &negative, &value) || value > LONG_MAX)
		return false;
	return negative ? -(long)value >= min && -(long)value <= max :
			  (long)value >= min && (long)value <= max;
}

static enum fuzz_sense fuzz_range_sense(const char *const *words, bool nothing_too)
{
	unsigned long long start, len;
	bool negative;

	if (!fuzz_parse(words[0], false, &negative, &start) ||
	    !fuzz_parse(words[1], false, &negative, &len))
		return SENSE_NONE;
	if (!start && !len && nothing_too)
		return SENSE_GOOD;
	if (start % 4096 || len % 4096 || !len)
		return SENSE_NONE;
	if (start >= FUZZ_SPACE_END_5 || len > FUZZ_SPACE_END_5 - start)
		return SENSE_NONE;
	return start + len > FUZZ_SPACE_END ? SENSE_UNSURE : SENSE_GOOD;
}

enum fuzz_sense fuzz_name_sense(const char *word, const char *const *names, size_t nr)
{
	while (nr--) {
		if (!strcmp(word, names[nr]))
			return SENSE_GOOD;
	}
	return SENSE_NONE;
}

/* The sense of the argument at words[0]; those behind it are there to be looked at. */
static enum fuzz_sense fuzz_arg_sense(const struct fuzz_verb *verb, enum fuzz_arg arg,
				      const char *const *words)
{
	unsigned long long value;
	bool negative;

	switch (arg) {
	case ARG_NUMBER:
		return fuzz_in(words[0], verb->min, verb->max) ? SENSE_GOOD : SENSE_NONE;
	case ARG_COUNT:
		return fuzz_in(words[0], 1, INT_MAX) ? SENSE_GOOD : SENSE_NONE;
	case ARG_MICROS:
		return fuzz_in(words[0], 0, 1000000) ? SENSE_GOOD : SENSE_NONE;
	case ARG_TID:
	case ARG_FD:
		return fuzz_in(words[0], 0, INT_MAX) ? SENSE_GOOD : SENSE_NONE;
	case ARG_START:
		return fuzz_range_sense(words, verb->name && !strcmp(verb->name, "range"));
	case ARG_ADDRESS:
		return fuzz_parse(words[0], false, &negative, &value) ? SENSE_GOOD : SENSE_NONE;
	case ARG_KIND:
		return fuzz_name_sense(words[0], fuzz_kinds, ARRAY_SIZE(fuzz_kinds));
	case ARG_EVENT:
		return fuzz_name_sense(words[0], fuzz_events, ARRAY_SIZE(fuzz_events));
	default:
		return SENSE_GOOD;
	}
}

/* ---- a whole command ---- */

static bool fuzz_split(struct fuzz_command *c, const char *text, size_t len)
{
	char *rest = c->text, *word;

	memset(c, 0, sizeof(*c));
	memcpy(c->text, text, len);
	if (len && c->text[len - 1] == '\n')
		c->text[--len] = '\0';
	if (memchr(c->text, '\0', len) || strchr(c->text, '\n'))
		return false;
	while ((word = strsep(&rest, " \t"))) {
		if (!*word)
			continue;
		if (c->nr_words == FUZZ_WORDS)
			return false;
		c->words[c->nr_words++] = word;
	}
	return c->nr_words;
}

static bool fuzz_find_verb(struct fuzz_command *c, enum fuzz_file file)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fuzz_verbs); i++) {
		const struct fuzz_verb *verb = &fuzz_verbs[i];

		if (verb->file != file || (verb->name && strcmp(verb->name, c->words[0])))
			continue;
		c->verb = verb;
		c->args = c->words + !!verb->name;
		c->nr_args = c->nr_words - !!verb->name;
		return true;
	}
	return false;
}

unsigned int fuzz_max_args(const struct fuzz_verb *verb)
{
	unsigned int n = 0;

	if (verb->args[0] == ARG_EVENT)
		return FUZZ_WORDS - 1;
	while (n < FUZZ_ARGS && verb->args[n] != ARG_NONE)
		n++;
	return n;
}

uint64_t fuzz_command_may(struct fuzz_command *c, enum fuzz_file file, const char *text,
			  size_t len)
{
	uint64_t may = MAY(0);
	unsigned int n;

	c->verb = NULL;
	if (len > FUZZ_COMMAND_MAX)
		return MAY(E2BIG);
	if (!fuzz_split(c, text, len) || !fuzz_find_verb(c, file) ||
	    c->nr_args < c->verb->min_args || c->nr_args > fuzz_max_args(c->verb))
		return MAY(EINVAL);
	if (c->verb->denied)
		return c->verb->errors;
	for (n = 0; n < c->nr_args; n++) {
		enum fuzz_arg arg = c->verb->args[0] == ARG_EVENT ? ARG_EVENT : c->verb->args[n];
		enum fuzz_sense sense = fuzz_arg_sense(c->verb, arg, c->args + n);

		/* What an attached injector cannot do it need not look at. */
		if (sense == SENSE_NONE)
			return MAY(EINVAL) | (c->verb->errors & MAY(EBUSY));
		if (sense == SENSE_UNSURE)
			may |= MAY(EINVAL);
	}
	/* More than one round of reaping only counts its refusals. */
	if (file == FUZZ_REAP && c->nr_args > 2 && !fuzz_in(c->args[2], 1, 1))
		return (may | c->verb->errors) & ~MAY(EAGAIN);
	return may | c->verb->errors;
}

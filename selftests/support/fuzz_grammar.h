/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the injector's files accept, as a table, and what must therefore come of
 * any bytes written to one of them.
 *
 * Deliberately written from the module's help and not from its code: where the two
 * disagree, the fuzzer reports it.
 */
#ifndef FUZZ_GRAMMAR_H
#define FUZZ_GRAMMAR_H

#include "support/fuzz.h"

#define FUZZ_COMMAND_MAX	127	/* bytes of one command */
#define FUZZ_WORDS		10
#define FUZZ_ARGS		4

/* The user address space of x86-64 ends here, or beyond with five levels. */
#define FUZZ_SPACE_END		0x7ffffffff000ULL
#define FUZZ_SPACE_END_5	0xfffffffffff000ULL

enum fuzz_arg {
	ARG_NONE,
	ARG_NUMBER,	/* min..max of the verb */
	ARG_COUNT,	/* 1..INT_MAX */
	ARG_MICROS,	/* 0..1000000 */
	ARG_START,	/* of a range, and its length comes next */
	ARG_LEN,
	ARG_ADDRESS,
	ARG_TID,
	ARG_FD,
	ARG_KIND,
	ARG_EVENT,	/* and more of them, as many as there is room for */
};

struct fuzz_verb {
	enum fuzz_file file;
	const char *name;		/* NULL: the file's only command has none */
	enum fuzz_arg args[FUZZ_ARGS];
	unsigned int min_args;
	long min, max;			/* of ARG_NUMBER */
	long usual;			/* most numbers drawn stay below, for speed */
	uint64_t errors;		/* what it may come to if nothing is wrong with it */
	bool denied;			/* never accepted, whatever the arguments */
};

#define FUZZ_NR_VERBS	25
#define FUZZ_NR_KINDS	6
#define FUZZ_NR_EVENTS	10

/* The knobs come first, in the order of enum injector_knob. */
extern const struct fuzz_verb fuzz_verbs[FUZZ_NR_VERBS];
extern const char *const fuzz_kinds[FUZZ_NR_KINDS];
extern const char *const fuzz_events[FUZZ_NR_EVENTS];

/*
 * fuzz_forbidden() - must this never be written to any of the files?
 *
 * "unsafe 1" breaks the kernel, on purpose. "mixed 1" exposes an mm to a defect of all
 * kernels, in which it sleeps forever, SIGKILL or not, and the module can do nothing
 * about it. Both need these words and a digit 1, even as 0x1 or +1: forbidding more
 * than necessary loses nothing.
 */
bool fuzz_forbidden(const char *text, size_t len);

/*
 * fuzz_parse() - a number of 64 bits, decimal or 0x...
 * @negative: set only if @is_signed
 *
 * Return: whether it is one.
 */
bool fuzz_parse(const char *word, bool is_signed, bool *negative, unsigned long long *value);

/* Is an argument right?  Unsure: it depends on the machine. */
enum fuzz_sense { SENSE_NONE, SENSE_UNSURE, SENSE_GOOD };

/* fuzz_name_sense() - is the word one of @nr names? */
enum fuzz_sense fuzz_name_sense(const char *word, const char *const *names, size_t nr);

/* Bytes cut into words, as the module does it. */
struct fuzz_command {
	char text[FUZZ_COMMAND_MAX + 1];
	const char *words[FUZZ_WORDS + 1];	/* NULL behind the last */
	unsigned int nr_words;
	const struct fuzz_verb *verb;		/* NULL: no such command */
	const char *const *args;
	unsigned int nr_args;
};

/* fuzz_max_args() - how many arguments a command can have */
unsigned int fuzz_max_args(const struct fuzz_verb *verb);

/*
 * fuzz_command_may() - what may come of a command that arrives whole
 * @c: filled in
 *
 * Of the file's own mm, and with a file that can be written.
 */
uint64_t fuzz_command_may(struct fuzz_command *c, enum fuzz_file file, const char *text,
			  size_t len);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options of "lab run", which other commands take as well. Parsing is pure: whether
 * a file, a mode or a profile exists is not looked at.
 */
#ifndef LAB_OPTIONS_H
#define LAB_OPTIONS_H

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>

#include "base/process.h"

#define LAB_MAX_ROUNDS	100

/* Strings are NULL if the option was not given; they point into the command line. */
struct lab_options {
	const char *series;	/* of Debian's kernels */
	const char *kernel, *modules, *kdir;	/* none of these: Debian's kernel */
	const char *append;	/* more kernel parameters */
	const char *tests;	/* PROGRAM or PROGRAM:CASE, both globs; NULL: all */
	const char *add;	/* a directory of files for the VM */
	const char *args;	/* more arguments of each program */
	const char *profile;	/* NULL: "default" */
	const char *kselftest;	/* directory of an installed one; NULL: the suite */
	const char *mode;	/* NULL: the suite's default */
	const char *topology;	/* NULL: the architecture's default */
	const char *cpus, *memory; /* of an emulated machine, numbers; NULL: see lab_machine_size() */
	const char *arch;	/* NULL: this machine's; see lab_arch_take() */
	const char *bed;	/* kind of bed; NULL: "qemu" */
	const char *accel;	/* NULL: "tcg" */
	const char *snapshot;	/* "auto" or "never"; NULL: "never" */
	const char *out;	/* NULL: a new directory under build/runs */
	long rounds;		/* of all programs, 0: one */
	long beds;		/* virtual machines side by side, 0: as many as fit */
	long timeout;		/* seconds for the whole run, 0: from the programs' limits */
	bool quiet;
	bool dry_run;		/* only say what would be run */
	bool shell;		/* in the machine, instead of running programs */
};

/* Is it a word for @snapshot? Else what to refuse it with. */
bool lab_snapshot_when(const char *word);
#define LAB_SNAPSHOT_REFUSED	"--snapshot %s: give auto or never"

/*
 * Parsers whose input is a struct lab_options, zeroed: what to run and how; this and which
 * kernel, for a command with an --out of its own; and both with --out.
 */
extern const struct argp lab_tests_argp;
extern const struct argp_child lab_setup_children[];	/* two, each with that input */
extern const struct argp lab_run_argp;

/* Add to @a the words that "lab run" reads as @o. */
void lab_options_args(const struct lab_options *o, struct lab_argv *a);

/*
 * These words as an array of strings, the caller's, for a file; and from there, behind "run", as a
 * command line.
 */
json_t *lab_options_json(const struct lab_options *o);
void lab_options_words(json_t *words, struct lab_argv *a);

#endif

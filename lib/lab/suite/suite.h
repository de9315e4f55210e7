/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suite is: the lab learns it from one JSON file and knows nothing
 * else of what it runs.
 *
 *	{
 *	  "name": "...",
 *	  "mail": { "about": "what fails, in a few words", "cc": "addresses" },
 *	  "architectures": {
 *	    "NAME": { "cpu": "QEMU's -cpu", "parameters": [ ... ], "modules": [ ... ],
 *		      "modes": { "NAME": { "cpu": "...", "parameters": [ ... ] }, ... } }, ...
 *	  },
 *	  "parameters": [ "kernel parameter", ... ],
 *	  "modules": [ { "name": "...", "optional": true }, ... ],
 *	  "external_modules": [ { "name": "...", "dir": "...", "optional": true,
 *				  "program": "..." }, ... ],
 *	  "disks": [ { "filesystem": "ext4", "size_mib": n, "mount": "/...",
 *		       "pmem": true }, ... ],
 *	  "profiles": { "NAME": [ { "program": "...", "args": [ ... ], "timeout": s,
 *				    "kselftest": "...", "once": true,
 *				    "figures": [ { "name": "...", "pattern": "...", "unit": "...",
 *						   "amount": n }, ... ] }, ... ] }
 *	}
 *
 * Of an architecture (see arch.h) the first mode is the default; parameters are joined, the
 * mode's last, and its modules are loaded before the others.
 *
 * "dir" is relative to the repository. A module with a "program" is not loaded
 * but put beside that program, if it is selected, which loads it itself. A disk
 * is made anew for each run; what is written to it goes with the VM. One with "pmem"
 * is persistent memory, mounted with -o dax, and left out where QEMU has none.
 * A "kselftest" is no program of ours but COLLECTION:TEST of an installed kselftest, for comparison:
 * it runs if there is one that has it, as a program of that name. "figures" are what it prints,
 * see measured.h. Of several rounds it runs in the first only if it says "once".
 * Unknown keys are refused, so that a misspelt one is not quietly without effect.
 */
#ifndef LAB_SUITE_H
#define LAB_SUITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "base/process.h"

struct lab_suite_module {
	const char *name;
	const char *dir;	/* where it is built from; NULL: a module of the kernel itself */
	const char *program;	/* the program that loads it; NULL: init does */
	int optional;
};

/* Each is a PCI device and arguments of QEMU, which are bounded. */
#define LAB_MAX_DISKS	4

struct lab_suite_disk {
	const char *filesystem;	/* ext2, ext3 or ext4 */
	const char *mount;	/* absolute path in the VM */
	json_int_t size_mib;
	int pmem;		/* persistent memory, no block device of virtio */
};

struct lab_suite_program {
	const char *name;
	struct lab_argv args;
	json_int_t timeout;	/* seconds */
	const char *runner;	/* what runs it, see kselftest.h; NULL: it runs itself */
	const char *kselftest;	/* which test of one it is, or NULL */
	json_t *figures;	/* in what it prints, see measured.h; or NULL */
	int once;		/* not in each of several rounds */
};

/* Texts belong to @json, but for those that are not const. */
struct lab_suite {
	json_t *json;
	json_t *modes;		/* in @json: all of the architecture */
	const char *name;
	const char *about, *cc;	/* for a mail about a regression; NULL if not given */
	const char *cpu;
	const char *mode;	/* the one selected */
	const char *profile;
	char *parameters;	/* kernel parameters, the mode's included */
	struct lab_suite_module *modules;	/* the kernel's first, in load order */
	size_t nr_modules;
	struct lab_suite_disk disks[LAB_MAX_DISKS];
	size_t nr_disks;
	struct lab_suite_program *programs;	/* those selected */
	size_t nr_programs;
};

/* Is one of the programs selected named @name? */
bool lab_suite_runs(const struct lab_suite *suite, const char *name);

struct lab_arch;

/* What to take out of the file. */
struct lab_suite_select {
	const struct lab_arch *arch;
	const char *mode;	/* NULL: the first */
	const char *profile;	/* NULL: "default" */
	/* NULL: all; globs PROGRAM, PROGRAM:CASE, and !PROGRAM for "but not", blanks between. */
	const char *tests;
	const char *args;	/* NULL: none; words behind each program's own arguments */
	json_t *manifest;	/* NULL: whether there are such cases is not looked at */
};

/*
 * Keep the programs of @suite of which a pattern of @select->tests selects tests, by
 * @select->manifest unless it is NULL; CASE becomes an argument. Returns 0, or -ESRCH if
 * a pattern selects nothing, with what it may have been meant to be, or if nothing is left.
 */
int lab_select_tests(struct lab_suite *suite, const struct lab_suite_select *select,
		     struct lab_error *e);

/*
 * Read @path. CASE patterns are handed to each selected program as "-t CASE".
 * A program whose tests no pattern selects is left out; a pattern that selects nothing
 * at all is an error.
 * Returns 0 with @suite to be freed by lab_suite_free(); -EINVAL if the file
 * is wrong, -ESRCH if the selection names nothing in it, or another -errno.
 */
int lab_suite_read(const char *path, const struct lab_suite_select *select,
		   struct lab_suite *suite, struct lab_error *e);

/*
 * The same for the suite of @paths and their architecture, and by the manifest of what is built
 * for it: patterns are checked before anything is started. @select->manifest saves reading it;
 * else NULL.
 */
int lab_suite_load(const struct lab_paths *paths, const struct lab_suite_select *select,
		   struct lab_suite *suite, struct lab_error *e);

void lab_suite_free(struct lab_suite *suite);

/* All of them @rounds times, in turn. */
void lab_suite_repeat(struct lab_suite *suite, long rounds);

/* Leave out what was selected; whoever does so has something else to run. */
void lab_suite_drop_programs(struct lab_suite *suite);
/* Leave out the modules that are built from the repository. */
void lab_suite_drop_external(struct lab_suite *suite);

#endif

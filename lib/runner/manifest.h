/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test program says about itself, for the manifest of the build.
 *
 * As JSON, and without doing anything else: neither /dev/kvm nor root is needed,
 * so that an emulator of the processor can run a program that was cross-built.  Only
 * on request the machine is asked what the tests would find missing there.
 * What each of them prints is the part of the manifest that it knows; the objects
 * of all, merged, are the whole.
 */
#ifndef MANIFEST_H
#define MANIFEST_H

#include <stdbool.h>
#include <stdio.h>

struct test_about {
	const char *purpose;	/* one line, for people */
	const char *contracts;	/* numbers, separated by ", " */
};

/* Every program has one, by MN_ABOUT(). */
extern const struct test_about test_about;

/*
 * MN_ABOUT() - what the program is for, and which contracts it judges
 * @line: one line, as an index of programs would have it
 */
#define MN_ABOUT(line, ...) \
	const struct test_about test_about = { line, #__VA_ARGS__ }

/*
 * MN_MAY_CHANGE() - what its tests change of the whole host, beside their pressures
 * and backings, unless it is so already
 * @text: one line; changes are made only if they are allowed, see host/hoststate.h
 */
#define MN_MAY_CHANGE(text) \
	const char * const test_may_change = text

struct backing;

/* A program may do without: this, and backings that only it has (struct backing.like), behind them NULL. */
extern const char * const test_may_change __attribute__((weak));
extern const struct backing * const test_backings[] __attribute__((weak));

/* When a test, or a case of it, runs: sets of them. */
#define TEST_BY_DEFAULT	1u	/* without options */
#define TEST_BY_ALL	2u	/* with -a */
#define TEST_BY_ID	4u	/* it is the one that the id alone stands for */

/* One that is being printed. */
struct manifest {
	FILE *f;
	bool first;	/* no test yet */
	bool here;	/* also print what is missing on this machine */
	const char *missing;	/* why none of the tests can run here; or NULL */
};

/*
 * manifest_begin() / manifest_test() / manifest_end() - print a program's part
 * @m: .here and .missing are the caller's, the rest is filled in by manifest_begin();
 *	holds nothing that must be released
 * @f: where to
 * @program: its name, or a path to it
 * @about: of the program
 * @id: of a test; each of its parts between dots that names a pressure, a backing,
 *	a workload or an injector of the library says that the test is of it
 * @parameters: of a case of it, with a slash before them, or ""; the same holds for them
 * @sets: TEST_BY_*, or 0: only if asked for by name
 *
 * After manifest_begin() come the tests, then manifest_end() with the library's
 * pressures, backings, workloads and injectors.
 */
void manifest_begin(struct manifest *m, FILE *f, const char *program,
		    const struct test_about *about);
void manifest_test(struct manifest *m, const char *id, const char *parameters,
		   unsigned int sets);
void manifest_end(struct manifest *m);

#endif

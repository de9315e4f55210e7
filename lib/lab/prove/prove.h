/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Are defects noticed? The project's own tests with what is broken on purpose, and the
 * catalogue of regressions.
 */
#ifndef LAB_PROVE_H
#define LAB_PROVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "base/process.h"

struct lab_arch;

/*
 * "lab check": the unit programs, the suite in the lab, and then the lab on tests and
 * kernels that are broken on purpose, each of which must be noticed. "lab prove": a kernel
 * into which known regressions were put back, one switched on at a time. They do what the
 * arguments say and return the exit code: 0 if all is as expected, and all are caught.
 */
int lab_check_main(int argc, char *argv[], const struct lab_paths *paths);
int lab_prove_main(int argc, char *argv[], const struct lab_paths *paths);

/*
 * What broken tests and kernels must come out as: rows of a JSON file.
 *
 *	[ { "name": "...", "tests": "PATTERN", "profile": "...", "append": "...",
 *	    "shell": "commands for a shell in the machine instead of tests",
 *	    "exit": [ codes, one of which it must be ],
 *	    "text": [ "all of which the run's files must contain", ... ],
 *	    "on": { "ARCH": [ "instead of text, in machines of that architecture", ... ] },
 *	    "fixed": { "exit": [ ... ], "text": [ ... ] } }, ... ]
 *
 * "tests", "append", "shell" and "on" may be missing; "profile" is "negative" if it is.
 * "fixed" belongs to a fault of today's kernels: what one without it comes out as.
 */

/* The rows of @path for @arch, the caller's; NULL, and @e, if there are none or one is wrong. */
json_t *lab_expect_read(const char *path, const struct lab_arch *arch, struct lab_error *e);

/* What of @row allows the exit code @code: itself, its "fixed", or NULL. */
json_t *lab_expect_outcome(json_t *row, int code);

/* The first text of @outcome that is not in @text; NULL: all are. */
const char *lab_expect_missing(json_t *outcome, const char *text);

/*
 * The catalogue of regressions: one semantic patch each, NAME.cocci, whose
 * leading comment says what it is.
 *
 *	// class: ...		which kind of regression
 *	// commit: ...		what fixed it, or introduced the rule
 *	// broke: ...		what it does to people
 *	// file: ...		where it applies; may be repeated
 *	// tests: ...		what should see it, as for --tests; may be repeated
 *	// expect: ...		a text of the failure; may be repeated: one of them
 *	// expect on ARCH: ...	one more on that architecture
 *	// mode: ...		a mode of the suite, if not the first
 *	// arch: ...		the only architecture whose tests can notice it
 *
 * One kernel has them all, and what follows is how it is talked to.
 */

/* The kernel parameter that switches one on by its name, or "none". */
#define LAB_REGRESSION_PARAMETER	"mn_regress.active=%s"
/* The same for a kernel that has booted, just before the first test. */
#define LAB_REGRESSION_SETTING		"lab.write=/sys/module/mn_regress/parameters/active:%s"
/* A symbol of the kernels that have it. */
#define LAB_REGRESSION_SYMBOL		"mn_regression_%s"
/* On the console, before the number of times that its site was reached. */
#define LAB_REGRESSION_REACHED		"mn_regress: %s reached "

struct lab_regression {
	char *name;
	char *path;			/* NULL: of none, the kernel as it is */
	char *class, *commit, *broke;
	char *tests;			/* all of them, blanks between */
	char *mode;			/* or NULL */
	char *arch;			/* or NULL */
	struct lab_argv files;
	struct lab_argv expects;	/* none: any failure will do */
};

/* May a kernel for @arch have it? Not if all of its files are those of another architecture. */
bool lab_regression_is_for(const struct lab_regression *r, const struct lab_arch *arch);

struct lab_catalogue {
	struct lab_regression *entries;	/* by name */
	size_t nr;
};

/*
 * Read all of @dir, with what is expected on @arch, for the life of the process. Returns 0,
 * or -EINVAL with one line on what is wrong with an entry, or another -errno.
 */
int lab_catalogue_read(const char *dir, const struct lab_arch *arch, struct lab_catalogue *c,
		       struct lab_error *e);

/* What a run on a kernel with one regression switched on has shown. */
enum lab_proof_kind {
	LAB_PROOF_CAUGHT,	/* failed, with one of the expected texts */
	LAB_PROOF_OTHERWISE,	/* failed, but said something else */
	LAB_PROOF_SURVIVED,	/* reached, and nothing failed: an oracle is missing */
	LAB_PROOF_UNREACHED,	/* nothing failed and the site was never reached: a pressure is */
	LAB_PROOF_ABSENT,	/* this kernel has no such site */
	LAB_PROOF_UNFOUNDED,	/* failed, and the site was never reached: a false failure */
	LAB_PROOF_UNKNOWN,	/* the run itself did not work */
};

struct lab_proof {
	enum lab_proof_kind kind;
	long reached;		/* how often, as far as the kernel could tell */
	double seconds;		/* of testing, to the first failure */
	char by[256];		/* the test that failed first */
	char message[512];	/* its first line of evidence, or why there is none */
};

/* By kind, for people: "caught". */
extern const char *const lab_proof_names[];

/* Judge the results in @dir of a run that came back with @code. */
void lab_proof_judge(const char *dir, const struct lab_regression *r, int code,
		     struct lab_proof *proof);

/* The tests that pass according to the results in @dir, as --tests takes them; to be freed. */
char *lab_proof_passing(const char *dir);

/* Keep it in @path, with @stamp; 0 or -errno. */
int lab_proof_save(const char *path, const struct lab_proof *proof, const char *stamp,
		   struct lab_error *e);

/* Whether @path has one with the same @stamp, which is then in @proof. */
bool lab_proof_load(const char *path, struct lab_proof *proof, const char *stamp);

/*
 * Print to @f how many came out as what, and how long it took to catch them, and write all
 * of them as Markdown to @path; @proofs as the catalogue's entries. Returns 0 or -errno.
 */
int lab_proof_report(FILE *f, const char *path, const struct lab_catalogue *c,
		     const struct lab_proof *proofs, struct lab_error *e);

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel tree's own KVM selftests on the catalogue of regressions.
 *
 * The same kernel, bed, order and judge as for the suite's own tests. Anything
 * that fails counts as a catch: there is no expected text. So that it means
 * something, tests that do not pass without a regression are found out first, in
 * each mode that an entry asks for, and left out; and a catch has to be confirmed:
 * the same test must fail in a second run, and pass without the regression.
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <glob.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "child.h"
#include "fingerprint.h"
#include "fsys.h"
#include "proof.h"
#include "prove_kernel.h"
#include "prove_table.h"
#include "text.h"
#include "upstream.h"
#include "upstream_sound.h"
#include "verdict.h"

#define CATALOGUE	"selftests/regressions"
/* Runs without a regression: what fails now and then is no catch, either. */
#define SOUND_RUNS	2

static const char help[] =
"usage: lab prove-upstream --kdir DIR --programs DIR [options]\n"
"\n"
"As lab prove, with the KVM selftests of the kernel tree instead of this suite: how\n"
"many of the regressions do they notice?\n"
"\n"
"  --kdir DIR      the built kernel tree, one that has the regressions\n"
"  --programs DIR  the tests, as selftests/upstream/build.sh builds them; its name\n"
"                  must be upstream\n"
"  --only GLOB     these entries\n"
"  --again         also what was done before with the same kernel and tests\n"
"  --out DIR       results (default: build/prove-upstream)\n"
"\n"
"exit code: 0 done, 13 infrastructure, 64 wrong usage\n";

struct upstream {
	const struct lab_paths *paths;
	const char *kdir, *programs, *only, *out;
	bool again;
	uint64_t versions;	/* of kernel and tests */
	struct lab_catalogue catalogue;
	struct lab_proof *proofs;	/* as the catalogue's entries */
};

static int parse(int argc, char *argv[], struct upstream *u, struct lab_error *e)
{
	enum { KDIR = 1, PROGRAMS, ONLY, OUT, AGAIN };
	static const struct option longs[] = {
		{ "kdir",	required_argument, NULL, KDIR },
		{ "programs",	required_argument, NULL, PROGRAMS },
		{ "only",	required_argument, NULL, ONLY },
		{ "out",	required_argument, NULL, OUT },
		{ "again",	no_argument, NULL, AGAIN },
		{ NULL, 0, NULL, 0 }
	};
	const char **const strings[] = {
		[KDIR] = &u->kdir, [PROGRAMS] = &u->programs, [ONLY] = &u->only,
		[OUT] = &u->out,
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == '?')
			return lab_fail(e, -EINVAL, "%s: no such option, or its argument is missing; see lab prove-upstream --help",
					argv[optind - 1]);
		if (c == AGAIN)
			u->again = true;
		else
			*strings[c] = optarg;
	}
	if (optind < argc)
		return lab_fail(e, -EINVAL, "%s: not an option; see lab prove-upstream --help",
				argv[optind]);
	if (!u->kdir || !u->programs)
		return lab_fail(e, -EINVAL, "prove-upstream needs --kdir and --programs; see lab prove-upstream --help");
	return 0;
}

struct trial {
	const char *active;	/* the regression, or "none" */
	const char *mode;	/* or NULL */
	const char *programs;	/* the directory they are in */
	const char *tests;	/* NULL: all */
	const char *dir;	/* for the results */
	bool stops;		/* at the first failure */
};

/* "lab run" of it; its exit code. */
static int run(const struct upstream *u, const struct trial *t)
{
	char *self = lab_format("%s/lab", u->paths->build);
	char *append = lab_format("%s=%s", LAB_PROVE_PARAMETER, t->active);
	char *log = lab_format("%s/lab.log", t->dir);
	const char *argv[20] = {
		self, "run", "--kdir", u->kdir, "--append", append, "--out", t->dir,
		"--profile", "upstream", "--add", t->programs,
	};
	size_t n = 12;
	int code;

	if (t->mode) {
		argv[n++] = "--mode";
		argv[n++] = t->mode;
	}
	if (t->tests) {
		argv[n++] = "--tests";
		argv[n++] = t->tests;
	}
	if (t->stops) {
		argv[n++] = "--args";
		argv[n++] = "-x";
	}
	code = lab_child_run((char *const *)argv, log);
	free(log);
	free(append);
	free(self);
	return code;
}

/* Where runs of @mode find the programs and what to leave out. */
static char *sound_dir(const struct upstream *u, const char *mode)
{
	return lab_format("%s/sound-%s/upstream", u->out, mode ? mode : "default");
}

static int link_programs(const struct upstream *u, const char *dir, struct lab_error *e)
{
	char *from = lab_format("%s/*", u->programs), target[PATH_MAX];
	glob_t found;
	int ret = 0;

	if (glob(from, 0, NULL, &found)) {
		free(from);
		return lab_fail(e, -ENOENT, "%s: no programs in it; see selftests/upstream/build.sh",
				u->programs);
	}
	for (size_t i = 0; !ret && i < found.gl_pathc; i++) {
		char *link = lab_format("%s%s", dir, strrchr(found.gl_pathv[i], '/'));

		ret = lab_realpath(found.gl_pathv[i], target, e);
		if (!ret)
			ret = lab_symlink(target, link, e);
		free(link);
	}
	globfree(&found);
	free(from);
	return ret;
}

static int run_sound(const struct upstream *u, const char *mode, struct lab_sound *sound,
		     struct lab_error *e)
{
	int code, ret = 0;

	for (int i = 1; !ret && i <= SOUND_RUNS; i++) {
		char *dir = lab_format("%s/none-%s-%d", u->out, mode ? mode : "default", i);
		char *results = lab_format("%s/results.json", dir);
		const struct trial none = {
			.active = "none", .mode = mode, .programs = u->programs, .dir = dir,
		};

		printf("without a regression, mode %s, run %d of %d\n", mode ? mode : "default", i,
		       SOUND_RUNS);
		fflush(stdout);
		ret = lab_make_dirs(dir, e);
		code = ret ? 0 : run(u, &none);
		if (!ret && code != LAB_EXIT_PASS && code != LAB_EXIT_FAIL)
			ret = lab_fail(e, -EIO, "without a regression lab run exited %d, see %s",
				       code, dir);
		if (!ret)
			ret = lab_sound_add(sound, results, e);
		free(results);
		free(dir);
	}
	return ret;
}

/* The first line of the list says what it was made for. */
static bool is_known(const char *list, const char *stamp)
{
	char *text;
	size_t len;
	bool known;

	if (lab_read_file(list, &text, &len, NULL))
		return false;
	known = !strncmp(text, stamp, strlen(stamp));
	free(text);
	return known;
}

static int save_sound(const struct upstream *u, const char *mode, const char *list,
		      const char *stamp, const struct lab_sound *sound, struct lab_error *e)
{
	char *names = lab_sound_leave_out(sound), *text = lab_format("%s%s", stamp, names);
	char *table = lab_format("%s/sound-%s/sound.md", u->out, mode ? mode : "default");
	FILE *f = fopen(table, "we");
	int ret;

	if (f) {
		lab_sound_table(f, sound);
		ret = fclose(f) ? lab_fail(e, -errno, "write(%s): %s", table, strerror(errno)) : 0;
	} else {
		ret = lab_fail(e, -errno, "open(%s): %s", table, strerror(errno));
	}
	if (!ret)
		ret = lab_write_file(list, text, strlen(text), e);
	lab_sound_summary(stdout, sound);
	printf("which ones: %s\n", table);
	fflush(stdout);
	free(table);
	free(text);
	free(names);
	return ret;
}

static int find_sound(const struct upstream *u, const char *mode, struct lab_error *e)
{
	char *dir = sound_dir(u, mode), *list = lab_format("%s/leave-out", dir);
	char *stamp = lab_format("# %016" PRIx64 "\n", u->versions);
	struct lab_sound sound = { NULL };
	int ret = 0;

	if (!is_known(list, stamp)) {
		ret = lab_remove_tree(dir, e);
		if (!ret)
			ret = lab_make_dirs(dir, e);
		if (!ret)
			ret = link_programs(u, dir, e);
		if (!ret)
			ret = run_sound(u, mode, &sound, e);
		if (!ret)
			ret = save_sound(u, mode, list, stamp, &sound, e);
		lab_sound_free(&sound);
	}
	free(stamp);
	free(list);
	free(dir);
	return ret;
}

static void say(const struct upstream *u, size_t i)
{
	const struct lab_proof *p = &u->proofs[i];

	printf("[%zu/%zu] %s: %s%s%s, reached %ld\n", i + 1, u->catalogue.nr,
	       u->catalogue.entries[i].name, lab_proof_name(p->kind), p->by[0] ? " by " : "", p->by,
	       p->reached);
	if (p->message[0])
		printf("    %s\n", p->message);
	fflush(stdout);
}

/* Any failure at all is a catch. */
static void judge(const char *dir, const struct lab_regression *r, int code,
		  struct lab_proof *proof)
{
	struct lab_regression any = *r;

	any.expects[0] = (char *)"";
	any.nr_expects = 1;
	lab_proof_judge(dir, &any, code, proof);
}

/* A failure that was seen: is it the regression's? */
enum cause { REGRESSION, ANOTHER, NOBODY_KNOWS };

/* A kernel that dies in the second run confirms it as well. */
static enum cause run_again(const struct upstream *u, const struct lab_regression *r,
			    const struct trial *t, const struct lab_proof *first)
{
	struct lab_proof second;

	judge(t->dir, r, run(u, t), &second);
	return second.by[0] && (!strchr(second.by, ':') || !strcmp(first->by, second.by)) ?
		REGRESSION : NOBODY_KNOWS;
}

/*
 * It is another's if the regression never happened, or the test fails without it
 * as well; and nobody knows if it does not fail again.
 */
static int find_cause(const struct upstream *u, const struct lab_regression *r,
		      const struct trial *first, const struct lab_proof *proof,
		      enum cause *cause, struct lab_error *e)
{
	char *without = lab_format("%s/without", first->dir);
	char *again = lab_format("%s/again", first->dir);
	struct trial alone = *first, second = *first;
	int ret = lab_make_dirs(without, e);

	if (!ret)
		ret = lab_make_dirs(again, e);
	alone.active = "none";
	alone.tests = proof->by;
	alone.dir = without;
	second.dir = again;
	if (ret)
		*cause = NOBODY_KNOWS;
	else if (!proof->reached || run(u, &alone) != LAB_EXIT_PASS)
		*cause = ANOTHER;
	else
		*cause = run_again(u, r, &second, proof);
	free(again);
	free(without);
	return ret;
}

/* What failed for another reason once may do so again: leave it out from here on. */
static int leave_out(const struct trial *t, const struct lab_proof *proof, struct lab_error *e)
{
	char *list = lab_format("%s/leave-out", t->programs), *text, *longer;
	char *name = lab_sound_test_name(proof->by);
	size_t len;
	int ret = lab_read_file(list, &text, &len, e);

	if (!ret) {
		printf("%s is unsteady, left out from here on: %s\n", proof->by, proof->message);
		fflush(stdout);
		longer = lab_format("%s%s\n", text, name ? name : proof->by);
		ret = lab_write_file(list, longer, strlen(longer), e);
		free(longer);
		free(text);
	}
	free(name);
	free(list);
	return ret;
}

static int try_entry(const struct upstream *u, const struct lab_regression *r, const char *dir,
		     struct lab_proof *proof, struct lab_error *e)
{
	char *programs = sound_dir(u, r->mode);
	const struct trial trial = {
		.active = r->name, .mode = r->mode, .programs = programs, .dir = dir,
		.stops = true,
	};
	enum cause cause = ANOTHER;
	int ret = find_sound(u, r->mode, e);

	while (!ret && cause == ANOTHER) {
		judge(dir, r, run(u, &trial), proof);
		/* No test's name: nothing failed, or the kernel died of it. */
		if (!strchr(proof->by, ':'))
			break;
		ret = find_cause(u, r, &trial, proof, &cause, e);
		if (!ret && cause == ANOTHER)
			ret = leave_out(&trial, proof, e);
	}
	if (!ret && cause == NOBODY_KNOWS) {
		proof->kind = LAB_PROOF_SURVIVED;
		proof->by[0] = '\0';
		snprintf(proof->message, sizeof(proof->message), "failed once, not again");
	}
	free(programs);
	return ret;
}

static int prove_entry(struct upstream *u, size_t i, struct lab_error *e)
{
	const struct lab_regression *r = &u->catalogue.entries[i];
	char *dir = lab_format("%s/%s", u->out, r->name);
	char *file = lab_format("%s/proof.json", dir), *stamp;
	uint64_t version = u->versions;
	int ret = lab_fingerprint_add(&version, r->path, e);

	stamp = lab_format("%016" PRIx64, version);
	if (!ret)
		ret = lab_make_dirs(dir, e);
	if (!ret && (u->again || !lab_proof_load(file, &u->proofs[i], stamp))) {
		ret = try_entry(u, r, dir, &u->proofs[i], e);
		if (!ret)
			ret = lab_proof_save(file, &u->proofs[i], stamp, e);
	}
	if (!ret)
		say(u, i);
	free(stamp);
	free(file);
	free(dir);
	return ret;
}

/* All that a result depends on but for the entry. */
static int find_versions(struct upstream *u, struct lab_error *e)
{
	char *patterns[] = {
		lab_format("%s/vmlinux", u->kdir), lab_format("%s/*", u->programs),
		lab_format("%s/selftests/upstream_test", u->paths->build),
	};
	int ret = 0;

	u->versions = LAB_FINGERPRINT_NONE;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (!ret)
			ret = lab_fingerprint_add(&u->versions, patterns[i], e);
		free(patterns[i]);
	}
	return ret;
}

static int prove_all(struct upstream *u, struct lab_error *e)
{
	int ret = 0;

	u->proofs = lab_realloc(NULL, u->catalogue.nr, sizeof(*u->proofs));
	for (size_t i = 0; i < u->catalogue.nr; i++)
		u->proofs[i] = (struct lab_proof){ .kind = LAB_PROOF_UNKNOWN };
	for (size_t i = 0; !ret && i < u->catalogue.nr; i++)
		if (!u->only || !fnmatch(u->only, u->catalogue.entries[i].name, 0))
			ret = prove_entry(u, i, e);
	return ret;
}

static int prove(struct upstream *u, struct lab_error *e)
{
	char *catalogue = lab_format("%s/%s", u->paths->repo, CATALOGUE);
	char *table = lab_format("%s/upstream.md", u->out);
	int ret = lab_prove_check_kernel(u->kdir, e);

	if (!ret)
		ret = find_versions(u, e);
	if (!ret)
		ret = lab_catalogue_read(catalogue, &u->catalogue, e);
	if (!ret) {
		ret = prove_all(u, e);
		if (!ret && !u->only) {
			lab_prove_summary(stdout, &u->catalogue, u->proofs);
			ret = lab_prove_table(table, &u->catalogue, u->proofs, e);
			if (!ret)
				printf("table in %s\n", table);
		}
		free(u->proofs);
		lab_catalogue_free(&u->catalogue);
	}
	free(table);
	free(catalogue);
	return ret;
}

int lab_upstream_main(int argc, char *argv[], const struct lab_paths *paths)
{
	char *out = lab_format("%s/prove-upstream", paths->build);
	struct upstream u = { .paths = paths, .out = out };
	struct lab_error e;
	int code = LAB_EXIT_PASS;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
	} else if (parse(argc, argv, &u, &e)) {
		fprintf(stderr, "lab: %s\n", e.text);
		code = LAB_EXIT_USAGE;
	} else if (prove(&u, &e)) {
		fprintf(stderr, "lab: %s\n", e.text);
		code = LAB_EXIT_INFRASTRUCTURE;
	}
	free(out);
	return code;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel tree's own KVM selftests on the catalogue of regressions.
 *
 * The same kernel, bed, order and judge as for the suite's own tests. Anything
 * that fails counts as a catch: there is no expected text. So that it means
 * something, tests that do not pass without a regression are found out first, in
 * each mode that an entry asks for, and left out; and a catch has to be confirmed:
 * the same test must fail in a second run, and pass without the regression. Only
 * those tests are run that come by the regression's site: the kernel counts that.
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fingerprint.h"
#include "base/fsys.h"
#include "base/paths.h"
#include "base/text.h"
#include "prove/catalogue.h"
#include "prove/proof.h"
#include "prove/prove_kernel.h"
#include "prove/prove_table.h"
#include "prove/upstream.h"
#include "prove/upstream_trial.h"
#include "prove/upstream_without.h"
#include "verdict/verdict.h"

#define CATALOGUE	"selftests/regressions"

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

static int parse(int argc, char *argv[], struct lab_upstream *u, struct lab_error *e)
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

static void say(const struct lab_upstream *u, size_t i)
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
	/* A program that fails as a whole, on a kernel that lives, did not run its tests. */
	if (proof->by[0] && !strchr(proof->by, ':') && code == LAB_EXIT_FAIL)
		proof->kind = LAB_PROOF_UNKNOWN;
}

/* A failure that was seen: is it the regression's? */
enum cause { REGRESSION, ANOTHER, NOBODY_KNOWS };

/* A kernel that dies in the second run confirms it as well. */
static enum cause run_again(const struct lab_upstream *u, const struct lab_regression *r,
			    const struct lab_trial *t, const struct lab_proof *first)
{
	struct lab_proof second;

	judge(t->dir, r, lab_upstream_run(u, t), &second);
	return second.by[0] && (!strchr(second.by, ':') || !strcmp(first->by, second.by)) ?
		REGRESSION : NOBODY_KNOWS;
}

/*
 * It is another's if the regression never happened, or the test fails without it
 * as well; and nobody knows if it does not fail again.
 */
static int find_cause(const struct lab_upstream *u, const struct lab_regression *r,
		      const struct lab_trial *first, const struct lab_proof *proof,
		      enum cause *cause, struct lab_error *e)
{
	char *without = lab_format("%s/without", first->dir);
	char *again = lab_format("%s/again", first->dir);
	struct lab_trial alone = *first, second = *first;
	int ret = lab_make_dirs(without, e);

	if (!ret)
		ret = lab_make_dirs(again, e);
	alone.active = "none";
	alone.tests = proof->by;
	alone.dir = without;
	second.dir = again;
	if (ret)
		*cause = NOBODY_KNOWS;
	else if (!proof->reached || lab_upstream_run(u, &alone) != LAB_EXIT_PASS)
		*cause = ANOTHER;
	else
		*cause = run_again(u, r, &second, proof);
	free(again);
	free(without);
	return ret;
}

/* What failed for another reason once may do so again: leave it out from here on. */
static int leave_out(const struct lab_trial *t, const struct lab_proof *proof, struct lab_error *e)
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

/* The tests that can notice @r; the caller frees it, also after an error. */
static int find_tests(const struct lab_upstream *u, const struct lab_regression *r, char **tests,
		      struct lab_error *e)
{
	struct lab_sound sound;
	int ret = lab_upstream_find_sound(u, r->mode, &sound, e);

	free(*tests);
	*tests = NULL;
	if (!ret) {
		*tests = lab_sound_reaching(&sound, r->name);
		lab_sound_free(&sound);
	}
	return ret;
}

/* Until something comes by its site, a regression is none: other tests need not be run. */
static int try_tests(const struct lab_upstream *u, const struct lab_regression *r,
		     const char *dir, struct lab_proof *proof, struct lab_error *e)
{
	char *programs = lab_upstream_sound_dir(u, r->mode), *tests = NULL;
	struct lab_trial trial = {
		.active = r->name, .mode = r->mode, .programs = programs, .dir = dir,
		.stops = true,
	};
	enum cause cause = ANOTHER;
	int ret = find_tests(u, r, &tests, e);

	while (!ret && cause == ANOTHER && tests[0]) {
		trial.tests = tests;
		judge(dir, r, lab_upstream_run(u, &trial), proof);
		/* No test's name: nothing failed, or the kernel died of it. */
		if (!strchr(proof->by, ':'))
			break;
		ret = find_cause(u, r, &trial, proof, &cause, e);
		if (!ret && cause == ANOTHER)
			ret = leave_out(&trial, proof, e);
		if (!ret && cause == ANOTHER)
			ret = find_tests(u, r, &tests, e);
	}
	if (!ret && cause == NOBODY_KNOWS)
		*proof = (struct lab_proof){
			.kind = LAB_PROOF_SURVIVED, .reached = proof->reached,
			.seconds = proof->seconds, .message = "failed once, not again",
		};
	else if (!ret && !tests[0])
		*proof = (struct lab_proof){
			.kind = LAB_PROOF_UNREACHED,
			.message = "no sound test comes by its site",
		};
	free(tests);
	free(programs);
	return ret;
}

static int try_entry(const struct lab_upstream *u, const struct lab_regression *r,
		     const char *dir, struct lab_proof *proof, struct lab_error *e)
{
	int ret = lab_prove_kernel_has(u->kdir, r->name, e);

	if (ret > 0)
		return try_tests(u, r, dir, proof, e);
	*proof = (struct lab_proof){ .kind = LAB_PROOF_ABSENT };
	return ret;
}

static int prove_entry(struct lab_upstream *u, size_t i, struct lab_error *e)
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
static int find_versions(struct lab_upstream *u, struct lab_error *e)
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

static int prove_all(struct lab_upstream *u, struct lab_error *e)
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

static int prove(struct lab_upstream *u, struct lab_error *e)
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
	struct lab_upstream u = { .paths = paths, .out = out };
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

// SPDX-License-Identifier: GPL-2.0
/*
 * The catalogue of regressions, entry by entry.
 *
 * Each gets a boot of its own, with the regression switched on from the start:
 * a boot takes seconds, and no state of one entry reaches the next. What was
 * found is kept per entry, with a stamp of kernel, tests and entry, so that an
 * interrupted proof goes on where it was, and a changed entry is proved anew.
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "base/fingerprint.h"
#include "base/fsys.h"
#include "base/paths.h"
#include "base/text.h"
#include "prove/catalogue.h"
#include "prove/proof.h"
#include "prove/prove.h"
#include "prove/prove_kernel.h"
#include "prove/prove_table.h"
#include "verdict/verdict.h"

#define CATALOGUE	"selftests/regressions"

static const char help[] =
"usage: lab prove --kdir DIR [options]\n"
"       lab prove --check\n"
"\n"
"Switch on each regression of selftests/regressions in turn and see which test\n"
"notices. The kernel is one that has them all: see selftests/regressions/apply.sh.\n"
"\n"
"  --kdir DIR     the built kernel tree\n"
"  --only GLOB    these entries\n"
"  --all          run the whole default profile for each, not just its own tests\n"
"  --again        also what was proved before with the same kernel and tests\n"
"  --out DIR      results (default: build/prove)\n"
"  --check        only see that there are tests as the entries name them\n"
"\n"
"exit code: 0 all caught, 1 not all, 13 infrastructure, 64 wrong usage\n";

struct prove {
	const struct lab_paths *paths;
	const char *kdir, *only, *out;
	bool all, again, check;
	uint64_t versions;		/* of kernel and tests */
	struct lab_catalogue catalogue;
	struct lab_proof *proofs;	/* as the catalogue's entries */
	bool sound;			/* the kernel passes without any regression */
};

static int parse(int argc, char *argv[], struct prove *p)
{
	enum { KDIR = 1, ONLY, ALL, AGAIN, OUT, CHECK };
	static const struct option longs[] = {
		{ "kdir",	required_argument, NULL, KDIR },
		{ "only",	required_argument, NULL, ONLY },
		{ "all",	no_argument, NULL, ALL },
		{ "again",	no_argument, NULL, AGAIN },
		{ "out",	required_argument, NULL, OUT },
		{ "check",	no_argument, NULL, CHECK },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case KDIR:
			p->kdir = optarg;
			break;
		case ONLY:
			p->only = optarg;
			break;
		case ALL:
			p->all = true;
			break;
		case AGAIN:
			p->again = true;
			break;
		case OUT:
			p->out = optarg;
			break;
		case CHECK:
			p->check = true;
			break;
		default:
			fprintf(stderr, "lab: %s: no such option, or its argument is missing; see lab prove --help\n",
				argv[optind - 1]);
			return -EINVAL;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "lab: %s: not an option; see lab prove --help\n", argv[optind]);
		return -EINVAL;
	}
	if (!p->kdir && !p->check) {
		fprintf(stderr, "lab: prove needs --kdir; see lab prove --help\n");
		return -EINVAL;
	}
	return 0;
}

/* All that a proof is a proof of but for the entry. */
static int find_versions(struct prove *p, struct lab_error *e)
{
	char *image = lab_format("%s/vmlinux", p->kdir);
	char *tests = lab_format("%s/selftests/mn_*_test", p->paths->build);
	int ret;

	p->versions = LAB_FINGERPRINT_NONE;
	ret = lab_fingerprint_add(&p->versions, image, e);
	if (!ret)
		ret = lab_fingerprint_add(&p->versions, tests, e);
	free(tests);
	free(image);
	return ret;
}

/* What a proof of @r, or of no regression if NULL, is a proof of; NULL on error. */
static char *stamp(const struct prove *p, const struct lab_regression *r, struct lab_error *e)
{
	uint64_t version = p->versions;

	if (r && lab_fingerprint_add(&version, r->path, e))
		return NULL;
	return lab_format("%016" PRIx64 "%s", version, p->all ? " all" : "");
}

/* "lab run" with @active switched on; its exit code. */
static int run(const struct prove *p, const char *active, const char *tests, const char *mode,
	       const char *dir)
{
	char *self = lab_format("%s/lab", p->paths->build);
	char *append = lab_format("%s=%s", LAB_PROVE_PARAMETER, active);
	char *log = lab_format("%s/lab.log", dir);
	const char *argv[20] = {
		self, "run", "--kdir", p->kdir, "--append", append, "--out", dir,
		"--args", "-x",
	};
	size_t n = 10;
	int code;

	/*
	 * The count of the broken place is on the console of the one machine, and the time
	 * to the first failure is that of one test after the other.
	 */
	if (tests) {
		argv[n++] = "--beds";
		argv[n++] = "1";
	}
	if (tests && !p->all) {
		argv[n++] = "--tests";
		argv[n++] = tests;
	}
	if (mode) {
		argv[n++] = "--mode";
		argv[n++] = mode;
	}
	code = lab_child_run((char *const *)argv, log);
	free(log);
	free(append);
	free(self);
	return code;
}

static bool is_wanted(const struct prove *p, size_t i)
{
	return !p->only || !fnmatch(p->only, p->catalogue.entries[i].name, 0);
}

/*
 * Does each pattern of an entry select a test? One that does not would fail,
 * which must not look like a regression that is caught.
 */
static int check_tests(const struct prove *p, const struct lab_regression *r, struct lab_error *e)
{
	char *words = lab_strdup(r->tests), *rest = words, *word, *pattern, *program;
	int ret = 0;

	while (!ret && (word = strsep(&rest, " "))) {
		pattern = strchr(word, ':');
		if (pattern)
			*pattern++ = '\0';
		program = lab_format("%s/selftests/%s", p->paths->build, word);
		char *const argv[] = { program, "-l", pattern ? "-t" : NULL, pattern, NULL };

		if (lab_child_run(argv, "/dev/null"))
			ret = lab_fail(e, -EINVAL, "%s: no test matches \"%s%s%s\"", r->path,
				       word, pattern ? ":" : "", pattern ? pattern : "");
		free(program);
	}
	free(words);
	return ret;
}

static int check_all_tests(const struct prove *p, struct lab_error *e)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < p->catalogue.nr; i++) {
		if (is_wanted(p, i))
			ret = check_tests(p, &p->catalogue.entries[i], e);
	}
	return ret;
}

static void say(const struct prove *p, size_t i, const char *how)
{
	const struct lab_proof *proof = &p->proofs[i];

	printf("[%2zu/%zu] %s: %s%s", i + 1, p->catalogue.nr, p->catalogue.entries[i].name, how,
	       lab_proof_name(proof->kind));
	if (proof->by[0])
		printf(" by %s in %.1f s", proof->by, proof->seconds);
	printf(", reached %ld\n", proof->reached);
	if (proof->message[0])
		printf("        %s\n", proof->message);
	fflush(stdout);
}

static int prove_one(struct prove *p, size_t i, struct lab_error *e)
{
	const struct lab_regression *r = &p->catalogue.entries[i];
	struct lab_proof *proof = &p->proofs[i];
	char *dir = lab_format("%s/%s", p->out, r->name);
	char *file = lab_format("%s/proof.json", dir), *made = stamp(p, r, e);
	int code, ret = made ? lab_make_dirs(dir, e) : -EIO;

	if (!ret && !p->again && lab_proof_load(file, proof, made)) {
		say(p, i, "before: ");
	} else if (!ret) {
		code = run(p, r->name, r->tests, r->mode, dir);
		lab_proof_judge(dir, r, code, proof);
		say(p, i, "");
		ret = lab_proof_save(file, proof, made, e);
	}
	free(made);
	free(file);
	free(dir);
	return ret;
}

/* The same kernel with nothing switched on must not fail anything. */
static int prove_sound(struct prove *p, struct lab_error *e)
{
	static const struct lab_regression none = { .name = (char *)"none" };
	char *dir = lab_format("%s/none", p->out), *made = stamp(p, NULL, e);
	char *file = lab_format("%s/proof.json", dir);
	struct lab_proof proof;
	int code, ret = lab_make_dirs(dir, e);

	if (!ret && !p->again && lab_proof_load(file, &proof, made)) {
		p->sound = proof.kind == LAB_PROOF_UNREACHED;
		printf("unmodified: before: %s\n", p->sound ? "passed" : "FAILED");
	} else if (!ret) {
		printf("unmodified: running the default profile\n");
		fflush(stdout);
		code = run(p, "none", NULL, NULL, dir);
		lab_proof_judge(dir, &none, code, &proof);
		p->sound = code == LAB_EXIT_PASS;
		printf("unmodified: %s\n", p->sound ? "passed" : "FAILED, see its results");
		ret = lab_proof_save(file, &proof, made, e);
	}
	free(file);
	free(made);
	free(dir);
	return ret;
}

static int prove_all(struct prove *p, struct lab_error *e)
{
	int ret = p->only ? 0 : prove_sound(p, e);

	if (p->only)
		p->sound = true;
	for (size_t i = 0; !ret && i < p->catalogue.nr; i++) {
		if (!is_wanted(p, i))
			continue;
		ret = prove_one(p, i, e);
	}
	return ret;
}

static bool all_caught(const struct prove *p)
{
	for (size_t i = 0; i < p->catalogue.nr; i++) {
		enum lab_proof_kind kind = p->proofs[i].kind;

		if (!is_wanted(p, i))
			continue;
		if (kind != LAB_PROOF_CAUGHT && kind != LAB_PROOF_OTHERWISE &&
		    kind != LAB_PROOF_ABSENT)
			return false;
	}
	return true;
}

static int prove_and_report(struct prove *p, struct lab_error *e)
{
	char *table = lab_format("%s/prove.md", p->out);
	int ret = lab_prove_check_kernel(p->kdir, e);

	if (!ret)
		ret = find_versions(p, e);
	if (!ret) {
		p->proofs = lab_realloc(NULL, p->catalogue.nr, sizeof(*p->proofs));
		for (size_t i = 0; i < p->catalogue.nr; i++)
			p->proofs[i] = (struct lab_proof){ .kind = LAB_PROOF_UNKNOWN };
		ret = prove_all(p, e);
	}
	if (!ret && !p->only) {
		lab_prove_summary(stdout, &p->catalogue, p->proofs);
		ret = lab_prove_table(table, &p->catalogue, p->proofs, e);
		if (!ret)
			printf("table in %s\n", table);
	}
	free(table);
	return ret;
}

static int prove(struct prove *p)
{
	char *catalogue = lab_format("%s/%s", p->paths->repo, CATALOGUE);
	struct lab_error e;
	bool caught = true;
	int ret = lab_catalogue_read(catalogue, &p->catalogue, &e);

	if (!ret)
		ret = check_all_tests(p, &e);
	if (!ret && p->check) {
		printf("%zu regressions, and tests for each\n", p->catalogue.nr);
		p->sound = true;
	} else if (!ret) {
		ret = prove_and_report(p, &e);
		caught = !ret && all_caught(p);
	}
	free(p->proofs);
	lab_catalogue_free(&p->catalogue);
	free(catalogue);
	if (ret) {
		fprintf(stderr, "lab: %s\n", e.text);
		return LAB_EXIT_INFRASTRUCTURE;
	}
	return caught && p->sound ? LAB_EXIT_PASS : LAB_EXIT_FAIL;
}

int lab_prove_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct prove p = { .paths = paths };
	char *out = lab_format("%s/prove", paths->build);
	int code;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		free(out);
		return 0;
	}
	if (parse(argc, argv, &p)) {
		free(out);
		return LAB_EXIT_USAGE;
	}
	if (!p.out)
		p.out = out;
	code = prove(&p);
	free(out);
	return code;
}

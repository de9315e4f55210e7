// SPDX-License-Identifier: GPL-2.0
/*
 * The catalogue of regressions, entry by entry.
 *
 * Each gets a machine of its own, so no state of one entry reaches the next: one that is
 * restored as it was after its boot, where the regression is switched on just before the first
 * test. An entry that is not caught there gets a boot with it switched on from the start, since
 * a site may be reached only then. What was found is kept per entry, with a stamp of kernel, tests
 * and entry, so that an interrupted proof goes on where it was, and a changed entry is proved anew.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/fingerprint.h"
#include "base/fsys.h"
#include "base/text.h"
#include "prove/prove.h"
#include "run/options.h"
#include "run/run.h"
#include "suite/manifest.h"
#include "suite/suite.h"

#define CATALOGUE	"selftests/regressions"

struct prove {
	const struct lab_paths *paths;
	struct lab_paths own;		/* for the kernel's architecture */
	const char *arch;		/* see lab_arch_take() */
	const char *kdir, *only, *kselftest, *out, *snapshot;
	bool all, again, check, quiet;
	char *symbols;			/* of the kernel: its System.map */
	struct lab_fingerprint versions;	/* what is proved, but for the entry */
	struct lab_catalogue catalogue;
	struct lab_proof *proofs;	/* as the catalogue's entries */
	bool failed;			/* not caught, or the kernel fails without */
};

static bool is_wanted(const struct prove *p, size_t i)
{
	return !p->only || !fnmatch(p->only, p->catalogue.entries[i].name, 0);
}

/* A kernel without the entry would pass all its tests. */
static bool kernel_has(const struct prove *p, const struct lab_regression *r)
{
	char *line = lab_format(" " LAB_REGRESSION_SYMBOL "\n", r->name);
	bool has = lab_regression_is_for(r, p->own.arch) && strstr(p->symbols, line);

	free(line);
	return has;
}

static int read_symbols(struct prove *p, struct lab_error *e)
{
	char *path = lab_format("%s/System.map", p->kdir);
	size_t len, has = 0;
	int ret = lab_read_file(path, &p->symbols, &len, e);

	for (size_t i = 0; !ret && i < p->catalogue.nr; i++)
		has += kernel_has(p, &p->catalogue.entries[i]);
	free(path);
	return has ? 0 : lab_fail(e, -EINVAL,
		"--kdir %s: no kernel with regressions: build one with " CATALOGUE "/build.sh",
		p->kdir);
}

static int find_versions(struct prove *p, struct lab_error *e)
{
	char *kernel = lab_format("%s/vmlinux", p->kdir);
	char *tests = p->kselftest ?
		lab_format("%s/{kselftest-list.txt,*/*,*/*/*}", p->kselftest) :
		lab_format("%s/selftests/*_test", p->own.target);
	int ret = lab_fingerprint_add_file(&p->versions, kernel, e);

	if (!ret)
		ret = lab_fingerprint_add(&p->versions, tests, e);
	if (p->all)
		lab_fingerprint_add_text(&p->versions, "all");
	free(tests);
	free(kernel);
	return ret;
}

/*
 * Does each pattern of an entry select a test? One that does not would fail,
 * which must not look like a regression that is caught.
 */
static int check_tests(const struct prove *p, struct lab_error *e)
{
	size_t wanted = 0;
	json_t *manifest = NULL;
	int ret = lab_manifest_read(p->own.target, &manifest, e);

	for (size_t i = 0; !ret && i < p->catalogue.nr; i++) {
		const struct lab_regression *r = &p->catalogue.entries[i];
		const struct lab_suite_select select = {
			.mode = r->mode, .tests = r->tests, .args = "-a", .manifest = manifest,
		};
		struct lab_suite suite;
		struct lab_error why;

		if (!is_wanted(p, i))
			continue;
		wanted++;
		if (!lab_regression_is_for(r, p->own.arch))
			continue;
		if (lab_suite_load(&p->own, &select, &suite, &why))
			ret = lab_fail(e, -EINVAL, "%s: %s", r->path, why.text);
		else
			lab_suite_free(&suite);
	}
	json_decref(manifest);
	if (!ret && !wanted)
		ret = lab_fail(e, -ESRCH, "--only '%s': no such entry in " CATALOGUE, p->only);
	return ret;
}

/*
 * "lab run" with @r switched on, and its tests, all if NULL, in a machine that @boots from the
 * start or is restored; its exit code. The count of
 * the broken site is on the console of the one machine, and the time to the first
 * failure is that of one test after the other.
 */
static int run(const struct prove *p, const struct lab_regression *r, bool boots, const char *dir)
{
	char *append = boots ? lab_format(LAB_REGRESSION_PARAMETER, r->name) :
		lab_format(LAB_REGRESSION_SETTING, r->name);
	char *log = lab_format("%s/lab.log", dir);
	const char *tests = p->all ? NULL : r->tests;
	const struct lab_options o = {
		.kdir = p->kdir, .kselftest = p->kselftest, .append = append, .out = dir,
		.args = p->kselftest ? NULL : tests ? "-a -x" : "-x", .tests = tests,
		.mode = r->mode, .arch = p->arch, .beds = r->tests ? 1 : 0,
		.snapshot = boots ? NULL : p->snapshot,
	};
	pid_t pid = lab_run_start(p->paths, &o, log, NULL);

	free(log);
	free(append);
	return lab_process_wait(pid);
}

/* The proof of @r in @dir: 1 if it was there, 0 if it is made now, or -errno. */
static int get_proof(const struct prove *p, const struct lab_regression *r, const char *dir,
		     struct lab_proof *proof, struct lab_error *e)
{
	char *file = lab_format("%s/proof.json", dir);
	struct lab_fingerprint made = p->versions;
	/* What kselftest says of the unmodified kernel serves many entries. */
	bool again = p->again && (r->path || !p->kselftest), boots;
	int ret = r->path ? lab_fingerprint_add_file(&made, r->path, e) : 0;

	if (!ret)
		ret = lab_make_dirs(dir, e);
	if (!ret && !again && lab_proof_load(file, proof, made.hex))
		ret = 1;
	if (!ret) {
		if (!r->path && !p->quiet)
			printf("unmodified: running all tests%s%s\n", r->mode ? " in mode " : "",
			       r->mode ? r->mode : "");
		boots = !r->path || strcmp(p->snapshot, "auto");
		lab_proof_judge(dir, r, run(p, r, boots, dir), proof);
		if (!boots && proof->kind != LAB_PROOF_CAUGHT)
			lab_proof_judge(dir, r, run(p, r, true, dir), proof);
		ret = lab_proof_save(file, proof, made.hex, e);
	}
	free(file);
	return ret;
}

/* The kernel with nothing switched on must not fail anything. */
static int prove_sound(struct prove *p, struct lab_error *e)
{
	const struct lab_regression none = { .name = (char *)"none" };
	char *dir = lab_format("%s/none", p->out);
	struct lab_proof proof;
	int ret = get_proof(p, &none, dir, &proof, e);

	if (ret >= 0) {
		p->failed = proof.kind != LAB_PROOF_UNREACHED;
		if (p->failed || !p->quiet)
			printf("unmodified: %s%s\n", p->failed ? "FAILED, see " : "passed",
		       p->failed ? dir : "");
	}
	free(dir);
	return ret < 0 ? ret : 0;
}

/*
 * Tests that pass on the unmodified kernel. What they say when they fail nobody knows
 * beforehand: any failure counts.
 */
static int prove_by_kselftest(const struct prove *p, const struct lab_regression *r,
			      const char *dir, struct lab_proof *proof, struct lab_error *e)
{
	const struct lab_regression none = { .name = (char *)"none", .mode = r->mode };
	struct lab_regression any = { .name = r->name, .path = r->path, .mode = r->mode };
	char *before = lab_format("%s/none-%s", p->out, r->mode ? r->mode : "default");
	int ret = get_proof(p, &none, before, proof, e);

	any.tests = lab_proof_passing(before);
	if (ret >= 0 && proof->kind == LAB_PROOF_UNKNOWN)
		ret = lab_fail(e, -EIO, "without a regression: %s", proof->message);
	else if (ret >= 0 && !any.tests[0])
		ret = lab_fail(e, -EINVAL, "no test of %s passes without a regression, see %s",
			       p->kselftest, before);
	else if (ret >= 0)
		ret = get_proof(p, &any, dir, proof, e);
	free(any.tests);
	free(before);
	return ret;
}

static bool is_proved(const struct lab_proof *proof)
{
	return proof->kind == LAB_PROOF_CAUGHT || proof->kind == LAB_PROOF_OTHERWISE ||
		proof->kind == LAB_PROOF_ABSENT;
}

static int prove_one(struct prove *p, size_t i, struct lab_error *e)
{
	const struct lab_regression *r = &p->catalogue.entries[i];
	struct lab_proof *proof = &p->proofs[i];
	char *dir = lab_format("%s/%s", p->out, r->name);
	int ret = 0;

	if (!kernel_has(p, r))
		*proof = (struct lab_proof){ .kind = LAB_PROOF_ABSENT };
	else if (p->kselftest)
		ret = prove_by_kselftest(p, r, dir, proof, e);
	else
		ret = get_proof(p, r, dir, proof, e);
	free(dir);
	if (ret < 0)
		return ret;
	p->failed |= !is_proved(proof);
	if (p->quiet && is_proved(proof))
		return 0;
	printf("[%2zu/%zu] %s: %s%s", i + 1, p->catalogue.nr, r->name, ret ? "before: " : "",
	       lab_proof_names[proof->kind]);
	if (proof->by[0])
		printf(" by %s in %.1f s", proof->by, proof->seconds);
	printf(", reached %ld\n", proof->reached);
	if (proof->message[0])
		printf("        %s\n", proof->message);
	return 0;
}

static int prove_all(struct prove *p, struct lab_error *e)
{
	char *table = lab_format("%s/prove.md", p->out);
	int ret = read_symbols(p, e);

	if (!ret)
		ret = find_versions(p, e);
	p->proofs = lab_realloc(NULL, p->catalogue.nr, sizeof(*p->proofs));
	if (!ret && !p->only && !p->kselftest)
		ret = prove_sound(p, e);
	for (size_t i = 0; !ret && i < p->catalogue.nr; i++)
		if (is_wanted(p, i))
			ret = prove_one(p, i, e);
	if (!ret && !p->only) {
		ret = lab_proof_report(stdout, table, &p->catalogue, p->proofs, e);
		if (!ret)
			printf("table in %s\n", table);
	}
	free(table);
	return ret;
}

static int prove(struct prove *p)
{
	char *catalogue = lab_format("%s/" CATALOGUE, p->paths->repo);
	struct lab_error e;
	int ret = lab_catalogue_read(catalogue, p->own.arch, &p->catalogue, &e);

	if (!ret)
		ret = check_tests(p, &e);
	if (!ret && p->check && !p->quiet)
		printf("%zu regressions, and tests for each\n", p->catalogue.nr);
	if (!ret && !p->check)
		ret = prove_all(p, &e);
	free(catalogue);
	if (!ret)
		return p->failed ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
	fprintf(stderr, "lab: %s\n", e.text);
	return ret == -ESRCH ? LAB_EXIT_USAGE : LAB_EXIT_INFRASTRUCTURE;
}

#define WORD(member)	LAB_COMMAND_KEY(prove, member)

static const struct argp_option options[] = {
	{ "kdir", WORD(kdir), "DIR", 0,
	  "The built kernel tree, see selftests/regressions/build.sh", 0 },
	{ "arch", WORD(arch), "NAME", 0, "It is for this architecture: x86_64, arm64 or riscv64", 0 },
	{ "only", WORD(only), "GLOB", 0, "These entries", 0 },
	{ "all", WORD(all), NULL, 0,
	  "Run the whole default profile for each, not just its own tests", 0 },
	{ "kselftest", WORD(kselftest), "DIR", 0,
	  "Run what make kselftest-install of a kernel has put into DIR: those of its tests that "
	  "pass without a regression", 0 },
	{ "again", WORD(again), NULL, 0,
	  "Also what was proved before with the same kernel and tests", 0 },
	{ "out", WORD(out), "DIR", 0, "Directory of results (default: build/prove)", 0 },
	{ "snapshot", WORD(snapshot), "WHEN", 0,
	  "auto (default) or never: restore machines, and boot only for what is not noticed then", 0 },
	{ "check", WORD(check), NULL, 0,
	  "Only see that there are tests as the entries name them", 0 },
	{ "quiet", WORD(quiet), NULL, 0, "Print only the verdict and what is not caught", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct prove *p = state->input;

	switch (key) {
	case WORD(arch):
		return lab_arch_take(state, arg, &p->arch);
	case WORD(snapshot):
		if (!lab_snapshot_when(arg))
			return lab_command_refuse(state, LAB_SNAPSHOT_REFUSED, arg);
		break;
	case ARGP_KEY_END:
		if (!p->kdir && !p->check)
			return lab_command_refuse(state,
				"prove needs --kdir: the built kernel tree");
		if (p->all && p->kselftest)
			return lab_command_refuse(state, "--all and --kselftest: give one of them");
		return 0;
	}
	return lab_command_take(state, options, key, arg);
}

static const struct argp command = {
	options, parse, NULL,
	"Switch on each regression of selftests/regressions in turn, and see which test notices."
	"\vExit code: 0 all are caught, 1 not all, 13 infrastructure, 64 wrong usage",
	NULL, NULL, NULL
};

int lab_prove_main(int argc, char *argv[], const struct lab_paths *paths)
{
	static struct prove p;	/* its life is the process's, as of all that it holds */
	int code;

	p.paths = paths;
	p.out = lab_format("%s/prove", paths->build);
	p.snapshot = "auto";
	code = lab_command_parse(&command, argc, argv, &p);
	p.own = lab_arch_paths(paths, p.arch);
	return code ? code : prove(&p);
}

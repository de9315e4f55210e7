/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test programs on the kernel's kselftest_harness.h, with a main() of our own.
 *
 * The harness of v6.1 takes no options and prints skips without a name, later
 * ones differ in both; time limits are fixed; and a program whose tests were
 * all skipped exits 0.  So fixtures, variants and tests are the harness's, but
 * running and reporting them is done here, the same on every series.  Variants
 * are registered at run time, from the tables of the library.
 *
 * A test says how it ended through a struct result in shared memory.
 */
#ifndef MN_HARNESS_H
#define MN_HARNESS_H

#include <sys/mman.h>
#include <sys/random.h>

#include <kselftest_harness.h>

#include "base/result.h"
#include "base/test_process.h"
#include "host/hoststate.h"
#include "inject/inject.h"
#include "runner/idle_vm.h"
#include "runner/manifest.h"
#include "runner/test_options.h"
#include "runner/test_report.h"
#include "vm/vm.h"

/* What one program knows about its run. */
static struct {
	struct test_options options;
	bool draws;		/* set by main(): tests draw from mn.options.seed */
	char replay[256];	/* how the run was called, for the replay commands */
	struct hoststate host;	/* settings changed for the time of the run */
	struct idle_vm idle_vm;
	bool stops;		/* a VM cannot even be made */
	struct result *result;	/* of the test that runs, shared with its child */
	void (*account)(const struct result *r); /* after each test; may be NULL */
	void (*at_end)(void);	/* after all of them; may be NULL */
} mn;

/* mn_wants_all() - every variant, not only a selection that covers every row? */
static inline bool mn_wants_all(void)
{
	return mn.options.all || mn.options.nr_patterns;
}

static inline void mn_append_variant(struct __fixture_metadata *f, const char *name,
				     const void *contents, size_t size)
{
	struct __fixture_variant_metadata **tail = &f->variant;
	struct __fixture_variant_metadata *v = calloc(1, sizeof(*v));
	void *data = malloc(size);

	if (v)
		v->name = strdup(name);
	if (!v || !v->name || !data) {
		perror("mn_append_variant");
		exit(KSFT_FAIL);
	}
	memcpy(data, contents, size);
	v->data = data;
	/* In the order of the calls, whichever way constructors ran. */
	while (*tail)
		tail = &(*tail)->next;
	*tail = v;
}

/*
 * mn_variant_add() - register a variant at run time
 * @fixture: as given to FIXTURE()
 * @variant_name: copied
 * @contents: a FIXTURE_VARIANT(fixture), copied
 */
#define mn_variant_add(fixture, variant_name, contents)			\
do {									\
	const struct _fixture_variant_##fixture *__contents = (contents);	\
									\
	mn_append_variant(&_##fixture##_fixture_object, variant_name,	\
			  __contents, sizeof(*__contents));		\
} while (0)

/* In the child: run the test proper; the exit status is all that matters. */
static inline void __attribute__((noreturn))
mn_child(struct __test_metadata *t, struct __fixture_variant_metadata *v)
{
	test_process_child();
	t->fn(t, v);
	fflush(stdout);
#ifdef HARNESS_EXIT_CODE
	_exit(t->exit_code == KSFT_FAIL);
#else
	_exit(!t->passed);
#endif
}

static inline void mn_run_one(struct __fixture_variant_metadata *v,
			      struct __test_metadata *t)
{
	struct result *r = mn.result;
	pid_t pid;

	result_init(r);
	fflush(stdout);
#ifdef HARNESS_EXIT_CODE
	t->exit_code = KSFT_PASS;
#else
	t->passed = 1;
#endif
	pid = fork();
	if (!pid)
		mn_child(t, v);
	if (pid < 0)
		result_errno(r, "fork()");
	else
		test_process_wait(pid, TEST_LIMIT_MS + mn.options.seconds * 1000, r);
}

static inline void mn_leave_out(struct result *r)
{
	result_init(r);
	result_skip(r, "not run: an earlier test failed%s",
		    mn.stops ? ", and no VM can be made" : " (-x)");
}

enum mn_action { MN_COUNT, MN_LIST, MN_RUN };

struct mn_totals {
	unsigned int all, failed, skipped;
};

/* Names of tests, in the order in which they run. */
struct mn_names {
	char **names;
	size_t nr;
};

static inline void mn_names_add(struct mn_names *n, const char *name)
{
	n->names = realloc(n->names, (n->nr + 1) * sizeof(*n->names));
	if (n->names)
		n->names[n->nr] = strdup(name);
	if (!n->names || !n->names[n->nr]) {
		perror("mn_names_add");
		exit(KSFT_FAIL);
	}
	n->nr++;
}

/* Go over every fixture x variant x test that the patterns select; @names, if any, gets them. */
static inline struct mn_totals mn_walk(enum mn_action action, struct mn_names *names)
{
	struct __fixture_variant_metadata no_variant = { .name = "" };
	struct __fixture_variant_metadata *v;
	struct mn_totals totals = { 0 };
	struct __fixture_metadata *f;
	struct __test_metadata *t;
	char name[256];

	for (f = __fixture_list; f; f = f->next)
	for (v = f->variant ?: &no_variant; v; v = v->next)
	for (t = f->tests; t; t = t->next) {
		snprintf(name, sizeof(name), "%s%s%s.%s", f->name,
			 v->name[0] ? "." : "", v->name, t->name);
		if (!test_options_match(&mn.options, name))
			continue;
		totals.all++;
		if (names)
			mn_names_add(names, name);
		if (action == MN_LIST)
			printf("%s\n", name);
		if (action != MN_RUN)
			continue;
		if ((mn.stops || mn.options.stops) && totals.failed)
			mn_leave_out(mn.result);
		else
			mn_run_one(v, t);
		test_report(totals.all, name, mn.replay, mn.result);
		if (mn.account)
			mn.account(mn.result);
		totals.failed += mn.result->kind >= RESULT_ERROR;
		totals.skipped += mn.result->kind == RESULT_SKIP;
	}
	return totals;
}

/* Loaded by this run, it goes with it; tests that need it skip without. */
static inline void mn_load_injector(void)
{
	struct result *r = mn.result;

	result_init(r);
	if (!inject_module_loaded() && hoststate_unload_at_end(&mn.host, INJECT_MODULE, r))
		return;
	if (inject_module_load(r))
		printf("# no injector: %s\n", r->reason);
}

/*
 * For the time of the run: a quiet host, the injector, and one idle VM.  Where
 * that cannot be made in any time, neither can another: one test shows it, the
 * rest is left out.
 */
static inline void mn_prepare(void)
{
	struct result *r = mn.result;

	result_init(r);
	if (hoststate_open(&mn.host, r) || hoststate_quiet(&mn.host, r))
		printf("# host settings unchanged: %s\n", r->reason);
	mn_load_injector();
	result_init(r);
	if (idle_vm_start(&mn.idle_vm, r)) {
		printf("# no idle VM: %s\n", r->reason);
		mn.stops = true;
	}
}

/* A run without a seed makes one up, and says so: it can be had again. */
static inline void mn_choose_seed(const char *program)
{
	snprintf(mn.replay, sizeof(mn.replay), "%s", program);
	if (!mn.draws)
		return;
	if (!mn.options.seeded &&
	    getrandom(&mn.options.seed, sizeof(mn.options.seed), 0) != sizeof(mn.options.seed))
		mn.options.seed = getpid();
	printf("# seed: %llu\n", (unsigned long long)mn.options.seed);
	snprintf(mn.replay, sizeof(mn.replay), "%s -s %llu", program,
		 (unsigned long long)mn.options.seed);
}

static inline int mn_none_matches(const char *program)
{
	fprintf(stderr, "%s: no test matches (-l lists them)\n", program);
	return TEST_USAGE_EXIT;
}

static inline int mn_run_all(const char *program)
{
	struct mn_totals totals = mn_walk(MN_COUNT, NULL);

	if (!totals.all)
		return mn_none_matches(program);
	mn.result = mmap(NULL, sizeof(*mn.result), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mn.result == MAP_FAILED) {
		perror("mmap");
		return KSFT_FAIL;
	}
	printf("TAP version 13\n1..%u\n", totals.all);
	mn_choose_seed(program);
	mn_prepare();
	totals = mn_walk(MN_RUN, NULL);
	idle_vm_end(&mn.idle_vm);
	hoststate_close(&mn.host);
	if (mn.at_end)
		mn.at_end();
	printf("# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:%u error:0\n",
	       totals.all - totals.failed - totals.skipped, totals.failed,
	       totals.skipped);
	if (totals.failed)
		return KSFT_FAIL;
	return totals.skipped == totals.all ? KSFT_SKIP : KSFT_PASS;
}

#include "mn_manifest.h"

/*
 * mn_main() - main() of a test program
 * @add_variants: called once before the tests are looked at; may be NULL
 */
static inline int mn_main(int argc, char **argv, void (*add_variants)(void))
{
	char why[128];

	if (test_options_parse(argc, argv, &mn.options, why, sizeof(why))) {
		fprintf(stderr, "%s: %s\n", argv[0], why);
		return TEST_USAGE_EXIT;
	}
	if (mn.options.help) {
		printf(TEST_HELP, argv[0], basename(argv[0]), test_about.purpose);
		return KSFT_PASS;
	}
	if (mn.options.manifest)
		return mn_print_manifest(argv[0], add_variants);
	if (add_variants)
		add_variants();
	if (mn.options.list)
		return mn_walk(MN_LIST, NULL).all ? KSFT_PASS : mn_none_matches(argv[0]);
	return mn_run_all(argv[0]);
}

#endif

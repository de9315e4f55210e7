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
#include "oracle/samples.h"
#include "runner/callers.h"
#include "runner/idle_vm.h"
#include "runner/manifest.h"
#include "runner/selection.h"
#include "runner/test_options.h"
#include "runner/test_report.h"
#include "vm/vm.h"

/* What one program knows about its run. */
static struct {
	struct test_options options;
	bool draws;		/* set by main(): tests draw from mn.options.seed */
	/* Set by main(), NULL is vm_available(): without it no test can run.  0, or -1 with a skip. */
	int (*needs)(struct result *r);
	char replay[256];	/* how the run was called, for the replay commands */
	struct hoststate host;	/* settings changed for the time of the run */
	struct idle_vm idle_vm;
	struct kernel_text text;	/* --callers */
	bool stops;		/* a VM cannot even be made */
	struct result *result;	/* of the test that runs, shared with its child */
	void (*account)(const struct result *r); /* after each test; may be NULL */
	void (*at_end)(void);	/* after all of them; may be NULL */
} mn;

/*
 * A variant that is one of several cases of a test, which differ in parameters.
 * Its name is that of the test, a slash, and the parameters; no other variant has a
 * slash in its name.
 */
struct mn_case {
	struct __fixture_variant_metadata variant;
	unsigned int sets;	/* TEST_BY_* */
	bool extra;		/* the test as such does not run by default */
};

/* What mn_case_add() is told of a case. */
enum mn_case_kind {
	MN_CASE_OTHER,		/* runs with -a if it is chosen from those with its first parameter */
	MN_CASE_CORE,		/* runs with -a in any event */
	MN_CASE_EXTRA = 2,	/* with either of them: by default the whole test does not run */
};

static inline struct mn_case *mn_case_of(struct __fixture_variant_metadata *v)
{
	return strchr(v->name, '/') ? (struct mn_case *)v : NULL;
}

static inline void mn_append(struct __fixture_metadata *f, struct __fixture_variant_metadata *v,
			     const char *name, const void *contents, size_t size)
{
	static struct __fixture_variant_metadata **tail;
	static struct __fixture_metadata *last;
	void *data = malloc(size);

	if (v)
		v->name = strdup(name);
	if (!v || !v->name || !data) {
		perror("mn_append");
		exit(KSFT_FAIL);
	}
	memcpy(data, contents, size);
	v->data = data;
	/* In the order of the calls, whichever way constructors ran. */
	if (f != last)
		tail = &f->variant;
	for (last = f; *tail; tail = &(*tail)->next)
		;
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
	mn_append(&_##fixture##_fixture_object,				\
		  calloc(1, sizeof(struct __fixture_variant_metadata)),	\
		  variant_name, __contents, sizeof(*__contents));	\
} while (0)

static inline void mn_append_case(struct __fixture_metadata *f, const char *id,
				  const char *parameters, unsigned int kind,
				  const void *contents, size_t size)
{
	struct mn_case *c = calloc(1, sizeof(*c));
	char name[256];

	snprintf(name, sizeof(name), "%s/%s", id, parameters);
	mn_append(f, c ? &c->variant : NULL, name, contents, size);
	c->sets = kind & MN_CASE_CORE ? TEST_BY_ALL : 0;
	c->extra = kind & MN_CASE_EXTRA;
}

/*
 * mn_case_add() - register a case of a test at run time
 * @fixture: as given to FIXTURE()
 * @id: of the test, copied; its cases are registered one after the other
 * @parameters: in which its cases differ, values separated by dots; copied
 * @kind: MN_CASE_*
 * @contents: a FIXTURE_VARIANT(fixture), copied
 *
 * By default one case of each test runs, see runner/selection.h, and it goes by the name
 * of the test alone; if it is extra, only if that name is asked for.  With -a these are all core cases, and one of each other first
 * parameter.  Others have to be named.
 */
#define mn_case_add(fixture, id, parameters, kind, contents)		\
do {									\
	const struct _fixture_variant_##fixture *__contents = (contents);	\
									\
	mn_append_case(&_##fixture##_fixture_object, id, parameters, kind, \
		       __contents, sizeof(*__contents));		\
} while (0)

/* Do the names of two cases begin alike, up to the one or the other character? */
static inline bool mn_alike(const struct __fixture_variant_metadata *a,
			    const struct __fixture_variant_metadata *b, const char *ends)
{
	size_t len = strcspn(a->name, "/");

	len += strcspn(a->name + len, ends);
	return b && !strncmp(a->name, b->name, len) && strchr(ends, b->name[len]);
}

/* One of those from @v on that are like it goes into @set; return what comes after them. */
static inline struct __fixture_variant_metadata *
mn_choose(struct __fixture_variant_metadata *v, const char *fixture, const char *ends,
	  unsigned int set)
{
	struct __fixture_variant_metadata *first = v;
	const char *cases[1024];
	size_t nr = 0, chosen;
	char id[256];

	snprintf(id, sizeof(id), "%s.%.*s", fixture, (int)strcspn(v->name, "/"), v->name);
	for (; mn_alike(first, v, ends) && nr < ARRAY_SIZE(cases); v = v->next)
		cases[nr++] = strchr(v->name, '/') + 1;
	for (chosen = selection_choose(id, cases, nr); chosen--; first = first->next)
		;
	if (mn_case_of(first)->extra)
		set &= ~TEST_BY_DEFAULT;
	mn_case_of(first)->sets |= set;
	return v;
}

static inline void mn_choose_cases(void)
{
	struct __fixture_variant_metadata *v;
	struct __fixture_metadata *f;

	for (f = __fixture_list; f; f = f->next) {
		for (v = f->variant; v;)
			v = mn_case_of(v) ? mn_choose(v, f->name, "/", TEST_BY_DEFAULT | TEST_BY_ID) :
					    v->next;
		for (v = f->variant; v;)
			v = mn_case_of(v) ? mn_choose(v, f->name, ".", TEST_BY_ALL) : v->next;
	}
}

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
	const struct samples *samples = samples_share();
	struct result *r = mn.result;
	pid_t pid;

	result_init(r);
	test_process_share();
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
	if (samples)
		samples_print(samples, stdout);
}

static inline void mn_leave_out(struct result *r)
{
	result_init(r);
	result_skip(r, "not run: an earlier test failed%s",
		    mn.stops ? ", and no VM can be made" : " (-x)");
}

enum mn_action { MN_COUNT, MN_LIST, MN_MANIFEST, MN_RUN };

struct mn_totals {
	unsigned int all, failed, errors, skipped;
};

/*
 * One test function on one variant.  @whole is its name; @id, without the parameters, the
 * name of the test, and of the case of it that runs by default.
 */
struct mn_test {
	struct __fixture_variant_metadata *variant;
	struct __test_metadata *test;
	unsigned int sets;
	char id[256], whole[256];
};

static inline void mn_name(struct mn_test *m, const struct __fixture_metadata *f)
{
	const char *name = m->variant->name;
	int len = strcspn(name, "/");
	/* The only function of a fixture that has cases need not be told from others. */
	bool only = name[len] && !f->tests->next;

	snprintf(m->id, sizeof(m->id), "%s%s%.*s%s%s", f->name, len ? "." : "", len, name,
		 only ? "" : ".", only ? "" : m->test->name);
	snprintf(m->whole, sizeof(m->whole), "%s%s", m->id, name + len);
	m->sets = name[len] ? mn_case_of(m->variant)->sets :
		  TEST_BY_DEFAULT | TEST_BY_ALL | TEST_BY_ID;
}

/* Is it asked for?  By which name, or NULL. */
static inline const char *mn_asked_for(const struct mn_test *m)
{
	const struct test_options *o = &mn.options;
	bool matches = test_options_match(o, m->id) || test_options_match(o, m->whole);

	if (o->all && m->sets & TEST_BY_ALL && matches)
		return m->whole;
	if (!o->all && m->sets & TEST_BY_DEFAULT && matches)
		return test_options_name(o, m->whole) ? m->whole : m->id;
	if (!o->all && m->sets & TEST_BY_ID && test_options_name(o, m->id))
		return m->id;
	return test_options_name(o, m->whole) ? m->whole : NULL;
}

static inline void mn_run_and_report(const struct mn_test *m, const char *name,
				     struct mn_totals *totals)
{
	if (strcmp(name, m->whole))
		printf("# case: %s\n", m->whole);
	if ((mn.stops || mn.options.stops) && totals->failed + totals->errors)
		mn_leave_out(mn.result);
	else
		mn_run_one(m->variant, m->test);
	result_conclude(mn.result);
	test_report(totals->all, name, m->whole, mn.replay, mn.result);
	if (mn.account)
		mn.account(mn.result);
	totals->failed += mn.result->kind == RESULT_FAIL;
	totals->errors += mn.result->kind == RESULT_ERROR;
	totals->skipped += mn.result->kind == RESULT_SKIP;
}

/* Go over every fixture x variant x test that is asked for; @manifest is for that action. */
static inline struct mn_totals mn_walk(enum mn_action action, struct manifest *manifest)
{
	struct __fixture_variant_metadata no_variant = { .name = "" };
	struct mn_totals totals = { 0 };
	struct __fixture_metadata *f;
	struct mn_test m;
	const char *name;

	for (f = __fixture_list; f; f = f->next)
	for (m.variant = f->variant ?: &no_variant; m.variant; m.variant = m.variant->next)
	for (m.test = f->tests; m.test; m.test = m.test->next) {
		mn_name(&m, f);
		if (action == MN_MANIFEST)
			manifest_test(manifest, m.id, m.whole + strlen(m.id), m.sets);
		name = mn_asked_for(&m);
		if (!name)
			continue;
		totals.all++;
		if (action == MN_LIST)
			printf("%s\n", name);
		if (action == MN_RUN)
			mn_run_and_report(&m, name, &totals);
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
 * For the time of the run: a quiet host and one idle VM.  Where that cannot be made in
 * any time, neither can another: one test shows it, the rest is left out.
 */
static inline void mn_prepare(void)
{
	struct result *r = mn.result;

	result_init(r);
	if (hoststate_quiet(&mn.host, r))
		printf("# host settings unchanged: %s\n", r->reason);
	result_init(r);
	if (idle_vm_start(&mn.idle_vm, r)) {
		printf("# no idle VM: %s\n", r->reason);
		mn.stops = true;
	}
	result_init(r);
	if (mn.options.callers && callers_start(&mn.host, &mn.text, r))
		printf("# no callers: %s\n", r->reason);
}

static inline void mn_print_callers(void)
{
	struct result *r = mn.result;

	result_init(r);
	callers_print(&mn.text, stdout, r);
	if (r->kind != RESULT_PASS)
		printf("# not all callers: %s\n", r->reason);
	kernel_text_free(&mn.text);
}

/* Does this host lack what all of the tests need?  Then the result says what. */
static inline bool mn_cannot_run(void)
{
	struct result *r = mn.result;

	result_init(r);
	if (hoststate_open(&mn.host, mn.options.callers ? "kernel/rcu_expedited=1, " CALLERS_CHANGES :
			   "kernel/rcu_expedited=1", r))
		printf("# host settings unchanged: %s\n", r->reason);
	mn_load_injector();
	result_init(r);
	return (mn.needs ?: vm_available)(r) && r->kind == RESULT_SKIP;
}

/* A run without a seed makes one up, and says so: it can be had again. */
static inline void mn_choose_seed(const char *program)
{
	const char *changes = mn.options.changes ? " -D" : "";

	snprintf(mn.replay, sizeof(mn.replay), "%s%s", program, changes);
	if (!mn.draws)
		return;
	if (!mn.options.seeded &&
	    getrandom(&mn.options.seed, sizeof(mn.options.seed), 0) != sizeof(mn.options.seed))
		mn.options.seed = getpid();
	printf("# seed: %llu\n", (unsigned long long)mn.options.seed);
	snprintf(mn.replay, sizeof(mn.replay), "%s%s -s %llu", program, changes,
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
	printf("TAP version 13\n");
	if (mn_cannot_run()) {
		printf("1..0 # SKIP %s\n", mn.result->reason);
		hoststate_close(&mn.host);
		return KSFT_SKIP;
	}
	printf("1..%u\n", totals.all);
	mn_choose_seed(program);
	mn_prepare();
	totals = mn_walk(MN_RUN, NULL);
	idle_vm_end(&mn.idle_vm);
	if (mn.text.nr)
		mn_print_callers();
	hoststate_close(&mn.host);
	if (mn.at_end)
		mn.at_end();
	printf("# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:%u error:%u\n",
	       totals.all - totals.failed - totals.errors - totals.skipped, totals.failed,
	       totals.skipped, totals.errors);
	if (totals.failed + totals.errors)
		return KSFT_FAIL;
	return totals.skipped == totals.all ? KSFT_SKIP : KSFT_PASS;
}

/* Return: an exit code. */
static inline int mn_print_manifest(const char *program)
{
	struct manifest m = { .here = mn.options.here };
	struct result r;

	result_init(&r);
	if (m.here && (mn.needs ?: vm_available)(&r))
		m.missing = r.reason;
	manifest_begin(&m, stdout, program, &test_about);
	mn_walk(MN_MANIFEST, &m);
	manifest_end(&m);
	return KSFT_PASS;
}

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
	if (mn.options.changes)
		hoststate_allow();
	if (mn.options.help) {
		printf(TEST_HELP, argv[0], basename(argv[0]), test_about.purpose);
		return KSFT_PASS;
	}
	if (add_variants)
		add_variants();
	mn_choose_cases();
	if (mn.options.manifest)
		return mn_print_manifest(argv[0]);
	if (mn.options.list)
		return mn_walk(MN_LIST, NULL).all ? KSFT_PASS : mn_none_matches(argv[0]);
	return mn_run_all(argv[0]);
}

#endif

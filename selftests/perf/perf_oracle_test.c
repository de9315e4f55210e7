// SPDX-License-Identifier: GPL-2.0
/*
 * perf_oracle_test - what each oracle, and the injector, add to a round of a test.
 *
 * A round is a discard of the guest's memory and the guest's visit to all of it again. In turns
 * it is done with no oracle ("bare"), with one of them, and with all: the protocol of the
 * contents, canaries in the frames that were freed, a look at KVM's counters, one at the kernel
 * log, a notifier that counts, and one that reads the page table in each start() and end().
 *
 * Contracts 5, 6, 9 and 10; nothing fails because it is slow.
 */
#include "mn_harness.h"
#include "memory/pagemap.h"
#include "runner/rounds.h"
#include "scenario/scenario.h"

MN_ABOUT("what each oracle and the injector add to the time of a round", 5, 6, 9, 10);

#define NR_PAGES	64
#define ROUNDS_A_TURN	5

/* Bits: which are at work. */
enum {
	CONTENTS = 1,
	ISOLATION = 2,
	HEALTH = 4,
	KLOG = 8,
	OBSERVER = 16,
	CHECKER = 32,
};

static const struct way {
	const char *name;
	unsigned int oracles;
} ways[] = {
	{ "bare", 0 },
	{ "contents", CONTENTS },
	{ "isolation", ISOLATION },
	{ "health", HEALTH },
	{ "klog", KLOG },
	{ "observer", OBSERVER },
	{ "checker", CHECKER },
	{ "all", CONTENTS | ISOLATION | HEALTH | KLOG | OBSERVER | CHECKER },
};

#define NR_WAYS	ARRAY_SIZE(ways)

struct bench {
	struct scenario spec;
	struct scenario_run run;
	struct injector observer, checker;
	unsigned int possible;	/* oracles that this host has */
	struct rounds us[NR_WAYS], bare_to[NR_WAYS];
};

static int open_notifier(struct bench *b, struct injector *i, const char *kind, struct result *r)
{
	return injector_open(i, kind, r) ?:
	       injector_range(i, b->run.area.hva, b->run.area.size, r);
}

static int open_notifiers(struct bench *b, struct result *r)
{
	struct result absent;

	result_init(&absent);
	b->possible = CONTENTS | KLOG;
	if (b->run.isolation.judged)
		b->possible |= ISOLATION;
	if (inject_available(&absent))
		return 0;
	b->possible |= HEALTH | OBSERVER | CHECKER;
	return open_notifier(b, &b->observer, "observer", r) ?:
	       open_notifier(b, &b->checker, "checker", r);
}

/* A notifier of its own comes and goes; without the protocol the guest only writes. */
static int set_up(struct bench *b, unsigned int oracles, bool on, struct result *r)
{
	int (*set)(struct injector *i, struct result *r) = on ? injector_attach : injector_detach;

	vm_set_workload(&b->run.vm, on && !(oracles & CONTENTS) ? workload_find("touch") :
								 b->spec.workload);
	if ((oracles & OBSERVER && set(&b->observer, r)) ||
	    (oracles & CHECKER && set(&b->checker, r)))
		return -1;
	return 0;
}

static int before(struct bench *b, unsigned int oracles, struct result *r)
{
	pagemap_t *pages;
	int ret;

	if (oracles & CONTENTS && coherence_before(&b->run.coherence, EFFECT_DISCARD, r))
		return -1;
	if (!(oracles & ISOLATION))
		return 0;
	pages = pagemap_area(&b->run.area, r);
	if (!pages)
		return -1;
	ret = isolation_before(&b->run.isolation, pages, r);
	free(pages);
	return ret;
}

static int after(struct bench *b, unsigned int oracles, struct result *r)
{
	if (oracles & CONTENTS)
		coherence_after(&b->run.coherence, EFFECT_DISCARD);
	return oracles & ISOLATION ? isolation_after(&b->run.isolation, r) : 0;
}

static int at_end(struct bench *b, unsigned int oracles, struct result *r)
{
	struct health_sample ignored;

	if ((oracles & ISOLATION && isolation_check(&b->run.isolation, r)) ||
	    (oracles & HEALTH && health_sample(&b->run.health, &ignored, r)))
		return -1;
	return oracles & KLOG ? klog_check(&b->run.klog, r) : 0;
}

static int one_round(struct bench *b, unsigned int oracles, struct result *r)
{
	const struct area *a = &b->run.area;

	return before(b, oracles, r) ?: area_dontneed(a, a->hva, a->size, r) ?:
	       after(b, oracles, r) ?:
	       progress_await(&b->run.progress, b->run.visits + 2, b->run.budget_ns,
			      "after a discard", r) ?:
	       at_end(b, oracles, r);
}

/* The guest is parked before and after; as far as the protocol knows, a bare turn is one discard. */
static int turn(struct bench *b, unsigned int oracles, double *us, struct result *r)
{
	struct coherence *c = &b->run.coherence;
	bool bare = !(oracles & CONTENTS);
	uint64_t start;
	unsigned int n;

	if (set_up(b, oracles, true, r) || (bare && coherence_before(c, EFFECT_DISCARD, r)))
		return -1;
	vm_resume(&b->run.vm);
	start = now_ns();
	for (n = 0; n < ROUNDS_A_TURN; n++) {
		if (one_round(b, oracles, r))
			return -1;
	}
	*us = (now_ns() - start) / 1e3 / ROUNDS_A_TURN;
	if (vm_park(&b->run.vm, b->run.budget_ns, r))
		return -1;
	if (bare)
		coherence_after(c, EFFECT_DISCARD);
	return set_up(b, oracles, false, r);
}

/* Each time another one is the first. */
static int one_of_each(struct bench *b, struct result *r)
{
	double us[NR_WAYS];
	unsigned int n, way;

	for (n = 0; n < NR_WAYS; n++) {
		way = (n + b->us[0].nr) % NR_WAYS;
		if (turn(b, ways[way].oracles & b->possible, &us[way], r))
			return -1;
	}
	for (n = 0; n < NR_WAYS; n++) {
		rounds_add(&b->us[n], us[n]);
		rounds_add(&b->bare_to[n], us[0] / us[n]);
	}
	return klog_check(&b->run.klog, r);
}

static void say(const struct bench *b)
{
	char name[32];
	unsigned int n;

	for (n = 0; n < NR_WAYS; n++) {
		if (ways[n].oracles && !(ways[n].oracles & b->possible))
			continue;
		rounds_measured(&b->us[n], ways[n].name, "us");
		snprintf(name, sizeof(name), "bare_to_%s", ways[n].name);
		if (n)
			rounds_measured(&b->bare_to[n], name, "ratio");
	}
}

static int measure(struct bench *b, struct result *r)
{
	uint64_t start;

	if (open_notifiers(b, r) || vm_park(&b->run.vm, b->run.budget_ns, r))
		return -1;
	start = now_ns();
	do {
		if (one_of_each(b, r))
			return -1;
	} while (!rounds_enough(&b->bare_to[NR_WAYS - 1], start));
	say(b);
	vm_resume(&b->run.vm);
	return 0;
}

FIXTURE(oracle) {
	int unused;
};

FIXTURE_SETUP(oracle)
{
}

FIXTURE_TEARDOWN(oracle)
{
}

TEST_F(oracle, cost)
{
	struct bench b = {
		.spec = {
			.backing = &backings[BACKING_ANON],
			.injector = &injector_setups[0],
			.workload = workload_find("write_first"),
			.nr_vcpus = 1,
			.nr_pages = NR_PAGES,
		},
		.observer.fd = -1,
		.checker.fd = -1,
	};
	bool healthy = !scenario_begin(&b.run, &b.spec, mn.result) && !measure(&b, mn.result);

	injector_close(&b.checker);
	injector_close(&b.observer);
	scenario_end(&b.run, healthy, mn.result);
}

static void add_variants(void)
{
	/* A thread that takes them would be measured along. */
	unsetenv("MN_SAMPLES");
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * perf_invalidate_test - what a VM costs the calls that invalidate its memory.
 *
 * The same bare calls, in turns: in a process without a VM, whose memory nobody else uses
 * ("none") or a thread does ("thread"); and in one with a VM that has nothing mapped ("idle"), that
 * has all mapped and does not run ("mapped"), or whose guest is at work ("busy"). Before each
 * call all pages are there, which is not timed. What KVM's notifier costs by itself is in the ratio of
 * the idle VM to none, what it costs to zap in that of the mapped one, and what it takes to get
 * at a guest that runs in that of the busy one to the thread, which takes as much of the machine.
 *
 * Then a storm: calls without a pause, whatever is there, on a busy guest and on the thread; and
 * how long faults of the guest take meanwhile, by its own clock.
 *
 * All oracles judge the guest. Nothing fails because it is slow. Contracts 5, 6, 9 and 10.
 */
#include "mn_harness.h"
#include "host/swap.h"
#include "memory/numa_pages.h"
#include "pressure/reclaim.h"
#include "runner/rounds.h"
#include "scenario/scenario.h"
#include "support/fault_latency.h"
#include "support/fault_turn.h"
#include "support/no_vm.h"

MN_ABOUT("what notifying KVM costs the calls that invalidate guest memory", 5, 6, 9, 10);

#define NR_PAGES	64
#define NR_VCPUS	1	/* so that the caller has a CPU to itself where there are two */

enum side { NONE, IDLE, MAPPED, THREAD, BUSY, NR_SIDES };

static const char * const side_names[NR_SIDES] = { "none", "idle", "mapped", "thread", "busy" };

struct bench {
	const struct bare_call *call;
	struct scenario spec;
	struct scenario_run run;
	struct hoststate host;
	struct peer other;
	struct bare_turn turn;
	enum content_effect effect;
	struct rounds sides[NR_SIDES], storm_thread, storm_busy, invalidations;
	struct rounds idle_to_none, mapped_to_none, busy_to_thread, busy_to_none, storm;
	bool latency_known;
	struct fault_latency latency;	/* in storms */
};

static int touched(void *arg, struct result *r)
{
	struct bench *b = arg;

	(void)r;
	area_touch(&b->run.area);
	return 0;
}

/* The guest has come by, and is parked again. */
static int mapped(void *arg, struct result *r)
{
	struct bench *b = arg;
	double ignored;

	return fault_turn(&b->run, &ignored, r);
}

/* A visit may have been counted only after the call before, or be under way. */
static int visited(void *arg, struct result *r)
{
	struct bench *b = arg;

	return progress_await(&b->run.progress, b->run.visits + 2, b->run.budget_ns,
			      "between calls", r);
}

static int before_call(void *arg, struct result *r)
{
	struct bench *b = arg;

	if (coherence_before(&b->run.coherence, b->effect, r))
		return -1;
	if (b->call->opens_gap)
		vm_gap_open(&b->run.vm);
	return 0;
}

static int after_call(void *arg, struct result *r)
{
	struct bench *b = arg;

	(void)r;
	if (b->call->opens_gap)
		vm_gap_close(&b->run.vm);
	coherence_after(&b->run.coherence, b->effect);
	return 0;
}

static int parked_turn(struct bench *b, int (*ready)(void *arg, struct result *r),
		       double *per_second, struct result *r)
{
	b->turn.ready = ready;
	return bare_turn(&b->turn, per_second, r);
}

/* The guest has been parked, and is parked again. */
static int busy_turn(struct bench *b, double *per_second, struct result *r)
{
	b->turn.ready = visited;
	vm_resume(&b->run.vm);
	return bare_turn(&b->turn, per_second, r) ?:
	       vm_park(&b->run.vm, b->run.budget_ns, r);
}

static int busy_storm(struct bench *b, double *per_second, struct result *r)
{
	struct health_sample before = { 0 }, after = { 0 };
	uint64_t start;

	if (b->run.watched && health_sample(&b->run.health, &before, r))
		return -1;
	fault_latency_begin(&b->latency, &b->run.vm);
	vm_resume(&b->run.vm);
	start = now_ns();
	if (bare_storm(&b->turn, per_second, r))
		return -1;
	if (b->run.watched) {
		if (health_sample(&b->run.health, &after, r))
			return -1;
		rounds_add(&b->invalidations,
			   (after.seq - before.seq) * 1e9 / (now_ns() - start));
	}
	if (visited(b, r) || vm_park(&b->run.vm, b->run.budget_ns, r))
		return -1;
	fault_latency_end(&b->latency, &b->run.vm);
	return 0;
}

static int side_turn(struct bench *b, enum side side, double *per_second, struct result *r)
{
	switch (side) {
	case NONE:
		return peer_turn(&b->other, NO_VM_ALONE, per_second, r);
	case IDLE:
		return parked_turn(b, touched, per_second, r);
	case MAPPED:
		return parked_turn(b, mapped, per_second, r);
	case THREAD:
		return peer_turn(&b->other, NO_VM_USED, per_second, r);
	default:
		return busy_turn(b, per_second, r);
	}
}

/* Each time another side is the first. */
static int one_round(struct bench *b, struct result *r)
{
	double at[NR_SIDES], thread, busy;
	unsigned int n, side;

	for (n = 0; n < NR_SIDES; n++) {
		side = (n + b->storm.nr) % NR_SIDES;
		if (side_turn(b, side, &at[side], r))
			return -1;
		rounds_add(&b->sides[side], at[side]);
	}
	if (peer_turn(&b->other, NO_VM_STORM, &thread, r) || busy_storm(b, &busy, r))
		return -1;
	rounds_add(&b->storm_thread, thread);
	rounds_add(&b->storm_busy, busy);
	rounds_add(&b->idle_to_none, at[IDLE] / at[NONE]);
	rounds_add(&b->mapped_to_none, at[MAPPED] / at[NONE]);
	rounds_add(&b->busy_to_thread, at[BUSY] / at[THREAD]);
	rounds_add(&b->busy_to_none, at[BUSY] / at[NONE]);
	rounds_add(&b->storm, busy / thread);
	return klog_check(&b->run.klog, r);
}

static double visit_us(const struct calibration *c)
{
	return c->warm_ns * NR_VCPUS / 1e3 / c->warm_visits;
}

static void say(const struct bench *b)
{
	char name[32];
	unsigned int n;

	for (n = 0; n < NR_SIDES; n++) {
		snprintf(name, sizeof(name), "%s_calls", side_names[n]);
		rounds_measured(&b->sides[n], name, "/s");
	}
	rounds_measured(&b->idle_to_none, "idle_to_none", "ratio");
	rounds_measured(&b->mapped_to_none, "mapped_to_none", "ratio");
	rounds_measured(&b->busy_to_thread, "busy_to_thread", "ratio");
	rounds_measured(&b->busy_to_none, "busy_to_none", "ratio");
	rounds_measured(&b->storm_thread, "thread_storm_calls", "/s");
	rounds_measured(&b->storm_busy, "busy_storm_calls", "/s");
	rounds_measured(&b->invalidations, "busy_storm_invalidations", "/s");
	rounds_measured(&b->storm, "storm_busy_to_thread", "ratio");
	if (b->latency_known)
		fault_latency_measured(&b->latency, visit_us(&b->run.calibration));
}

static int measure(struct bench *b, struct result *r)
{
	uint64_t start = now_ns();

	b->turn = (struct bare_turn) {
		.call = b->call, .area = &b->run.area, .arg = b,
		.before = before_call, .after = after_call,
	};
	if (vm_park(&b->run.vm, b->run.budget_ns, r))
		return -1;
	/* As much of it is there as on the other side. */
	area_touch(&b->run.vm.system);
	b->latency_known = vm_measure_gaps(&b->run.vm);
	do {
		if (one_round(b, r))
			return -1;
	} while (!rounds_enough(&b->busy_to_thread, start));
	say(b);
	vm_resume(&b->run.vm);
	return 0;
}

static size_t area_bytes(const struct bare_call *call)
{
	size_t granule = backings[call->backing].granule;

	return 2 * granule > NR_PAGES * PAGE_BYTES ? 2 * granule : NR_PAGES * PAGE_BYTES;
}

static int provide_swap(struct bench *b, struct result *r)
{
	char device[32];

	if (!b->call->swaps)
		return 0;
	return hoststate_open(&b->host, SWAP_MAY_CHANGE, r) ?:
	       swap_start(&b->host, RECLAIM_SWAP_BYTES, device, sizeof(device), r);
}

static void bench_run(struct bench *b, struct result *r)
{
	b->host.fd = -1;
	/* The other process first: it must have no VM. */
	if (no_vm_start(&b->other, b->call, area_bytes(b->call), NR_PAGES, NR_VCPUS, r))
		return;
	if (!provide_swap(b, r))
		scenario_end(&b->run, !scenario_begin(&b->run, &b->spec, r) && !measure(b, r), r);
	peer_end(&b->other, r);
	hoststate_close(&b->host);
}

FIXTURE(invalidate) {
	int unused;
};

FIXTURE_VARIANT(invalidate) {
	const struct bare_call *call;
};

FIXTURE_SETUP(invalidate)
{
}

FIXTURE_TEARDOWN(invalidate)
{
}

TEST_F(invalidate, cost)
{
	const struct bare_call *call = variant->call;
	struct bench b = {
		.call = call,
		.effect = call->discards ? EFFECT_DISCARD : EFFECT_PRESERVE,
		.spec = {
			.backing = &backings[call->backing],
			.injector = &injector_setups[0],
			.workload = workload_find("write_first"),
			.nr_vcpus = NR_VCPUS,
			.nr_pages = NR_PAGES,
		},
	};
	const char *missing = call->missing ? call->missing() : NULL;

	if (!missing && call->swaps)
		missing = reclaim_pageout_missing() ?: swap_missing();
	if (missing)
		result_skip(mn.result, "%s: %s", call->name, missing);
	else
		bench_run(&b, mn.result);
}

static void add_variants(void)
{
	FIXTURE_VARIANT(invalidate) variant;
	char id[96];

	/* A thread that takes them would be measured along. */
	unsetenv("MN_SAMPLES");
	for (variant.call = bare_calls; variant.call < bare_calls + nr_bare_calls; variant.call++) {
		snprintf(id, sizeof(id), "%s.%s", backings[variant.call->backing].name,
			 variant.call->name);
		mn_variant_add(invalidate, id, &variant);
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

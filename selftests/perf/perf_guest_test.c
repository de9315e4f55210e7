// SPDX-License-Identifier: GPL-2.0
/*
 * perf_guest_test - how fast a guest is while the host works on its memory by itself.
 *
 * "numa_balancing": visits of a guest in a while, in turns with the kernel's NUMA balancing off
 * and on, at its fastest: each scan takes the guest's translations, and each hinting fault
 * is one of the guest's.
 *
 * "ksm": how fast a guest that writes gets through pages that KSM has merged with others, in turns
 * with pages whose translations alone are gone.
 *
 * Contracts 5, 6, 9 and 10; nothing fails because it is slow.
 */
#include "mn_harness.h"
#include "pressure/ksm.h"
#include "runner/rounds.h"
#include "scenario/scenario.h"
#include "support/fault_turn.h"

MN_ABOUT("how fast a guest is under NUMA balancing and KSM", 5, 6, 9, 10);

#define NR_PAGES	64
#define BALANCING	"/proc/sys/kernel/numa_balancing"
#define WHILE_NS	300000000ULL

struct bench {
	const char *name;		/* of what the host does, as the figure has it */
	struct scenario spec;		/* its pressure sets up host and area, and is not applied */
	struct scenario_run run;
	struct rounds quiet, busy, ratio;
	unsigned long long invalidations; /* by NUMA balancing */
	/* One round, with the guest parked before and after: what is got through in a second. */
	int (*turn)(struct bench *b, bool busy, double *per_second, struct result *r);
};

/* ---- NUMA balancing ---- */

static int balance(struct bench *b, const char *on, struct result *r)
{
	int err = hoststate_set(&b->run.host, BALANCING, on, r);

	return err > 0 ? result_error(r, "write(%s, %s): %s", BALANCING, on, strerror(err)) : err;
}

static int look(struct bench *b, struct health_sample *sample, struct result *r)
{
	return b->run.watched ? health_sample(&b->run.health, sample, r) : 0;
}

static int balancing_turn(struct bench *b, bool busy, double *per_second, struct result *r)
{
	struct health_sample before = { 0 }, after = { 0 };
	uint64_t start, visits;

	if (balance(b, busy ? "1" : "0", r) || look(b, &before, r))
		return -1;
	vm_resume(&b->run.vm);
	visits = progress_visits(&b->run.vm);
	start = now_ns();
	sleep_ns(WHILE_NS);
	visits = progress_visits(&b->run.vm) - visits;
	*per_second = visits * 1e9 / (now_ns() - start);
	if (progress_await(&b->run.progress, b->run.visits, b->run.budget_ns,
			   "under NUMA balancing", r) ||
	    look(b, &after, r))
		return -1;
	if (busy)
		b->invalidations += after.seq - before.seq;
	return vm_park(&b->run.vm, b->run.budget_ns, r);
}

/* ---- KSM ---- */

/* Those that ksmd did not get are as the others are. */
static int merge(struct bench *b, struct result *r)
{
	struct ksm *ksm = b->run.press.state;
	unsigned int merged;

	if (ksm_merge(ksm, NR_PAGES, &merged, r) || ksm_run(ksm, KSM_STOP, r))
		return -1;
	return merged ? 0 : result_skip(r, "ksmd merges no page");
}

static int ksm_turn(struct bench *b, bool busy, double *per_second, struct result *r)
{
	const struct area *a = &b->run.area;

	if (busy && merge(b, r))
		return -1;
	if (mprotect(a->hva, a->size, PROT_NONE) ||
	    mprotect(a->hva, a->size, PROT_READ | PROT_WRITE))
		return result_errno(r, "mprotect(%p, %zu)", a->hva, a->size);
	return fault_turn(&b->run, per_second, r) ?: busy ? ksm_judge_twins(b->run.press.state, r) : 0;
}

/* ---- both ---- */

static int measure(struct bench *b, struct result *r)
{
	uint64_t start;
	double quiet, busy;

	if (vm_park(&b->run.vm, b->run.budget_ns, r) ||
	    (b->turn == balancing_turn &&
	     hoststate_write(&b->run.host, BALANCING, "0", r)))
		return -1;
	start = now_ns();
	do {
		if (b->turn(b, false, &quiet, r) || b->turn(b, true, &busy, r) ||
		    klog_check(&b->run.klog, r))
			return -1;
		rounds_add(&b->quiet, quiet);
		rounds_add(&b->busy, busy);
		rounds_add(&b->ratio, busy / quiet);
	} while (!rounds_enough(&b->ratio, start));
	if (b->turn == balancing_turn && b->run.watched && !b->invalidations)
		return result_skip(r, "the kernel scanned nothing in %u turns of %llu ms",
				   b->busy.nr, WHILE_NS / 1000000);
	rounds_measured(&b->quiet, "quiet", "/s");
	rounds_measured(&b->busy, b->name, "/s");
	rounds_measured(&b->ratio, "to_quiet", "ratio");
	vm_resume(&b->run.vm);
	return b->turn == balancing_turn ? balance(b, "0", r) : 0;
}

static void bench_run(const char *name, const char *row,
		      int (*turn)(struct bench *b, bool busy, double *per_second, struct result *r),
		      struct result *r)
{
	struct bench b = {
		.name = name,
		.turn = turn,
		.spec = {
			.pressure = pressure_find(row),
			.backing = &backings[BACKING_ANON],
			.injector = &injector_setups[0],
			.workload = workload_find("write_first"),
			.nr_vcpus = 1,
			.nr_pages = NR_PAGES,
		},
	};
	bool healthy = !scenario_begin(&b.run, &b.spec, r) && !measure(&b, r);

	/* It was not applied. */
	b.spec.pressure = NULL;
	scenario_end(&b.run, healthy, r);
}

FIXTURE(guest) {
	int unused;
};

FIXTURE_SETUP(guest)
{
}

FIXTURE_TEARDOWN(guest)
{
}

TEST_F(guest, numa_balancing)
{
	bench_run("balanced", "numa_balancing", balancing_turn, mn.result);
}

TEST_F(guest, ksm)
{
	bench_run("merged", "ksm_write", ksm_turn, mn.result);
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

// SPDX-License-Identifier: GPL-2.0
/*
 * Progress: judged by samples of the guest's visit counters against the host's
 * clock; the guest's own clock cannot be trusted on an emulated bed.
 */
#include <string.h>

#include "oracle/oracle.h"

#define NS_PER_MS	1000000ULL

/*
 * The floor is a share of the rate at which the guest first touched its pages,
 * a fault each: even if every visit under pressure needs a fault again, ten
 * busy neighbours of the bed take no more than that from it.
 */
#define FLOOR_SHARE	64
#define FLOOR_LEAST_NS	(3000 * NS_PER_MS)

static uint64_t visits_of(const struct vm *vm, unsigned int id)
{
	return guest_load(&vm_shared(vm)->vcpu[id].visits);
}

void progress_init(struct progress *p, const struct vm *vm)
{
	memset(p, 0, sizeof(*p));
	p->vm = vm;
}

uint64_t progress_visits(const struct vm *vm)
{
	uint64_t sum = 0;
	unsigned int id;

	for (id = 0; id < vm->nr_vcpus; id++)
		sum += visits_of(vm, id);
	return sum;
}

static void begin_wait(struct progress *p, uint64_t now)
{
	unsigned int id;

	for (id = 0; id < p->vm->nr_vcpus; id++) {
		p->from[id] = visits_of(p->vm, id);
		p->seen[id] = p->from[id];
		p->since[id] = now;
	}
}

static void record_gap(struct progress *p, uint64_t gap)
{
	unsigned int bucket = gap ? 63 - __builtin_clzll(gap) : 0;

	p->gaps[bucket < PROGRESS_BUCKETS ? bucket : PROGRESS_BUCKETS - 1]++;
	if (gap > p->max_gap_ns)
		p->max_gap_ns = gap;
}

/* Take one sample; true when every vCPU has made its visits. */
static bool sample(struct progress *p, uint64_t visits, uint64_t now)
{
	unsigned int id, done = 0;

	for (id = 0; id < p->vm->nr_vcpus; id++) {
		uint64_t v = visits_of(p->vm, id);

		if (v != p->seen[id]) {
			record_gap(p, now - p->since[id]);
			p->seen[id] = v;
			p->since[id] = now;
		}
		done += v - p->from[id] >= visits;
	}
	return done == p->vm->nr_vcpus;
}

static int stalls(const struct progress *p, uint64_t visits, uint64_t budget_ns,
		  const char *when, struct result *r)
{
	unsigned int id;

	for (id = 0; id < p->vm->nr_vcpus; id++) {
		uint64_t made = p->seen[id] - p->from[id];

		if (made >= visits)
			continue;
		result_fail(r, CONTRACT_PROGRESS,
			    "vCPU %u %s %s: %llu of %llu visits in %llu ms",
			    id, made ? "makes too little progress" : "stalls", when,
			    (unsigned long long)made, (unsigned long long)visits,
			    (unsigned long long)(budget_ns / NS_PER_MS));
	}
	vm_describe(p->vm, r);
	note_kvm_activity(p->vm, r);
	return -1;
}

/* Whatever the wait ended with. */
static void account(struct progress *p, const struct deadline *deadline)
{
	unsigned int id;

	p->waited_ns += deadline->spent_ns;
	for (id = 0; id < p->vm->nr_vcpus; id++)
		p->waited_visits += p->seen[id] - p->from[id];
}

int progress_await(struct progress *p, uint64_t visits, uint64_t budget_ns,
		   const char *when, struct result *r)
{
	struct deadline deadline;

	result_judged(r, ORACLE_PROGRESS);
	deadline_start(&deadline, budget_ns);
	begin_wait(p, deadline.last_ns);
	for (;;) {
		bool in_time = deadline_poll(&deadline);

		if (vm_check(p->vm, r)) {
			vm_describe(p->vm, r);
			return -1;
		}
		if (sample(p, visits, deadline.last_ns)) {
			account(p, &deadline);
			return 0;
		}
		if (!in_time)
			return stalls(p, visits, budget_ns, when, r);
	}
}

int progress_floor(const struct progress *p, const struct calibration *c, struct result *r)
{
	/* At the floor's rate, what the guest would have visited meanwhile. */
	double least = (double)c->cold_visits / c->cold_ns * p->waited_ns / FLOOR_SHARE;

	if (p->waited_ns < FLOOR_LEAST_NS || p->waited_visits >= least)
		return 0;
	return result_fail(r, CONTRACT_PROGRESS,
			   "livelock: %llu visits in %llu ms of waiting; taking every page anew, the guest had made %llu in %llu ms",
			   (unsigned long long)p->waited_visits,
			   (unsigned long long)(p->waited_ns / NS_PER_MS),
			   (unsigned long long)c->cold_visits,
			   (unsigned long long)(c->cold_ns / NS_PER_MS));
}

uint64_t progress_gap_ns(const struct progress *p, unsigned int percent)
{
	uint64_t total = 0, sum = 0, most;
	unsigned int i;

	for (i = 0; i < PROGRESS_BUCKETS; i++)
		total += p->gaps[i];
	for (i = 0; i < PROGRESS_BUCKETS; i++) {
		sum += p->gaps[i];
		if (sum && sum * 100 >= total * percent)
			break;
	}
	/* The upper end of the bucket, unless no gap came so far; the last has none. */
	most = 2ULL << i;
	return i < PROGRESS_BUCKETS - 1 && most < p->max_gap_ns ? most : p->max_gap_ns;
}

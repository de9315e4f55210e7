// SPDX-License-Identifier: GPL-2.0
#include "runner/measured.h"
#include "support/fault_latency.h"

#define WAIT_FACTOR	4	/* times a visit with nothing going on */

static uint64_t sum_gaps(const struct vm *vm, unsigned int bucket)
{
	uint64_t sum = 0;
	unsigned int id;

	for (id = 0; id < vm->nr_vcpus; id++)
		sum += guest_load(&vm_shared(vm)->vcpu[id].gaps[bucket]);
	return sum;
}

void fault_latency_begin(struct fault_latency *l, const struct vm *vm)
{
	unsigned int n;

	for (n = 0; n < GUEST_GAP_BUCKETS; n++)
		l->gaps_before[n] = sum_gaps(vm, n);
}

void fault_latency_end(struct fault_latency *l, const struct vm *vm)
{
	unsigned int n;

	for (n = 0; n < GUEST_GAP_BUCKETS; n++)
		l->gaps[n] += sum_gaps(vm, n) - l->gaps_before[n];
}

/* The first bucket of waits. */
static unsigned int first_bucket(double visit_us)
{
	unsigned int n = 0;

	while (n < GUEST_GAP_BUCKETS - 1 && (1ULL << n) < WAIT_FACTOR * visit_us)
		n++;
	return n;
}

static uint64_t waits(const struct fault_latency *l, double visit_us)
{
	uint64_t sum = 0;
	unsigned int n;

	for (n = first_bucket(visit_us); n < GUEST_GAP_BUCKETS; n++)
		sum += l->gaps[n];
	return sum;
}

/* From the longest down to it; those of a bucket are spread evenly over it. */
double fault_latency_us(const struct fault_latency *l, double visit_us, double q)
{
	double above = (1 - q) * waits(l, visit_us);
	unsigned int n = GUEST_GAP_BUCKETS;

	while (n-- > first_bucket(visit_us)) {
		if (l->gaps[n] && l->gaps[n] >= above)
			return (1ULL << n) * (2 - above / l->gaps[n]);
		above -= l->gaps[n];
	}
	return 0;
}

void fault_latency_measured(const struct fault_latency *l, double visit_us)
{
	if (!waits(l, visit_us))
		return;
	measured("fault_p50", fault_latency_us(l, visit_us, 0.5), "us");
	measured("fault_p99", fault_latency_us(l, visit_us, 0.99), "us");
	measured("fault_max", fault_latency_us(l, visit_us, 1), "us");
	measured("fault_waits", waits(l, visit_us), "pages");
}

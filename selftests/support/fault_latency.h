/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a guest waits for a page, by its own clock.
 *
 * It counts how long it takes from one visit to its next (guest_vcpu.gaps). What takes several
 * times as long as a visit does with nothing going on is a wait: mostly for a fault, or a few of
 * them, which may be of its code and tables, too.
 */
#ifndef FAULT_LATENCY_H
#define FAULT_LATENCY_H

#include "vm/vm.h"

/* Zeroed at first. */
struct fault_latency {
	uint64_t gaps[GUEST_GAP_BUCKETS];
	uint64_t gaps_before[GUEST_GAP_BUCKETS];
};

/*
 * fault_latency_begin() / fault_latency_end() - bracket a while to count in, as often as need be
 * @vm: its vCPUs are parked; vm_measure_gaps() was called
 */
void fault_latency_begin(struct fault_latency *l, const struct vm *vm);
void fault_latency_end(struct fault_latency *l, const struct vm *vm);

/*
 * fault_latency_us() - what the part @q of the waits does not exceed, in us; 1: the longest
 * @visit_us: what a visit takes with nothing going on
 *
 * The guest counts by powers of two, between which it is estimated. 0 if there was no wait.
 */
double fault_latency_us(const struct fault_latency *l, double visit_us, double q);

/* fault_latency_measured() - print it as figures that were measured; nothing without a wait */
void fault_latency_measured(const struct fault_latency *l, double visit_us);

#endif

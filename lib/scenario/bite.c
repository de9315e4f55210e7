// SPDX-License-Identifier: GPL-2.0
/*
 * Bite: proof that the pressure really invalidated guest memory.  A scenario
 * without it has shown nothing, and must not pass.
 */
#include <string.h>

#include "scenario.h"

/* Starts by the pressure thread, of the events its row names. */
static uint64_t pressure_starts(const struct scenario_run *run)
{
	char events[64], *event, *rest = events;
	uint64_t sum = 0;

	strncpy(events, run->spec->pressure->events, sizeof(events) - 1);
	events[sizeof(events) - 1] = '\0';
	while ((event = strsep(&rest, " ")))
		sum += injector_event_starts(&run->seen, event, CALLER_PRESSURE);
	return sum;
}

int scenario_bite(const struct scenario_run *run, struct result *r)
{
	const struct scenario *spec = run->spec;

	if (!run->has_faults && !run->watched && !spec->injector->kind)
		return result_skip(r, "the bite cannot be proved: neither KVM's statistics (debugfs) nor the module mmu_notifier_inject are there");
	if (run->has_faults && run->faults_after <= run->faults_before)
		return result_error(r, "no bite: the guest faulted in no page while %s was at work",
				    spec->pressure->name);
	if (run->watched && run->seq_after == run->seq_before)
		return result_error(r, "no bite: KVM's seq stood at %llu while %s was at work",
				    run->seq_after, spec->pressure->name);
	if (spec->injector->kind && !pressure_starts(run))
		return result_error(r, "no bite: the %s saw no start of '%s' from the pressure thread",
				    spec->injector->kind, spec->pressure->events);
	if (spec->injector->reaps && !run->seen.refused)
		return result_error(r, "no bite: %llu reaps, none refused",
				    (unsigned long long)run->reaper.reaps);
	return 0;
}

static unsigned long long per_second(uint64_t count, uint64_t ns)
{
	return ns ? count * 1000000000ULL / ns : 0;
}

void scenario_summary(const struct scenario_run *run, struct result *r)
{
	const struct calibration *c = &run->calibration;
	const struct progress *p = &run->progress;

	result_note(r, "rounds %u, invalidations %llu, refusals %llu, pages refaulted %llu, visits/s %llu (baseline %llu), gaps p50/p99/max %llu/%llu/%llu us",
		    run->rounds,
		    run->spec->injector->kind ? (unsigned long long)run->seen.starts :
						run->seq_after - run->seq_before,
		    (unsigned long long)run->seen.refused,
		    run->faults_after - run->faults_before,
		    per_second(run->round_visits, run->round_ns),
		    per_second(c->warm_visits, c->warm_ns),
		    (unsigned long long)progress_gap_ns(p, 50) / 1000,
		    (unsigned long long)progress_gap_ns(p, 99) / 1000,
		    (unsigned long long)p->max_gap_ns / 1000);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Effect: proof that the pressure really hit guest memory.  A scenario without
 * it has shown nothing, and must not pass.  And if it did, somebody must have been
 * notified: where pages went and no notifier heard of it, that is a breach.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory/pagemap.h"
#include "scenario/scenario.h"

int effect_before(struct scenario_run *run, struct result *r)
{
	if (!run->isolation.judged)
		return 0;
	run->pages = pagemap_area(&run->area, r);
	return run->pages ? 0 : -1;
}

/* The guest faults them in again meanwhile: what is seen is a part of what there was. */
int effect_after(struct scenario_run *run, struct result *r)
{
	pagemap_t *now = run->pages ? pagemap_area(&run->area, r) : NULL;
	size_t n;

	if (run->pages && !now)
		return -1;
	for (n = 0; now && n < run->area.size / PAGE_BYTES; n++)
		run->changed += pagemap_pfn(run->pages[n]) &&
				pagemap_pfn(run->pages[n]) != pagemap_pfn(now[n]);
	free(now);
	free(run->pages);
	run->pages = NULL;
	return 0;
}

/* Starts of an event by any of a set of callers; 0: the pressure thread. */
static uint64_t starts_by(const struct scenario_run *run, const char *event,
			  unsigned int callers)
{
	uint64_t sum = 0;
	unsigned int who;

	for (who = 0; who < NR_CALLERS; who++) {
		if ((callers ? callers : CALLER_BIT(CALLER_PRESSURE)) & CALLER_BIT(who))
			sum += injector_event_starts(&run->seen, event, who);
	}
	return sum;
}

/* Of the events that the row names, by the callers that it names. */
static uint64_t pressure_starts(const struct scenario_run *run)
{
	const struct pressure *pressure = run->spec->pressure;
	char events[96], *event, *rest = events;
	uint64_t sum = 0;

	strncpy(events, pressure->events, sizeof(events) - 1);
	events[sizeof(events) - 1] = '\0';
	while ((event = strsep(&rest, " ")))
		sum += starts_by(run, event, pressure->callers);
	return sum;
}

/* The mm left some pages, by the row's own count, and they may be all that the guest uses. */
static bool may_not_be_needed(const struct scenario_run *run)
{
	return !(run->spec->workload->judges & GUEST_JUDGES_EACH) && run->press.proved &&
	       run->press.proved < (uint64_t)run->rounds * run->press.nr_pages;
}

/* Did no notifier hear of anything, but perhaps of what a reaping thread of ours did? */
static bool nobody_heard(const struct scenario_run *run)
{
	const struct injector_setup *setup = run->spec->injector;
	unsigned int n, callers = CALLER_BIT(CALLER_PRESSURE) | CALLER_BIT(CALLER_OTHER);
	uint64_t heard = 0;

	if (!setup->kind)
		return run->watched && run->seq_after == run->seq_before;
	if (!setup->reaps)
		callers |= CALLER_BIT(CALLER_OWN);
	for (n = 0; n < run->seen.nr_events; n++)
		heard += starts_by(run, run->seen.events[n].name, callers);
	return !heard;
}

/*
 * No effect, or one that the kernel notified nobody of?
 * @silent: somebody that should have heard of it did not
 * @why: what that is known from
 */
static int not_notified(const struct scenario_run *run, bool silent, struct result *r,
			const char *why)
{
	const struct pressure *pressure = run->spec->pressure;
	uint64_t proved = pressure->proof ? run->press.proved : 0;

	if (!silent || !(proved || run->changed))
		return result_error(r, "no effect: %s", why);
	return result_fail(r, CONTRACT_NO_STALE, "%s had its effect (%llu x %s), but %s",
			   pressure->name, (unsigned long long)(proved ?: run->changed),
			   proved ? pressure->proof : "page gone or in another frame", why);
}

/* Memory was taken: KVM counted it, and the guest had to fault it in again. */
static int took(const struct scenario_run *run, struct result *r)
{
	const struct scenario *spec = run->spec;
	char why[128];

	if (!run->has_faults && !run->watched && !spec->injector->kind)
		return result_skip(r, "whether it took effect cannot be checked: neither KVM's statistics nor the module mmu_notifier_inject is available");
	if (run->watched && run->seq_after == run->seq_before) {
		snprintf(why, sizeof(why), "KVM's seq stood at %llu while %s was at work",
			 run->seq_after, spec->pressure->name);
		return not_notified(run, true, r, why);
	}
	if (run->has_faults && run->faults_after <= run->faults_before && !may_not_be_needed(run))
		return result_error(r, "no effect: the guest faulted in no page while %s was at work",
				    spec->pressure->name);
	return 0;
}

/* A negative control: whatever the pressure thread started is one too many. */
static int spared(const struct scenario_run *run, struct result *r)
{
	unsigned int n;

	for (n = 0; n < run->seen.nr_events; n++) {
		const struct injector_event *e = &run->seen.events[n];

		if (!e->callback && e->starts[CALLER_PRESSURE])
			return result_fail(r, CONTRACT_NONE,
					   "%s must not take memory, but caused %llu invalidations '%s'",
					   run->spec->pressure->name,
					   (unsigned long long)e->starts[CALLER_PRESSURE], e->name);
	}
	return 0;
}

/*
 * What the row itself should have done: others at work on the same memory, who
 * move or take it just as it does, may have been first.
 */
static int no_effect(const struct scenario_run *run, struct result *r, const char *why)
{
	if (!run->spec->concurrent[0])
		return not_notified(run, nobody_heard(run), r, why);
	result_note(r, "concurrent pressures did the work: %s", why);
	return 0;
}

static int judge_effect(const struct scenario_run *run, struct result *r)
{
	const struct scenario *spec = run->spec;
	const struct pressure *pressure = spec->pressure;
	char why[256];

	if (pressure->kind == PRESSURE_TAKES && took(run, r))
		return -1;
	if (!setup_suits(spec->injector, pressure))
		return result_skip(r, "only an injector sees whether %s takes effect", pressure->name);
	if (pressure->kind == PRESSURE_SPARES && spared(run, r))
		return -1;
	if (pressure->kind != PRESSURE_SPARES && spec->injector->kind && !pressure_starts(run)) {
		snprintf(why, sizeof(why), "the %s saw no start of '%s' from whoever %s makes cause it",
			 spec->injector->kind, pressure->events, pressure->name);
		if (no_effect(run, r, why))
			return -1;
	}
	if (pressure->proof && !run->press.proved) {
		snprintf(why, sizeof(why), "in %u rounds of %s no page with '%s'",
			 run->rounds, pressure->name, pressure->proof);
		if (no_effect(run, r, why))
			return -1;
	}
	if (spec->injector->reaps && !run->seen.refused)
		return result_error(r, "no effect: %llu reaps, none refused",
				    (unsigned long long)run->reaper.reaps);
	return 0;
}

int scenario_took_effect(const struct scenario_run *run, struct result *r)
{
	int ret = judge_effect(run, r);

	if (r->kind != RESULT_SKIP)
		result_judged(r, ORACLE_EFFECT);
	return ret;
}

void scenario_figures(const struct scenario_run *run, struct figures *f)
{
	const struct pressure *pressure = run->spec->pressure;
	bool seen = run->spec->injector->kind;
	unsigned int n;

	*f = (struct figures) {
		.invalidations = seen ? run->seen.starts : run->seq_after - run->seq_before,
		.refusals = run->seen.refused,
		.faults = run->faults_after - run->faults_before,
		.proved = run->press.proved,
		.caught = run->isolation.total,
		.visits = run->round_visits,
		.ns = run->round_ns,
	};
	for (n = 0; n < SCENARIO_MAX_CONCURRENT; n++) {
		f->concurrent[n].calls = run->concurrent[n].calls;
		f->concurrent[n].proved = run->concurrent[n].press.proved;
	}
	if (pressure && !pressure->proof)
		f->proved = seen ? pressure_starts(run) : f->invalidations;
}

static unsigned long long per_second(uint64_t count, uint64_t ns)
{
	return ns ? count * 1000000000ULL / ns : 0;
}

void scenario_summary(const struct scenario_run *run, struct result *r)
{
	const struct calibration *c = &run->calibration;
	const struct progress *p = &run->progress;
	struct figures f;

	scenario_figures(run, &f);
	result_note(r, "rounds %u, invalidations %llu (%llu/s), refusals %llu, pages refaulted %llu, visits/s %llu (baseline %llu), gaps p50/p99/max %llu/%llu/%llu us",
		    run->rounds, f.invalidations, per_second(f.invalidations, f.ns),
		    f.refusals, f.faults,
		    per_second(run->round_visits, run->round_ns),
		    per_second(c->warm_visits, c->warm_ns),
		    (unsigned long long)progress_gap_ns(p, 50) / 1000,
		    (unsigned long long)progress_gap_ns(p, 99) / 1000,
		    (unsigned long long)p->max_gap_ns / 1000);
	if (!run->spec->pressure)
		return;
	result_note(r, "effect: %llu x %s; isolation: %llu freed frames watched, %llu seen free",
		    f.proved, run->spec->pressure->proof ?: run->spec->pressure->events, f.caught,
		    (unsigned long long)run->isolation.freed);
	if (run->rounds && run->isolation.judged && !f.caught)
		result_not_judged(r, ORACLE_ISOLATION, run->isolation.freed ?
				  "no frame came back" : "no frame was seen free");
}

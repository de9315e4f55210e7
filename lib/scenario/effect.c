// SPDX-License-Identifier: GPL-2.0
/*
 * Effect: proof that the pressure really hit guest memory, in every round or in as
 * many as its row promises.  A scenario without it has shown nothing, and must not pass.
 * And if it did, somebody must have been notified: where pages went and no notifier
 * heard of it, that is a breach.
 */
#include <stdio.h>

#include "scenario/scenario.h"

/* The mm left some pages, by the row's own count, and they may be all that the guest uses. */
static bool may_not_be_needed(const struct scenario_run *run)
{
	return !(run->spec->workload->judges & GUEST_JUDGES_EACH) && run->press.proved &&
	       run->press.proved < (uint64_t)run->rounds * run->press.nr_pages;
}

/* In so many rounds at least the row must have caused its events, and have its own proof. */
static unsigned int hits_needed(const struct scenario_run *run)
{
	const struct pressure *row = run->spec->pressure;
	unsigned int nr = row->hits.of ? run->rounds * row->hits.nr / row->hits.of : run->rounds;

	return nr ? nr : 1;
}

/*
 * Did one proof rise in too few rounds?  Others at work on the same memory, who move or
 * take it just as the row does, may have been first.
 */
static int too_few(const struct scenario_run *run, uint64_t rounds, unsigned int needed,
		   const char *what, struct result *r)
{
	char extent[48] = "";

	if (rounds >= needed)
		return 0;
	if (rounds)
		snprintf(extent, sizeof(extent), " in %u of %u rounds",
			 run->rounds - (unsigned int)rounds, run->rounds);
	if (!run->spec->concurrent[0])
		return result_error(r, "no effect%s: %s", extent, what);
	result_note(r, "concurrent pressures did the work%s: %s", extent, what);
	return 0;
}

/* Pages went, or the row's own proof says so, and somebody that should have heard did not. */
static int heard_by_all(const struct scenario_run *run, struct result *r)
{
	const struct pressure *row = run->spec->pressure;
	bool proved = row->proof && run->press.proved;
	unsigned int rounds = run->unseen.seq ? run->unseen.seq : run->unseen.heard;
	char who[48] = "KVM's seq did not move";

	/* Beside others an end may be still to come of what is seen gone. */
	if (!rounds || run->spec->concurrent[0])
		return 0;
	if (!run->unseen.seq)
		snprintf(who, sizeof(who), "the %s heard of nothing", run->spec->injector->kind);
	return result_fail(r, CONTRACT_NO_STALE,
			   "%s had its effect (%llu x %s), but nobody was notified: in %u of %u rounds %s",
			   row->name,
			   (unsigned long long)(proved ? run->press.proved : run->changed),
			   proved ? row->proof : "page gone or in another frame", rounds,
			   run->rounds, who);
}

/* Memory was taken: KVM counted it, and the guest had to fault it in again. */
static int took(const struct scenario_run *run, struct result *r)
{
	const struct scenario *spec = run->spec;

	if (!run->has_faults && !run->watched && !spec->injector->kind)
		return result_skip(r, "whether it took effect cannot be checked: neither KVM's statistics nor the module mmu_notifier_inject is available");
	if (run->watched && run->seq_after == run->seq_before)
		return result_error(r, "no effect: KVM's seq stood at %llu while %s was at work",
				    run->seq_after, spec->pressure->name);
	if (run->watched && too_few(run, run->rose.seq, hits_needed(run), "KVM's seq did not move", r))
		return -1;
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

/* What the row itself should have done. */
static int row_hit(const struct scenario_run *run, struct result *r)
{
	const struct scenario *spec = run->spec;
	const struct pressure *row = spec->pressure;
	char what[256];

	if (row->kind != PRESSURE_SPARES && spec->injector->kind) {
		snprintf(what, sizeof(what), "the %s saw no start of '%s' from whoever %s makes cause it",
			 spec->injector->kind, row->events, row->name);
		if (too_few(run, run->rose.starts, hits_needed(run), what, r))
			return -1;
	}
	if (!row->proof)
		return 0;
	snprintf(what, sizeof(what), "%s had no page with '%s'", row->name, row->proof);
	return too_few(run, run->rose.proved, hits_needed(run), what, r);
}

static int judge_effect(const struct scenario_run *run, struct result *r)
{
	const struct scenario *spec = run->spec;
	const struct pressure *row = spec->pressure;

	if (row->kind == PRESSURE_TAKES && (heard_by_all(run, r) || took(run, r)))
		return -1;
	if (!setup_suits(spec->injector, row))
		return result_skip(r, "only an injector sees whether %s takes effect", row->name);
	if ((row->kind == PRESSURE_SPARES && spared(run, r)) || row_hit(run, r))
		return -1;
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
		f->proved = seen ? effect_starts(pressure, &run->seen) : f->invalidations;
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
	if (!run->rounds)
		return;
	isolation_summary(&run->isolation, r);
	ordering_summary(&run->ordering, run->spec->pressure->kind == PRESSURE_TAKES, r);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What each round did: KVM's seq, the events that the injector saw, the row's own
 * proof and the pages themselves, as they were before the call and are after it.
 */
#include <stdlib.h>
#include <string.h>

#include "memory/pagemap.h"
#include "scenario/scenario.h"

/* Starts of an event by any of a set of callers. */
static uint64_t starts_by(const struct injector_status *seen, const char *event,
			  unsigned int callers)
{
	uint64_t sum = 0;
	unsigned int who;

	for (who = 0; who < NR_CALLERS; who++) {
		if (callers & CALLER_BIT(who))
			sum += injector_event_starts(seen, event, who);
	}
	return sum;
}

uint64_t effect_starts(const struct pressure *row, const struct injector_status *seen)
{
	unsigned int callers = row->callers ? row->callers : CALLER_BIT(CALLER_PRESSURE);
	char events[96], *event, *rest = events;
	uint64_t sum = 0;

	strncpy(events, row->events, sizeof(events) - 1);
	events[sizeof(events) - 1] = '\0';
	while ((event = strsep(&rest, " ")))
		sum += starts_by(seen, event, callers);
	return sum;
}

/* All that a notifier heard, but for what only a reaping thread of ours did. */
static uint64_t heard(const struct scenario_run *run)
{
	unsigned int callers = run->spec->pressure->callers, n;
	uint64_t sum = 0;

	callers |= CALLER_BIT(CALLER_PRESSURE) | CALLER_BIT(CALLER_OTHER);
	if (!run->spec->injector->reaps)
		callers |= CALLER_BIT(CALLER_OWN);
	for (n = 0; n < run->seen.nr_events; n++)
		sum += starts_by(&run->seen, run->seen.events[n].name, callers);
	return sum;
}

static int look(struct scenario_run *run, struct effect *e, struct result *r)
{
	struct health_sample s = { 0 };

	if ((run->watched && health_sample(&run->health, &s, r)) ||
	    (run->spec->injector->kind && injector_read(&run->injectors[0], &run->seen, r)))
		return -1;
	*e = (struct effect) {
		.seq = s.seq,
		.starts = effect_starts(run->spec->pressure, &run->seen),
		.heard = heard(run),
		.proved = run->press.proved,
		.changed = run->changed,
	};
	return 0;
}

/* Whoever works for the row in a thread of its own may not be done with its last range. */
static bool is_late(const struct scenario_run *run)
{
	return run->spec->pressure->callers & ~CALLER_BIT(CALLER_PRESSURE);
}

/* The round by itself: what rose, and what should have along with it. */
static int account(struct scenario_run *run, struct result *r)
{
	const struct effect *was = &run->was;
	struct effect now;
	bool hit;

	if (look(run, &now, r))
		return -1;
	hit = now.proved > was->proved || now.changed > was->changed;
	run->rose.seq += now.seq != was->seq;
	run->rose.starts += now.starts > was->starts;
	run->rose.heard += now.heard > was->heard;
	run->rose.proved += now.proved > was->proved;
	run->rose.changed += now.changed > was->changed;
	run->unseen.seq += run->watched && hit && now.seq == was->seq;
	run->unseen.heard += run->spec->injector->kind && hit && now.heard == was->heard;
	return 0;
}

int effect_before(struct scenario_run *run, struct result *r)
{
	if (look(run, &run->was, r))
		return -1;
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
	return is_late(run) ? 0 : account(run, r);
}

int effect_round_over(struct scenario_run *run, struct result *r)
{
	return is_late(run) ? account(run, r) : 0;
}

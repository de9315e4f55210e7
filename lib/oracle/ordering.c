// SPDX-License-Identifier: GPL-2.0
/*
 * Order: what the checker has seen go between start() and end(), and what outside.
 */
#include <stdio.h>
#include <string.h>

#include "oracle/ordering.h"

void ordering_init(struct ordering *o, struct injector *checker, const struct area *area)
{
	memset(o, 0, sizeof(*o));
	o->checker = checker;
	o->area = area;
}

static const char *describe(uint64_t entry, char *text, size_t size)
{
	if (!entry)
		return "nothing";
	snprintf(text, size, "frame %#llx%s%s%s", (unsigned long long)CHECKED_PFN(entry),
		 entry & CHECKED_WRITABLE ? " writable" : " read-only",
		 entry & CHECKED_DIRTY ? " dirty" : " clean",
		 entry & CHECKED_HUGE ? " huge" : "");
	return text;
}

/* An invalidation that was over says that it ended too soon; none, that it is late. */
static const char *which_way(const struct injector_status *s)
{
	if (s->outside_ended)
		return "after end()";
	return strcmp(s->outside_seen, "start") ? "with no start()" : "before start()";
}

int ordering_look(struct ordering *o, const char *name, struct result *r)
{
	const struct injector_status *s = &o->seen;
	char was[64], now[64];

	if (!o->checker)
		return 0;
	if (injector_look(o->checker, r) || injector_read(o->checker, &o->seen, r))
		return -1;
	if (!s->outside)
		return 0;
	result_judged(r, ORACLE_ORDER);
	return result_fail(r, CONTRACT_NO_STALE,
			   "%s changed what was mapped %s: page %llu had %s, then %s (seen by %s; %llu such changes, %llu between start() and end())",
			   name, which_way(s),
			   (unsigned long long)(s->outside_at - (uintptr_t)o->area->hva) / PAGE_BYTES,
			   describe(s->outside_was, was, sizeof(was)),
			   describe(s->outside_now, now, sizeof(now)), s->outside_seen,
			   (unsigned long long)s->outside, (unsigned long long)s->changed);
}

void ordering_summary(const struct ordering *o, bool takes, struct result *r)
{
	if (!o->checker)
		return;
	result_note(r, "order: %llu times a page lost something between start() and end(), %llu times outside",
		    (unsigned long long)o->seen.changed, (unsigned long long)o->seen.outside);
	if (o->seen.changed || !takes)
		result_judged(r, ORACLE_ORDER);
	else
		result_not_judged(r, ORACLE_ORDER,
				  "no page lost anything between start() and end()");
}

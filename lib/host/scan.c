// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for passes over all memory: for a time in any event, and for passes as long as
 * they come.
 */
#include <string.h>

#include "base/page.h"
#include "base/test_process.h"
#include "host/hostfile.h"
#include "host/scan.h"

/* The next pass may meet a host that is busier than the last. */
#define PASS_FACTOR	4
#define SAMPLE_PAGES	64

void scan_start(struct scan *s, const char *counter, const char *what, uint64_t least_ns,
		uint64_t pass_ns)
{
	*s = (struct scan) { .counter = counter, .what = what };
	if (hostfile_read_ulong(counter, &s->first))
		s->first = 0;
	s->seen = s->first;
	deadline_start(&s->least, least_ns);
	deadline_start(&s->most, SCAN_PASSES * PASS_FACTOR * pass_ns);
	s->seen_ns = s->least.last_ns;
	test_process_waits_for(what, 0);
}

unsigned long long scan_passes(const struct scan *s)
{
	return s->seen - s->first;
}

/* As long as the time in any event lasts, the other one is not used up. */
static bool extend(struct scan *s, uint64_t now)
{
	if (scan_passes(s) >= SCAN_PASSES)
		return false;
	if (!s->extended) {
		s->most.last_ns = now;
		test_process_waits_for(s->what, s->most.budget_ns);
	}
	s->extended = true;
	return deadline_advance(&s->most, now);
}

/* What passes take is known better with each; the limit of the test has to follow. */
static void count_passes(struct scan *s, unsigned long long passes, uint64_t now)
{
	uint64_t pass_ns = (now - s->seen_ns) / (passes - s->seen);
	uint64_t budget = s->most.spent_ns + SCAN_PASSES * PASS_FACTOR * pass_ns;

	if (s->extended && budget > s->most.budget_ns)
		test_process_waits_for(s->what, budget - s->most.budget_ns);
	s->most.budget_ns = budget;
	s->seen = passes;
	s->seen_ns = now;
}

bool scan_advance(struct scan *s, unsigned long long passes, uint64_t now)
{
	if (passes > s->seen)
		count_passes(s, passes, now);
	return deadline_advance(&s->least, now) || extend(s, now);
}

void scan_end(void)
{
	test_process_waits_for(NULL, 0);
}

bool scan_poll(struct scan *s)
{
	unsigned long long passes;

	sleep_ns(DEADLINE_POLL_NS);
	if (hostfile_read_ulong(s->counter, &passes))
		passes = s->seen;
	return scan_advance(s, passes, now_ns());
}

uint64_t scan_page_ns(void)
{
	static uint64_t pages[SAMPLE_PAGES][PAGE_BYTES / sizeof(uint64_t)];
	volatile uint64_t sum = 0;
	uint64_t start;
	size_t i;

	/* Not the zero page. */
	memset(pages, 1, sizeof(pages));
	start = now_ns();
	for (i = 0; i < sizeof(pages) / sizeof(uint64_t); i++)
		sum += (&pages[0][0])[i];
	return (now_ns() - start) / SAMPLE_PAGES;
}

uint64_t scan_pass_ns(unsigned long long pages, unsigned long long batch,
		      unsigned long long sleep_ms, uint64_t page_ns)
{
	return (pages / batch + 1) * sleep_ms * 1000000 + pages * page_ns;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting for a thread of the kernel that goes over all memory of the host, pass after
 * pass: ksmd, khugepaged.  On a large host others have more of it than the test, and how
 * long a pass takes is seen only when one is over.
 */
#ifndef SCAN_H
#define SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"

/* So many are given: one that was under way already, one that notes, one that acts. */
#define SCAN_PASSES	4

struct scan {
	const char *counter;		/* file: passes since boot */
	const char *what;		/* is waited for, for people */
	unsigned long long first, seen;	/* at the start, and at the last look */
	uint64_t seen_ns;		/* when @seen changed */
	bool extended;			/* @most has begun */
	struct deadline least, most;
};

/*
 * scan_start() - begin to wait
 * @s: filled in
 * @counter: file with the number of passes; static storage
 * @what: is waited for; static storage
 * @least_ns: wait for so long in any event
 * @pass_ns: how long the first pass may take, from the size of the host
 */
void scan_start(struct scan *s, const char *counter, const char *what, uint64_t least_ns,
		uint64_t pass_ns);

/*
 * scan_advance() - account for time up to @now, with so many passes by then
 *
 * Once a pass has been seen, the others may take a multiple of what it took.
 * Return: time left, and passes?
 */
bool scan_advance(struct scan *s, unsigned long long passes, uint64_t now);

/* scan_poll() - sleep one poll and do that; Return: as scan_advance() */
bool scan_poll(struct scan *s);

/* scan_end() - what was waited for has come, or is given up */
void scan_end(void);

/* scan_passes() - how many passes have been seen since the start */
unsigned long long scan_passes(const struct scan *s);

/* scan_page_ns() - measure what reading a page takes on this machine */
uint64_t scan_page_ns(void);

/* scan_pass_ns() - of @pages pages, @batch at a time with sleeps of @sleep_ms, each of @page_ns */
uint64_t scan_pass_ns(unsigned long long pages, unsigned long long batch,
		      unsigned long long sleep_ms, uint64_t page_ns);

#endif

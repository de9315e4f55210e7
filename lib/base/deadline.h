/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Deadlines that hold on any bed.
 *
 * A deadline is a budget of time in which the bed actually runs us.  Whoever waits
 * polls in short sleeps; a sleep that took far longer than requested was the
 * bed's fault, and counts only up to a limit.  So a host that stops for a minute
 * costs no budget, but a guest that stalls does.
 *
 * Whoever tries a call again and again spends its time in the call.  What one may
 * cost follows from the quickest: if all take seconds, then that is what the call takes.
 */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#define DEADLINE_POLL_NS	1000000ULL	/* one sleep of the waiter */
#define DEADLINE_STEP_MAX_NS	20000000ULL	/* what one sleep may cost */

#define DEADLINE_CALLS_MIN	30	/* calls that are tried, however long they take */
#define DEADLINE_CALL_FACTOR	4	/* times the quickest: what one call may cost */

struct deadline {
	uint64_t budget_ns;
	uint64_t spent_ns;
	uint64_t last_ns;
	uint64_t quickest_ns;	/* of the calls so far */
	unsigned int calls;
};

/* now_ns() - CLOCK_MONOTONIC */
uint64_t now_ns(void);

/* sleep_ns() - sleep for the whole time, even if signals interrupt it */
void sleep_ns(uint64_t ns);

/* deadline_start() - begin a budget now */
void deadline_start(struct deadline *d, uint64_t budget_ns);

/* deadline_advance() - account for time up to @now; Return: budget left? */
bool deadline_advance(struct deadline *d, uint64_t now);

/* deadline_poll() - sleep one poll and account for it; Return: budget left? */
bool deadline_poll(struct deadline *d);

/* deadline_called() - account for a call that ended at @now; Return: budget left, or too few calls? */
bool deadline_called(struct deadline *d, uint64_t now);

/* deadline_retry() - after a call: sleep one poll, and account for both; Return: as above */
bool deadline_retry(struct deadline *d);

/* What the bed can do, measured before any pressure. */
struct calibration {
	uint64_t cold_ns;	/* first visit of all pages: every one a fault */
	uint64_t cold_visits;	/* all vCPUs together */
	uint64_t warm_visits;	/* then, without pressure, all vCPUs together */
	uint64_t warm_ns;
};

/* For the first visits: nothing is known of the bed yet. */
#define CALIBRATION_NS	60000000000ULL

/*
 * calibration_budget_ns() - how long a guest may take to visit all its pages
 *
 * A large multiple of what it took cold, because the bed may get busy at any
 * time, and never less than a few seconds: only a guest that stalls should
 * fail, and a generous budget costs nothing as long as all is well.
 */
uint64_t calibration_budget_ns(const struct calibration *c);

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * Budgets of time, and how they follow from the calibration.
 */
#include <errno.h>
#include <time.h>

#include "base/deadline.h"

#define NS_PER_SEC		1000000000ULL
#define BUDGET_FACTOR		100
#define BUDGET_MIN_NS		(4 * NS_PER_SEC)
#define BUDGET_MAX_NS		(60 * NS_PER_SEC)

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

void sleep_ns(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = ns / NS_PER_SEC,
		.tv_nsec = ns % NS_PER_SEC,
	};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

void deadline_start(struct deadline *d, uint64_t budget_ns)
{
	*d = (struct deadline) { .budget_ns = budget_ns, .last_ns = now_ns() };
}

bool deadline_advance(struct deadline *d, uint64_t now)
{
	uint64_t step = now - d->last_ns;

	d->last_ns = now;
	d->spent_ns += step < DEADLINE_STEP_MAX_NS ? step : DEADLINE_STEP_MAX_NS;
	return d->spent_ns < d->budget_ns;
}

bool deadline_poll(struct deadline *d)
{
	sleep_ns(DEADLINE_POLL_NS);
	return deadline_advance(d, now_ns());
}

bool deadline_called(struct deadline *d, uint64_t now)
{
	uint64_t step = now - d->last_ns, most = DEADLINE_CALL_FACTOR * d->quickest_ns;

	if (most < DEADLINE_STEP_MAX_NS)
		most = DEADLINE_STEP_MAX_NS;
	if (!d->calls++ || step < d->quickest_ns)
		d->quickest_ns = step;
	d->last_ns = now;
	d->spent_ns += step < most ? step : most;
	return d->spent_ns < d->budget_ns || d->calls < DEADLINE_CALLS_MIN;
}

bool deadline_retry(struct deadline *d)
{
	sleep_ns(DEADLINE_POLL_NS);
	return deadline_called(d, now_ns());
}

uint64_t calibration_budget_ns(const struct calibration *c)
{
	uint64_t budget = c->cold_ns * BUDGET_FACTOR;

	if (c->cold_ns > BUDGET_MAX_NS / BUDGET_FACTOR)
		return BUDGET_MAX_NS;
	return budget < BUDGET_MIN_NS ? BUDGET_MIN_NS : budget;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Concurrent pressures, which threads of their own apply to the area that the
 * scenario's pressure is at work on.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scenario/concurrent.h"

/*
 * A concurrent pressure rests for three quarters of its time: several of them back to
 * back may leave no pause, and then a guest is promised nothing.
 */
#define PAUSE_PER_CALL	3
#define PAUSE_MIN_NS	1000000ULL
#define PAUSE_SLICE_NS	10000000ULL

/* Others undo what it waits for; it must not spend the time of the scenario on that. */
#define BUDGET_SHARE	20

static bool stopping(const struct concurrent_pressure *c)
{
	return __atomic_load_n(&c->stop, __ATOMIC_ACQUIRE);
}

static void pause_for(const struct concurrent_pressure *c, uint64_t ns)
{
	uint64_t end = now_ns() + (ns < PAUSE_MIN_NS ? PAUSE_MIN_NS : ns), now;

	while (!stopping(c) && (now = now_ns()) < end)
		sleep_ns(end - now < PAUSE_SLICE_NS ? end - now : PAUSE_SLICE_NS);
}

static void *concurrent_main(void *arg)
{
	struct concurrent_pressure *c = arg;
	uint64_t start;

	while (!stopping(c)) {
		start = now_ns();
		c->press.round = c->calls;
		if (c->press.row->apply(&c->press, &c->result))
			break;
		c->calls++;
		pause_for(c, PAUSE_PER_CALL * (now_ns() - start));
	}
	return NULL;
}

/* Each has a restorer of its own: requests of two threads to one would mix. */
int concurrent_open(struct scenario_run *run, struct result *r)
{
	const struct pressure *row;
	const char *missing;
	unsigned int n;

	for (n = 0; n < SCENARIO_MAX_CONCURRENT && run->spec->concurrent[n]; n++) {
		row = run->spec->concurrent[n];
		missing = pressure_missing(row);
		if (missing)
			return result_skip(r, "%s: %s", row->name, missing);
		if (hoststate_open(&run->concurrent[n].host, row->changes ?: row->may_change, r))
			return -1;
	}
	return 0;
}

static int set_up(struct concurrent_pressure *c, const struct pressure *row,
		  const struct press *beside, struct result *r)
{
	result_init(&c->result);
	c->press = *beside;
	c->press.row = row;
	c->press.host = &c->host;
	c->press.effect = EFFECT_PRESERVE;
	c->press.state = NULL;
	c->press.proved = 0;
	return row->set_up ? row->set_up(&c->press, r) : 0;
}

/* Who counts as the pressure thread from now on. */
static int set_caller(struct scenario_run *run, long tid, struct result *r)
{
	unsigned int n;

	for (n = 0; n < run->spec->injector->count; n++) {
		if (injector_caller(&run->injectors[n], tid, r))
			return -1;
	}
	return 0;
}

int concurrent_set_up(struct scenario_run *run, struct result *r)
{
	unsigned int n;

	/* What they touch in the name of this thread is not the pressure's doing. */
	if (run->spec->concurrent[0] && set_caller(run, 0, r))
		return -1;
	for (n = 0; n < SCENARIO_MAX_CONCURRENT && run->spec->concurrent[n]; n++) {
		if (set_up(&run->concurrent[n], run->spec->concurrent[n], &run->press, r))
			return -1;
	}
	return n ? set_caller(run, syscall(SYS_gettid), r) : 0;
}

int concurrent_start(struct scenario_run *run, struct result *r)
{
	struct concurrent_pressure *c;
	unsigned int n;

	for (n = 0; n < SCENARIO_MAX_CONCURRENT && run->spec->concurrent[n]; n++) {
		c = &run->concurrent[n];
		c->press.budget_ns = run->budget_ns / BUDGET_SHARE;
		errno = pthread_create(&c->thread, NULL, concurrent_main, c);
		if (errno)
			return result_errno(r, "pthread_create(%s)", c->press.row->name);
		c->running = true;
	}
	return 0;
}

void concurrent_stop(struct scenario_run *run, struct result *r)
{
	unsigned int n;

	for (n = 0; n < SCENARIO_MAX_CONCURRENT; n++)
		__atomic_store_n(&run->concurrent[n].stop, 1, __ATOMIC_RELEASE);
	for (n = 0; n < SCENARIO_MAX_CONCURRENT; n++) {
		struct concurrent_pressure *c = &run->concurrent[n];

		if (!c->running)
			continue;
		pthread_join(c->thread, NULL);
		c->running = false;
		/* One that is well has nothing to tell but its figures. */
		if (c->result.kind != RESULT_PASS)
			result_adopt(r, &c->result);
	}
}

void concurrent_tear_down(struct scenario_run *run)
{
	unsigned int n = SCENARIO_MAX_CONCURRENT;

	/* The last to change a setting is the first to put it back. */
	while (n--) {
		struct concurrent_pressure *c = &run->concurrent[n];

		if (c->press.row && c->press.row->tear_down)
			c->press.row->tear_down(&c->press);
		hoststate_close(&c->host);
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A look at the guest between the two invalidations of one call.
 */
#include <string.h>

#include "base/deadline.h"
#include "support/moved.h"

#define HOLD_US		200000

/* Return: 1 while the start of the second is open, 0, or -1. */
static int second_is_open(struct moved *m)
{
	struct injector_status now;

	if (injector_read(&m->run->injectors[0], &now, &m->result))
		return -1;
	return now.delayed_starts > m->before.delayed_starts &&
	       now.delayed_us == m->before.delayed_us;
}

static void vcpu_visits(const struct moved *m, uint64_t *visits)
{
	unsigned int id;

	for (id = 0; id < m->run->vm.nr_vcpus; id++)
		visits[id] = guest_load(&vm_shared(&m->run->vm)->vcpu[id].visits);
}

static void judge_moved(struct moved *m)
{
	uint64_t before[GUEST_MAX_VCPUS], now[GUEST_MAX_VCPUS];
	unsigned int id;

	vcpu_visits(m, before);
	sleep_ns(HOLD_US / 4 * 1000ULL);
	vcpu_visits(m, now);
	if (second_is_open(m) != 1)
		return;
	m->judged++;
	for (id = 0; id < m->run->vm.nr_vcpus; id++) {
		/* An access that was over may have been counted only now. */
		if (now[id] - before[id] > 1)
			result_fail(&m->result, CONTRACT_NO_STALE,
				    "vCPU %u made %llu visits to pages that mremap() had moved elsewhere, and not yet unmapped",
				    id, (unsigned long long)(now[id] - before[id]));
	}
}

static void *watch_move(void *arg)
{
	struct moved *m = arg;
	int open = 0;

	while (!open && !__atomic_load_n(&m->over, __ATOMIC_ACQUIRE)) {
		open = second_is_open(m);
		if (!open)
			sleep_ns(DEADLINE_POLL_NS);
	}
	if (open > 0)
		judge_moved(m);
	return NULL;
}

/* The thread is there before mremap() takes the mmap_lock. */
static int before_move(struct scenario_run *run, struct result *r)
{
	struct moved *m = run->spec->own;
	struct injector *i = &run->injectors[0];
	int err;

	m->run = run;
	m->over = 0;
	result_init(&m->result);
	if (injector_events(i, "unmap", r) || injector_delay(i, HOLD_US, 0, r) ||
	    injector_knob(i, KNOB_TIMES, 1, r) || injector_read(i, &m->before, r))
		return -1;
	err = pthread_create(&m->thread, NULL, watch_move, m);
	if (err)
		return result_error(r, "pthread_create: %s", strerror(err));
	m->running = true;
	return 0;
}

static void stop_watching(struct moved *m)
{
	__atomic_store_n(&m->over, 1, __ATOMIC_RELEASE);
	if (m->running)
		pthread_join(m->thread, NULL);
	m->running = false;
}

static int after_move(struct scenario_run *run, struct result *r)
{
	struct moved *m = run->spec->own;

	stop_watching(m);
	if (m->result.kind == RESULT_PASS)
		return 0;
	result_adopt(r, &m->result);
	return -1;
}

static int last_move(struct scenario_run *run, struct result *r)
{
	struct moved *m = run->spec->own;

	stop_watching(m);
	if (m->judged)
		result_judged(r, ORACLE_ORDER);
	else if (run->rounds)
		return result_skip(r, "the bed is too slow: in none of %u calls was there time to look",
				   run->rounds);
	return 0;
}

const struct scenario_steps moved_steps = {
	.before_call = before_move,
	.after_call = after_move,
	.last = last_move,
};

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest, a delayer, and invalidations that are held open.
 *
 * Page i of the guest's memory is vCPU i's alone, so that the visits of a vCPU
 * tell of one page.  Before each hold the vCPUs are parked and their
 * translations dropped, while the pages stay in the host's page table: when
 * they go on, every one of them faults, and finds KVM's count up.
 */
#ifndef MN_DELAY_H
#define MN_DELAY_H

#include "host/hostfile.h"
#include "mn_harness.h"
#include "scenario/scenario.h"

#define NR_VCPUS	4
#define ALL_VCPUS	((1u << NR_VCPUS) - 1)
#define MAX_HELD	2
#define TRIES		5		/* where holds end before all was seen */
#define FREE_VISITS	16		/* whoever makes so many does not wait */

/* Pages of the area. */
struct part {
	unsigned int first, nr;
};

/* Where the delayer sleeps, so that KVM's count is up meanwhile. */
enum order {
	START_BEHIND_KVM,
	END_AHEAD_OF_KVM,
	NR_ORDERS,
};

static const struct {
	const char *name;
	bool before_kvm;
} orders[NR_ORDERS] = {
	[START_BEHIND_KVM] = { "start_behind_kvm", true },
	[END_AHEAD_OF_KVM] = { "end_ahead_of_kvm", false },
};

/*
 * A thread that begins when it is told to.  It must be there before any hold:
 * pthread_create() maps a stack, and mmap() would wait for the mmap_lock that
 * the held call has.
 */
struct errand {
	pthread_t thread;
	void (*run)(void *arg);
	void *arg;
	uint32_t go, over;
};

/* One invalidation, by a thread of its own. */
struct held {
	struct errand errand;
	void *start;
	size_t len;		/* 0: not used */
	int err;
};

struct stage {
	enum order order;
	struct injector_setup setup;
	struct scenario spec;
	struct scenario_run run;
	bool ready;		/* guest at work; nothing has gone wrong */
	bool ranged;		/* KVM lets faults outside the hull pass */
	bool announced;		/* the guest knows that its pages may go */
	struct held held[MAX_HELD];
	unsigned int nr_threads, nr_held;
	/* As all was before the first hold. */
	unsigned long long seq;
	uint64_t delayed_us;
	uint64_t visits[NR_VCPUS], passes[NR_VCPUS];
};

/* How long to hold in one of TRIES: the last is the longest that a delayer takes. */
static inline unsigned int stage_hold_us(unsigned int try)
{
	return INJECTOR_MAX_DELAY_US * (try + 2) / (TRIES + 1);
}

static inline uint64_t stage_visits(const struct stage *s, unsigned int vcpu)
{
	return guest_load(&vm_shared(&s->run.vm)->vcpu[vcpu].visits);
}

/* A pass that has begun comes to the page next: there is only one. */
static inline uint64_t stage_passes(const struct stage *s, unsigned int vcpu)
{
	return guest_load(&vm_shared(&s->run.vm)->vcpu[vcpu].heartbeat);
}

static inline void *errand_thread(void *arg)
{
	struct errand *e = arg;

	while (!guest_load(&e->go))
		sleep_ns(DEADLINE_POLL_NS);
	e->run(e->arg);
	guest_store(&e->over, 1);
	return NULL;
}

/* A thread that is to @run; Return: 0, or -1 with an error. */
static inline int errand_create(struct errand *e, void (*run)(void *arg), void *arg,
				struct result *r)
{
	*e = (struct errand) { .run = run, .arg = arg };
	errno = pthread_create(&e->thread, NULL, errand_thread, e);
	return errno ? result_errno(r, "pthread_create()") : 0;
}

static inline void stage_begin(struct stage *s, enum order order, struct result *r)
{
	char path[192];

	s->order = order;
	s->setup = (struct injector_setup) {
		.kind = "delayer",
		.count = 1,
		.before_kvm = orders[order].before_kvm,
	};
	s->spec = (struct scenario) {
		.backing = &backings[BACKING_ANON],
		.injector = &s->setup,
		.workload = workload_find("sweep_write"),
		.nr_vcpus = NR_VCPUS,
		.nr_pages = NR_VCPUS,
	};
	s->ready = !scenario_begin(&s->run, &s->spec, r);
	snprintf(path, sizeof(path), "%s/mmu_notifier_range", s->run.health.dir);
	s->ranged = !access(path, R_OK);
}

static inline int stage_drop_translations(struct stage *s, struct result *r)
{
	int fd = inject_reap_open(r);
	int ret;

	if (fd < 0)
		return -1;
	ret = inject_reap(fd, s->run.area.hva, s->run.area.size);
	close(fd);
	return ret ? result_error(r, "reap of the area: %s", strerror(-ret)) : 0;
}

static inline void stage_discard(void *arg)
{
	struct held *h = arg;

	if (h->len && madvise(h->start, h->len, MADV_DONTNEED))
		h->err = errno;
}

static inline int stage_create_threads(struct stage *s, struct result *r)
{
	for (; s->nr_threads < MAX_HELD; s->nr_threads++) {
		struct held *h = &s->held[s->nr_threads];

		*h = (struct held) { 0 };
		if (errand_create(&h->errand, stage_discard, h, r))
			return -1;
	}
	return 0;
}

/* Park the vCPUs and take their translations; Return: 0, or -1 with @r set. */
static inline int stage_prepare(struct stage *s, struct result *r)
{
	struct injector_status seen;
	struct health_sample now;
	unsigned int id;

	if (stage_create_threads(s, r) ||
	    coherence_before(&s->run.coherence, EFFECT_MAY_DISCARD, r))
		return -1;
	s->announced = true;
	if (vm_park(&s->run.vm, s->run.budget_ns, r) || stage_drop_translations(s, r) ||
	    health_at_rest(&s->run.health, s->run.budget_ns, r) ||
	    health_sample(&s->run.health, &now, r))
		return -1;
	s->seq = now.seq;
	if (injector_read(&s->run.injectors[0], &seen, r))
		return -1;
	s->delayed_us = seen.delayed_us;
	for (id = 0; id < NR_VCPUS; id++) {
		s->visits[id] = stage_visits(s, id);
		s->passes[id] = stage_passes(s, id);
	}
	return 0;
}

static inline int stage_delays(const struct stage *s, uint64_t *delays, struct result *r)
{
	struct injector_status seen;

	if (injector_read(&s->run.injectors[0], &seen, r))
		return -1;
	*delays = seen.delayed_starts + seen.delayed_ends;
	return 0;
}

/*
 * Discard memory, and be held for @us; Return: 0 when the delay has begun, or
 * -1 with an error.
 */
static inline int stage_hold(struct stage *s, void *start, size_t len, unsigned int us,
			     struct result *r)
{
	struct injector *delayer = &s->run.injectors[0];
	struct held *h = &s->held[s->nr_held];
	struct deadline deadline;
	uint64_t before, now;

	if (stage_delays(s, &before, r) ||
	    injector_delay(delayer, s->order == START_BEHIND_KVM ? us : 0,
			   s->order == END_AHEAD_OF_KVM ? us : 0, r) ||
	    injector_knob(delayer, KNOB_TIMES, 1, r))
		return -1;
	h->start = start;
	h->len = len;
	s->nr_held++;
	guest_store(&h->errand.go, 1);
	deadline_start(&deadline, s->run.budget_ns);
	do {
		if (stage_delays(s, &now, r))
			return -1;
		if (now > before)
			return 0;
	} while (deadline_poll(&deadline));
	return result_error(r, "no bite: madvise(%p, %zu, MADV_DONTNEED) was not delayed", start, len);
}

/*
 * Does KVM count every one of so many invalidations of its memory?
 *
 * Return: 0; 1 if some are over already; -1 with a failure.
 */
static inline int stage_count_is(struct stage *s, unsigned int nr, struct result *r)
{
	struct health_sample now;

	if (health_sample(&s->run.health, &now, r))
		return -1;
	if (now.seq != s->seq)
		return 1;
	if (now.in_progress < nr)
		return result_fail(r, CONTRACT_FAULTS,
				   "in-progress is %lld while %u invalidations of guest memory are open",
				   now.in_progress, nr);
	return 0;
}

/* Wait for all holds to be over; Return: 0, or -1 with an error. */
static inline int stage_release(struct stage *s, struct result *r)
{
	int ret = 0;

	s->nr_held = 0;
	for (; s->nr_threads; s->nr_threads--) {
		struct held *h = &s->held[s->nr_threads - 1];

		guest_store(&h->errand.go, 1);
		pthread_join(h->errand.thread, NULL);
		errno = h->err;
		if (errno)
			ret = result_errno(r, "madvise(%p, %zu, MADV_DONTNEED)", h->start, h->len);
	}
	if (s->announced)
		coherence_after(&s->run.coherence, EFFECT_MAY_DISCARD);
	s->announced = false;
	return ret;
}

static inline void stage_end(struct stage *s, struct result *r)
{
	stage_release(s, r);
	scenario_end(&s->run, s->ready && r->kind == RESULT_PASS, r);
}

#endif

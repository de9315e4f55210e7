// SPDX-License-Identifier: GPL-2.0
/*
 * Holding invalidations open while a guest is at work.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "support/stage.h"
#include "vm/arch.h"

const struct order_row orders[NR_ORDERS] = {
	[START_BEHIND_KVM] = { "start_behind_kvm", true },
	[END_AHEAD_OF_KVM] = { "end_ahead_of_kvm", false },
};

unsigned int stage_hold_us(unsigned int try)
{
	return INJECTOR_MAX_DELAY_US * (try + 2) / (TRIES + 1);
}

uint64_t stage_visits(const struct stage *s, unsigned int vcpu)
{
	return guest_load(&vm_shared(&s->run.vm)->vcpu[vcpu].visits);
}

uint64_t stage_passes(const struct stage *s, unsigned int vcpu)
{
	return guest_load(&vm_shared(&s->run.vm)->vcpu[vcpu].heartbeat);
}

char *stage_page(const struct stage *s, unsigned int vcpu)
{
	return s->run.area.hva + vcpu * vm_shared(&s->run.vm)->stride;
}

static void *errand_thread(void *arg)
{
	struct errand *e = arg;

	while (!guest_load(&e->go))
		sleep_ns(DEADLINE_POLL_NS);
	e->run(e->arg);
	guest_store(&e->over, 1);
	return NULL;
}

int errand_create(struct errand *e, void (*run)(void *arg), void *arg, struct result *r)
{
	*e = (struct errand) { .run = run, .arg = arg };
	errno = pthread_create(&e->thread, NULL, errand_thread, e);
	return errno ? result_errno(r, "pthread_create()") : 0;
}

void stage_begin(struct stage *s, enum order order, enum backing_id backing,
		 const char *workload, struct result *r)
{
	char path[192];

	s->order = order;
	s->setup = (struct injector_setup) {
		.kind = "delay",
		.count = 1,
		.before_kvm = orders[order].before_kvm,
	};
	s->spec = (struct scenario) {
		.backing = &backings[backing],
		.injector = &s->setup,
		.workload = workload_find(workload),
		.nr_vcpus = NR_VCPUS,
		.nr_pages = NR_VCPUS,
	};
	/* MADV_DONTNEED takes shared memory from page tables alone. */
	s->effect = BACKING_BIT(backing) & ON_SHARED ? EFFECT_PRESERVE : EFFECT_MAY_DISCARD;
	s->ready = !scenario_begin(&s->run, &s->spec, r);
	snprintf(path, sizeof(path), "%s/mmu_notifier_range", s->run.health.dir);
	s->ranged = vm_arch.waits_by_range && !access(path, R_OK);
}

static void stage_discard(void *arg)
{
	struct held *h = arg;

	if (h->len && madvise(h->start, h->len, MADV_DONTNEED))
		h->err = errno;
}

static int stage_create_threads(struct stage *s, struct result *r)
{
	for (; s->nr_threads < MAX_HELD; s->nr_threads++) {
		struct held *h = &s->held[s->nr_threads];

		*h = (struct held) { 0 };
		if (errand_create(&h->errand, stage_discard, h, r))
			return -1;
	}
	return 0;
}

int stage_prepare(struct stage *s, struct result *r)
{
	struct injector_status seen;
	struct health_sample now;
	unsigned int id;

	if (stage_create_threads(s, r) ||
	    coherence_before(&s->run.coherence, s->effect, r))
		return -1;
	s->announced = true;
	if (vm_park(&s->run.vm, s->run.budget_ns, r) ||
	    inject_reap_once(s->run.area.hva, s->run.area.size, r) ||
	    health_balanced(&s->run.health, s->run.budget_ns, r) ||
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

static int stage_delays(const struct stage *s, uint64_t *delays, struct result *r)
{
	struct injector_status seen;

	if (injector_read(&s->run.injectors[0], &seen, r))
		return -1;
	*delays = seen.delayed_starts + seen.delayed_ends;
	return 0;
}

int stage_hold_at(struct stage *s, void *start, size_t len, unsigned int us, struct result *r)
{
	struct injector *delay = &s->run.injectors[0];
	struct held *h = &s->held[s->nr_held];
	struct deadline deadline;
	uint64_t before, now;

	if (stage_delays(s, &before, r) ||
	    injector_delay(delay, s->order == START_BEHIND_KVM ? us : 0,
			   s->order == END_AHEAD_OF_KVM ? us : 0, r) ||
	    injector_knob(delay, KNOB_TIMES, 1, r))
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
	return result_error(r, "no effect: madvise(%p, %zu, MADV_DONTNEED) was not delayed", start, len);
}

int stage_hold(struct stage *s, const struct part *part, unsigned int us, struct result *r)
{
	char *start = stage_page(s, part->first);

	return stage_hold_at(s, start, stage_page(s, part->first + part->nr) - start, us, r);
}

int stage_count_is(struct stage *s, unsigned int nr, struct result *r)
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

int stage_release(struct stage *s, struct result *r)
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
		coherence_after(&s->run.coherence, s->effect);
	s->announced = false;
	return ret;
}

void stage_watch(struct stage *s,
		 int (*once)(struct stage *s, void *arg, unsigned int us, bool *stalled,
			     struct result *r),
		 void *arg, const char *nobody, struct result *r)
{
	unsigned int try, stalls = 0;
	int ret = s->ready ? 1 : -1;
	bool stalled;

	for (try = 0; ret > 0 && try < TRIES; try++) {
		stalled = false;
		ret = once(s, arg, stage_hold_us(try), &stalled, r);
		stalls += stalled;
	}
	if (!ret)
		result_note(r, "proved in hold %u%s", try,
			    s->ranged ? "" : "; the whole VM may wait: see vm_arch.waits_by_range");
	else if (ret > 0 && stalls == TRIES)
		result_fail(r, CONTRACT_FAULTS, "%s of %d holds", nobody, TRIES);
	else if (ret > 0)
		result_skip(r, "the bed is too slow: in none of %d holds of up to %u ms was there time to look",
			    TRIES, INJECTOR_MAX_DELAY_US / 1000);
}

void stage_end(struct stage *s, struct result *r)
{
	stage_release(s, r);
	scenario_end(&s->run, s->ready && r->kind == RESULT_PASS, r);
}

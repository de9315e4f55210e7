/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest, a delaying notifier, and invalidations that are held open.
 *
 * Page i of the guest's memory is vCPU i's alone, so that the visits of a vCPU
 * tell of one page.  Before each hold the vCPUs are parked and their
 * translations dropped, while the pages stay in the host's page table: when
 * they go on, every one of them faults, and finds KVM's count up.
 */
#ifndef STAGE_H
#define STAGE_H

#include "base/result.h"
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

/* Where the delaying notifier sleeps, so that KVM's count is up meanwhile. */
enum order {
	START_BEHIND_KVM,
	END_AHEAD_OF_KVM,
	NR_ORDERS,
};

struct order_row {
	const char *name;
	bool before_kvm;	/* the injector is attached before KVM's notifier */
};

extern const struct order_row orders[NR_ORDERS];

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
	enum content_effect effect;	/* of what is held */
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

/*
 * stage_hold_us() - how long to hold in one of TRIES
 *
 * The last is the longest that the injector takes.
 */
unsigned int stage_hold_us(unsigned int try);

/* stage_visits() - of a vCPU so far */
uint64_t stage_visits(const struct stage *s, unsigned int vcpu);

/* stage_passes() - begun by a vCPU so far; it then comes to its page, the only one */
uint64_t stage_passes(const struct stage *s, unsigned int vcpu);

/* errand_create() - a thread that is to @run; Return: 0, or -1 with an error */
int errand_create(struct errand *e, void (*run)(void *arg), void *arg, struct result *r);

/*
 * stage_begin() - a guest at work, with the injector attached
 * @workload: one by which each vCPU visits its own pages; no vCPU has more than one
 *
 * stage_end() must follow.
 */
void stage_begin(struct stage *s, enum order order, enum backing_id backing,
		 const char *workload, struct result *r);

/* stage_page() - where a vCPU's page begins; the next one's begins where it ends */
char *stage_page(const struct stage *s, unsigned int vcpu);

/* stage_prepare() - park the vCPUs and take their translations; Return: 0, or -1 with @r set */
int stage_prepare(struct stage *s, struct result *r);

/*
 * stage_hold() - discard pages of the area in another thread, and hold that for @us
 * stage_hold_at() - the same of any memory
 *
 * Return: 0 when the delay has begun, or -1 with an error.
 */
int stage_hold(struct stage *s, const struct part *part, unsigned int us, struct result *r);
int stage_hold_at(struct stage *s, void *start, size_t len, unsigned int us, struct result *r);

/*
 * stage_count_is() - does KVM count all of the @nr invalidations of its memory?
 *
 * Return: 0; 1 if some are over already; -1 with a failure.
 */
int stage_count_is(struct stage *s, unsigned int nr, struct result *r);

/* stage_release() - wait for all holds to be over; Return: 0, or -1 with an error */
int stage_release(struct stage *s, struct result *r);

/*
 * stage_watch() - hold, and see who waits and who does not, until one hold was long enough
 * @once: one hold of @us.  Sets @stalled if those outside made no progress.  Return: 0 proved;
 *	1 if it was over too early to tell; -1 with a failure
 * @nobody: of whom that is said, up to "in none", if it was so in each hold: a failure
 */
void stage_watch(struct stage *s,
		 int (*once)(struct stage *s, void *arg, unsigned int us, bool *stalled,
			     struct result *r),
		 void *arg, const char *nobody, struct result *r);

/* stage_end() - release, and end the guest; judges as scenario_end() does */
void stage_end(struct stage *s, struct result *r);

#endif

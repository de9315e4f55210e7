/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Samples: what happened when, for people who look at a test as a whole.  They judge
 * nothing.
 *
 * A thread of the test's process samples one VM from its start to its end, if MN_SAMPLES is
 * in the environment and not "0".  The samples are in memory that this process shares with
 * the one that reports, so they are there even if it does not end by itself.
 */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/types.h>

#include "inject/inject.h"
#include "oracle/oracle.h"

#define SAMPLES_MAX		200
#define SAMPLES_VCPUS		8	/* the first; of more than that nobody sees a course */
#define SAMPLES_PERIOD_MS	10	/* at first; twice that whenever they get too many */

struct sample {
	uint64_t ms;			/* since the first one */
	uint64_t visits[SAMPLES_VCPUS];
	long long in_progress;		/* KVM's count */
	unsigned long long invalidations; /* by KVM's seq, since the first sample */
	unsigned long long refusals;	/* by the first injector, so far */
};

struct samples {
	pid_t sampler;			/* the process that takes them; 0 once they are complete */
	unsigned int nr_vcpus;		/* whose visits there are */
	unsigned int period_ms;
	bool has_counts, has_refusals, has_gaps;
	guest_u64 gaps[GUEST_GAP_BUCKETS];	/* of all vCPUs */
	unsigned int nr;
	struct sample at[SAMPLES_MAX];
};

/*
 * samples_add() - add one, the last so far
 *
 * If they are SAMPLES_MAX, every second one goes first, and the period is doubled; the
 * very first one always stays.  One of the same millisecond as the last replaces it.
 */
void samples_add(struct samples *s, const struct sample *one);

/* samples_print() - as a line of diagnostics, see selftests/README.md; nothing if there are none */
void samples_print(const struct samples *s, FILE *f);

/*
 * samples_share() - before the process of a test is forked: it starts with none
 *
 * Return: where its samples will be, the same for all tests; NULL if nobody asks for
 * them, or there is no memory.
 */
const struct samples *samples_share(void);

/* Who takes them. */
struct sampler {
	struct samples *samples;	/* NULL: nobody does */
	const struct vm *vm;
	int in_progress_fd, seq_fd;	/* KVM's counters, or -1 */
	const struct injector *injector;
	uint64_t start_ns;
	long long seq;			/* at the start */
	pthread_t thread;
	sem_t stop;
};

/*
 * sampler_start() - take samples of a VM until sampler_stop(), unless nobody asks for them or
 * another VM of this test is being sampled
 * @vm: not started; stays the caller's
 * @health: of the VM; NULL: its counters are not shown
 * @injector: that may refuse; NULL: there is none.  It must stay open
 * @r: gets a note if it cannot
 */
void sampler_start(struct sampler *p, struct vm *vm, const struct health *health,
		   const struct injector *injector, struct result *r);

/* sampler_stop() - take the last sample; safe if it never started, or was zeroed */
void sampler_stop(struct sampler *p);

#endif

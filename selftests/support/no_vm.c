// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>

#include "base/deadline.h"
#include "guest/abi.h"
#include "memory/numa_pages.h"
#include "support/no_vm.h"

#define MAX_USERS	GUEST_MAX_VCPUS
#define LOOK_NS		100000ULL
#define IMAGE_BYTES	(1UL << 20)	/* about what a VM has beside its area */

struct user {
	struct side *side;
	unsigned int first;	/* page; it uses every nr_users-th */
	uint64_t sweeps;
};

struct side {
	struct area area, image;
	struct bare_turn turn;
	size_t bytes;
	unsigned int nr_pages, nr_users;
	struct user users[MAX_USERS];
	/* Who does not work sleeps: others are being measured. */
	pthread_mutex_t lock;
	pthread_cond_t work, slept;
	unsigned int asleep;
	bool at_work;
};

/* The memory is not there just now: once more. */
static void on_fault(int signal)
{
	(void)signal;
	sched_yield();
}

static void wait_for_work(struct side *s)
{
	pthread_mutex_lock(&s->lock);
	while (!s->at_work) {
		s->asleep++;
		pthread_cond_signal(&s->slept);
		pthread_cond_wait(&s->work, &s->lock);
		s->asleep--;
	}
	pthread_mutex_unlock(&s->lock);
}

/* Send them to work; or to sleep, which all are when this returns. */
static void set_work(struct side *s, bool at_work)
{
	pthread_mutex_lock(&s->lock);
	s->at_work = at_work;
	pthread_cond_broadcast(&s->work);
	while (!at_work && s->asleep < s->nr_users)
		pthread_cond_wait(&s->slept, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

static void *use(void *arg)
{
	struct user *u = arg;
	struct side *s = u->side;
	size_t stride = s->area.size / PAGE_BYTES / s->nr_pages * PAGE_BYTES;
	unsigned int page;

	for (;;) {
		wait_for_work(s);
		for (page = u->first; page < s->nr_pages; page += s->nr_users)
			__atomic_fetch_add((uint64_t *)(s->area.hva + page * stride), 1,
					   __ATOMIC_RELAXED);
		__atomic_add_fetch(&u->sweeps, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static int touched(void *arg, struct result *r)
{
	struct side *s = arg;

	(void)r;
	area_touch(&s->area);
	return 0;
}

/* The second sweep that ends from now on has begun after now. */
static int used(void *arg, struct result *r)
{
	struct side *s = arg;
	unsigned int n;
	uint64_t from;

	(void)r;
	for (n = 0; n < s->nr_users; n++) {
		from = __atomic_load_n(&s->users[n].sweeps, __ATOMIC_ACQUIRE);
		while (__atomic_load_n(&s->users[n].sweeps, __ATOMIC_ACQUIRE) - from < 2)
			sleep_ns(LOOK_NS);
	}
	return 0;
}

static int take_turn(void *arg, int turn, double *per_second, struct result *r)
{
	struct side *s = arg;
	int ret;

	s->turn.ready = turn == NO_VM_ALONE ? touched : used;
	set_work(s, turn != NO_VM_ALONE);
	ret = turn == NO_VM_STORM ? bare_storm(&s->turn, per_second, r) :
				    bare_turn(&s->turn, per_second, r);
	set_work(s, false);
	return ret;
}

static int begin(void *arg, struct result *r)
{
	struct sigaction action = { .sa_handler = on_fault };
	struct side *s = arg;
	unsigned int n;

	if (sigaction(SIGSEGV, &action, NULL) || sigaction(SIGBUS, &action, NULL))
		return result_errno(r, "sigaction(SIGSEGV)");
	if (area_create(&s->area, &backings[s->turn.call->backing], s->bytes, r) ||
	    area_create(&s->image, &backings[BACKING_ANON], IMAGE_BYTES, r))
		return -1;
	area_touch(&s->image);
	for (n = 0; n < s->nr_users; n++) {
		pthread_t thread;

		s->users[n] = (struct user) { .side = s, .first = n };
		errno = pthread_create(&thread, NULL, use, &s->users[n]);
		if (errno)
			return result_errno(r, "pthread_create(user)");
	}
	return 0;
}

int no_vm_start(struct peer *p, const struct bare_call *call, size_t bytes,
		unsigned int nr_pages, unsigned int nr_threads, struct result *r)
{
	static const struct peer_steps steps = { .begin = begin, .turn = take_turn };
	static struct side side;

	side = (struct side) {
		.turn = { .call = call, .area = &side.area, .arg = &side },
		.bytes = bytes, .nr_pages = nr_pages, .nr_users = nr_threads,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.work = PTHREAD_COND_INITIALIZER, .slept = PTHREAD_COND_INITIALIZER,
	};
	return peer_start(p, &steps, &side, r);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * userfaultfd: page faults that user space resolves.
 *
 * One descriptor, and a thread that serves the faults in its ranges.  The thread
 * can be told to hold faults back, so that everyone who uses the memory waits in
 * the kernel.
 */
#ifndef UFFD_H
#define UFFD_H

#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

/* Newer than the oldest headers that this is built with. */
#ifndef UFFD_FEATURE_POISON
#define UFFD_FEATURE_POISON	(1 << 14)
#define _UFFDIO_POISON		0x08
struct uffdio_poison {
	struct uffdio_range range;
	uint64_t mode;
	int64_t updated;
};
#define UFFDIO_POISON		_IOWR(UFFDIO, _UFFDIO_POISON, struct uffdio_poison)
#endif

#ifndef UFFD_FEATURE_MOVE
#define UFFD_FEATURE_MOVE	(1 << 16)
#define _UFFDIO_MOVE		0x05
struct uffdio_move {
	uint64_t dst, src, len;
#define UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES	(1ULL << 1)
	uint64_t mode;
	int64_t move;
};
#define UFFDIO_MOVE		_IOWR(UFFDIO, _UFFDIO_MOVE, struct uffdio_move)
#endif

/* More than the threads that can wait at the same time. */
#define UFFD_MAX_PENDING	32
#define UFFD_MAX_RANGES		2

struct uffd {
	int fd;
	int wake;		/* eventfd: wakes the thread */
	size_t unit;		/* bytes resolved at a time */
	uint64_t budget_ns;	/* for one call, with all its retries */
	/*
	 * Resolves what the thread has read.  @unit: address of it.
	 * Return: 0, or -1 with @r.
	 */
	int (*resolve)(struct uffd *u, char *unit, struct result *r);
	void *owner;		/* for resolve() */
	pthread_t thread;
	bool running;
	pthread_mutex_t resolving;	/* held by the thread meanwhile */
	uint32_t held, ending, failed;	/* shared with the thread */
	uint64_t faults;	/* read by the thread so far */
	uint64_t served;	/* of them resolved */
	uint64_t pending[UFFD_MAX_PENDING], nr_pending;	/* the thread's own */
	struct uffdio_range ranges[UFFD_MAX_RANGES];
	unsigned int nr_ranges;
	uint64_t mode;		/* of all of them */
	struct result result;	/* the thread's */
};

/* uffd_missing() - why faults from kernel mode cannot be handled, or NULL */
const char *uffd_missing(void);

/* uffd_has() - does the kernel have all these UFFD_FEATURE_*? */
bool uffd_has(uint64_t features);

/*
 * uffd_open() - a descriptor with no ranges yet
 * @u: filled in; release with uffd_close(), also if this failed
 * @features: UFFD_FEATURE_* that are used
 * @unit: bytes resolved at a time
 * @budget_ns: for one call, with all its retries
 */
int uffd_open(struct uffd *u, uint64_t features, size_t unit, uint64_t budget_ns,
	      struct result *r);

/*
 * uffd_register() - handle the faults of a range from now on
 * @mode: one UFFDIO_REGISTER_MODE_*, the same for all ranges
 */
int uffd_register(struct uffd *u, char *addr, size_t size, uint64_t mode,
		  struct result *r);

/*
 * uffd_serve() - start the thread
 * @resolve: resolves one fault
 * @owner: for @resolve
 * @held: hold faults back from the start
 */
int uffd_serve(struct uffd *u, int (*resolve)(struct uffd *u, char *unit, struct result *r),
	       void *owner, bool held, struct result *r);

/*
 * uffd_hold() / uffd_release() - hold back all faults; resolve them again
 *
 * When uffd_hold() has returned, no fault is being resolved.
 */
void uffd_hold(struct uffd *u);
void uffd_release(struct uffd *u);

/* uffd_served() - faults resolved so far */
uint64_t uffd_served(const struct uffd *u);

/* uffd_waiting() - faults that were read but not resolved: while held, threads that wait */
uint64_t uffd_waiting(const struct uffd *u);

/* uffd_failed() - has the thread given up?  uffd_close() says why */
bool uffd_failed(const struct uffd *u);

/*
 * uffd_close() - end the thread, give the ranges back, wake whoever waits
 *
 * Once, after uffd_open().  Return: 0, or -1 with what went wrong in
 * the thread.
 */
int uffd_close(struct uffd *u, struct result *r);

/*
 * Resolving a range, for resolve() and for everyone else.
 *
 * Where a page is already present (another thread was faster), only the waiters are
 * woken.  A call that is refused temporarily is retried.
 * Return: 0, or -1 with an error.
 */
int uffd_copy(struct uffd *u, char *addr, const char *from, size_t size, struct result *r);
int uffd_zero(struct uffd *u, char *addr, size_t size, struct result *r);
int uffd_continue(struct uffd *u, char *addr, size_t size, struct result *r);
int uffd_poison(struct uffd *u, char *addr, size_t size, struct result *r);

/* uffd_protect() - protect against writes, or stop doing so and wake the waiters */
int uffd_protect(struct uffd *u, char *addr, size_t size, bool protect, struct result *r);

/*
 * uffd_move() - move the pages themselves, one by one if need be
 * @to: in a range of @u, with nothing there
 * @from: pages that are not present are skipped
 */
int uffd_move(struct uffd *u, char *to, char *from, size_t size, struct result *r);

#endif

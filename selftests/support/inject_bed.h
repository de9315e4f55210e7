/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the injector module share: a few pages of memory to
 * invalidate, two injectors, and the ways to invalidate.
 *
 * A module that does not do what it says is an error of the suite; a failure
 * is only what the kernel broke.
 */
#ifndef INJECT_BED_H
#define INJECT_BED_H

#include "base/result.h"
#include "inject/inject.h"
#include "oracle/oracle.h"

#define BED_PAGES	8
#define BED_BYTES	(BED_PAGES * PAGE_BYTES)
#define BED_WAIT_NS	30000000000ULL	/* of time in which the bed runs us */

struct bed {
	char *mem;		/* BED_PAGES, present */
	int reap;		/* of inject_reap_open() */
	struct injector one, two;
	struct klog klog;
};

/* bed_set_up() - make it, but for the injectors; @r says what is missing */
void bed_set_up(struct bed *bed, struct result *r);

/* bed_tear_down() - close and unmap everything, and judge the kernel log */
void bed_tear_down(struct bed *bed, struct result *r);

/* bed_ready() - may a test begin?  Its fixture found all it needs */
bool bed_ready(const struct result *r);

/* bed_attach() - open an injector of that kind and attach it over the whole bed */
int bed_attach(struct bed *bed, struct injector *i, const char *kind, struct result *r);

/* expect() - Return: 0, or -1 with an error that has both numbers */
int expect(const char *what, long long seen, long long wanted, struct result *r);

/* bed_reap() - reap @pages pages from @page; Return: 1 if refused, 0 if not, -1 with @r set */
int bed_reap(struct bed *bed, unsigned int page, unsigned int pages, struct result *r);

/* bed_reap_times() - reap the whole bed; Return: how often that was refused, or -1 with @r set */
int bed_reap_times(struct bed *bed, unsigned int reaps, struct result *r);

/* bed_dontneed() - a blockable invalidation of these pages, which stay mapped */
int bed_dontneed(struct bed *bed, unsigned int page, unsigned int pages, struct result *r);

/* A thread that invalidates the bed once, or until it is told to stop. */
struct bed_thread {
	struct bed *bed;
	pthread_t thread;
	bool repeat;
	uint32_t stop;
	struct result result;
};

/* bed_thread_start() - end it with bed_thread_join(), which takes over what failed */
int bed_thread_start(struct bed_thread *t, struct bed *bed, bool repeat, struct result *r);
int bed_thread_join(struct bed_thread *t, struct result *r);

/*
 * AWAIT() - wait until a counter in the status of @i is at least @wanted
 * @field: of struct injector_status
 *
 * Return: 0, or -1 with an error.
 */
#define AWAIT(i, field, wanted, r) \
	await_counter(i, offsetof(struct injector_status, field), #field, wanted, r)

int await_counter(const struct injector *i, size_t offset, const char *what, uint64_t wanted,
		  struct result *r);

#endif

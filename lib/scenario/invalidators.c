// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that invalidate an area in every way at once.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "scenario/invalidators.h"

#define BREAK_NS	2000000ULL

static int discard(struct invalidators *b, struct result *r)
{
	const struct area *a = b->area;

	if (madvise(a->hva, a->size, MADV_DONTNEED))
		return result_errno(r, "madvise(%p, %zu, MADV_DONTNEED)", a->hva, a->size);
	return 0;
}

static int move(struct invalidators *b, struct result *r)
{
	if (!b->moves)
		return 0;
	b->node = numa_node_after(b->node);
	return numa_pages_move(&b->at, b->node, r);
}

/* A child that does nothing: its mm was copied, and all of ours write-protected. */
static int copy(struct invalidators *b, struct result *r)
{
	pid_t pid = fork();

	(void)b;
	if (!pid)
		_exit(0);
	if (pid < 0 && errno == EAGAIN)
		return 0;
	if (pid < 0)
		return result_errno(r, "fork()");
	while (waitpid(pid, NULL, 0) < 0) {
		if (errno != EINTR)
			return result_errno(r, "waitpid(%d)", pid);
	}
	return 0;
}

static int (* const ways[INVALIDATOR_WAYS])(struct invalidators *b, struct result *r) = {
	discard, move, copy,
};

static void *thread_main(void *arg)
{
	struct invalidator *t = arg;
	struct invalidators *b = t->invalidators;

	while (!__atomic_load_n(&b->stop, __ATOMIC_ACQUIRE)) {
		if (ways[t - b->threads](b, &t->result))
			break;
		__atomic_add_fetch(&t->calls, 1, __ATOMIC_RELEASE);
		sleep_ns(BREAK_NS);
	}
	return NULL;
}

static int start_threads(struct invalidators *b, struct result *r)
{
	unsigned int n;

	for (n = 0; n < INVALIDATOR_WAYS; n++) {
		struct invalidator *t = &b->threads[n];

		t->invalidators = b;
		result_init(&t->result);
		errno = pthread_create(&t->thread, NULL, thread_main, t);
		if (errno)
			return result_errno(r, "pthread_create(invalidator)");
		t->running = true;
	}
	return 0;
}

int invalidators_start(struct invalidators *b, const struct area *area, bool reap,
		       struct result *r)
{
	memset(b, 0, sizeof(*b));
	b->area = area;
	b->moves = !numa_pages_missing();
	if (b->moves && numa_pages_open(&b->at, area, area->backing->granule, r))
		return -1;
	if (!(reap && reaper_start(&b->reaper, area->hva, area->size, r)) &&
	    !start_threads(b, r))
		return 0;
	invalidators_stop(b, r);
	return -1;
}

void invalidators_stop(struct invalidators *b, struct result *r)
{
	unsigned int n;

	__atomic_store_n(&b->stop, 1, __ATOMIC_RELEASE);
	for (n = 0; n < INVALIDATOR_WAYS; n++) {
		if (!b->threads[n].running)
			continue;
		pthread_join(b->threads[n].thread, NULL);
		b->threads[n].running = false;
		if (b->threads[n].result.kind != RESULT_PASS)
			result_adopt(r, &b->threads[n].result);
	}
	reaper_stop(&b->reaper, r);
	numa_pages_close(&b->at);
}

uint64_t invalidators_calls(const struct invalidators *b)
{
	uint64_t least = UINT64_MAX, calls;
	unsigned int n;

	for (n = 0; n < INVALIDATOR_WAYS; n++) {
		calls = __atomic_load_n(&b->threads[n].calls, __ATOMIC_ACQUIRE);
		if (calls < least)
			least = calls;
	}
	return least;
}

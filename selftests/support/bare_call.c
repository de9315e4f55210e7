// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <numaif.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "memory/numa_pages.h"
#include "runner/rounds.h"
#include "support/bare_call.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif
#define MOVED_AT_ONCE	1024

/* A turn is over after so much time in calls, or in all, but for so many calls. */
#define TURN_CALLS_NS	10000000ULL
#define TURN_NS		80000000ULL
#define STORM_NS	50000000ULL
#define CALLS_MIN	3

static int advise(struct area *a, int advice, const char *name, struct result *r)
{
	if (madvise(a->hva, a->size, advice))
		return result_errno(r, "madvise(%p, %zu, %s)", a->hva, a->size, name);
	return 0;
}

static int dontneed(struct area *a, unsigned int n, struct result *r)
{
	(void)n;
	return area_dontneed(a, a->hva, a->size, r);
}

static int punch(struct area *a, unsigned int n, struct result *r)
{
	(void)n;
	return advise(a, MADV_REMOVE, "MADV_REMOVE", r);
}

static int pageout(struct area *a, unsigned int n, struct result *r)
{
	(void)n;
	return advise(a, MADV_PAGEOUT, "MADV_PAGEOUT", r);
}

static int unmap(struct area *a, unsigned int n, struct result *r)
{
	(void)n;
	return area_unmap(a, r) ?: area_map(a, r);
}

static int map_over(struct area *a, unsigned int n, struct result *r)
{
	(void)n;
	return area_replace(a, r);
}

static int protect(struct area *a, size_t size, int prot, struct result *r)
{
	if (mprotect(a->hva, size, prot) || mprotect(a->hva, size, PROT_READ | PROT_WRITE))
		return result_errno(r, "mprotect(%p, %zu)", a->hva, size);
	return 0;
}

static int forbid(struct area *a, unsigned int n, struct result *r)
{
	(void)n;
	return protect(a, a->size, PROT_NONE, r);
}

static int forbid_writing(struct area *a, unsigned int n, struct result *r)
{
	(void)n;
	return protect(a, a->size, PROT_READ, r);
}

static int move_to(struct area *a, char *from, char *to, struct result *r)
{
	if (mremap(from, a->size, a->size, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED)
		return result_errno(r, "mremap(%p, %zu, to %p)", from, a->size, to);
	return 0;
}

static int move_away(struct area *a, unsigned int n, struct result *r)
{
	(void)n;
	return move_to(a, a->hva, a->aside, r) ?: move_to(a, a->aside, a->hva, r);
}

/* Whatever is busy stays where it is. */
static int move_pages_bulk(struct area *a, unsigned int n, struct result *r)
{
	int to[MOVED_AT_ONCE], status[MOVED_AT_ONCE], node = numa_node_after(-1);
	void *pages[MOVED_AT_ONCE];
	size_t i, nr = a->size / PAGE_BYTES;

	if (nr > MOVED_AT_ONCE)
		nr = MOVED_AT_ONCE;
	if (n & 1)
		node = numa_node_after(node);
	for (i = 0; i < nr; i++) {
		pages[i] = a->hva + i * PAGE_BYTES;
		to[i] = node;
	}
	if (move_pages(0, nr, pages, to, status, MPOL_MF_MOVE) < 0)
		return result_errno(r, "move_pages(%zu pages, node %d)", nr, node);
	return 0;
}

/* A child that does nothing: its mm was copied, and all of ours write-protected. */
static int copy(struct area *a, unsigned int n, struct result *r)
{
	pid_t pid = fork();

	(void)a;
	(void)n;
	if (!pid)
		_exit(0);
	if (pid < 0)
		return result_errno(r, "fork()");
	while (waitpid(pid, NULL, 0) < 0) {
		if (errno != EINTR)
			return result_errno(r, "waitpid(%d)", pid);
	}
	return 0;
}

static int collapse(struct area *a, unsigned int n, struct result *r)
{
	(void)n;
	if (protect(a, a->size - HUGE_BYTES / 2, PROT_READ, r))
		return -1;
	/* What the guest uses just now may be in the way. */
	if (madvise(a->hva, a->size, MADV_COLLAPSE) && errno != EAGAIN && errno != EBUSY)
		return result_errno(r, "madvise(%p, %zu, MADV_COLLAPSE)", a->hva, a->size);
	return 0;
}

static const char *collapse_missing(void)
{
	return madvise(NULL, 0, MADV_COLLAPSE) ? "no MADV_COLLAPSE: kernel before v6.1" : NULL;
}

static int clear_soft_dirty(struct area *a, unsigned int n, struct result *r)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	ssize_t ret = fd < 0 ? -1 : write(fd, "4", 1);

	(void)a;
	(void)n;
	if (fd >= 0)
		close(fd);
	return ret == 1 ? 0 : result_errno(r, "write(/proc/self/clear_refs, 4)");
}

const struct bare_call bare_calls[] = {
	{ .name = "madvise_dontneed", .backing = BACKING_ANON, .discards = true, .call = dontneed },
	{ .name = "madvise_dontneed", .backing = BACKING_ANON_THP, .discards = true,
	  .call = dontneed },
	{ .name = "madvise_dontneed", .backing = BACKING_MEMFD, .call = dontneed },
	{ .name = "madvise_remove", .backing = BACKING_MEMFD, .discards = true, .call = punch },
	{ .name = "munmap", .backing = BACKING_MEMFD, .opens_gap = true, .call = unmap },
	{ .name = "mmap_fixed", .backing = BACKING_ANON, .discards = true, .opens_gap = true,
	  .call = map_over },
	{ .name = "mremap", .backing = BACKING_ANON, .opens_gap = true, .call = move_away },
	{ .name = "mprotect_none", .backing = BACKING_ANON, .opens_gap = true, .call = forbid },
	{ .name = "mprotect_read", .backing = BACKING_ANON, .opens_gap = true,
	  .call = forbid_writing },
	{ .name = "fork", .backing = BACKING_ANON, .call = copy },
	{ .name = "move_pages_bulk", .backing = BACKING_ANON, .missing = numa_pages_missing,
	  .call = move_pages_bulk },
	{ .name = "pageout", .backing = BACKING_ANON, .swaps = true, .call = pageout },
	{ .name = "madvise_collapse", .backing = BACKING_ANON_THP, .opens_gap = true,
	  .missing = collapse_missing, .call = collapse },
	{ .name = "clear_refs_soft_dirty", .backing = BACKING_ANON, .call = clear_soft_dirty },
};

const struct bare_call *bare_call_find(const char *name)
{
	unsigned int n = 0;

	while (strcmp(bare_calls[n].name, name))
		n++;
	return &bare_calls[n];
}

const unsigned int nr_bare_calls = sizeof(bare_calls) / sizeof(bare_calls[0]);

static int step(const struct bare_turn *t, int (*own)(void *arg, struct result *r),
		struct result *r)
{
	return own ? own(t->arg, r) : 0;
}

static int call_once(struct bare_turn *t, uint64_t *took, struct result *r)
{
	uint64_t start;

	if (step(t, t->before, r))
		return -1;
	start = now_ns();
	if (t->call->call(t->area, t->calls, r))
		return -1;
	*took = now_ns() - start;
	t->calls++;
	return step(t, t->after, r);
}

/* The median: some calls are interrupted, and that is not what they cost. */
int bare_turn(struct bare_turn *t, double *per_second, struct result *r)
{
	uint64_t start = now_ns(), took, spent = 0;
	struct rounds calls = { 0 };

	while (calls.nr < CALLS_MIN || (calls.nr < ROUNDS_MAX && spent < TURN_CALLS_NS &&
					now_ns() - start < TURN_NS)) {
		if (step(t, t->ready, r) || call_once(t, &took, r))
			return -1;
		spent += took;
		rounds_add(&calls, took);
	}
	*per_second = 1e9 / rounds_quantile(&calls, 0.5);
	return 0;
}

int bare_storm(struct bare_turn *t, double *per_second, struct result *r)
{
	uint64_t start = now_ns(), took;
	unsigned int n = 0;

	while (n < CALLS_MIN || now_ns() - start < STORM_NS) {
		if (call_once(t, &took, r))
			return -1;
		n++;
	}
	*per_second = n * 1e9 / (now_ns() - start);
	return 0;
}

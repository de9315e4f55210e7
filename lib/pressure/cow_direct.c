// SPDX-License-Identifier: GPL-2.0
/*
 * Direct I/O into and out of guest memory while that memory is moved.
 *
 * The disk uses the page itself, not the page table.  So a page in use by it must
 * not move, or the data would land in a frame that the guest has left.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "memory/numa_pages.h"
#include "oracle/oracle.h"
#include "pressure/remote_access.h"

#define SECTOR		512
/* The kernel takes so many pieces at a time. */
#define MAX_PIECES	64

struct direct {
	struct numa_pages at;
	int file;
	char *sectors;		/* of all visited pages, one after the other */
	struct remote_access words;
	/* The thread that reads and writes, and what came of it. */
	pthread_t thread;
	const struct press *press;
	unsigned int done;	/* it has ended */
	const char *call;
	ssize_t got;
	int error;
};

static size_t bytes_of(const struct press *p)
{
	return (size_t)p->nr_pages * SECTOR;
}

/* Past the page cache, both ways. */
static int open_direct(struct direct *d, struct result *r)
{
	d->file = disk_open(r);
	if (d->file < 0)
		return -1;
	if (fcntl(d->file, F_SETFL, O_DIRECT))
		return result_skip(r, "the filesystem has no direct I/O: fcntl(O_DIRECT): %s",
				   strerror(errno));
	return 0;
}

static int set_up(struct press *p, struct result *r)
{
	struct direct *d = calloc(1, sizeof(*d));

	if (!d)
		return result_errno(r, "calloc()");
	p->state = d;
	d->file = -1;
	d->press = p;
	if (posix_memalign((void **)&d->sectors, PAGE_BYTES, bytes_of(p)))
		return result_error(r, "posix_memalign(%zu)", bytes_of(p));
	area_touch(p->area);
	return open_direct(d, r) ||
	       numa_pages_open(&d->at, p->area, p->area->backing->granule, r) ? -1 : 0;
}

static void tear_down(struct press *p)
{
	struct direct *d = p->state;

	if (!d)
		return;
	numa_pages_close(&d->at);
	if (d->file >= 0)
		close(d->file);
	free(d->sectors);
	free(d);
}

/* Sectors of the guest's pages, which are one piece in the file. */
static void transfer(struct direct *d, size_t offset,
		     ssize_t (*call)(int fd, const struct iovec *iov, int nr, off_t at),
		     const char *name)
{
	const struct press *p = d->press;
	struct iovec pieces[MAX_PIECES];
	unsigned int i, n;

	for (i = 0; i < p->nr_pages && !d->error; i += n) {
		for (n = 0; n < MAX_PIECES && i + n < p->nr_pages; n++) {
			pieces[n].iov_base = (char *)press_page(p, i + n) + offset;
			pieces[n].iov_len = SECTOR;
		}
		d->got = call(d->file, pieces, n, (off_t)i * SECTOR);
		if (d->got != (ssize_t)n * SECTOR) {
			d->error = d->got < 0 ? errno : EIO;
			d->call = name;
		}
	}
}

static void *read_in(void *arg)
{
	struct direct *d = arg;

	transfer(d, d->words.offset, preadv, "preadv(O_DIRECT)");
	__atomic_store_n(&d->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void *write_out(void *arg)
{
	struct direct *d = arg;

	transfer(d, 0, pwritev, "pwritev(O_DIRECT)");
	__atomic_store_n(&d->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* To the next node, again and again while the other thread is at it. */
static int move_meanwhile(struct press *p, struct direct *d, struct result *r)
{
	size_t there;
	int node;

	do {
		if (numa_pages_look(&d->at, r))
			return -1;
		node = numa_node_after(d->at.nodes[0]);
		there = numa_pages_count(&d->at, node);
		if (numa_pages_move(&d->at, node, r) || numa_pages_look(&d->at, r))
			return -1;
		if (numa_pages_count(&d->at, node) > there)
			p->proved += numa_pages_count(&d->at, node) - there;
	} while (!__atomic_load_n(&d->done, __ATOMIC_ACQUIRE));
	return 0;
}

static int beside_moves(struct press *p, void *(*body)(void *direct), struct result *r)
{
	struct direct *d = p->state;
	int ret;

	d->done = 0;
	d->error = pthread_create(&d->thread, NULL, body, d);
	if (d->error) {
		errno = d->error;
		return result_errno(r, "pthread_create()");
	}
	ret = move_meanwhile(p, d, r);
	pthread_join(d->thread, NULL);
	if (d->error)
		return result_error(r, "%s: %zd bytes, %s", d->call, d->got, strerror(d->error));
	return ret;
}

/* What the disk has for the guest: the words, each at the start of a sector. */
static int fill_file(const struct press *p, struct direct *d, struct result *r)
{
	unsigned int i;

	memset(d->sectors, 0, bytes_of(p));
	for (i = 0; i < p->nr_pages; i++)
		memcpy(d->sectors + (size_t)i * SECTOR, &d->words.value[i], sizeof(guest_u64));
	if (pwrite(d->file, d->sectors, bytes_of(p), 0) != (ssize_t)bytes_of(p))
		return result_errno(r, "pwrite(O_DIRECT, %zu)", bytes_of(p));
	return 0;
}

static int judge_file(const struct press *p, struct direct *d, const guest_u64 *floors,
		      struct result *r)
{
	const struct guest_page *records = vm_records(p->vm);
	unsigned int i;

	if (pread(d->file, d->sectors, bytes_of(p), 0) != (ssize_t)bytes_of(p))
		return result_errno(r, "pread(O_DIRECT, %zu)", bytes_of(p));
	for (i = 0; i < p->nr_pages; i++) {
		struct guest_view view = {
			.floor = floors[i],
			.seen = *(guest_u64 *)(d->sectors + (size_t)i * SECTOR),
			.ceiling = guest_load(&records[i].ceiling),
		};

		if (guest_page_judge(i, &view, 0) == GUEST_ERR_NONE)
			continue;
		return result_fail(r, CONTRACT_CONTENTS,
				   "the disk got %#llx of page %u, where %#llx was written before and %#llx after",
				   view.seen, i, view.floor, view.ceiling);
	}
	return 0;
}

static int apply_direct(struct press *p, struct result *r)
{
	const struct guest_page *records = vm_records(p->vm);
	guest_u64 floors[GUEST_MAX_PAGES];
	struct direct *d = p->state;
	unsigned int i;

	remote_access_choose(&d->words, p);
	if (fill_file(p, d, r) || beside_moves(p, read_in, r) ||
	    remote_access_check(&d->words, p, "direct I/O", r))
		return -1;
	for (i = 0; i < p->nr_pages; i++)
		floors[i] = guest_load(&records[i].floor);
	if (beside_moves(p, write_out, r))
		return -1;
	return judge_file(p, d, floors, r);
}

PRESSURE(cow_direct_io) = {
	.name = "direct_io",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "preadv() and pwritev() with O_DIRECT, move_pages() meanwhile",
	.events = "clear",
	.proof = "page on the node asked for",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD),
	.rounds = 2,
	.allows_others = true,
	.needs = { disk_missing, numa_pages_missing },
	.set_up = set_up,
	.apply = apply_direct,
	.tear_down = tear_down,
};

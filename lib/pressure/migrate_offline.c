// SPDX-License-Identifier: GPL-2.0
/*
 * Taking a block of physical memory offline, as if to remove it: whatever is in it
 * has to move elsewhere, guest memory included.
 */
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <numa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "host/page_flags.h"
#include "memory/movable.h"
#include "memory/pagemap.h"
#include "pressure/pressure.h"
#include "vm/arch.h"

#define BLOCKS		"/sys/devices/system/memory"
#define NO_BLOCK	UINT64_MAX

#define STEER_TRIES	6
#define FILLERS		40
#define FILLER_BYTES	(16UL << 20)

#define KPF_RESERVED	32	/* of the kernel's, beside those it exports */

static const char *memory_blocks_missing(void)
{
	if (access(BLOCKS "/block_size_bytes", R_OK))
		return "kernel without CONFIG_MEMORY_HOTPLUG";
	return NULL;
}

/* Page frames in a block of memory, 0 with an error. */
static uint64_t block_frames(struct result *r)
{
	char text[32];
	int ret = hostfile_read(BLOCKS "/block_size_bytes", text, sizeof(text));

	/* Hexadecimal without a prefix. */
	if (ret > 0 && strtoull(text, NULL, 16) >= PAGE_BYTES)
		return strtoull(text, NULL, 16) / PAGE_BYTES;
	result_error(r, "read(%s/block_size_bytes): %s", BLOCKS,
		     ret < 0 ? strerror(-ret) : text);
	return 0;
}

/* What was reserved at boot never moves, wherever it is. */
static bool has_reserved(uint64_t block, uint64_t frames)
{
	uint64_t *flags = malloc(frames * sizeof(*flags)), i;
	struct result ignored;
	bool reserved;

	result_init(&ignored);
	reserved = !flags || page_flags_read(block * frames, frames, flags, &ignored);
	for (i = 0; !reserved && i < frames; i++)
		reserved = flags[i] & (1ULL << KPF_RESERVED | 1ULL << KPF_NOPAGE);
	free(flags);
	return reserved;
}

/* Only what lies in ZONE_MOVABLE as a whole can be emptied for certain. */
static bool block_is_movable(uint64_t block, uint64_t frames)
{
	char path[96], zones[32];

	snprintf(path, sizeof(path), BLOCKS "/memory%llu/valid_zones", (unsigned long long)block);
	return hostfile_read(path, zones, sizeof(zones)) >= 0 && !strcmp(zones, "Movable") &&
	       !has_reserved(block, frames);
}

static size_t pages_in_block(const pagemap_t *pages, size_t nr, uint64_t frames, uint64_t block)
{
	size_t i, count = 0;

	for (i = 0; i < nr; i++)
		count += pagemap_pfn(pages[i]) && pagemap_pfn(pages[i]) / frames == block;
	return count;
}

/* The block with most of the guest's pages that can go, or NO_BLOCK. */
static uint64_t choose_block(const pagemap_t *pages, size_t nr, uint64_t frames)
{
	uint64_t block, last = NO_BLOCK, best = NO_BLOCK;
	size_t i, count, most = 0;

	for (i = 0; i < nr; i++) {
		block = pagemap_pfn(pages[i]) / frames;
		if (block == last)
			continue;
		last = block;
		count = pages_in_block(pages, nr, frames, block);
		if (count > most && block_is_movable(block, frames)) {
			best = block;
			most = count;
		}
	}
	return best;
}

/* The same pages afterwards: all in use, none in the block that has gone. */
static int judge_moved(struct press *p, const pagemap_t *before, size_t nr, uint64_t frames,
		       uint64_t block, struct result *r)
{
	pagemap_t *after = pagemap_area(p->area, r);
	size_t left;

	if (!after)
		return -1;
	left = pages_in_block(after, nr, frames, block);
	if (!left)
		p->proved += pages_in_block(before, nr, frames, block);
	free(after);
	if (left)
		return result_fail(r, CONTRACT_CONTENTS,
				   "%zu of the guest's pages are in memory block %llu, which is offline",
				   left, (unsigned long long)block);
	return 0;
}

/* Without a guard the kernel goes on for as long as a page cannot be moved. */
static int offline(struct press *p, const char *state, struct result *r)
{
	struct deadline deadline;
	int ret;

	deadline_start(&deadline, p->budget_ns);
	do {
		ret = hostfile_write(state, "offline");
	} while ((ret == -EBUSY || ret == -EAGAIN || ret == -EINTR) && deadline_retry(&deadline));
	if (ret == -EBUSY)
		return result_skip(r, "the kernel does not offline %s: something in it cannot be moved",
				   state);
	if (ret == -EPERM && vm_arch.boot_memory_stays)
		return result_skip(r, "the kernel does not offline %s: on this architecture memory that was there at boot stays",
				   state);
	if (ret)
		return result_error(r, "write(%s, 'offline'): %s", state, strerror(-ret));
	return 0;
}

static int offline_block(struct press *p, const pagemap_t *pages, size_t nr, uint64_t frames,
			 uint64_t block, struct result *r)
{
	char state[96];
	int ret;

	snprintf(state, sizeof(state), BLOCKS "/memory%llu/state", (unsigned long long)block);
	if (hoststate_push(p->host, r))
		return -1;
	/* As it was: without a word the kernel may choose another zone. */
	ret = hoststate_at_end(p->host, state, "online_movable", "online", r) ||
	      offline(p, state, r) || judge_moved(p, pages, nr, frames, block, r) ? -1 : 0;
	return hoststate_pop(p->host, r) ? -1 : ret;
}

/*
 * The kernel hands out the lowest or the last freed memory first, and that may
 * be where blocks cannot go.  So eat it up: huge pages first, for they are quick,
 * then, for an area of small pages, what is left between them.  Then what was
 * got last lies where guest pages should, and is given back for them.
 */
struct filler {
	struct area areas[FILLERS];
	unsigned int nr;
};

static void filler_free(struct filler *filler)
{
	while (filler->nr)
		area_destroy(&filler->areas[--filler->nr]);
}

/* Return: whether it lies in a block that can go; -1 with a skip or an error. */
static int filler_add(struct filler *filler, const struct backing *backing, size_t size,
		      unsigned int node, uint64_t frames, struct result *r)
{
	struct area *area = &filler->areas[filler->nr];
	pagemap_t *pages;
	bool usable;

	if (area_create(area, backing, size, r))
		return -1;
	filler->nr++;
	numa_tonode_memory(area->hva, area->size, node);
	memset(area->hva, 1, area->size);
	pages = pagemap_area(area, r);
	if (!pages)
		return -1;
	usable = choose_block(pages, area->size / PAGE_BYTES, frames) ==
		 pagemap_pfn(pages[0]) / frames;
	free(pages);
	return usable;
}

static int fill(struct filler *filler, const struct backing *backing, size_t size,
		unsigned int node, uint64_t frames, struct result *r)
{
	int ret = 0;

	while (!ret && filler->nr < FILLERS) {
		ret = filler_add(filler, backing, size, node, frames, r);
		/* How much lies between the huge pages is not known. */
		if (size < FILLER_BYTES)
			size *= 2;
	}
	if (ret <= 0)
		return ret;
	area_destroy(&filler->areas[--filler->nr]);
	return 0;
}

/* Get guest pages to where a block can go, if there is such a place. */
static int steer(struct press *p, uint64_t frames, struct result *r)
{
	const struct backing *small = &backings[BACKING_ANON];
	struct movable_zones zones;
	struct filler filler = { 0 };
	int ret, node;

	if (movable_zones_read(&zones, r))
		return -1;
	node = movable_other_node(&zones, p->area);
	if (node < 0)
		return 0;
	ret = fill(&filler, &backings[BACKING_ANON_THP], FILLER_BYTES, node, frames, r);
	if (!ret && p->area->backing->granule == PAGE_BYTES)
		ret = fill(&filler, small, p->area->size, node, frames, r);
	if (!ret)
		ret = movable_change_node(&zones, p->area, r);
	filler_free(&filler);
	return ret;
}

/*
 * The block to go.  Steering succeeds often but not always, and each time on
 * another node.  Return: 0 with @pages, to be freed; -1 with a skip or an error.
 */
static int find_block(struct press *p, uint64_t frames, pagemap_t **pages, uint64_t *block,
		      struct result *r)
{
	unsigned int tries;

	for (tries = 0; tries < STEER_TRIES; tries++) {
		if (tries && steer(p, frames, r))
			return -1;
		*pages = pagemap_area(p->area, r);
		if (!*pages)
			return -1;
		*block = choose_block(*pages, p->area->size / PAGE_BYTES, frames);
		if (*block != NO_BLOCK)
			return 0;
		free(*pages);
	}
	return result_skip(r, "no memory block with guest pages can be taken offline: none lies in ZONE_MOVABLE as a whole, free of what was reserved at boot (try another movablecore=)");
}

static int apply_memory_offline(struct press *p, struct result *r)
{
	uint64_t block, frames = block_frames(r);
	pagemap_t *pages;
	int ret;

	if (!frames || find_block(p, frames, &pages, &block, r))
		return -1;
	ret = offline_block(p, pages, p->area->size / PAGE_BYTES, frames, block, r);
	free(pages);
	return ret;
}

PRESSURE(migrate_memory_offline) = {
	.name = "memory_offline",
	.family = PRESSURE_MIGRATE,
	.calls = "memory block offline and online again",
	.events = "clear",
	.proof = "page out of the block that went offline",
	/* The pool decides where its huge pages are: they cannot be steered. */
	/* What was freed is away with its block, and then the last that anybody gets. */
	.preserves = ON_EVERY_BACKING & ~ON_HUGETLB & ~ON_DAX,
	.slow = true,
	.rounds = 1,
	.changes = "a block of memory offline",
	.needs = { memory_blocks_missing, movable_missing, pagemap_missing },
	.apply = apply_memory_offline,
};

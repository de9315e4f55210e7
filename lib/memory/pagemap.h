/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel says of pages of this process: present, swapped, and where they are.
 */
#ifndef PAGEMAP_H
#define PAGEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "memory/memory.h"

/* One page of this process, as /proc/self/pagemap has it. */
typedef uint64_t pagemap_t;

#define PAGEMAP_PRESENT		(1ULL << 63)
#define PAGEMAP_SWAPPED		(1ULL << 62)
#define PAGEMAP_UFFD_WP		(1ULL << 57)	/* v5.14 */
#define PAGEMAP_SOFT_DIRTY	(1ULL << 55)
#define PAGEMAP_PFN		((1ULL << 55) - 1)

/* pagemap_pfn() - page frame number, 0 if not present or not allowed to know */
static inline uint64_t pagemap_pfn(pagemap_t page)
{
	return page & PAGEMAP_PRESENT ? page & PAGEMAP_PFN : 0;
}

/*
 * pagemap_swapped() - is the page in swap?
 *
 * One that is being migrated, or is poisoned, is marked as swapped too, on a
 * device of a number above those that swap can have (at least 23 in all series).
 */
static inline bool pagemap_swapped(pagemap_t page)
{
	return page & PAGEMAP_SWAPPED && (page & 31) < 16;
}

/* pagemap_missing() - why page frame numbers cannot be read, or NULL */
const char *pagemap_missing(void);

/*
 * pagemap_probe() - the entry of a page that was just written to
 *
 * For finding out what this kernel tells this process.  Return: 0, or -1.
 */
int pagemap_probe(pagemap_t *page);

/* pagemap_clear_missing() - why this process cannot clear any such bits, or NULL */
const char *pagemap_clear_missing(void);

/* pagemap_soft_dirty_missing() - why the kernel keeps no soft-dirty bits, or NULL */
const char *pagemap_soft_dirty_missing(void);

/* pagemap_clear_soft_dirty() - in all memory of this process; Return: 0, or -1 with an error */
int pagemap_clear_soft_dirty(struct result *r);

/*
 * pagemap_clear_used() - what this process's page table, and its pages, say of their use
 *
 * Nobody asks KVM.  Return: 0, or -1 with an error.
 */
int pagemap_clear_used(struct result *r);

/*
 * pagemap_read() - look up pages one after the other
 * @addr: page aligned
 * @nr: how many
 * @pages: filled in
 *
 * Return: 0, or -1 with an error.
 */
int pagemap_read(const void *addr, size_t nr, pagemap_t *pages, struct result *r);

/*
 * pagemap_area() - the same for a whole area
 *
 * Return: array of @area->size / PAGE_BYTES, to be freed; NULL with an error.
 */
pagemap_t *pagemap_area(const struct area *area, struct result *r);

/* pagemap_count() - how many of @nr pages have any of the @bits */
size_t pagemap_count(const pagemap_t *pages, size_t nr, uint64_t bits);

/* pagemap_moved() - how many are present before and after, with another frame */
size_t pagemap_moved(const pagemap_t *before, const pagemap_t *after, size_t nr);

#endif

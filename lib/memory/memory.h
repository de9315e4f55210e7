/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory on the host's side: an area is a range of host addresses with
 * one backing, which a memslot hands to the guest.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/page.h"
#include "base/result.h"
#include "host/hoststate.h"

/* The backings, which also form sets: a pressure says what it does on which of them. */
enum backing_id {
	BACKING_ANON,
	BACKING_ANON_THP,
	BACKING_MEMFD,
	BACKING_MEMFD_PRIVATE,
	BACKING_MEMFD_THP,
	BACKING_HUGETLB,
	BACKING_HUGETLB_SHARED,
	BACKING_FILE,
	BACKING_FILE_PRIVATE,
	BACKING_DAX,
	BACKING_DAX_PRIVATE,
	NR_BACKINGS,
};

#define BACKING_BIT(id)		(1u << (id))
#define ON_EVERY_BACKING	(BACKING_BIT(NR_BACKINGS) - 1)
#define ON_HUGETLB		(BACKING_BIT(BACKING_HUGETLB) | \
				 BACKING_BIT(BACKING_HUGETLB_SHARED))
#define ON_THP			(BACKING_BIT(BACKING_ANON_THP) | \
				 BACKING_BIT(BACKING_MEMFD_THP))
/* What the guest writes goes to a file, and outlives the mapping. */
#define ON_SHARED		(BACKING_BIT(BACKING_MEMFD) | \
				 BACKING_BIT(BACKING_MEMFD_THP) | \
				 BACKING_BIT(BACKING_HUGETLB_SHARED) | \
				 BACKING_BIT(BACKING_FILE) | \
				 BACKING_BIT(BACKING_DAX))
/* Copied on write from a file that stays empty. */
#define ON_PRIVATE_FILE		(BACKING_BIT(BACKING_MEMFD_PRIVATE) | \
				 BACKING_BIT(BACKING_FILE_PRIVATE) | \
				 BACKING_BIT(BACKING_DAX_PRIVATE))
/* What the guest writes is lost with the mapping. */
#define ON_PRIVATE		(ON_EVERY_BACKING & ~ON_SHARED)
/* Persistent memory itself, without a page cache: no frame of it is the allocator's. */
#define ON_DAX			(BACKING_BIT(BACKING_DAX) | \
				 BACKING_BIT(BACKING_DAX_PRIVATE))
/* On a disk; the others live in memory and swap. */
#define ON_DISK			(BACKING_BIT(BACKING_FILE) | \
				 BACKING_BIT(BACKING_FILE_PRIVATE) | ON_DAX)

struct backing {
	const char *name;	/* stable: part of test names */
	const char *about;	/* one line, for people */
	size_t granule;		/* alignment and least size of an area, bytes */
	int advice;		/* madvise() that makes the backing what it is */
	int flags;		/* of mmap() */
	/* The file behind it, or NULL.  Return: descriptor, or -1 with @r set. */
	int (*open_file)(struct result *r);
	/* Why the kernel does not support it, or NULL; static storage. */
	const char *(*missing)(void);
	/* Of one that a test brings: the row that pressures take it for.  NULL: it is one. */
	const struct backing *like;
	/* What backing_provide() changes of the whole host unless it is so; NULL: nothing. */
	const char *may_change;
	/* See backing_provide(). */
	int (*provide)(struct hoststate *host, size_t bytes, struct result *r);
};

/* One row a backing, ordered by id. */
extern const struct backing backings[NR_BACKINGS];

/* backing_bit() - the set that holds this row alone, or that it is like */
unsigned int backing_bit(const struct backing *backing);

/*
 * backing_provide() - prepare the host for such memory: a pool, a setting
 * @backing: a row of backings[]
 * @host: undoes it
 * @bytes: total size of the areas to come
 *
 * Return: 0, or -1 with @r a skip (not available) or an error.
 */
int backing_provide(const struct backing *backing, struct hoststate *host, size_t bytes,
		    struct result *r);

/*
 * An area belongs to whoever created it.  Threads may share it, but only one at a
 * time may map or unmap it.
 */
struct area {
	const struct backing *backing;
	char *hva;		/* where the guest's memory is mapped */
	char *aside;		/* a free range of the same size, to move it to */
	size_t size;		/* bytes, a multiple of the granule */
	int fd;			/* of a file backing, else -1 */
	size_t file_half;	/* file backing: half that is mapped, 0 or 1 */
	char *file_view;	/* file backing: both halves, not the guest's */
	char *writable;		/* the same memory where the host can write; NULL: at hva */
};

/* area_host() - where the host reads and writes what is in the guest's memory */
static inline char *area_host(const struct area *a)
{
	return a->writable ? a->writable : a->hva;
}

/*
 * disk_open() - an empty, unnamed file on a filesystem on disk
 * disk_open_dax() - on one that maps persistent memory itself
 *
 * Return: descriptor, or -1 with @r a skip: no such filesystem is writable.
 */
int disk_open(struct result *r);
int disk_open_dax(struct result *r);

/* disk_missing(), disk_dax_missing() - why there is none, or NULL; static storage */
const char *disk_missing(void);
const char *disk_dax_missing(void);

/* memory_advice_missing() - why the kernel has no madvise(2), or NULL */
const char *memory_advice_missing(void);

/* memory_failure_missing() - why it takes no pages out of service, or NULL */
const char *memory_failure_missing(void);

/*
 * memory_available() - can the host spare that much memory?
 * @bytes: about to be touched
 *
 * Checks before the OOM killer has to.  Return: 0, or -1 with @r a skip.
 */
int memory_available(size_t bytes, struct result *r);

/* memory_swappable() - bytes that are processes' own or files in memory, host-wide; 0: unknown */
unsigned long long memory_swappable(void);

/*
 * area_create() - reserve addresses and map fresh memory there
 * @a: filled in; release with area_destroy()
 * @backing: a row of backings[]
 * @size: bytes, rounded up to the granule
 *
 * The addresses lie far from where the kernel places other mappings, so that
 * nothing else moves into an unmapped gap that a test opens.  A file has two
 * halves of @size, one of which is mapped at a time.
 *
 * Return: 0, or -1 with @r a skip (backing or memory missing) or an error.
 */
int area_create(struct area *a, const struct backing *backing, size_t size,
		struct result *r);

/* area_destroy() - unmap and close everything; safe on a zeroed area */
void area_destroy(struct area *a);

/*
 * area_map() - map the backing into the gap at @a->hva
 *
 * Fails rather than replace a mapping that may have moved there.
 */
int area_map(struct area *a, struct result *r);

/*
 * area_replace() - map fresh memory over what is there, in one step
 *
 * Anonymous memory comes back as zeroes; a file backing changes to its
 * other half, whatever that holds.
 */
int area_replace(struct area *a, struct result *r);

/* area_unmap() - open an unmapped gap over the whole area */
int area_unmap(struct area *a, struct result *r);

/*
 * area_dontneed() - madvise(MADV_DONTNEED) of a part
 *
 * Return: 0, or -1 with an error, or a skip: the kernel has none for hugetlb.
 */
int area_dontneed(const struct area *a, void *at, size_t size, struct result *r);

/* area_file_offset() - where in the file the mapped half begins */
off_t area_file_offset(const struct area *a);

/*
 * area_other_half() - the bytes that area_replace() will bring in
 *
 * Only for file backings.  The view is a mapping of its own that no memslot
 * covers.
 */
char *area_other_half(const struct area *a);

/* area_empty_other_half() - punch a hole over it, so that it reads as zeroes */
int area_empty_other_half(struct area *a, struct result *r);

#endif

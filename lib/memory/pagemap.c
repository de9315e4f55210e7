// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc/self/pagemap.
 */
#include <stdlib.h>
#include <string.h>

#include "host/hostfile.h"
#include "memory/pagemap.h"

#define CLEAR_REFS	"/proc/self/clear_refs"
#define CLEAR_USED	"1"
#define CLEAR_WRITTEN	"4"

int pagemap_probe(pagemap_t *page)
{
	static char probe[2 * PAGE_BYTES];
	char *addr = (char *)(((uintptr_t)probe + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1));
	struct result ignored;

	*(volatile char *)addr = 1;
	result_init(&ignored);
	return pagemap_read(addr, 1, page, &ignored);
}

const char *pagemap_missing(void)
{
	pagemap_t entry;

	if (pagemap_probe(&entry))
		return "/proc/self/pagemap cannot be read: kernel without CONFIG_PROC_PAGE_MONITOR?";
	if (!pagemap_pfn(entry))
		return "page frame numbers are hidden: needs CAP_SYS_ADMIN";
	return NULL;
}

const char *pagemap_clear_missing(void)
{
	return hostfile_missing(CLEAR_REFS, "kernel without CONFIG_PROC_PAGE_MONITOR");
}

/* A page that was just written to has the bit, where there is one. */
const char *pagemap_soft_dirty_missing(void)
{
	const char *missing = pagemap_clear_missing();
	pagemap_t entry;

	if (!missing && (pagemap_probe(&entry) || !(entry & PAGEMAP_SOFT_DIRTY)))
		missing = "kernel without CONFIG_MEM_SOFT_DIRTY";
	return missing;
}

static int clear(const char *what, struct result *r)
{
	int ret = hostfile_write(CLEAR_REFS, what);

	return ret ? result_error(r, "write(" CLEAR_REFS ", %s): %s", what, strerror(-ret)) : 0;
}

int pagemap_clear_soft_dirty(struct result *r)
{
	return clear(CLEAR_WRITTEN, r);
}

int pagemap_clear_used(struct result *r)
{
	return clear(CLEAR_USED, r);
}

int pagemap_read(const void *addr, size_t nr, pagemap_t *pages, struct result *r)
{
	ssize_t got = hostfile_read_words("/proc/self/pagemap", (uintptr_t)addr / PAGE_BYTES,
					  pages, nr, r);

	if (got >= 0 && (size_t)got < nr)
		return result_error(r, "read(/proc/self/pagemap, %zu pages at %p): %zd pages", nr,
				    addr, got);
	return got < 0 ? -1 : 0;
}

pagemap_t *pagemap_area(const struct area *area, struct result *r)
{
	size_t nr = area->size / PAGE_BYTES;
	pagemap_t *pages = malloc(nr * sizeof(*pages));

	if (!pages) {
		result_errno(r, "malloc(pagemap of %zu pages)", nr);
		return NULL;
	}
	if (!pagemap_read(area->hva, nr, pages, r))
		return pages;
	free(pages);
	return NULL;
}

size_t pagemap_count(const pagemap_t *pages, size_t nr, uint64_t bits)
{
	size_t i, count = 0;

	for (i = 0; i < nr; i++)
		count += !!(pages[i] & bits);
	return count;
}

size_t pagemap_moved(const pagemap_t *before, const pagemap_t *after, size_t nr)
{
	size_t i, count = 0;

	for (i = 0; i < nr; i++)
		count += pagemap_pfn(before[i]) && pagemap_pfn(after[i]) &&
			 pagemap_pfn(before[i]) != pagemap_pfn(after[i]);
	return count;
}

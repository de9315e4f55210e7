// SPDX-License-Identifier: GPL-2.0
/*
 * Reclaiming pages, and proving that they were reclaimed.
 */
#include <errno.h>
#include <numa.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/page_flags.h"
#include "host/swap.h"
#include "memory/pagemap.h"
#include "pressure/reclaim.h"

/*
 * A page may be on its way to the list that reclaim looks at, or have been
 * looked at for the first time: it was used, which is forgotten then.
 */
#define MORE_TRIES	3

int reclaim_set_up(struct press *p, struct result *r)
{
	char device[32];

	/* Pages of a shared file go to the disk. */
	if (backing_bit(p->area->backing) == BACKING_BIT(BACKING_FILE))
		return 0;
	return swap_start(p->host, RECLAIM_SWAP_BYTES, device, sizeof(device), r);
}

int reclaim_count_out(const struct press *p, unsigned int *out, struct result *r)
{
	bool shared = backing_bit(p->area->backing) & ON_SHARED;
	size_t nr = p->area->size / PAGE_BYTES;
	unsigned char *cached = malloc(nr);
	pagemap_t *pages = pagemap_area(p->area, r);
	unsigned int i;
	int ret = -1;

	*out = 0;
	if (!cached)
		result_errno(r, "malloc(%zu)", nr);
	else if (mincore(p->area->hva, p->area->size, cached))
		result_errno(r, "mincore(%p, %zu)", p->area->hva, p->area->size);
	else if (pages)
		ret = 0;
	/* What a file has swapped out leaves no trace in the page table. */
	for (i = 0; !ret && i < p->nr_pages; i++)
		*out += shared ? !(pages[press_index(p, i)] & PAGEMAP_PRESENT) &&
				 !(cached[press_index(p, i)] & 1) :
				 pagemap_swapped(pages[press_index(p, i)]);
	free(cached);
	free(pages);
	return ret;
}

/*
 * Pages of a file that were dirty again are unmapped and stay in memory, where MADV_PAGEOUT
 * does not see them: it goes by the page table.
 */
static void map_again(const struct press *p)
{
	unsigned int i;

	if (backing_bit(p->area->backing) != BACKING_BIT(BACKING_FILE))
		return;
	for (i = 0; i < p->nr_pages; i++)
		guest_load(press_page(p, i));
}

int reclaim_until_out(struct press *p, int (*reclaim)(struct press *p, struct result *r),
		      struct result *r)
{
	unsigned int out = 0, tries = 0;
	struct deadline deadline;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (reclaim(p, r) || reclaim_count_out(p, &out, r))
			return -1;
		tries += out > 0;
		if (!out) {
			/* They may all wait on the CPU on which the guest used them. */
			page_queues_clear();
			map_again(p);
		}
	} while (out < p->nr_pages && tries < MORE_TRIES && deadline_retry(&deadline));
	p->proved += out;
	return 0;
}

int reclaim_out(struct press *p, int (*reclaim)(struct press *p, struct result *r),
		struct result *r)
{
	int ret;

	if (reclaim(p, r) || press_pause(p, r))
		return -1;
	ret = reclaim_until_out(p, reclaim, r);
	press_resume(p);
	return ret;
}

int reclaim_empty_tlbs(const struct press *p, struct result *r)
{
	char *image = p->vm->system.hva;
	size_t size = GUEST_SHARED_GPA - GUEST_SYSTEM_GPA;

	if (mprotect(image, size, PROT_READ) || mprotect(image, size, PROT_READ | PROT_WRITE))
		return result_errno(r, "mprotect(%p, %zu)", image, size);
	return 0;
}

char *reclaim_map_pages(size_t nr, struct result *r)
{
	char *memory = mmap(NULL, nr * PAGE_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		result_errno(r, "mmap(%zu)", nr * PAGE_BYTES);
		return NULL;
	}
	if (madvise(memory, nr * PAGE_BYTES, MADV_NOHUGEPAGE) && errno != EINVAL) {
		result_errno(r, "madvise(MADV_NOHUGEPAGE)");
		munmap(memory, nr * PAGE_BYTES);
		return NULL;
	}
	if (numa_available() >= 0)
		numa_interleave_memory(memory, nr * PAGE_BYTES, numa_all_nodes_ptr);
	return memory;
}

void reclaim_use(char *memory, size_t nr)
{
	size_t n;

	for (n = 0; n < nr; n++)
		__atomic_store_n(&memory[n * PAGE_BYTES], 1, __ATOMIC_RELAXED);
}

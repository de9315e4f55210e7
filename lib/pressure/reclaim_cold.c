// SPDX-License-Identifier: GPL-2.0
/*
 * Memory in use stays: reclaim asks everyone who maps a page, KVM included, whether
 * it was used, and takes other pages first.
 *
 * Besides the guest's memory the cgroup has memory that nobody uses.  In the order
 * of reclaim it is made younger than the guest's, so an mm that does not learn of
 * the guest's accesses takes the guest's memory first.  A little is reclaimed at a
 * time: the guest visits every page and is parked, and then so few pages are looked
 * at that none is looked at twice, since the first look clears the accessed bits.
 * Nobody else may zap translations meanwhile: the accessed bits would go with them.
 *
 * As many pages again are used by this process itself, each time before reclaim. What an mm
 * that takes those too does is its policy (MGLRU, which clears the bits of neighbours with
 * one look, wants to see pages used twice from v6.14 on), and says nothing about KVM.
 */
#include <numa.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "host/memcg.h"
#include "host/swap.h"
#include "memory/pagemap.h"
#include "pressure/reclaim.h"

/* On each node, since each has its own order. */
#define COLD_PAGES	1024
#define MAX_NODES	8

#define STEP_BYTES	(32 * PAGE_BYTES)

/* Of the cold memory, in one call. */
#define ENOUGH(nr)	((nr) / 4)

struct cold {
	char cgroup[128];
	char *memory, *own;	/* that nobody uses; of the process, as large as the guest's */
	size_t nr;		/* pages of memory */
	pagemap_t *pages;	/* of either */
};

static int nr_nodes(void)
{
	return numa_available() < 0 ? 1 : numa_num_configured_nodes();
}

static const char *few_nodes_missing(void)
{
	return nr_nodes() > MAX_NODES ? "more nodes than there is swap for" : NULL;
}

static int set_up_cold(struct press *p, struct result *r)
{
	struct cold *c = calloc(1, sizeof(*c));

	if (!c)
		return result_errno(r, "calloc(cold)");
	p->state = c;
	c->nr = (size_t)nr_nodes() * COLD_PAGES;
	c->pages = calloc(c->nr, sizeof(*c->pages));
	if (!c->pages)
		return result_errno(r, "calloc(%zu pages)", c->nr);
	c->memory = reclaim_map_pages(c->nr, r);
	c->own = c->memory ? reclaim_map_pages(p->nr_pages, r) : NULL;
	if (!c->own)
		return -1;
	if (reclaim_set_up(p, r) ||
	    memcg_create(p->host, "mn_cold", 0, c->cgroup, sizeof(c->cgroup), r) ||
	    memcg_can_reclaim(c->cgroup, r))
		return -1;
	return memcg_join(p->host, c->cgroup, r);
}

static void tear_down_cold(struct press *p)
{
	struct cold *c = p->state;

	if (c && c->memory)
		munmap(c->memory, c->nr * PAGE_BYTES);
	if (c && c->own)
		munmap(c->own, p->nr_pages * PAGE_BYTES);
	if (c)
		free(c->pages);
	free(c);
}

static int advise(char *memory, size_t bytes, int advice, struct result *r)
{
	if (madvise(memory, bytes, advice))
		return result_errno(r, "madvise(%p, %zu, %d)", memory, bytes, advice);
	return 0;
}

/*
 * Since v6.14 MGLRU keeps what it finds used twice.  A page that is looked up was used once,
 * which leaves no trace in any page table.  A huge page has one then: where the guest has
 * those, no page is looked up, and such a kernel takes the process's as well.
 */
static int look_up(char *memory, size_t nr, size_t stride, struct result *r)
{
	struct iovec remote[1], local[1];
	size_t n;
	char byte;

	for (n = 0; n < nr; n++) {
		*remote = (struct iovec){ memory + n * stride, 1 };
		*local = (struct iovec){ &byte, 1 };
		if (process_vm_readv(getpid(), local, 1, remote, 1, 0) != 1)
			return result_errno(r, "process_vm_readv(%p)", remote->iov_base);
	}
	return 0;
}

/* First what is in use, then the other, all new, and as if nobody had used them. */
static int put_in_order(const struct press *p, struct result *r)
{
	const struct cold *c = p->state;
	size_t each = p->area->backing->granule, parts = p->area->size / each, i;
	size_t own = p->nr_pages / parts * PAGE_BYTES;

	if (advise(c->memory, c->nr * PAGE_BYTES, MADV_DONTNEED, r))
		return -1;
	reclaim_use(c->own, p->nr_pages);
	/* By turns: whose come first is whose go first, and one huge page is more than a step. */
	for (i = 0; i < parts; i++) {
		if (advise(c->own + i * own, own, MADV_COLD, r) ||
		    advise(p->area->hva + i * each, each, MADV_COLD, r))
			return -1;
	}
	if (each == PAGE_BYTES && (look_up(c->own, p->nr_pages, PAGE_BYTES, r) ||
				   look_up(p->area->hva, parts, each, r)))
		return -1;
	reclaim_use(c->memory, c->nr);
	return advise(c->memory, c->nr * PAGE_BYTES, MADV_COLD, r);
}

/* How many pages went: of those in use now, of the cold ones by now. */
struct gone {
	unsigned int used;
	size_t own, cold;
};

static int count_swapped(const struct cold *c, const char *memory, size_t nr, size_t *swapped,
			 struct result *r)
{
	if (pagemap_read(memory, nr, c->pages, r))
		return -1;
	*swapped = pagemap_count(c->pages, nr, PAGEMAP_SWAPPED);
	return 0;
}

static int step(struct press *p, struct gone *gone, struct result *r)
{
	struct cold *c = p->state;
	unsigned int used = 0;
	size_t own = 0;
	int ret;

	if (press_visited(p, "before some is reclaimed", r) || press_pause(p, r))
		return -1;
	reclaim_use(c->own, p->nr_pages);
	ret = memcg_reclaim(c->cgroup, STEP_BYTES, r) || reclaim_count_out(p, &used, r) ||
		count_swapped(c, c->own, p->nr_pages, &own, r) ||
		count_swapped(c, c->memory, c->nr, &gone->cold, r) ||
		reclaim_empty_tlbs(p, r) ? -1 : 0;
	press_resume(p);
	gone->used += used;
	gone->own += own;
	return ret;
}

/*
 * Of what the guest uses no larger share may go than of what nobody does, unless half as
 * many go of what the process uses.
 */
static int judge(const struct press *p, const struct gone *gone, struct result *r)
{
	const struct cold *c = p->state;
	size_t cold = gone->cold > ENOUGH(c->nr) ? gone->cold : ENOUGH(c->nr);

	if ((size_t)gone->used * c->nr <= cold * p->nr_pages)
		return 0;
	if (gone->own * 2 >= gone->used)
		return result_skip(r, "this kernel's reclaim takes what the process itself uses all the time, too: %zu pages of it, %u of the guest's",
				   gone->own, gone->used);
	return result_fail(r, CONTRACT_CONTENTS,
			   "reclaim took pages %u times of %u that the guest uses all the time, and %zu of %zu that nobody uses: the mm does not know",
			   gone->used, p->nr_pages, gone->cold, c->nr);
}

static int apply_cold(struct press *p, struct result *r)
{
	const struct cold *c = p->state;
	struct gone gone = { 0 };
	struct deadline deadline;

	if (put_in_order(p, r))
		return -1;
	deadline_start(&deadline, p->budget_ns);
	do {
		if (step(p, &gone, r) || judge(p, &gone, r))
			return -1;
	} while (gone.cold < ENOUGH(c->nr) && deadline_retry(&deadline));
	p->proved += gone.cold;
	return 0;
}

PRESSURE(reclaim_cold_first) = {
	.name = "memory_reclaim_cold",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_AGES,
	.calls = "write to memory.reclaim of the cgroup, with cold memory beside the guest's",
	.events = "clear_flush_young clear_young",
	.proof = "cold page reclaimed",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD) | (ON_PRIVATE_FILE & ~ON_DAX),
	.rounds = 2,
	.zap_exclusive = true,
	.guest_writes = true,	/* who only reads may leave pages out */
	.may_change = RECLAIM_GROUP_MAY_CHANGE,
	.needs = { reclaim_pageout_missing, pagemap_missing, swap_missing, few_nodes_missing },
	.set_up = set_up_cold,
	.apply = apply_cold,
	.tear_down = tear_down_cold,
};

#define LRU_GEN_ENABLED	"/sys/kernel/mm/lru_gen/enabled"
#define LRU_GEN_ALONE	"0x0001"	/* and no walks of page tables */

static const char *lru_gen_missing(void)
{
	return hostfile_missing(LRU_GEN_ENABLED, "kernel without CONFIG_LRU_GEN") ?:
	       pagemap_missing();
}

static int set_up_look_around(struct press *p, struct result *r)
{
	return hoststate_write(p->host, LRU_GEN_ENABLED, LRU_GEN_ALONE, r) ? -1 : set_up_cold(p, r);
}

/*
 * MGLRU walks page tables before it reclaims, and then knows what was used.  Without it asks
 * for each page when it comes to it, and looks around from there.
 */
PRESSURE(reclaim_look_around) = {
	.name = "mglru_look_around",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_AGES,
	.calls = "the same, by the multi-generational LRU without its walks of page tables",
	.since = "v6.1",
	.events = "clear_flush_young clear_young",
	.proof = "cold page reclaimed",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD),
	.rounds = 2,
	.zap_exclusive = true,
	.guest_writes = true,
	.may_change = "lru_gen/enabled=0x0001; " RECLAIM_GROUP_MAY_CHANGE,
	.needs = { reclaim_pageout_missing, lru_gen_missing, swap_missing, few_nodes_missing },
	.set_up = set_up_look_around,
	.apply = apply_cold,
	.tear_down = tear_down_cold,
};

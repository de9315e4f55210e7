// SPDX-License-Identifier: GPL-2.0
/*
 * Aging by the multi-generational LRU: it walks page tables, asks whether pages were used,
 * also by a guest, and moves those that were to the youngest generation.
 *
 * The cgroup's generations say what it was told.  Everything is aged first, so that the
 * host's own page table, where KVM's faults leave a trace, knows of no use.  While nobody
 * uses anything no page may get younger, and then what the guest used has to, by KVM's
 * answer alone.  Since v6.14 a page must be found used twice.
 *
 * The test itself uses memory at the same times: where the kernel does not find that used
 * either, it has not looked.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/hostfile.h"
#include "host/memcg.h"
#include "host/page_flags.h"
#include "host/release.h"
#include "pressure/reclaim.h"

#define LRU_GEN		"/sys/kernel/debug/lru_gen"
#define LRU_GEN_ENABLED	"/sys/kernel/mm/lru_gen/enabled"
#define LRU_GEN_WALKS	0x3	/* of what it says is enabled: all at all, and walks */

#define SINCE	"v6.12"

#define MAX_NODES	8

/* A fourth generation would displace the one in which all was at first. */
#define MAX_AGINGS	3

/* More than 64, or the kernel leaves a small process out, and it counts them loosely. */
#define OWN_PAGES	512

struct node {
	unsigned long long memcg, oldest, youngest;
	int id;
	unsigned long long since;	/* the youngest at aging_begin() */
};

struct aging {
	char cgroup[128];
	char *own;		/* memory of the test itself */
	struct node nodes[MAX_NODES];
	unsigned int nr_nodes;
	size_t younger;		/* pages in generations that are younger than node.since */
};

static const char *lru_gen_missing(void)
{
	if (release_before(6, 12))
		return "kernel before " SINCE ": its aging does not ask MMU notifiers";
	return hostfile_missing(LRU_GEN, "no lru_gen in debugfs: kernel without CONFIG_LRU_GEN, or debugfs not mounted");
}

/* By walking page tables, that is: without, nobody is asked. */
static bool walks(void)
{
	unsigned long long enabled;

	return !hostfile_read_ulong(LRU_GEN_ENABLED, &enabled) &&
	       (enabled & LRU_GEN_WALKS) == LRU_GEN_WALKS;
}

/* Where the CPU does not mark pages as used, the kernel does not walk, whatever is enabled. */
static int enable_lru_gen(struct hoststate *host, struct result *r)
{
	if (walks())
		return 0;
	if (hoststate_write(host, LRU_GEN_ENABLED, "y", r))
		return -1;
	return walks() ? 0 :
	       result_skip(r, "mglru_aging: this kernel does not walk page tables on this CPU, see "
			   LRU_GEN_ENABLED);
}

/* A cgroup has generations of its own: only the test's are moved on. */
static int set_up_lru_gen(struct press *p, struct result *r)
{
	struct aging *a = calloc(1, sizeof(*a));

	if (!a)
		return result_errno(r, "calloc(aging)");
	p->state = a;
	if (enable_lru_gen(p->host, r) ||
	    memcg_create(p->host, "mn_aging", 0, a->cgroup, sizeof(a->cgroup), r) ||
	    memcg_join(p->host, a->cgroup, r))
		return -1;
	a->own = reclaim_map_pages(OWN_PAGES, r);
	return a->own ? 0 : -1;
}

static void tear_down_lru_gen(struct press *p)
{
	struct aging *a = p->state;

	if (a && a->own)
		munmap(a->own, OWN_PAGES * PAGE_BYTES);
	free(a);
}

/* A line of one generation: its number, and how many pages it has that are not a disk's. */
static void add_generation(struct aging *a, struct node *node, unsigned long long generation,
			   size_t pages)
{
	if (!node->oldest)
		node->oldest = generation;
	node->youngest = generation;
	if (generation > node->since)
		a->younger += pages;
}

/* Have a look at the cgroup's generations, on each node. */
static int look(struct aging *a, struct result *r)
{
	unsigned long long memcg = 0, generation;
	const char *own = strrchr(a->cgroup, '/');
	char line[512], name[256];
	bool ours = false;
	size_t pages;
	int id;
	FILE *f = fopen(LRU_GEN, "re");

	a->nr_nodes = 0;
	a->younger = 0;
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "memcg %llu %255s", &memcg, name) == 2) {
			ours = !strcmp(strrchr(name, '/') ?: name, own);
		} else if (ours && sscanf(line, " node %d", &id) == 1 && a->nr_nodes < MAX_NODES) {
			a->nodes[a->nr_nodes].memcg = memcg;
			a->nodes[a->nr_nodes].id = id;
			a->nodes[a->nr_nodes++].oldest = 0;
		} else if (ours && a->nr_nodes &&
			   sscanf(line, "%llu %*u %zu", &generation, &pages) == 2) {
			add_generation(a, &a->nodes[a->nr_nodes - 1], generation, pages);
		}
	}
	if (f)
		fclose(f);
	return a->nr_nodes ? 0 : result_error(r, "%s does not know the cgroup %s", LRU_GEN,
					      a->cgroup);
}

/* One more generation on each node, with all that is found used. */
static int age(struct aging *a, struct result *r)
{
	char command[96];
	unsigned int i;
	int ret;

	if (look(a, r))
		return -1;
	for (i = 0; i < a->nr_nodes; i++) {
		const struct node *n = &a->nodes[i];

		/* Swappiness, and all of it, recently used or not. */
		snprintf(command, sizeof(command), "+ %llu %d %llu 100 1", n->memcg, n->id,
			 n->youngest);
		ret = hostfile_write(LRU_GEN, command);
		/* Somebody else is at it. */
		if (ret && ret != -EEXIST)
			return result_error(r, "write(%s, '%s'): %s", LRU_GEN, command,
					    strerror(-ret));
	}
	return look(a, r);
}

/* From now on pages count that get younger. */
static void aging_begin(struct aging *a)
{
	unsigned int i;

	for (i = 0; i < a->nr_nodes; i++)
		a->nodes[i].since = a->nodes[i].youngest;
}

/* Who is short of memory ages cgroups too, and what was oldest then joins what is younger. */
static int aged_by_others(const struct aging *a, struct result *r)
{
	unsigned int i;

	for (i = 0; i < a->nr_nodes; i++) {
		if (a->nodes[i].oldest > a->nodes[i].since)
			return result_skip(r, "mglru_aging: somebody else ages the cgroup too");
	}
	return 0;
}

static size_t area_pages(const struct press *p)
{
	return p->area->size / PAGE_BYTES;
}

/* What nobody uses.  Some of the process's stack and heap it does. */
static int age_unused(const struct press *p, struct aging *a, struct result *r)
{
	if (age(a, r))
		return -1;
	aging_begin(a);
	if (age(a, r) || aged_by_others(a, r))
		return -1;
	if (a->younger <= area_pages(p) / 2)
		return 0;
	return result_fail(r, CONTRACT_CONTENTS,
			   "%zu pages went to the youngest generation, of %zu of the guest's, while no vCPU ran: the mm goes on being told that they are used",
			   a->younger, area_pages(p));
}

static int let_use(struct press *p, const struct aging *a, struct result *r)
{
	if (reclaim_empty_tlbs(p, r))
		return -1;
	press_resume(p);
	if (press_visited(p, "before its pages are aged", r) || press_pause(p, r))
		return -1;
	reclaim_use(a->own, OWN_PAGES);
	return 0;
}

static int age_used(struct press *p, struct aging *a, struct result *r)
{
	const size_t enough = OWN_PAGES + area_pages(p) * 3 / 4;
	unsigned int i;

	aging_begin(a);
	for (i = 0; i < MAX_AGINGS && a->younger < enough; i++) {
		if (let_use(p, a, r) || age(a, r) || aged_by_others(a, r))
			return -1;
	}
	if (a->younger < OWN_PAGES * 3 / 4)
		return result_skip(r, "mglru_aging: the kernel finds %zu of %u pages used that the process uses itself",
				   a->younger, OWN_PAGES);
	if (a->younger < enough)
		return result_fail(r, CONTRACT_CONTENTS,
				   "the guest uses all of %zu pages, the process %u, and %zu went to younger generations: the mm does not know",
				   area_pages(p), OWN_PAGES, a->younger);
	p->proved += a->younger;
	return 0;
}

static int apply_lru_gen(struct press *p, struct result *r)
{
	struct aging *a = p->state;
	int ret;

	/* Others zap translations, and what was known of their use goes with them. */
	if (!p->alone)
		return age(a, r);
	reclaim_use(a->own, OWN_PAGES);
	page_queues_clear();
	if (press_pause(p, r))
		return -1;
	ret = age_unused(p, a, r) || age_used(p, a, r) ? -1 : 0;
	press_resume(p);
	return ret;
}

PRESSURE(reclaim_lru_gen) = {
	.name = "mglru_aging",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_AGES,
	.calls = "write + to /sys/kernel/debug/lru_gen",
	.since = SINCE,
	.events = "clear_young",
	.proof = "page in a younger generation",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD),
	.allows_others = true,
	.zap_exclusive = true,
	.guest_writes = true,	/* who only reads may leave pages out */
	.may_change = "lru_gen/enabled=y; " MEMCG_MAY_CHANGE,
	.needs = { lru_gen_missing },
	.set_up = set_up_lru_gen,
	.apply = apply_lru_gen,
	.tear_down = tear_down_lru_gen,
};

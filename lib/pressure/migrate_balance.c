// SPDX-License-Identifier: GPL-2.0
/*
 * Automatic NUMA balancing: vCPU threads change node, and their memory follows.  Or they
 * stay, and what they use of slower memory is promoted.
 *
 * The kernel makes memory inaccessible, range by range, to learn from the faults
 * which node uses it; misplaced pages migrate.  The vCPU threads do both, on their
 * way into the guest.  No other pressure is as frequent while being invisible to
 * user space and on by default: each scan invalidates each mapping.
 */
#include <errno.h>
#include <numa.h>
#include <numaif.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "memory/numa_pages.h"
#include "memory/pagemap.h"
#include "memory/tiers.h"
#include "pressure/pressure.h"

/* The kernel does not look at hugetlb, and leaves dirty pages of files alone. */
#define FOLLOWS		(ON_EVERY_BACKING & ~ON_HUGETLB & ~ON_DAX & ~BACKING_BIT(BACKING_FILE))

#ifndef MPOL_F_NUMA_BALANCING		/* since v5.12 */
#define MPOL_F_NUMA_BALANCING	(1 << 13)
#endif

#define WORK_NS		100000000ULL	/* goes on for so long after the first page followed */

#define BALANCING	"/proc/sys/kernel/numa_balancing"
#define BY_NODE		"1"
#define BY_TIER		"2"

#define PACE_SYSCTL	BALANCING "_"				/* before v5.13 */
#define PACE_DEBUGFS	"/sys/kernel/debug/sched/numa_balancing/"

/*
 * As fast as it goes.  The kernel scans no more than 2560 MiB per second, so
 * that a small size makes for a short period.  And promotes what is accessed within
 * the threshold after a scan, so that a long one has room for a busy bed.
 */
static const struct {
	const char *name, *value;
} pace[] = {
	{ "scan_delay_ms", "1" },
	{ "scan_period_min_ms", "1" },
	{ "scan_period_max_ms", "1" },
	{ "scan_size_mb", "4" },
	{ "hot_threshold_ms", "60000" },
};

struct balance {
	struct numa_pages at;
	bool *elsewhere;	/* pages that can follow in this round */
	int node;		/* of the vCPU threads */
	int slow;		/* from where their memory follows; -1: from anywhere */
};

static const char *balancing_missing(void)
{
	if (access(BALANCING, F_OK))
		return "kernel without CONFIG_NUMA_BALANCING";
	if (!hostfile_missing(PACE_SYSCTL "scan_size_mb", ""))
		return NULL;
	return hostfile_missing(PACE_DEBUGFS "scan_size_mb",
				"the pace of NUMA balancing cannot be set: needs debugfs since v5.13");
}

static int speed_up(struct hoststate *host, struct result *r)
{
	char path[96];
	size_t i;

	for (i = 0; i < sizeof(pace) / sizeof(pace[0]); i++) {
		snprintf(path, sizeof(path), PACE_SYSCTL "%s", pace[i].name);
		if (hoststate_write(host, path, pace[i].value, r))
			return -1;
		snprintf(path, sizeof(path), PACE_DEBUGFS "%s", pace[i].name);
		if (hoststate_write(host, path, pace[i].value, r))
			return -1;
	}
	return 0;
}

/*
 * A scan invalidates mapping by mapping: make every page one, of which no two
 * neighbours are alike, so that the kernel cannot merge them.
 */
static int split(const struct area *area, struct result *r)
{
	size_t i;

	if (area->backing->granule != PAGE_BYTES)
		return 0;
	for (i = 0; i < area->size; i += 2 * PAGE_BYTES) {
		if (madvise(area->hva + i, PAGE_BYTES, MADV_DONTFORK))
			return result_errno(r, "madvise(%p, MADV_DONTFORK)", area->hva + i);
	}
	return 0;
}

/*
 * Memory of a file without a name of its own (shmem) has no policy, and is then
 * not balanced: give it one that says so.
 */
static int let_balance(const struct area *area, struct result *r)
{
	const unsigned int shmem = BACKING_BIT(BACKING_MEMFD) | BACKING_BIT(BACKING_MEMFD_THP) |
				   BACKING_BIT(BACKING_MEMFD_PRIVATE);

	if (!(backing_bit(area->backing) & shmem) ||
	    !mbind(area->hva, area->size, MPOL_BIND | MPOL_F_NUMA_BALANCING,
		   numa_all_nodes_ptr->maskp, numa_all_nodes_ptr->size + 1, 0))
		return 0;
	if (errno == EINVAL)
		return result_skip(r, "the kernel does not balance shared memory: before v5.12?");
	return result_errno(r, "mbind(%p, %zu, MPOL_F_NUMA_BALANCING)", area->hva, area->size);
}

static int set_up(struct press *p, struct result *r)
{
	struct balance *b = calloc(1, sizeof(*b));

	if (!b)
		return result_errno(r, "calloc(balance)");
	p->state = b;
	b->slow = -1;
	/* Of no policy: with one, memory is not balanced.  vCPU threads inherit that. */
	if (set_mempolicy(MPOL_DEFAULT, NULL, 0))
		return result_errno(r, "set_mempolicy(MPOL_DEFAULT)");
	area_touch(p->area);
	if (numa_pages_open(&b->at, p->area, p->area->backing->granule, r) ||
	    let_balance(p->area, r) || split(p->area, r))
		return -1;
	b->elsewhere = calloc(b->at.nr, sizeof(*b->elsewhere));
	if (!b->elsewhere)
		return result_errno(r, "calloc(%zu pages)", b->at.nr);
	return speed_up(p->host, r);
}

static int set_up_promotion(struct press *p, struct result *r)
{
	struct balance *b;

	if (set_up(p, r))
		return -1;
	b = p->state;
	b->slow = tiers_find().slow;
	return 0;
}

static void tear_down(struct press *p)
{
	struct balance *b = p->state;

	if (b) {
		numa_pages_close(&b->at);
		free(b->elsewhere);
	}
	free(b);
}

/* Of those that this process may use: its affinity, and its cpuset. */
static bool has_cpus(int node, struct bitmask *cpus)
{
	unsigned long cpu;

	if (numa_node_to_cpus(node, cpus))
		return false;
	for (cpu = 0; cpu < cpus->size; cpu++) {
		if (!numa_bitmask_isbitset(numa_all_cpus_ptr, cpu))
			numa_bitmask_clearbit(cpus, cpu);
	}
	return numa_bitmask_weight(cpus);
}

/* The next node with memory and CPUs; the same again if there is only one. */
static int next_node(struct balance *b, struct bitmask *cpus, struct result *r)
{
	int first = numa_node_after(b->node), node = first;

	while (!has_cpus(node, cpus)) {
		node = numa_node_after(node);
		if (node == first)
			return result_skip(r, "no node has both memory and CPUs that this process may use");
	}
	b->node = node;
	return 0;
}

/*
 * What is with the vCPUs already could not follow them.  After their last change
 * of node there may be more of it, or less, and for good: pages that wait in a
 * CPU's batch for the LRU lists are not scanned.
 */
static int send_away(struct press *p, struct result *r)
{
	struct balance *b = p->state;
	int to = b->slow < 0 ? numa_node_after(b->node) : b->slow;
	struct deadline deadline;
	size_t i, away = 0;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (numa_pages_move(&b->at, to, r) ||
		    numa_pages_look(&b->at, r))
			return -1;
		for (i = 0; i < b->at.nr; i++) {
			b->elsewhere[i] = b->at.nodes[i] >= 0 && b->at.nodes[i] != b->node;
			away += b->elsewhere[i];
		}
	} while (!away && deadline_retry(&deadline));
	return 0;
}

static int change_node(struct press *p, struct result *r)
{
	struct bitmask *cpus = numa_allocate_cpumask();
	struct balance *b = p->state;
	unsigned int id;
	int ret;

	ret = next_node(b, cpus, r);
	if (!ret)
		ret = send_away(p, r);
	for (id = 0; !ret && id < p->vm->nr_vcpus; id++) {
		if (numa_sched_setaffinity(p->vm->vcpus[id].tid, cpus) < 0)
			ret = result_errno(r, "sched_setaffinity(vCPU %u, node %d)", id, b->node);
	}
	numa_free_cpumask(cpus);
	return ret;
}

static int count_followers(struct balance *b, size_t *count, struct result *r)
{
	size_t i;

	if (numa_pages_look(&b->at, r))
		return -1;
	*count = 0;
	for (i = 0; i < b->at.nr; i++)
		*count += b->elsewhere[i] && b->at.nodes[i] == b->node;
	return 0;
}

static long own_faults(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) ? 0 : usage.ru_minflt;
}

/* Pages that are there, and whose first access is a fault: as a scan left them. */
static int count_hinting(struct press *p, unsigned int *count, struct result *r)
{
	pagemap_t *pages = pagemap_area(p->area, r);
	const guest_u64 *word;
	unsigned int i;
	long before;

	if (!pages)
		return -1;
	*count = 0;
	for (i = 0; i < p->nr_pages; i++) {
		if (!(pages[press_index(p, i)] & PAGEMAP_PRESENT))
			continue;
		word = press_page(p, i);
		before = own_faults();
		(void)guest_load(word);
		*count += own_faults() > before;
	}
	free(pages);
	return 0;
}

/*
 * Nothing follows.  Once there are no more scans, and the guest has then been at every
 * page, none waits for a fault: or its vCPUs had translations that the scan did not take.
 */
static int judge_left_behind(struct press *p, struct result *r)
{
	unsigned int hinting;
	int err;

	/* Who only reads may leave pages out, and who moves a page makes accesses wait, too. */
	if (press_host_writes(p) || !p->alone)
		return 0;
	err = hoststate_set(p->host, BALANCING, "0", r);
	if (err)
		return err < 0 ? -1 : result_error(r, "write(%s, 0): %s", BALANCING, strerror(err));
	/* The first visits are also for a scan that has begun. */
	if (press_visited(p, "with NUMA balancing turned off", r) ||
	    press_visited(p, "with NUMA balancing turned off", r) ||
	    count_hinting(p, &hinting, r))
		return -1;
	if (!hinting)
		return 0;
	return result_fail(r, CONTRACT_NO_STALE,
			   "the guest goes on using %u of %u pages of which NUMA balancing has to know at the next access, and it does not",
			   hinting, p->nr_pages);
}

/*
 * The kernel spends no more than a thirtieth of a thread's time on scans: one
 * that a busy bed has drawn out is followed by none for long.
 */
static int apply(struct press *p, struct result *r)
{
	struct balance *b = p->state;
	struct deadline deadline;
	size_t followers;

	/* Not before: the guest is calibrated in peace. */
	if (hoststate_write(p->host, BALANCING, b->slow < 0 ? BY_NODE : BY_TIER, r) ||
	    change_node(p, r))
		return -1;
	deadline_start(&deadline, p->budget_ns);
	do {
		if (count_followers(b, &followers, r))
			return -1;
	} while (!followers && deadline_poll(&deadline));
	if (!followers)
		return judge_left_behind(p, r);
	sleep_ns(WORK_NS);
	if (count_followers(b, &followers, r))
		return -1;
	p->proved += followers;
	return 0;
}

PRESSURE(migrate_numa_balancing) = {
	.name = "numa_balancing",
	.family = PRESSURE_MIGRATE,
	.calls = "sched_setaffinity() of the vCPU threads under kernel.numa_balancing=1",
	.events = "protection_vma clear",
	.callers = CALLER_BIT(CALLER_OWN),
	.proof = "page followed the vCPUs to their node",
	.rounds = 4,
	.hits = { 1, 4 },
	.preserves = FOLLOWS,
	.frees = FOLLOWS,
	.slow = true,
	.can_join = true,
	.changes = "kernel.numa_balancing on, and at its fastest",
	.needs = { numa_pages_missing, balancing_missing },
	.set_up = set_up,
	.apply = apply,
	.tear_down = tear_down,
};

/* Only slower memory is scanned then, and moves if it is accessed soon after, by whomever. */
PRESSURE(migrate_promotion) = {
	.name = "numa_promotion",
	.family = PRESSURE_MIGRATE,
	.calls = "kernel.numa_balancing=2 with memory in a slower tier",
	.since = "v6.1",
	.events = "protection_vma clear",
	.callers = CALLER_BIT(CALLER_OWN),
	.proof = "page promoted to the vCPUs' node",
	.rounds = 4,
	.hits = { 1, 4 },
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP),
	.slow = true,
	.can_join = true,
	.changes = "kernel.numa_balancing by memory tier, and at its fastest",
	.needs = { numa_pages_missing, tiers_missing, balancing_missing },
	.set_up = set_up_promotion,
	.apply = apply,
	.tear_down = tear_down,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * DAMON: a thread of the kernel that marks a page here and there as not used, and looks
 * a little later whether it was, by virtual addresses of a process or by frames.
 *
 * Two schemes, which do nothing but count, share what it found: where there was any access,
 * and where there was none.  Or a filter looks at every page again, each time that what was
 * found is put together, and lets those pass that were used.  While no vCPU runs all is to be
 * without.  Then the guest uses its memory by translations that it has already, so that only
 * KVM can tell of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "host/page_flags.h"
#include "memory/pagemap.h"
#include "pressure/reclaim.h"

#define KDAMONDS	"/sys/kernel/mm/damon/admin/kdamonds/"
#define STATE		"0/state"
#define CONTEXT		"0/contexts/0/"
#define TARGET		CONTEXT "targets/0/"
#define NR_REGIONS	TARGET "regions/nr_regions"
#define SCHEMES		CONTEXT "schemes/"
#define FILTERS		SCHEMES "0/ops_filters/"
#define UPDATE_STATS	"update_schemes_stats"

/* Of access: a look, and all of them that are put together, in microseconds. */
#define LOOK_US		"5000"
#define TOGETHER_US	"20000"

/* So often all of the area must have been put together before it says what is so now. */
#define TIMES		3

#define NO_LIMIT	"4294967295"

/* How to look. */
struct way {
	const char *operations;
	int (*set_regions)(const struct press *p, struct result *r);
	bool filters;
};

static const char *damon_missing(void)
{
	return hostfile_missing(KDAMONDS "nr_kdamonds",
				"no " KDAMONDS ": kernel without CONFIG_DAMON_SYSFS");
}

/* Return: 0, an errno, or -1 with @r. */
static int try_set(const struct press *p, const char *name, const char *value, struct result *r)
{
	char path[160];

	snprintf(path, sizeof(path), KDAMONDS "%s", name);
	return hoststate_set(p->host, path, value, r);
}

static int set(const struct press *p, const char *name, const char *value, struct result *r)
{
	int err = try_set(p, name, value, r);

	return err > 0 ? result_error(r, "write(" KDAMONDS "%s, %s): %s", name, value,
				      strerror(err)) : err;
}

static int set_region(const struct press *p, size_t nr, uint64_t start, uint64_t end,
		      struct result *r)
{
	char name[80], value[32];

	snprintf(name, sizeof(name), TARGET "regions/%zu/start", nr);
	snprintf(value, sizeof(value), "%llu", (unsigned long long)start);
	if (set(p, name, value, r))
		return -1;
	snprintf(name, sizeof(name), TARGET "regions/%zu/end", nr);
	snprintf(value, sizeof(value), "%llu", (unsigned long long)end);
	return set(p, name, value, r);
}

static int by_address(const struct press *p, struct result *r)
{
	uintptr_t start = (uintptr_t)p->area->hva;
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	return set(p, TARGET "pid_target", pid, r) || set(p, NR_REGIONS, "1", r) ? -1 :
	       set_region(p, 0, start, start + p->area->size, r);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Page frames in ascending order, those without gaps together; @regions: only counted if NULL. */
static size_t join_frames(const uint64_t *frames, size_t nr, uint64_t (*regions)[2])
{
	size_t first = 0, found = 0, i;

	for (i = 1; i <= nr; i++) {
		if (i < nr && frames[i] == frames[i - 1] + 1)
			continue;
		if (regions) {
			regions[found][0] = frames[first] * PAGE_BYTES;
			regions[found][1] = (frames[i - 1] + 1) * PAGE_BYTES;
		}
		found++;
		first = i;
	}
	return found;
}

static int set_frames(const struct press *p, const uint64_t *frames, size_t nr, struct result *r)
{
	size_t found = join_frames(frames, nr, NULL), i;
	uint64_t (*regions)[2] = calloc(found, sizeof(*regions));
	char value[32];
	int ret;

	if (!regions)
		return result_errno(r, "calloc(%zu regions)", found);
	join_frames(frames, nr, regions);
	snprintf(value, sizeof(value), "%zu", found);
	ret = set(p, NR_REGIONS, value, r);
	for (i = 0; !ret && i < found; i++)
		ret = set_region(p, i, regions[i][0], regions[i][1], r);
	free(regions);
	return ret;
}

static int by_frame(const struct press *p, struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES, present = 0, i;
	pagemap_t *pages = pagemap_area(p->area, r);
	int ret;

	if (!pages)
		return -1;
	for (i = 0; i < nr; i++) {
		if (pagemap_pfn(pages[i]))
			pages[present++] = pagemap_pfn(pages[i]);
	}
	qsort(pages, present, sizeof(*pages), compare);
	ret = present < nr ? result_error(r, "%zu of %zu pages have a frame", present, nr) :
	      set_frames(p, pages, nr, r);
	free(pages);
	return ret;
}

/* Regions of any size and age with so many accesses are counted. */
static int set_scheme(const struct press *p, unsigned int nr, const char *min, const char *max,
		      struct result *r)
{
	const struct {
		const char *name, *value;
	} settings[] = {
		{ "action", "stat" },
		{ "access_pattern/sz/max", NO_LIMIT },
		{ "access_pattern/age/max", NO_LIMIT },
		{ "access_pattern/nr_accesses/min", min },
		{ "access_pattern/nr_accesses/max", max },
	};
	char name[96];
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(name, sizeof(name), SCHEMES "%u/%s", nr, settings[i].name);
		if (set(p, name, settings[i].value, r))
			return -1;
	}
	return 0;
}

enum { COLD, HOT, NR_SCHEMES };

/* One for each; or one for all, of which a filter counts those that were used. */
static int set_schemes(const struct press *p, struct result *r)
{
	const struct way *way = p->state;
	int err;

	if (!way->filters)
		return set(p, SCHEMES "nr_schemes", "2", r) || set_scheme(p, COLD, "0", "0", r) ?
		       -1 : set_scheme(p, HOT, "1", NO_LIMIT, r);
	if (set(p, SCHEMES "nr_schemes", "1", r) || set_scheme(p, 0, "0", NO_LIMIT, r))
		return -1;
	err = try_set(p, FILTERS "nr_filters", "1", r);
	if (err == ENOENT)
		return result_skip(r, "%s: this kernel's DAMON has no ops_filters",
				   p->row->name);
	if (err > 0)
		return result_error(r, "write(" KDAMONDS FILTERS "nr_filters, 1): %s", strerror(err));
	return err || set(p, FILTERS "0/type", "young", r) ||
	       set(p, FILTERS "0/matching", "Y", r) || set(p, FILTERS "0/allow", "Y", r) ? -1 : 0;
}

static bool can(const char *operations)
{
	char have[64];

	return hostfile_read(KDAMONDS CONTEXT "avail_operations", have, sizeof(have)) > 0 &&
	       strstr(have, operations);
}

static int start(const struct press *p, struct result *r)
{
	const struct way *way = p->state;
	int err;

	if (set(p, "0/contexts/nr_contexts", "1", r))
		return -1;
	if (!can(way->operations))
		return result_skip(r, "%s: this kernel's DAMON has no operations %s", p->row->name,
				   way->operations);
	if (set(p, CONTEXT "operations", way->operations, r) ||
	    set(p, CONTEXT "monitoring_attrs/intervals/sample_us", LOOK_US, r) ||
	    set(p, CONTEXT "monitoring_attrs/intervals/aggr_us", TOGETHER_US, r) ||
	    set(p, CONTEXT "targets/nr_targets", "1", r) || way->set_regions(p, r) ||
	    set_schemes(p, r))
		return -1;
	err = try_set(p, STATE, "on", r);
	if (err == EBUSY)
		return result_skip(r, "%s: somebody else's DAMON runs and wants to be alone",
				   p->row->name);
	return err > 0 ? result_error(r, "write(" KDAMONDS STATE ", on): %s", strerror(err)) : err;
}

/* Bytes so far, each time that they are put together. */
struct found {
	unsigned long long bytes[NR_SCHEMES];
};

static int read_bytes(const char *name, unsigned long long *bytes, struct result *r)
{
	char path[160];

	snprintf(path, sizeof(path), KDAMONDS SCHEMES "%s", name);
	return hostfile_read_ulong(path, bytes) ? result_error(r, "read(%s)", path) : 0;
}

static int look(const struct press *p, struct found *now, struct result *r)
{
	const struct way *way = p->state;

	if (set(p, STATE, UPDATE_STATS, r) ||
	    read_bytes("0/stats/sz_tried", &now->bytes[COLD], r) ||
	    read_bytes(way->filters ? "0/stats/sz_ops_filter_passed" : "1/stats/sz_tried",
		       &now->bytes[HOT], r))
		return -1;
	if (way->filters)
		now->bytes[COLD] -= now->bytes[HOT];
	return 0;
}

/* What has been found from now on, by the time that it is the area several times over. */
static int look_again(const struct press *p, struct found *since, struct result *r)
{
	struct found first, now;
	struct deadline deadline;

	if (look(p, &first, r))
		return -1;
	deadline_start(&deadline, p->budget_ns);
	do {
		if (look(p, &now, r))
			return -1;
		since->bytes[COLD] = now.bytes[COLD] - first.bytes[COLD];
		since->bytes[HOT] = now.bytes[HOT] - first.bytes[HOT];
		if (since->bytes[COLD] + since->bytes[HOT] >= TIMES * p->area->size)
			return 0;
	} while (deadline_retry(&deadline));
	return result_skip(r, "%s: in %llu ms DAMON has not looked at all of the area",
			   p->row->name, (unsigned long long)p->budget_ns / 1000000);
}

/* With no vCPU at work.  What is put together first may hold some of what was before. */
static int check_unused(struct press *p, struct result *r)
{
	struct found since;

	if (look_again(p, &since, r) || look_again(p, &since, r))
		return -1;
	if (since.bytes[COLD] > since.bytes[HOT])
		return 0;
	return result_fail(r, CONTRACT_CONTENTS,
			   "no vCPU ran, and DAMON found accesses in %llu bytes and none in %llu: the mm goes on being told that they are used",
			   since.bytes[HOT], since.bytes[COLD]);
}

/* A TLB may have what was marked, and then no use of it shows. */
static int let_use(struct press *p, struct result *r)
{
	int ret;

	if (press_pause(p, r))
		return -1;
	ret = reclaim_empty_tlbs(p, r);
	press_resume(p);
	return ret || press_visited(p, "while DAMON watches", r) ? -1 : 0;
}

/* Each time that all is used must show at once: now and then any page looks used. */
static int check_used(struct press *p, struct result *r)
{
	struct found first, last, now;
	struct deadline deadline;

	if (look(p, &first, r))
		return -1;
	now = first;
	deadline_start(&deadline, p->budget_ns);
	do {
		last = now;
		if (let_use(p, r) || look(p, &now, r))
			return -1;
		if (now.bytes[HOT] - last.bytes[HOT] >= p->area->size / 2) {
			p->proved += (now.bytes[HOT] - last.bytes[HOT]) / PAGE_BYTES;
			return 0;
		}
	} while (deadline_retry(&deadline));
	return result_fail(r, CONTRACT_CONTENTS,
			   "the guest uses all of its memory, and DAMON found accesses in %llu bytes and none in %llu: the mm does not know",
			   now.bytes[HOT] - first.bytes[HOT], now.bytes[COLD] - first.bytes[COLD]);
}

/* What this process itself uses must pass, or this kernel's filters are not for addresses. */
static int check_filter(struct press *p, struct result *r)
{
	const struct way *way = p->state;
	struct found first, now;
	struct deadline deadline;
	size_t at;

	if (!way->filters)
		return 0;
	if (look(p, &first, r))
		return -1;
	deadline_start(&deadline, p->budget_ns);
	do {
		for (at = 0; at < p->area->size; at += PAGE_BYTES)
			guest_load((guest_u64 *)(p->area->hva + at));
		if (look(p, &now, r))
			return -1;
		if (now.bytes[HOT] > first.bytes[HOT])
			return 0;
	} while (deadline_retry(&deadline));
	return result_skip(r, "%s: this kernel's DAMON does not filter addresses by their use",
			   p->row->name);
}

/* Before it all pages are there, and in KVM: who faults uses them for the host. */
static int watch(struct press *p, const struct way *way, struct result *r)
{
	int ret;

	p->state = (void *)way;
	if (press_pause(p, r))
		return -1;
	/* DAMON leaves alone what is on no LRU list yet. */
	page_queues_clear();
	ret = start(p, r) || check_filter(p, r) || reclaim_empty_tlbs(p, r) ||
	      check_unused(p, r) ? -1 : 0;
	press_resume(p);
	if (!ret)
		ret = check_used(p, r);
	try_set(p, STATE, "off", r);
	return ret;
}

static int apply_vaddr(struct press *p, struct result *r)
{
	static const struct way way = { .operations = "fvaddr", .set_regions = by_address };

	return watch(p, &way, r);
}

static int apply_paddr(struct press *p, struct result *r)
{
	static const struct way way = { .operations = "paddr", .set_regions = by_frame };

	return watch(p, &way, r);
}

static int apply_filter(struct press *p, struct result *r)
{
	static const struct way way = {
		.operations = "fvaddr",
		.set_regions = by_address,
		.filters = true,
	};

	return watch(p, &way, r);
}

/* A thread of it ends when told to, and with the process that it watches. */
static int set_up_damon(struct press *p, struct result *r)
{
	unsigned long long nr;
	int err = -hostfile_read_ulong(KDAMONDS "nr_kdamonds", &nr);

	if (err)
		return result_error(r, "read(" KDAMONDS "nr_kdamonds): %s", strerror(err));
	if (nr)
		return result_skip(r, "%s: somebody else uses DAMON", p->row->name);
	if (hoststate_write(p->host, KDAMONDS "nr_kdamonds", "1", r))
		return -1;
	return hoststate_at_end(p->host, KDAMONDS STATE, "off", "off", r);
}

PRESSURE(reclaim_damon_vaddr) = {
	.name = "damon_vaddr",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_AGES,
	.calls = "write to /sys/kernel/mm/damon/admin; kdamond samples addresses of the process",
	.since = "v5.19",
	.events = "clear_young",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page found used",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_HUGETLB),
	.rounds = 1,
	.zap_exclusive = true,
	.guest_writes = true,	/* who only reads may leave pages out */
	.changes = "DAMON watches the test's memory",
	.needs = { damon_missing },
	.set_up = set_up_damon,
	.apply = apply_vaddr,
};

PRESSURE(reclaim_damon_paddr) = {
	.name = "damon_paddr",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_AGES,
	.calls = "write to /sys/kernel/mm/damon/admin; kdamond samples page frames",
	.since = "v5.19",
	.events = "clear_young",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page found used",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD),
	.rounds = 1,
	.zap_exclusive = true,
	.guest_writes = true,
	.changes = "DAMON watches the test's memory",
	.needs = { damon_missing, pagemap_missing },
	.set_up = set_up_damon,
	.apply = apply_paddr,
};

PRESSURE(reclaim_damon_filter) = {
	.name = "damon_filter",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_AGES,
	.calls = "write to /sys/kernel/mm/damon/admin; kdamond asks of each page whether it was used",
	.since = "v7.2",	/* seen there; v6.12 has none */
	.events = "clear_young",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page found used",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP),
	.rounds = 1,
	.zap_exclusive = true,
	.guest_writes = true,
	.changes = "DAMON watches the test's memory",
	.needs = { damon_missing },
	.set_up = set_up_damon,
	.apply = apply_filter,
};

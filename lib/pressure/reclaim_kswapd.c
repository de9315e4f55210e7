// SPDX-License-Identifier: GPL-2.0
/*
 * kswapd: memory runs short for everyone.
 *
 * Watermarks decide when it is short.  They are raised until the amount of free
 * memory lies between the minimum, below which allocations fail, and the low
 * watermark, at which kswapd is woken: no memory has to be filled, and nobody is
 * killed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "host/memcg.h"
#include "host/swap.h"
#include "memory/memory.h"
#include "memory/pagemap.h"
#include "pressure/reclaim.h"

#define MIN_FREE	"/proc/sys/vm/min_free_kbytes"
#define SCALE_FACTOR	"/proc/sys/vm/watermark_scale_factor"

/* From one watermark to the next, of the zone; the most that every kernel allows. */
#define STEP_PERMILLE	100
#define STEP_SETTING	"1000"

/* Zones below this are for devices: they are not to be filled or emptied. */
#define ZONE_PAGES	8192

/* A larger host has too much that kswapd would take before the guest's memory. */
#define HOST_PAGES	((8ULL << 30) / PAGE_BYTES)

#define TOUCH_BYTES	(4UL << 20)
#define KSWAPD_NS	20000000ULL

struct zones {
	unsigned long long total;	/* pages of all zones */
	unsigned long long free_permille; /* of the zone that has most */
	/* The largest zone that is not Movable. */
	unsigned long long managed, min;
	unsigned long long movable, movable_min;
	bool given_up;		/* kswapd sleeps whatever happens on some node */
};

static void add_zone(struct zones *z, bool movable, unsigned long long free_pages,
		     unsigned long long min, unsigned long long managed)
{
	z->total += managed;
	if (managed < ZONE_PAGES)
		return;
	if (free_pages * 1000 / managed > z->free_permille)
		z->free_permille = free_pages * 1000 / managed;
	if (movable && managed > z->movable) {
		z->movable = managed;
		z->movable_min = min;
	} else if (!movable && managed > z->managed) {
		z->managed = managed;
		z->min = min;
	}
}

static int read_zones(struct zones *z)
{
	unsigned long long free_pages = 0, min = 0, managed;
	unsigned int given_up;
	char line[256], name[32] = "";
	FILE *f = fopen("/proc/zoneinfo", "re");

	memset(z, 0, sizeof(*z));
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "Node %*d, zone %31s", name);
		sscanf(line, " pages free %llu", &free_pages);
		sscanf(line, " min %llu", &min);
		if (sscanf(line, " managed %llu", &managed) == 1)
			add_zone(z, !strcmp(name, "Movable"), free_pages, min, managed);
		if (sscanf(line, " node_unreclaimable: %u", &given_up) == 1)
			z->given_up |= given_up;
	}
	fclose(f);
	return z->managed && z->min ? 0 : -1;
}

static const char *kswapd_missing(void)
{
	struct zones z;

	if (read_zones(&z))
		return "/proc/zoneinfo names no zone that could run short";
	if (z.total > HOST_PAGES)
		return "on a host with more than 8 GiB kswapd would reclaim other memory first";
	if (memory_swappable() > RECLAIM_SWAP_BYTES)
		return "others have more memory than the swap device holds, and kswapd takes that first";
	/* Half the share of the other zone is not the same share. */
	if (z.movable && 2 * z.movable_min * z.managed < z.min * z.movable)
		return "watermarks cannot make zone Movable short of memory since v6.3: boot without movablecore";
	return NULL;
}

struct settings {
	unsigned long long min_free;	/* before, KiB */
	char scale[16];
	char cgroup[128];
};

static int remember(struct press *p, struct result *r)
{
	struct settings *s = calloc(1, sizeof(*s));
	char text[32];

	if (!s)
		return result_errno(r, "calloc(settings)");
	p->state = s;
	if (hostfile_read_ulong(MIN_FREE, &s->min_free) ||
	    hostfile_read(SCALE_FACTOR, s->scale, sizeof(s->scale)) < 0)
		return result_error(r, "cannot read %s and %s", MIN_FREE, SCALE_FACTOR);
	snprintf(text, sizeof(text), "%llu", s->min_free);
	return hoststate_at_end(p->host, MIN_FREE, text, text, r) ||
	       hoststate_at_end(p->host, SCALE_FACTOR, s->scale, s->scale, r) ? -1 : 0;
}

static int set_up_kswapd(struct press *p, struct result *r)
{
	struct settings *s;

	if (reclaim_set_up(p, r) || remember(p, r))
		return -1;
	s = p->state;
	return memcg_create(p->host, "mn_kswapd", 0, s->cgroup, sizeof(s->cgroup), r) ||
	       memcg_join(p->host, s->cgroup, r) ? -1 : 0;
}

static void tear_down_kswapd(struct press *p)
{
	free(p->state);
}

static int set_watermarks(const struct press *p, unsigned long long min_free,
			  const char *scale, struct result *r)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", min_free);
	if (hoststate_set(p->host, SCALE_FACTOR, scale, r) ||
	    hoststate_set(p->host, MIN_FREE, text, r))
		return result_error(r, "cannot set %s to %s and %s to %s", MIN_FREE, text,
				    SCALE_FACTOR, scale);
	return 0;
}

static int relax(struct press *p, struct result *r)
{
	const struct settings *s = p->state;

	return set_watermarks(p, s->min_free, s->scale, r);
}

/*
 * Whoever allocates below the low watermark wakes kswapd.  Touched page by
 * page, so that nothing larger than a page is asked for.
 */
static int allocate(struct result *r)
{
	char *memory = mmap(NULL, TOUCH_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t n;

	if (memory == MAP_FAILED)
		return result_errno(r, "mmap(%lu)", TOUCH_BYTES);
	for (n = 0; n < TOUCH_BYTES; n += PAGE_BYTES)
		memory[n] = 1;
	munmap(memory, TOUCH_BYTES);
	return 0;
}

/*
 * kswapd gives a node up that 16 times yielded nothing, until somebody else
 * reclaims a page there: so the cgroup does.  Then all pages are brought back.
 */
static int encourage(struct press *p, struct result *r)
{
	const struct settings *s = p->state;
	const volatile char *page = p->area->hva;
	size_t n;

	if (memcg_squeeze(s->cgroup, SIZE_MAX, r))
		return -1;
	for (n = 0; n < p->area->size; n += PAGE_BYTES)
		(void)page[n];
	return 0;
}

/* Put the fullest zone half a step above its minimum: no zone is above low. */
static int run_short(struct press *p, struct result *r)
{
	const struct settings *s = p->state;
	unsigned long long free_permille;
	struct zones z;

	/* How much of the setting falls to a zone is easiest seen at rest. */
	if (relax(p, r))
		return -1;
	if (read_zones(&z))
		return result_error(r, "cannot read /proc/zoneinfo");
	if (z.given_up && encourage(p, r))
		return -1;
	free_permille = z.free_permille > STEP_PERMILLE ? z.free_permille : STEP_PERMILLE;
	if (set_watermarks(p, s->min_free * z.managed * (free_permille - STEP_PERMILLE / 2) /
			   1000 / z.min, STEP_SETTING, r) || allocate(r))
		return -1;
	sleep_ns(KSWAPD_NS);
	return 0;
}

static int short_while_paused(struct press *p, struct result *r)
{
	int ret;

	if (press_pause(p, r))
		return -1;
	ret = encourage(p, r) || reclaim_until_out(p, run_short, r) ? -1 : 0;
	press_resume(p);
	return ret;
}

/* Memory stays short while the guest comes back. */
static int apply_kswapd(struct press *p, struct result *r)
{
	int ret = short_while_paused(p, r) || run_short(p, r) ? -1 : 0;

	return relax(p, r) ? -1 : ret;
}

PRESSURE(reclaim_kswapd) = {
	.name = "kswapd",
	.family = PRESSURE_RECLAIM,
	.calls = "watermarks above the free memory: vm.min_free_kbytes, vm.watermark_scale_factor",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = RECLAIM_OUT_PROOF,
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD),
	/* In it memory goes twice, from a guest that stands and from one that is at work. */
	.rounds = 1,
	.changes = "memory short for all: vm.min_free_kbytes, vm.watermark_scale_factor",
	.needs = { kswapd_missing, pagemap_missing, swap_missing, memcg_swap_missing },
	.set_up = set_up_kswapd,
	.apply = apply_kswapd,
	.tear_down = tear_down_kswapd,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * Isolation: page frames that leave the guest are allocated again, as canaries
 * of the host.  They must not change while the guest runs on: a translation
 * that outlived its page writes into someone else's memory, and no other
 * oracle sees a single such write.
 */
#include <linux/kernel-page-flags.h>
#include <numa.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/page_flags.h"
#include "memory/pagemap.h"
#include "oracle/leaked_frames.h"
#include "oracle/oracle.h"

/*
 * Freed frames go to whoever asks next, which is not only us, and they wait for that
 * in lists of the CPU that freed them, which can be one of the kernel's threads'.
 */
#define CANARIES_PER_PAGE	2
#define MAX_TRIES		4	/* if no frame comes back */
#define MAX_CPUS		16
#define MAX_BYTES		(16UL << 20)
#define WORDS_PER_PAGE		(PAGE_BYTES / sizeof(uint64_t))

void isolation_init(struct isolation *i, const struct area *area, bool claims,
		    struct result *r)
{
	const char *missing = pagemap_missing();

	memset(i, 0, sizeof(*i));
	i->area = area;
	i->claims = claims;
	i->judged = !missing;
	if (missing && claims)
		result_not_judged(r, ORACLE_ISOLATION, "%s", missing);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void isolation_adopt(struct isolation *i, uint64_t *frames, size_t nr)
{
	i->frames = frames;
	i->nr = nr;
	qsort(i->frames, i->nr, sizeof(*i->frames), compare);
}

int isolation_before(struct isolation *i, const uint64_t *pages, struct result *r)
{
	size_t nr = i->area->size / PAGE_BYTES, n;
	uint64_t *frames;

	if (!i->judged)
		return 0;
	frames = malloc(nr * sizeof(*frames));
	if (!frames)
		return result_errno(r, "malloc(%zu frames)", nr);
	for (n = 0; n < nr; n++)
		frames[n] = pagemap_pfn(pages[n]);
	isolation_adopt(i, frames, nr);
	return 0;
}

/* Count those that have nobody now: nothing is said of them, or that they are free. */
static void look_freed(void *arg, uint64_t pfn, uint64_t flags)
{
	struct isolation *i = arg;

	i->freed += !flags || flags & 1ULL << KPF_BUDDY;
	if (i->leaked)
		leaked_frames_look(i->leaked, pfn, flags);
}

/* Memory that the freed frames are likely to become: of the same size. */
static const struct backing *canary_backing(const struct backing *guest)
{
	if (backing_bit(guest) & ON_HUGETLB)
		return &backings[BACKING_HUGETLB];
	return &backings[guest->granule == HUGE_BYTES ? BACKING_ANON_THP : BACKING_ANON];
}

/* Whether such a page is free is not to be seen from outside. */
static bool of_pool(const struct isolation *i)
{
	return canary_backing(i->area->backing) == &backings[BACKING_HUGETLB];
}

static size_t count_nodes(void)
{
	return numa_available() < 0 ? 1 : numa_bitmask_weight(numa_all_nodes_ptr);
}

/*
 * A huge page may have been split before it was freed: of small ones are as many.  By turns
 * after each node had one, since the nodes take turns too.
 */
static int mix_sizes(const struct area *canaries, struct result *r)
{
	size_t span = count_nodes() * HUGE_BYTES, at;

	if (canaries->backing != &backings[BACKING_ANON_THP])
		return 0;
	for (at = span; at < canaries->size; at += 2 * span) {
		if (madvise(canaries->hva + at, span, MADV_NOHUGEPAGE))
			return result_errno(r, "madvise(MADV_NOHUGEPAGE)");
	}
	return 0;
}

static uint64_t *canary(const struct isolation *i, size_t page)
{
	return (uint64_t *)(i->canaries.hva + page * PAGE_BYTES);
}

/* Have the kernel give memory; by one call where it can (v5.14), since faults are slow. */
static void allocate(struct isolation *i, size_t page, size_t end)
{
	if (!madvise(canary(i, page), (end - page) * PAGE_BYTES, MADV_POPULATE_WRITE))
		return;
	for (; page < end; page++)
		*canary(i, page) = GUEST_CANARY;
}

static void fill(struct isolation *i, size_t page)
{
	size_t n;

	for (n = 0; n < WORDS_PER_PAGE; n++)
		canary(i, page)[n] = GUEST_CANARY;
}

/* The CPUs that this thread may run on, up to a limit; 0 if that cannot be told. */
static unsigned int count_cpus(cpu_set_t *cpus)
{
	unsigned int nr;

	if (sched_getaffinity(0, sizeof(*cpus), cpus))
		return 0;
	nr = CPU_COUNT(cpus);
	return nr < MAX_CPUS ? nr : MAX_CPUS;
}

/* How @bytes of canaries, or more, are taken at a time. */
struct take {
	size_t pages;
	unsigned int cpus;	/* that take equal parts, from the next one on; 0: whichever */
};

/*
 * Of small pages some on each CPU.  Huge ones are too large for that: of each size one on
 * each node, and the next time on the next CPU.
 */
static struct take choose_take(const struct isolation *i)
{
	size_t bytes = i->area->size * CANARIES_PER_PAGE, all;
	cpu_set_t cpus;
	struct take t = { .cpus = count_cpus(&cpus) };

	if (i->area->backing->granule == HUGE_BYTES) {
		all = 2 * count_nodes() * HUGE_BYTES;
		t.cpus = t.cpus ? 1 : 0;
	} else {
		all = i->area->size * t.cpus;
	}
	if (all > MAX_BYTES)
		all = MAX_BYTES;
	t.pages = (bytes > all ? bytes : all) / PAGE_BYTES;
	return t;
}

/* The pages from @first on; @cpu moves on to the one after those that had a part. */
static void allocate_on(struct isolation *i, size_t first, const struct take *t, unsigned int *cpu)
{
	size_t granule = i->canaries.backing->granule / PAGE_BYTES, granules = t->pages / granule;
	cpu_set_t cpus, one;
	unsigned int part;

	if (!t->cpus || sched_getaffinity(0, sizeof(cpus), &cpus)) {
		allocate(i, first, first + granules * granule);
		return;
	}
	for (part = 0; part < t->cpus; part++, ++*cpu) {
		while (!CPU_ISSET(*cpu % CPU_SETSIZE, &cpus))
			++*cpu;
		CPU_ZERO(&one);
		CPU_SET(*cpu % CPU_SETSIZE, &one);
		sched_setaffinity(0, sizeof(one), &one);
		allocate(i, first + part * granules / t->cpus * granule,
			 first + (part + 1) * granules / t->cpus * granule);
	}
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

/* Fill, and keep in @caught, the canaries in frames that were the guest's; how many, or -1. */
static ssize_t find_caught(struct isolation *i, size_t first, size_t nr, struct result *r)
{
	pagemap_t *now = malloc(nr * sizeof(*now));
	ssize_t caught = 0;
	size_t n;

	if (!now)
		return result_errno(r, "malloc(%zu pages)", nr);
	if (pagemap_read(canary(i, first), nr, now, r))
		caught = -1;
	for (n = 0; caught >= 0 && n < nr; n++) {
		uint64_t pfn = pagemap_pfn(now[n]);

		if (pfn && bsearch(&pfn, i->frames, i->nr, sizeof(pfn), compare)) {
			fill(i, first + n);
			i->caught[first + n] = pfn;
			caught++;
		}
	}
	free(now);
	return caught;
}

/* As many as there may be tries, or memory for one. */
static int create_canaries(struct isolation *i, const struct take *t, unsigned int *tries,
			   struct result *r)
{
	const struct backing *backing = canary_backing(i->area->backing);
	struct result dry;

	result_init(&dry);
	*tries = MAX_TRIES;
	if (area_create(&i->canaries, backing, *tries * t->pages * PAGE_BYTES, &dry)) {
		*tries = 1;
		if (area_create(&i->canaries, backing, t->pages * PAGE_BYTES, r))
			return -1;
	}
	return mix_sizes(&i->canaries, r);
}

/*
 * The pool of huge pages was made for one area more, but pages that are on the move take
 * from it too: then no frame is caught this time.
 */
static int create_of_pool(struct isolation *i)
{
	struct result dry;

	result_init(&dry);
	return area_create(&i->canaries, &backings[BACKING_HUGETLB], i->area->size, &dry);
}

static int take_until_caught(struct isolation *i, const struct take *t, unsigned int tries,
			     struct result *r)
{
	/* The CPU that freed the frames is this one, mostly, and has them to itself. */
	struct take now = {
		.pages = t->cpus > 1 ? t->pages / t->cpus : t->pages,
		.cpus = t->cpus ? 1 : 0,
	};
	unsigned int cpu = sched_getcpu(), n;
	ssize_t caught = 0;
	size_t at = 0;

	i->caught = calloc(i->canaries.size / PAGE_BYTES, sizeof(*i->caught));
	if (!i->caught)
		return result_errno(r, "calloc(%zu canaries)", i->canaries.size / PAGE_BYTES);
	/* Frames go back to their own node. */
	if (numa_available() >= 0)
		numa_interleave_memory(i->canaries.hva, i->canaries.size, numa_all_nodes_ptr);
	for (n = 0; n < tries && !caught; n++) {
		allocate_on(i, at, &now, &cpu);
		caught = find_caught(i, at, now.pages, r);
		at += now.pages;
		now = *t;
	}
	if (caught < 0)
		return -1;
	i->total += caught;
	return 0;
}

int isolation_after(struct isolation *i, struct result *r)
{
	struct take t = choose_take(i);
	uint64_t freed = i->freed;
	unsigned int tries = 1;

	if (!i->frames)
		return 0;
	if (of_pool(i)) {
		if (create_of_pool(i))
			return 0;
		t.pages = i->canaries.size / PAGE_BYTES;
	} else {
		if (page_flags_each(i->frames, i->nr, look_freed, i, r))
			return -1;
		/* Where frames are freed late, they can be there for us and not yet be seen free. */
		if (i->freed == freed && !i->claims)
			return 0;
		if (create_canaries(i, &t, &tries, r))
			return -1;
	}
	return take_until_caught(i, &t, tries, r);
}

static int changed(const struct isolation *i, size_t page, struct result *r)
{
	size_t n = 0;

	while (n < WORDS_PER_PAGE && guest_load(&canary(i, page)[n]) == GUEST_CANARY)
		n++;
	if (n == WORDS_PER_PAGE)
		return 0;
	return result_fail(r, CONTRACT_NO_STALE,
			   "frame %#llx left the guest and was given to the host; then something wrote %#llx at offset %zu of it",
			   (unsigned long long)i->caught[page],
			   (unsigned long long)canary(i, page)[n], n * sizeof(uint64_t));
}

int isolation_check(struct isolation *i, struct result *r)
{
	size_t pages = i->canaries.size / PAGE_BYTES, n;
	int ret = 0;

	for (n = 0; i->caught && n < pages; n++) {
		if (!i->caught[n])
			continue;
		result_judged(r, ORACLE_ISOLATION);
		if (changed(i, n, r))
			ret = -1;
	}
	isolation_release(i);
	return ret;
}

bool isolation_awaits(const struct isolation *i)
{
	return i->claims && i->judged && !i->total;
}

void isolation_summary(const struct isolation *i, struct result *r)
{
	if (isolation_awaits(i))
		result_not_judged(r, ORACLE_ISOLATION, i->freed || of_pool(i) ?
				  "no frame came back" : "no frame was seen free");
}

void isolation_release(struct isolation *i)
{
	free(i->frames);
	free(i->caught);
	i->frames = NULL;
	i->caught = NULL;
	area_destroy(&i->canaries);
}

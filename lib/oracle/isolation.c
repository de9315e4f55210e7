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
#include "oracle/oracle.h"

/*
 * Freed frames go to whoever asks next, which is not only us, and they wait for that
 * in lists of the CPU that freed them, which can be one of the kernel's threads'.
 */
#define CANARIES_PER_PAGE	2
#define MAX_CPUS		16
#define FLAGS_AT_ONCE		64
#define MAX_BYTES		(16UL << 20)
#define WORDS_PER_PAGE		(PAGE_BYTES / sizeof(uint64_t))

void isolation_init(struct isolation *i, const struct area *area, struct result *r)
{
	const char *missing = pagemap_missing();

	memset(i, 0, sizeof(*i));
	i->area = area;
	i->judged = !missing;
	if (missing)
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

/* Which of the frames have nobody now: nothing is said of them, or that they are free. */
static int count_freed(struct isolation *i, struct result *r)
{
	uint64_t flags[FLAGS_AT_ONCE];
	size_t n, run, k;

	for (n = 0; n < i->nr; n += run) {
		run = 1;
		if (!i->frames[n])
			continue;
		while (run < FLAGS_AT_ONCE && n + run < i->nr &&
		       i->frames[n + run] == i->frames[n] + run)
			run++;
		if (page_flags_read(i->frames[n], run, flags, r))
			return -1;
		for (k = 0; k < run; k++)
			i->freed += !flags[k] || flags[k] & 1ULL << KPF_BUDDY;
	}
	return 0;
}

/* Memory that the freed frames are likely to become: of the same size. */
static const struct backing *canary_backing(const struct backing *guest)
{
	if (backing_bit(guest) & ON_HUGETLB)
		return &backings[BACKING_HUGETLB];
	return &backings[guest->granule == HUGE_BYTES ? BACKING_ANON_THP : BACKING_ANON];
}

/* A huge page may have been split before it was freed: every other one is of small ones. */
static int mix_sizes(const struct area *canaries, struct result *r)
{
	size_t at;

	if (canaries->backing != &backings[BACKING_ANON_THP])
		return 0;
	for (at = HUGE_BYTES; at < canaries->size; at += 2 * HUGE_BYTES) {
		if (madvise(canaries->hva + at, HUGE_BYTES, MADV_NOHUGEPAGE))
			return result_errno(r, "madvise(MADV_NOHUGEPAGE)");
	}
	return 0;
}

static uint64_t *canary(const struct isolation *i, size_t page)
{
	return (uint64_t *)(i->canaries.hva + page * PAGE_BYTES);
}

static void fill(struct isolation *i, size_t page, size_t end)
{
	size_t n;

	for (; page < end; page++) {
		for (n = 0; n < WORDS_PER_PAGE; n++)
			canary(i, page)[n] = GUEST_CANARY;
	}
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

/* An equal part on each CPU, from this one on. */
static void fill_everywhere(struct isolation *i)
{
	size_t granule = i->canaries.backing->granule / PAGE_BYTES;
	size_t granules = i->canaries.size / PAGE_BYTES / granule;
	cpu_set_t cpus, one;
	unsigned int nr = count_cpus(&cpus), cpu = sched_getcpu(), part;

	if (!nr)
		fill(i, 0, granules * granule);
	for (part = 0; part < nr; part++, cpu++) {
		while (!CPU_ISSET(cpu % CPU_SETSIZE, &cpus))
			cpu++;
		CPU_ZERO(&one);
		CPU_SET(cpu % CPU_SETSIZE, &one);
		sched_setaffinity(0, sizeof(one), &one);
		fill(i, part * granules / nr * granule, (part + 1) * granules / nr * granule);
	}
	if (nr)
		sched_setaffinity(0, sizeof(cpus), &cpus);
}

/* How many bytes of canaries: of huge pages some, of small ones some for each CPU. */
static size_t canary_bytes(const struct isolation *i)
{
	size_t least = i->area->size * CANARIES_PER_PAGE, bytes = 0;
	cpu_set_t cpus;

	if (i->area->backing->granule != HUGE_BYTES)
		bytes = i->area->size * count_cpus(&cpus);
	if (bytes > MAX_BYTES)
		bytes = MAX_BYTES;
	return bytes > least ? bytes : least;
}

/* Keep in @caught which canaries sit in frames that were the guest's. */
static int find_caught(struct isolation *i, struct result *r)
{
	size_t pages = i->canaries.size / PAGE_BYTES, n;
	pagemap_t *now = pagemap_area(&i->canaries, r);

	i->caught = calloc(pages, sizeof(*i->caught));
	if (!now || !i->caught) {
		free(now);
		return result_error(r, "no list of %zu canaries", pages);
	}
	for (n = 0; n < pages; n++) {
		uint64_t pfn = pagemap_pfn(now[n]);

		if (pfn && bsearch(&pfn, i->frames, i->nr, sizeof(pfn), compare)) {
			i->caught[n] = pfn;
			i->total++;
		}
	}
	free(now);
	return 0;
}

int isolation_after(struct isolation *i, struct result *r)
{
	const struct backing *backing = canary_backing(i->area->backing);
	bool pool = backing == &backings[BACKING_HUGETLB];
	struct result dry;

	if (!i->frames)
		return 0;
	if (!pool && count_freed(i, r))
		return -1;
	/*
	 * The pool of huge pages was made for one area more, but pages that are
	 * on the move take from it too: then no frame is caught this time.
	 */
	result_init(&dry);
	if (area_create(&i->canaries, backing, pool ? i->area->size : canary_bytes(i),
			pool ? &dry : r))
		return pool ? 0 : -1;
	if (mix_sizes(&i->canaries, r))
		return -1;
	/* Frames go back to their own node. */
	if (numa_available() >= 0)
		numa_interleave_memory(i->canaries.hva, i->canaries.size, numa_all_nodes_ptr);
	fill_everywhere(i);
	return find_caught(i, r);
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

void isolation_release(struct isolation *i)
{
	free(i->frames);
	free(i->caught);
	i->frames = NULL;
	i->caught = NULL;
	area_destroy(&i->canaries);
}

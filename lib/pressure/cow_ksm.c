// SPDX-License-Identifier: GPL-2.0
/*
 * KSM: pages with equal contents are merged into one that is read-only, and are
 * separated again by a write or on request.
 *
 * No two pages of the guest are equal, so each gets a twin outside of the guest, as
 * if another guest had the same memory.  The twin's page replaces the guest's: a
 * write through a stale translation would change the twin as well.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "host/scan.h"
#include "memory/pagemap.h"
#include "pressure/pressure.h"

#define KSM		"/sys/kernel/mm/ksm/"
#define KSM_STOP	"0"
#define KSM_MERGE	"1"
#define KSM_UNMERGE	"2"	/* everything, and then stop */

/* As far from guest memory as no other area is. */
#define TWINS_AT	(256UL << 20)

#define CHANGES		"KSM at its fastest, for all memory"

#define MERGE_NS	2000000000ULL	/* a page that is busy all the time stays as it is */
#define BATCH		10000		/* pages at a time */
#define SLEEP_MS	5		/* between them */
#define READS_PER_PAGE	8		/* for its checksum, and against pages of the trees */

/* Only what is nobody else's: anonymous memory, and private copies of files. */
#define MERGEABLE	(BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD_PRIVATE))

/*
 * ksmd goes by addresses: of two pages that are alike it replaces the one that
 * comes first, and the other becomes the page of both.  So every second page has
 * its twin below guest memory, and the others above.
 */
struct ksm {
	char *twins[2];		/* above and below: room for each of the visited pages */
	guest_u64 *stamps;	/* that they hold */
};

static const char *ksm_missing(void)
{
	return hostfile_missing(KSM "run", "kernel without CONFIG_KSM");
}

static int set_run(const struct hoststate *host, const char *run, struct result *r)
{
	int err = hoststate_set(host, KSM "run", run, r);

	return err > 0 ? result_error(r, "write(%srun, %s): %s", KSM, run, strerror(err)) : err;
}

static int advise(const struct area *a, int advice, struct result *r)
{
	if (madvise(a->hva, a->size, advice))
		return result_errno(r, "madvise(%p, %zu, MADV_%sMERGEABLE)", a->hva, a->size,
				    advice == MADV_UNMERGEABLE ? "UN" : "");
	return 0;
}

/* Many pages at a time, with short pauses, and each of them every time. */
static int prepare_host(struct hoststate *host, struct result *r)
{
	char run[16], batch[16], sleep[16];
	int ret = hostfile_read(KSM "run", run, sizeof(run));

	if (ret < 0)
		return result_error(r, "read(%srun): %s", KSM, strerror(-ret));
	snprintf(batch, sizeof(batch), "%d", BATCH);
	snprintf(sleep, sizeof(sleep), "%d", SLEEP_MS);
	/* It is going to be written more than once. */
	if (hoststate_at_end(host, KSM "run", run, run, r) || set_run(host, KSM_STOP, r) ||
	    hoststate_write(host, KSM "pages_to_scan", batch, r) ||
	    hoststate_write(host, KSM "sleep_millisecs", sleep, r))
		return -1;
	return hoststate_write(host, KSM "smart_scan", "0", r);
}

static size_t twins_size(const struct press *p)
{
	return p->nr_pages * PAGE_BYTES;
}

static int map_twins(const struct press *p, struct ksm *ksm, unsigned int side, char *at,
		     struct result *r)
{
	void *twins = mmap(at, twins_size(p), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (twins == MAP_FAILED)
		return result_errno(r, "mmap(%p, %zu, twins)", (void *)at, twins_size(p));
	ksm->twins[side] = twins;
	if (madvise(twins, twins_size(p), MADV_MERGEABLE))
		return result_errno(r, "madvise(%p, %zu, MADV_MERGEABLE)", twins, twins_size(p));
	return 0;
}

static int set_up(struct press *p, struct result *r)
{
	struct ksm *ksm = calloc(1, sizeof(*ksm));

	if (!ksm)
		return result_errno(r, "calloc()");
	p->state = ksm;
	ksm->stamps = calloc(p->nr_pages, sizeof(*ksm->stamps));
	if (!ksm->stamps)
		return result_errno(r, "calloc(%u)", p->nr_pages);
	if (map_twins(p, ksm, 0, p->area->hva + TWINS_AT, r) ||
	    map_twins(p, ksm, 1, p->area->hva - TWINS_AT, r) || prepare_host(p->host, r))
		return -1;
	return advise(p->area, MADV_MERGEABLE, r);
}

static void tear_down(struct press *p)
{
	struct ksm *ksm = p->state;

	if (!ksm)
		return;
	if (ksm->twins[0])
		munmap(ksm->twins[0], twins_size(p));
	if (ksm->twins[1])
		munmap(ksm->twins[1], twins_size(p));
	free(ksm->stamps);
	free(ksm);
}

static guest_u64 *twin(const struct ksm *ksm, unsigned int page)
{
	return (guest_u64 *)(ksm->twins[page & 1] + page * PAGE_BYTES);
}

static void make_twins(struct press *p, struct ksm *ksm)
{
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++) {
		memcpy(twin(ksm, i), press_page(p, i), PAGE_BYTES);
		ksm->stamps[i] = *twin(ksm, i);
	}
}

/* How many visited pages are in the frame of their twin? */
static int count_merged(const struct press *p, unsigned int *merged, struct result *r)
{
	const struct ksm *ksm = p->state;
	pagemap_t *pages = pagemap_area(p->area, r), frame;
	unsigned int i;
	int ret = 0;

	if (!pages)
		return -1;
	*merged = 0;
	for (i = 0; !ret && i < p->nr_pages; i++) {
		ret = pagemap_read(twin(ksm, i), 1, &frame, r);
		if (!ret && pagemap_pfn(frame))
			*merged += pagemap_pfn(pages[press_index(p, i)]) == pagemap_pfn(frame);
	}
	free(pages);
	return ret;
}

/* Pages that ksmd looks at in a pass: of the guest, their twins, and of everybody else. */
static unsigned long long pages_of_pass(const struct press *p)
{
	static const char * const counts[] = {
		KSM "pages_shared", KSM "pages_sharing", KSM "pages_unshared", KSM "pages_volatile",
	};
	unsigned long long sum = 2 * p->area->size / PAGE_BYTES, count;
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (!hostfile_read_ulong(counts[i], &count))
			sum += count;
	}
	return sum;
}

/* Until so many pages are merged, or ksmd has been through often enough. */
static int await_merged(struct press *p, unsigned int enough, struct result *r)
{
	struct scan scan;
	unsigned int merged;
	int ret;

	scan_start(&scan, KSM "full_scans", "ksmd to merge pages", MERGE_NS,
		   scan_pass_ns(pages_of_pass(p), BATCH, SLEEP_MS, READS_PER_PAGE * scan_page_ns()));
	do {
		ret = count_merged(p, &merged, r);
	} while (!ret && merged < enough && scan_poll(&scan));
	scan_end();
	if (ret)
		return -1;
	p->proved += merged;
	if (merged < enough)
		result_note(r, "%u of %u pages were not merged in %llu passes of ksmd",
			    p->nr_pages - merged, p->nr_pages, scan_passes(&scan));
	return 0;
}

/* Pages that are being written to are left alone: writers have to pause. */
static int merge(struct press *p, struct result *r)
{
	bool writers = !press_host_writes(p);
	int ret;

	if (writers && press_pause(p, r))
		return -1;
	make_twins(p, p->state);
	ret = set_run(p->host, KSM_MERGE, r) || await_merged(p, p->nr_pages, r) ||
	      set_run(p->host, KSM_STOP, r) ? -1 : 0;
	if (writers)
		press_resume(p);
	else if (!ret)
		ret = press_visited(p, "while its pages are merged", r);
	return ret;
}

/*
 * The guest goes on as soon as ksmd has begun, and writes to pages that have been
 * found to be alike and are about to be replaced.
 */
static int merge_under_writers(struct press *p, struct result *r)
{
	int ret;

	if (press_pause(p, r))
		return -1;
	make_twins(p, p->state);
	ret = set_run(p->host, KSM_MERGE, r) || await_merged(p, 1, r) ? -1 : 0;
	press_resume(p);
	if (!ret)
		ret = press_write_all(p, "while its pages are merged", r);
	return set_run(p->host, KSM_STOP, r) ? -1 : ret;
}

static int judge_twins(const struct press *p, struct result *r)
{
	const struct ksm *ksm = p->state;
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++) {
		guest_u64 now = guest_load(twin(ksm, i));

		if (now != ksm->stamps[i])
			return result_fail(r, CONTRACT_NO_STALE,
					   "page %u was merged with one of the host, which the guest then wrote to: %#llx became %#llx",
					   i, ksm->stamps[i], now);
	}
	return 0;
}

static int judge_unmerged(const struct press *p, const char *how, struct result *r)
{
	unsigned int merged;

	if (count_merged(p, &merged, r))
		return -1;
	if (merged)
		return result_fail(r, CONTRACT_NONE, "%u of %u pages are still merged after %s",
				   merged, p->nr_pages, how);
	return judge_twins(p, r);
}

static int apply_write(struct press *p, struct result *r)
{
	if (merge(p, r) || press_write_all(p, "after its merged pages were written", r))
		return -1;
	return judge_unmerged(p, "all were written", r);
}

PRESSURE(cow_ksm_write) = {
	.name = "ksm_write",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_MERGEABLE) and ksmd, then writes",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page merged with its twin",
	/* A huge page is split first. */
	.preserves = MERGEABLE | BACKING_BIT(BACKING_ANON_THP),
	/* Of small pages the guest's writes may need as many as were freed. */
	.frees = BACKING_BIT(BACKING_ANON_THP),
	.rounds = 2,
	.changes = CHANGES,
	.needs = { ksm_missing, memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_write,
	.tear_down = tear_down,
};

static int apply_race(struct press *p, struct result *r)
{
	return merge_under_writers(p, r) ? -1 : judge_twins(p, r);
}

PRESSURE(cow_ksm_race) = {
	.name = "ksm_race",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_MERGEABLE) and ksmd, and writes at the same time",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page merged with its twin",
	.preserves = MERGEABLE,
	.rounds = 2,
	.changes = CHANGES,
	.needs = { ksm_missing, memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_race,
	.tear_down = tear_down,
};

static int apply_unmergeable(struct press *p, struct result *r)
{
	if (merge(p, r) || advise(p->area, MADV_UNMERGEABLE, r) ||
	    judge_unmerged(p, "madvise(MADV_UNMERGEABLE)", r) ||
	    press_write_all(p, "after madvise(MADV_UNMERGEABLE)", r) || judge_twins(p, r))
		return -1;
	return advise(p->area, MADV_MERGEABLE, r);
}

PRESSURE(cow_ksm_unmergeable) = {
	.name = "ksm_unmergeable",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_MERGEABLE) and ksmd, madvise(MADV_UNMERGEABLE)",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page merged with its twin",
	.preserves = MERGEABLE,
	.frees = MERGEABLE,
	.rounds = 2,
	.changes = CHANGES,
	.needs = { ksm_missing, memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_unmergeable,
	.tear_down = tear_down,
};

static int apply_stop(struct press *p, struct result *r)
{
	if (merge(p, r) || set_run(p->host, KSM_UNMERGE, r) ||
	    judge_unmerged(p, "writing 2 to ksm/run", r) ||
	    press_write_all(p, "after writing 2 to ksm/run", r))
		return -1;
	return judge_twins(p, r);
}

PRESSURE(cow_ksm_stop) = {
	.name = "ksm_stop",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_MERGEABLE) and ksmd, 2 to ksm/run",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page merged with its twin",
	/* The whole host at once, whatever the memory is. */
	.preserves = BACKING_BIT(BACKING_ANON),
	.frees = BACKING_BIT(BACKING_ANON),
	.rounds = 2,
	.changes = CHANGES ", and everybody's pages unmerged",
	.needs = { ksm_missing, memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_stop,
	.tear_down = tear_down,
};

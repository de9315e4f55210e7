// SPDX-License-Identifier: GPL-2.0
/*
 * KSM and the twins of guest pages.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/hostfile.h"
#include "host/scan.h"
#include "memory/pagemap.h"
#include "pressure/ksm.h"

#define KSM		"/sys/kernel/mm/ksm/"
#define KSM_MERGE	"1"

/* As far from guest memory as no other area is. */
#define TWINS_AT	(256UL << 20)

#define MERGE_NS	2000000000ULL	/* a page that is busy all the time stays as it is */
#define BATCH		10000		/* pages at a time */
#define SLEEP_MS	5		/* between them */
#define READS_PER_PAGE	8		/* for its checksum, and against pages of the trees */

const char *ksm_missing(void)
{
	return hostfile_missing(KSM "run", "kernel without CONFIG_KSM");
}

int ksm_run(const struct ksm *ksm, const char *run, struct result *r)
{
	int err = hoststate_set(ksm->host, KSM "run", run, r);

	return err > 0 ? result_error(r, "write(%srun, %s): %s", KSM, run, strerror(err)) : err;
}

int ksm_advise(const struct press *p, int advice, struct result *r)
{
	const struct area *a = p->area;

	if (madvise(a->hva, a->size, advice))
		return result_errno(r, "madvise(%p, %zu, MADV_%sMERGEABLE)", a->hva, a->size,
				    advice == MADV_UNMERGEABLE ? "UN" : "");
	return 0;
}

/* Many pages at a time, with short pauses, and each of them every time. */
static int prepare_host(const struct ksm *ksm, struct result *r)
{
	struct hoststate *host = ksm->host;
	char run[16], batch[16], sleep[16];
	int ret = hostfile_read(KSM "run", run, sizeof(run));

	if (ret < 0)
		return result_error(r, "read(%srun): %s", KSM, strerror(-ret));
	snprintf(batch, sizeof(batch), "%d", BATCH);
	snprintf(sleep, sizeof(sleep), "%d", SLEEP_MS);
	/* It is going to be written more than once. */
	if (hoststate_at_end(host, KSM "run", run, run, r) || ksm_run(ksm, KSM_STOP, r) ||
	    hoststate_write(host, KSM "pages_to_scan", batch, r) ||
	    hoststate_write(host, KSM "sleep_millisecs", sleep, r))
		return -1;
	return hoststate_write(host, KSM "smart_scan", "0", r);
}

static size_t twins_size(const struct press *p)
{
	return p->nr_pages * PAGE_BYTES;
}

static int map_twins(struct ksm *ksm, unsigned int side, char *at, struct result *r)
{
	size_t size = twins_size(ksm->press);
	void *twins = mmap(at, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (twins == MAP_FAILED)
		return result_errno(r, "mmap(%p, %zu, twins)", (void *)at, size);
	ksm->twins[side] = twins;
	if (madvise(twins, size, MADV_MERGEABLE))
		return result_errno(r, "madvise(%p, %zu, MADV_MERGEABLE)", twins, size);
	return 0;
}

int ksm_open(struct ksm *ksm, struct press *p, struct hoststate *host, struct result *r)
{
	*ksm = (struct ksm) { .press = p, .host = host };
	ksm->stamps = calloc(p->nr_pages, sizeof(*ksm->stamps));
	if (!ksm->stamps)
		return result_errno(r, "calloc(%u)", p->nr_pages);
	if (map_twins(ksm, 0, p->area->hva + TWINS_AT, r) ||
	    map_twins(ksm, 1, p->area->hva - TWINS_AT, r) || prepare_host(ksm, r))
		return -1;
	return ksm_advise(p, MADV_MERGEABLE, r);
}

void ksm_close(struct ksm *ksm)
{
	unsigned int side;

	for (side = 0; side < 2; side++) {
		if (ksm->twins[side])
			munmap(ksm->twins[side], twins_size(ksm->press));
	}
	free(ksm->stamps);
}

/*
 * ksmd goes by addresses: of two pages that are alike it replaces the one that
 * comes first, and the other becomes the page of both.  So every second page has
 * its twin below guest memory, and the others above.
 */
static guest_u64 *twin(const struct ksm *ksm, unsigned int page)
{
	return (guest_u64 *)(ksm->twins[page & 1] + page * PAGE_BYTES);
}

static void make_twins(struct ksm *ksm)
{
	unsigned int i;

	for (i = 0; i < ksm->press->nr_pages; i++) {
		memcpy(twin(ksm, i), press_page(ksm->press, i), PAGE_BYTES);
		ksm->stamps[i] = *twin(ksm, i);
	}
}

int ksm_count(const struct ksm *ksm, unsigned int *merged, struct result *r)
{
	const struct press *p = ksm->press;
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

static int await(const struct ksm *ksm, unsigned int enough, unsigned int *merged, struct result *r)
{
	const struct press *p = ksm->press;
	struct scan scan;
	int ret;

	scan_start(&scan, KSM "full_scans", "ksmd to merge pages", MERGE_NS,
		   scan_pass_ns(pages_of_pass(p), BATCH, SLEEP_MS, READS_PER_PAGE * scan_page_ns()));
	do {
		ret = ksm_count(ksm, merged, r);
	} while (!ret && *merged < enough && scan_poll(&scan));
	scan_end();
	if (!ret && *merged < enough)
		result_note(r, "%u of %u pages were not merged in %llu passes of ksmd",
			    p->nr_pages - *merged, p->nr_pages, scan_passes(&scan));
	return ret;
}

int ksm_merge(struct ksm *ksm, unsigned int enough, unsigned int *merged, struct result *r)
{
	make_twins(ksm);
	return ksm_run(ksm, KSM_MERGE, r) || await(ksm, enough, merged, r) ? -1 : 0;
}

int ksm_judge_twins(const struct ksm *ksm, struct result *r)
{
	unsigned int i;

	for (i = 0; i < ksm->press->nr_pages; i++) {
		guest_u64 now = guest_load(twin(ksm, i));

		if (now != ksm->stamps[i])
			return result_fail(r, CONTRACT_NO_STALE,
					   "page %u was merged with one of the host, which the guest then wrote to: %#llx became %#llx",
					   i, ksm->stamps[i], now);
	}
	return 0;
}

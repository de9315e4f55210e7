// SPDX-License-Identifier: GPL-2.0
/*
 * Splitting and collapsing huge pages, and checking that it was done: in the
 * mapping (smaps), in the frames (pagemap, kpageflags), and in KVM's own
 * translations, where KVM says what it maps.
 */
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "host/page_flags.h"
#include "memory/pagemap.h"
#include "memory/smaps.h"
#include "oracle/oracle.h"
#include "pressure/huge.h"
#include "vm/arch.h"

#define SPLIT_HUGE_PAGES	"/sys/kernel/debug/split_huge_pages"
#define HUGE_PAGES		(HUGE_BYTES / PAGE_BYTES)

/* Of a page: the guest's stamp is elsewhere. */
#define UNVISITED_BYTE		64

#define FAULTS_TRIES		3

const char *huge_collapse_missing(void)
{
	/* Nothing is advised about no bytes; only unknown advice fails. */
	return memory_advice_missing() ?:
	       madvise(NULL, 0, HUGE_MADV_COLLAPSE) ?
	       "no MADV_COLLAPSE: kernel before " HUGE_COLLAPSE_SINCE : NULL;
}

const char *huge_split_missing(void)
{
	return hostfile_missing(SPLIT_HUGE_PAGES,
				"no " SPLIT_HUGE_PAGES ": needs CONFIG_TRANSPARENT_HUGEPAGE and debugfs") ?:
	       pagemap_missing();
}

/* What was unmapped on the way comes back as it now is, without being changed. */
static void map_all(const struct area *area)
{
	size_t at;

	for (at = UNVISITED_BYTE; at < area->size; at += PAGE_BYTES)
		*(volatile char *)(area->hva + at);
}

/* Blocks of aligned and consecutive frames, so many of them. */
static size_t count_blocks(const pagemap_t *pages, size_t nr)
{
	size_t blocks = 0, first, i;

	for (first = 0; first < nr; first += HUGE_PAGES) {
		uint64_t frame = pagemap_pfn(pages[first]);

		for (i = 0; i < HUGE_PAGES && pagemap_pfn(pages[first + i]) == frame + i; i++)
			;
		blocks += frame && frame % HUGE_PAGES == 0 && i == HUGE_PAGES;
	}
	return blocks;
}

static int is_pmd_mapped(const struct area *area, bool *mapped, struct result *r)
{
	size_t want = area->size / HUGE_BYTES, bytes;
	pagemap_t *pages;

	map_all(area);
	if (smaps_huge(area, &bytes, r))
		return -1;
	*mapped = bytes == area->size;
	if (!*mapped)
		return 0;
	pages = pagemap_area(area, r);
	if (!pages)
		return -1;
	*mapped = count_blocks(pages, area->size / PAGE_BYTES) == want;
	free(pages);
	return 0;
}

static int is_pte_mapped(const struct area *area, bool *split, struct result *r)
{
	size_t bytes;

	if (smaps_huge(area, &bytes, r))
		return -1;
	*split = !bytes;
	return 0;
}

static int is_split(const struct area *area, bool *split, struct result *r)
{
	size_t nr = area->size / PAGE_BYTES, i;
	pagemap_t *pages;
	uint64_t flags;
	int ret = 0;

	map_all(area);
	pages = pagemap_area(area, r);
	if (!pages)
		return -1;
	*split = true;
	for (i = 0; !ret && *split && i < nr; i++) {
		if (!pagemap_pfn(pages[i]))
			continue;
		ret = page_flags(pagemap_pfn(pages[i]), &flags, r);
		*split = !(flags & 1ULL << KPF_THP);
	}
	free(pages);
	return ret;
}

/*
 * For as long as @scan allows, or NULL.  Return: 0 if it came to be so, an errno if not
 * in time, or -1 with @r.
 */
static int until(struct press *p, huge_try attempt,
		 int (*is)(const struct area *area, bool *so, struct result *r),
		 struct scan *scan, struct result *r)
{
	struct deadline deadline;
	bool so = false;
	int err, last;

	deadline_start(&deadline, p->budget_ns);
	do {
		err = attempt(p, r);
		if (err < 0 || is(p->area, &so, r) || vm_check(p->vm, r))
			return -1;
	} while (!so && (scan ? scan_poll(scan) : deadline_retry(&deadline)));
	if (!so && !scan) {
		last = press_last_try(p, r);
		if (last > 0) {
			err = attempt(p, r);
			press_resume(p);
		}
		if (last < 0 || err < 0 || is(p->area, &so, r))
			return -1;
	}
	return so ? 0 : err ?: ETIME;
}

static unsigned long long budget_ms(const struct press *p)
{
	return p->budget_ns / 1000000;
}

int huge_split_in_kvm(const struct press *p, struct result *r)
{
	unsigned long long small, pages;
	bool split;

	if (vm_mapped(p->vm, &small, &pages) || !pages)
		return 0;
	/* khugepaged may be quick, and the guest; who made it huge again leaves it so. */
	if (is_pte_mapped(p->area, &split, r))
		return -1;
	if (!split)
		return 0;
	return result_fail(r, CONTRACT_NO_STALE,
			   "KVM still maps %llu huge pages, and the host has split them all", pages);
}

int huge_split_pmds(struct press *p, huge_try split, struct result *r)
{
	int err = until(p, split, is_pte_mapped, NULL, r);

	if (err > 0)
		return result_error(r, "%s: the area is still PMD-mapped after %llu ms: %s",
				    p->row->name, budget_ms(p), strerror(err));
	return err ? -1 : huge_split_in_kvm(p, r);
}

/*
 * Before v5.13 the file takes no range: all huge pages of the machine go.  Those
 * that are in use stay as they are, and are tried again.
 */
static int try_split(struct press *p, struct result *r)
{
	const struct area *a = p->area;
	char text[96];
	int err;

	snprintf(text, sizeof(text), "%d,%#lx,%#lx", getpid(), (unsigned long)a->hva,
		 (unsigned long)a->hva + a->size);
	err = -hostfile_write(SPLIT_HUGE_PAGES, text);
	if (err == EINVAL)
		err = hoststate_set(p->host, SPLIT_HUGE_PAGES, "1", r);
	if (err > 0)
		return result_error(r, "write(%s, '%s'): %s", SPLIT_HUGE_PAGES, text,
				    strerror(err));
	return err;
}

int huge_split_folios(struct press *p, struct result *r)
{
	int err = until(p, try_split, is_split, NULL, r);

	if (err > 0)
		return result_error(r, "%s: huge pages are not split after %llu ms of trying",
				    p->row->name, budget_ms(p));
	return err ? -1 : huge_split_in_kvm(p, r);
}

static int leave_to_scan(struct press *p, struct result *r)
{
	(void)p;
	(void)r;
	return 0;
}

int huge_collapse_by_scan(struct press *p, struct scan *scan, struct result *r)
{
	int err = until(p, leave_to_scan, is_pmd_mapped, scan, r);

	if (err > 0)
		return result_error(r, "%s: the area is not PMD-mapped again after %llu passes of khugepaged",
				    p->row->name, scan_passes(scan));
	return err;
}

int huge_collapse_by(struct press *p, huge_try collapse, struct result *r)
{
	int err = until(p, collapse, is_pmd_mapped, NULL, r);

	if (err == ENOMEM)
		return result_skip(r, "%s: no huge page available: memory is too full or too fragmented",
				   p->row->name);
	if (err > 0)
		return result_error(r, "%s: the area is not PMD-mapped again after %llu ms: %s",
				    p->row->name, budget_ms(p), strerror(err));
	return err;
}

/* Pages in use, or held in a queue of some CPU: again, and it will be well. */
static int try_collapse(struct press *p, struct result *r)
{
	const struct area *a = p->area;

	if (!madvise(a->hva, a->size, HUGE_MADV_COLLAPSE))
		return 0;
	if (errno == EAGAIN || errno == EBUSY || errno == EINVAL || errno == ENOMEM)
		return errno;
	return result_errno(r, "madvise(%p, %zu, MADV_COLLAPSE)", a->hva, a->size);
}

int huge_collapse(struct press *p, struct result *r)
{
	return huge_collapse_by(p, try_collapse, r);
}

static uint64_t visits_of(const struct vm *vm, unsigned int vcpu)
{
	return guest_load(&vm_shared(vm)->vcpu[vcpu].visits);
}

/* Each vCPU has been everywhere, or will not come: that is for others to judge. */
static void let_guest_visit(const struct press *p)
{
	uint64_t from[GUEST_MAX_VCPUS];
	struct deadline deadline;
	unsigned int id;

	for (id = 0; id < p->vm->nr_vcpus; id++)
		from[id] = visits_of(p->vm, id);
	deadline_start(&deadline, p->budget_ns);
	for (id = 0; id < p->vm->nr_vcpus; id++) {
		while (visits_of(p->vm, id) - from[id] <= p->nr_pages && deadline_poll(&deadline))
			;
	}
}

/*
 * Where KVM does not say what it maps: take the slot away, give it back, and count how often
 * the guest faults until it has been everywhere.
 */
static int faults_anew(struct press *p, unsigned long long *faults, struct result *r)
{
	unsigned long long before;

	if (vm_faults(p->vm, &before)) {
		result_note(r, "KVM's huge pages not checked: %s, and nobody counts faults",
			    vm_arch.mapped_missing);
		*faults = 0;
		return 0;
	}
	if (vm_remake_area(p->vm, r))
		return -1;
	let_guest_visit(p);
	if (vm_faults(p->vm, faults))
		return result_error(r, "faults of the guest are no longer counted");
	*faults -= before;
	return 0;
}

/*
 * By small pages each costs a fault; by huge ones all vCPUs together have a few, and more
 * where one keeps others from mapping the same page.
 */
static int judge_faults(struct press *p, struct result *r)
{
	unsigned long long faults;
	unsigned int try;

	for (try = 0; try < FAULTS_TRIES; try++) {
		if (faults_anew(p, &faults, r))
			return -1;
		if (faults < p->nr_pages)
			return 0;
	}
	return result_fail(r, CONTRACT_NO_STALE,
			   "the host maps the area with huge pages, but the guest faults %llu times until it has visited %u pages: KVM maps it with small ones",
			   faults, p->nr_pages);
}

/*
 * The guest has to come by before KVM maps anything anew, and it does: if nothing
 * becomes huge then it never faulted, but used what KVM had of the small pages.
 * What holds page tables of the guest stays in small pages, if KVM shadows them.  And
 * where KVM splits code it keeps to small pages wherever it has a table of them.
 */
static int await_huge_in_kvm(struct press *p, struct result *r)
{
	unsigned long long small, pages;
	struct deadline deadline;

	if (p->coherence->form == GUEST_FORM_TABLE || vm_splits_code(GUEST_FORM_CODE))
		return 0;
	/* Whoever else takes translations has the guest fault more often. */
	if (vm_mapped(p->vm, &small, &pages))
		return vm_arch.fault_event && p->alone && !p->reaped ? judge_faults(p, r) : 0;
	deadline_start(&deadline, p->budget_ns);
	do {
		if (vm_mapped(p->vm, &small, &pages) || pages)
			return 0;
		if (vm_check(p->vm, r))
			return -1;
	} while (deadline_poll(&deadline));
	return result_fail(r, CONTRACT_NO_STALE,
			   "the host maps the area with huge pages, but after %llu ms KVM still maps all of it with small ones",
			   budget_ms(p));
}

static int check_small_in_kvm(struct press *p, struct result *r)
{
	unsigned long long small, pages;

	let_guest_visit(p);
	if (vm_mapped(p->vm, &small, &pages) || !pages)
		return 0;
	return result_fail(r, CONTRACT_CONTENTS,
			   "KVM maps %llu huge pages though guest address %#llx and host address %p are not aligned to each other",
			   pages, (unsigned long long)p->vm->area_gpa, p->area->hva);
}

int huge_in_kvm(struct press *p, struct result *r)
{
	if (p->vm->area_gpa % HUGE_BYTES ? check_small_in_kvm(p, r) : await_huge_in_kvm(p, r))
		return -1;
	p->proved += p->area->size / HUGE_BYTES;
	return 0;
}

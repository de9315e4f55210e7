// SPDX-License-Identifier: GPL-2.0
/*
 * Huge pages split into small ones and collapsed into new huge ones, by the
 * process itself and by khugepaged, while the guest runs on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/hostfile.h"
#include "memory/memory.h"
#include "memory/pagemap.h"
#include "memory/smaps.h"
#include "pressure/huge.h"

#define ENABLED		"/sys/kernel/mm/transparent_hugepage/enabled"
#define KHUGEPAGED	"/sys/kernel/mm/transparent_hugepage/khugepaged/"
#define SCAN_SLEEP	KHUGEPAGED "scan_sleep_millisecs"
#define SLEEP_LONG	"600000"	/* ms: not while a test lasts */
#define SLEEP_SHORT	"10"
#define BATCH		65536	/* pages at a time */
#define BATCH_SETTING	"65536"

static int apply_collapse(struct press *p, struct result *r)
{
	return huge_split_folios(p, r) || huge_collapse(p, r) ? -1 : huge_in_kvm(p, r);
}

PRESSURE(huge_collapse_by_process) = {
	.name = "madvise_collapse",
	.family = PRESSURE_HUGE,
	.calls = "split_huge_pages in debugfs, madvise(MADV_COLLAPSE)",
	.since = HUGE_COLLAPSE_SINCE,
	.events = "clear",
	.proof = HUGE_PROOF,
	.preserves = ON_THP,
	.frees = ON_THP,
	.granule = HUGE_BYTES,
	.may_change = HUGE_SPLIT_MAY_CHANGE,
	.needs = { huge_collapse_missing, huge_split_missing },
	.apply = apply_collapse,
};

/* One small page aside: no 2 MiB of the guest are 2 MiB of the host. */
static int set_up_misaligned(struct press *p, struct result *r)
{
	return vm_move_area(p->vm, GUEST_AREA_GPA + PAGE_BYTES, r);
}

PRESSURE(huge_collapse_misaligned) = {
	.name = "madvise_collapse_misaligned",
	.family = PRESSURE_HUGE,
	.calls = "the same, with guest and host addresses not aligned to each other",
	.since = HUGE_COLLAPSE_SINCE,
	.events = "clear",
	.proof = "huge page split and collapsed again, and never for KVM",
	.preserves = ON_THP,
	.frees = ON_THP,
	.granule = HUGE_BYTES,
	.may_change = HUGE_SPLIT_MAY_CHANGE,
	.needs = { huge_collapse_missing, huge_split_missing },
	.set_up = set_up_misaligned,
	.apply = apply_collapse,
};

const char *huge_khugepaged_missing(void)
{
	unsigned long long ms;

	if (hostfile_read_ulong(SCAN_SLEEP, &ms))
		return "no " SCAN_SLEEP ": kernel without CONFIG_TRANSPARENT_HUGEPAGE";
	return NULL;
}

/* It is to sleep until called, and then to look at everything at once. */
int huge_khugepaged_set_up(struct press *p, struct result *r)
{
	static const struct {
		const char *path, *value;
	} settings[] = {
		{ ENABLED, "always" },
		{ SCAN_SLEEP, SLEEP_LONG },
		{ KHUGEPAGED "alloc_sleep_millisecs", SLEEP_SHORT },
		{ KHUGEPAGED "pages_to_scan", BATCH_SETTING },
		{ KHUGEPAGED "max_ptes_none", "511" },
		{ KHUGEPAGED "defrag", "1" },
	};
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (hoststate_write(p->host, settings[i].path, settings[i].value, r))
			return -1;
	}
	return 0;
}

static int sleep_so_long(const struct press *p, const char *ms, struct result *r)
{
	int err = hoststate_set(p->host, SCAN_SLEEP, ms, r);

	return err > 0 ? result_error(r, "write(%s, %s): %s", SCAN_SLEEP, ms, strerror(err)) : err;
}

static int wake(const struct press *p, struct scan *scan, struct result *r)
{
	if (sleep_so_long(p, SLEEP_SHORT, r))
		return -1;
	scan_start(scan, KHUGEPAGED "full_scans", "khugepaged to collapse pages", p->budget_ns,
		   scan_pass_ns(memory_swappable() / PAGE_BYTES, BATCH, strtoul(SLEEP_SHORT, NULL, 10),
				scan_page_ns()));
	return 0;
}

static int put_to_sleep(const struct press *p, struct result *r)
{
	scan_end();
	return sleep_so_long(p, SLEEP_LONG, r);
}

int huge_khugepaged(struct press *p, struct result *r)
{
	struct scan scan;
	int ret;

	if (wake(p, &scan, r))
		return -1;
	ret = huge_collapse_by_scan(p, &scan, r);
	return put_to_sleep(p, r) ? -1 : ret;
}

static int apply_khugepaged(struct press *p, struct result *r)
{
	return huge_split_folios(p, r) || huge_khugepaged(p, r) ? -1 : huge_in_kvm(p, r);
}

PRESSURE(huge_collapse_by_khugepaged) = {
	.name = "khugepaged",
	.family = PRESSURE_HUGE,
	.calls = "split_huge_pages in debugfs; khugepaged collapses",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = HUGE_PROOF,
	.preserves = ON_THP,
	.frees = ON_THP,
	.granule = HUGE_BYTES,
	.needs = { huge_khugepaged_missing, huge_split_missing },
	.changes = HUGE_KHUGEPAGED_CHANGES,
	.set_up = huge_khugepaged_set_up,
	.apply = apply_khugepaged,
};

/* One that is under way, and one that meets all as it is now. */
#define UNUSED_PASSES	2
#define USED_TRIES	5

/*
 * How much it collapses in so many passes of what was used since pagemap_clear_used(); the test
 * must not touch what it waits for.
 */
static int collapsed(const struct press *p, unsigned int passes, size_t *bytes, struct result *r)
{
	struct scan scan;
	int ret;

	if (wake(p, &scan, r))
		return -1;
	do {
		ret = smaps_huge(p->area, bytes, r);
	} while (!ret && *bytes < p->area->size && scan_passes(&scan) < passes && scan_poll(&scan));
	if (!ret && !*bytes && scan_passes(&scan) < passes)
		ret = result_skip(r, "khugepaged_young: khugepaged does not get around to the test's memory");
	return put_to_sleep(p, r) ? -1 : ret;
}

/*
 * KVM has no translations, and no vCPU makes any.  Return: 1 if khugepaged was at work still, and
 * took for used what the test had used as it split it.
 */
static int collapse_unused(const struct press *p, size_t *bytes, struct result *r)
{
	const struct area *a = p->area;

	if (mprotect(a->hva, a->size, PROT_READ) ||
	    mprotect(a->hva, a->size, PROT_READ | PROT_WRITE))
		return result_errno(r, "mprotect(%p, %zu)", a->hva, a->size);
	if (pagemap_clear_used(r) || smaps_huge(a, bytes, r))
		return -1;
	return *bytes ? 1 : collapsed(p, UNUSED_PASSES, bytes, r);
}

static int check_unused(struct press *p, struct result *r)
{
	struct deadline deadline;
	size_t bytes = 0;
	int ret;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (huge_split_folios(p, r) || press_pause(p, r))
			return -1;
		ret = collapse_unused(p, &bytes, r);
		press_resume(p);
	} while (ret > 0 && deadline_retry(&deadline));
	if (ret > 0)
		return result_skip(r, "khugepaged_young: khugepaged is at work all the time");
	if (ret || !bytes)
		return ret;
	return result_fail(r, CONTRACT_CONTENTS,
			   "khugepaged collapsed %zu bytes that nobody used: the mm is told that they are",
			   bytes);
}

/* Only the guest uses it, and only KVM knows; what it does if all is used tells why it did not. */
static int try_used(struct press *p, size_t *bytes, struct result *r)
{
	int ret;

	if (check_unused(p, r) || press_visited(p, "before khugepaged looks", r) ||
	    press_pause(p, r))
		return -1;
	ret = pagemap_clear_used(r) ?: collapsed(p, SCAN_PASSES, bytes, r);
	press_resume(p);
	return ret || huge_khugepaged(p, r) ? -1 : 0;
}

static int apply_khugepaged_young(struct press *p, struct result *r)
{
	size_t bytes = 0;
	unsigned int i;

	/* It may have been short of huge pages. */
	for (i = 0; i < USED_TRIES && !bytes; i++) {
		if (try_used(p, &bytes, r))
			return -1;
	}
	if (!bytes)
		return result_fail(r, CONTRACT_CONTENTS,
				   "khugepaged does not collapse what the guest uses all the time, and does once the process uses it: the mm does not know");
	return huge_in_kvm(p, r);
}

/* Of what nobody uses khugepaged makes no huge page; the page cache it does not ask about. */
PRESSURE(huge_collapse_young) = {
	.name = "khugepaged_young",
	.family = PRESSURE_HUGE,
	.calls = "write 1 to /proc/self/clear_refs; khugepaged collapses what was used since",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = HUGE_PROOF,
	.preserves = BACKING_BIT(BACKING_ANON_THP),
	.granule = HUGE_BYTES,
	.rounds = 1,
	.zap_exclusive = true,
	.needs = { huge_khugepaged_missing, huge_split_missing, pagemap_clear_missing },
	.changes = HUGE_KHUGEPAGED_CHANGES,
	.set_up = huge_khugepaged_set_up,
	.apply = apply_khugepaged_young,
};

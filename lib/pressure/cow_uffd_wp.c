// SPDX-License-Identifier: GPL-2.0
/*
 * userfaultfd, write protection: a snapshot of a running guest.
 *
 * All pages are protected at once; the first write to a page waits until a
 * thread has copied it.  The copy must be what was there when the protecting
 * call returned: a write that lands in between used a stale translation.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/deadline.h"
#include "oracle/oracle.h"
#include "pressure/userfault.h"

#define HOST_WRITES	8	/* pages; each is a way to the thread and back */

struct snapshot {
	char *pages;		/* of the area, copied at their first write */
	uint32_t *copied;	/* one a unit */
	uint64_t nr_copied;
	guest_u64 *words;	/* on each visited page, when all was protected */
};

#define SINCE	"v5.7"

static const char *protection_missing(void)
{
	return uffd_has(UFFD_FEATURE_PAGEFAULT_FLAG_WP) ? NULL :
	       "no write protection by userfaultfd: kernel before " SINCE ", or without CONFIG_HAVE_ARCH_USERFAULTFD_WP";
}

static uint64_t features_for(const struct press *p)
{
	unsigned int anonymous = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP);

	return backing_bit(p->area->backing) & anonymous ? UFFD_FEATURE_PAGEFAULT_FLAG_WP :
		UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_HUGETLBFS_SHMEM;
}

static int set_up_snapshot(struct press *p, struct result *r)
{
	struct snapshot *s;

	if (!uffd_has(features_for(p)))
		return result_skip(r, "no write protection of %s by userfaultfd: kernel before v5.19, or without CONFIG_PTE_MARKER_UFFD_WP",
				   p->area->backing->name);
	s = calloc(1, sizeof(*s));
	if (!s)
		return result_errno(r, "calloc(snapshot)");
	p->state = s;
	s->pages = malloc(p->area->size);
	s->copied = calloc(p->area->size / PAGE_BYTES, sizeof(*s->copied));
	s->words = calloc(p->nr_pages, sizeof(*s->words));
	if (!s->pages || !s->copied || !s->words)
		return result_errno(r, "malloc(snapshot of %zu)", p->area->size);
	return 0;
}

static void tear_down_snapshot(struct press *p)
{
	struct snapshot *s = p->state;

	if (!s)
		return;
	free(s->pages);
	free(s->copied);
	free(s->words);
	free(s);
}

/* Two vCPUs may have waited for one page: only the first finds it unchanged. */
static int resolve_write(struct uffd *u, char *unit, struct result *r)
{
	const struct press *p = u->owner;
	struct snapshot *s = p->state;
	size_t offset = unit - p->area->hva;

	if (!s->copied[offset / u->unit]) {
		memcpy(s->pages + offset, unit, u->unit);
		guest_store(&s->copied[offset / u->unit], 1);
		__atomic_add_fetch(&s->nr_copied, 1, __ATOMIC_ACQ_REL);
	}
	return uffd_protect(u, unit, u->unit, false, r);
}

static size_t offset_of(const struct press *p, unsigned int page)
{
	return (char *)press_page(p, page) - p->area->hva;
}

/* What is protected still: no write may have landed there. */
static int judge_protected(const struct press *p, const struct uffd *u, struct result *r)
{
	const struct snapshot *s = p->state;
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++) {
		/* In this order: it is copied before it may be written to. */
		guest_u64 now = guest_load(press_page(p, i));

		if (now != s->words[i] && !guest_load(&s->copied[offset_of(p, i) / u->unit]))
			return result_fail(r, CONTRACT_NO_STALE,
					   "page %u at %p went from %#llx to %#llx while it was protected against writes",
					   i, (void *)press_page(p, i), s->words[i], now);
	}
	return 0;
}

/*
 * Before v6.5 a huge page of a file stays unprotected, and nothing says so, if
 * the guest faults it in again during the call: so it may not.
 */
static bool must_pause(const struct press *p)
{
	return backing_bit(p->area->backing) == BACKING_BIT(BACKING_MEMFD_THP);
}

static int protect_all(struct press *p, struct uffd *u, struct result *r)
{
	int ret;

	if (must_pause(p) && press_pause(p, r))
		return -1;
	ret = uffd_protect(u, p->area->hva, p->area->size, true, r);
	if (must_pause(p))
		press_resume(p);
	return ret;
}

/* Everything that writes stalls, and what it has written stays as it is. */
static int hold_writers(const struct press *p, const struct uffd *u, struct result *r)
{
	const struct snapshot *s = p->state;
	struct stall still;
	unsigned int i;

	stall_begin(&still, p);
	for (i = 0; i < p->nr_pages; i++)
		s->words[i] = guest_load(press_page(p, i));
	if (!press_host_writes(p) &&
	    stall_judge(&still, p, u, "none of its pages could be written to", r))
		return -1;
	return judge_protected(p, u, r);
}

/* Where the guest only reads the host writes: what is there, which is a write too. */
static void write_by_host(const struct press *p)
{
	unsigned int step = p->nr_pages > HOST_WRITES ? p->nr_pages / HOST_WRITES : 1, i;

	for (i = 0; i < p->nr_pages; i += step) {
		guest_u64 word = guest_load(press_page(p, i));

		__atomic_compare_exchange_n(press_page(p, i), &word, word, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	}
}

/* The guest that writes comes to every page, sooner or later. */
static int await_writes(const struct press *p, const struct uffd *u, struct result *r)
{
	const struct snapshot *s = p->state;
	uint64_t units = p->area->size / u->unit;
	uint64_t want = units < p->nr_pages ? units : p->nr_pages;
	struct deadline deadline;

	deadline_start(&deadline, p->budget_ns);
	while (__atomic_load_n(&s->nr_copied, __ATOMIC_ACQUIRE) < want) {
		if (uffd_failed(u) || vm_check(p->vm, r) || judge_protected(p, u, r))
			return -1;
		if (deadline_poll(&deadline))
			continue;
		vm_describe(p->vm, r);
		return result_fail(r, CONTRACT_PROGRESS,
				   "%llu of %llu protected pages were written to in %llu ms",
				   (unsigned long long)s->nr_copied, (unsigned long long)want,
				   (unsigned long long)p->budget_ns / 1000000);
	}
	return 0;
}

/* What nobody has written to is still where it was. */
static int judge_snapshot(const struct press *p, const struct uffd *u, struct result *r)
{
	const struct snapshot *s = p->state;
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++) {
		guest_u64 copied = s->copied[offset_of(p, i) / u->unit] ?
			*(guest_u64 *)(s->pages + offset_of(p, i)) : guest_load(press_page(p, i));

		if (copied != s->words[i])
			return result_fail(r, CONTRACT_NO_STALE,
					   "the snapshot has %#llx of page %u at %p, where %#llx was when all was protected",
					   copied, i, (void *)press_page(p, i), s->words[i]);
	}
	return 0;
}

static int run_snapshot(struct press *p, struct uffd *u, struct result *r)
{
	struct snapshot *s = p->state;

	s->nr_copied = 0;
	memset(s->copied, 0, p->area->size / PAGE_BYTES * sizeof(*s->copied));
	if (protect_all(p, u, r) || hold_writers(p, u, r))
		return -1;
	uffd_release(u);
	if (press_host_writes(p))
		write_by_host(p);
	else if (await_writes(p, u, r))
		return -1;
	if (judge_snapshot(p, u, r))
		return -1;
	p->proved += s->nr_copied;
	return 0;
}

static int apply_snapshot(struct press *p, struct result *r)
{
	const struct userfault snapshot = {
		.features = features_for(p),
		.mode = UFFDIO_REGISTER_MODE_WP,
		.resolve = resolve_write,
		.run = run_snapshot,
	};

	return userfault_round(p, &snapshot, r);
}

PRESSURE(cow_uffd_wp) = {
	.name = "uffd_wp",
	.family = PRESSURE_COW,
	.calls = "UFFDIO_WRITEPROTECT of all pages, of each page no more at its first write",
	.since = SINCE,
	.events = "protection_vma",
	.proof = "page copied while its first write waited",
	.preserves = ON_EVERY_BACKING & ~ON_DISK,
	.rounds = 2,
	.needs = { uffd_missing, protection_missing },
	.set_up = set_up_snapshot,
	.apply = apply_snapshot,
	.tear_down = tear_down_snapshot,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * Taking a snapshot: what is protected, copied and compared.
 */
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "oracle/oracle.h"
#include "pressure/uffd_snapshot.h"
#include "pressure/userfault.h"

#define HOST_WRITES	8	/* pages; each is a way to the thread and back */

const char *uffd_snapshot_missing(void)
{
	return uffd_has(UFFD_FEATURE_PAGEFAULT_FLAG_WP) ? NULL :
	       "no write protection by userfaultfd: kernel before " UFFD_SNAPSHOT_SINCE ", or without CONFIG_HAVE_ARCH_USERFAULTFD_WP";
}

uint64_t uffd_snapshot_features(const struct press *p)
{
	unsigned int anonymous = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP);

	return backing_bit(p->area->backing) & anonymous ? UFFD_FEATURE_PAGEFAULT_FLAG_WP :
		UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_HUGETLBFS_SHMEM;
}

int uffd_snapshot_open(struct uffd_snapshot *s, struct press *p, struct result *r)
{
	*s = (struct uffd_snapshot) { .press = p };
	if (!uffd_has(uffd_snapshot_features(p)))
		return result_skip(r, "no write protection of %s by userfaultfd: kernel before v5.19, or without CONFIG_PTE_MARKER_UFFD_WP",
				   p->area->backing->name);
	s->pages = malloc(p->area->size);
	s->copied = calloc(p->area->size / PAGE_BYTES, sizeof(*s->copied));
	s->words = calloc(p->nr_pages, sizeof(*s->words));
	if (!s->pages || !s->copied || !s->words)
		return result_errno(r, "malloc(snapshot of %zu)", p->area->size);
	return 0;
}

void uffd_snapshot_close(struct uffd_snapshot *s)
{
	free(s->pages);
	free(s->copied);
	free(s->words);
	*s = (struct uffd_snapshot) { NULL };
}

/* Two vCPUs may have waited for one page: only the first finds it unchanged. */
int uffd_snapshot_resolve(struct uffd *u, char *unit, struct result *r)
{
	struct uffd_snapshot *s = u->owner;
	size_t offset = unit - s->press->area->hva;

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
static int judge_protected(const struct uffd_snapshot *s, const struct uffd *u, struct result *r)
{
	const struct press *p = s->press;
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

int uffd_snapshot_protect(struct uffd_snapshot *s, struct uffd *u, struct result *r)
{
	struct press *p = s->press;
	unsigned int i;
	int ret;

	s->nr_copied = 0;
	memset(s->copied, 0, p->area->size / PAGE_BYTES * sizeof(*s->copied));
	if (must_pause(p) && press_pause(p, r))
		return -1;
	ret = uffd_protect(u, p->area->hva, p->area->size, true, r);
	for (i = 0; i < p->nr_pages; i++)
		s->words[i] = guest_load(press_page(p, i));
	if (must_pause(p))
		press_resume(p);
	return ret;
}

int uffd_snapshot_hold(struct uffd_snapshot *s, const struct uffd *u, struct result *r)
{
	struct stall still;

	stall_begin(&still, s->press);
	if (!press_host_writes(s->press) &&
	    stall_judge(&still, s->press, u, "none of its pages could be written to", r))
		return -1;
	return judge_protected(s, u, r);
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
static int await_writes(const struct uffd_snapshot *s, const struct uffd *u, struct result *r)
{
	const struct press *p = s->press;
	uint64_t units = p->area->size / u->unit;
	uint64_t want = units < p->nr_pages ? units : p->nr_pages;
	struct deadline deadline;

	deadline_start(&deadline, p->budget_ns);
	while (__atomic_load_n(&s->nr_copied, __ATOMIC_ACQUIRE) < want) {
		if (uffd_failed(u) || vm_check(p->vm, r) || judge_protected(s, u, r))
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
static int judge_snapshot(const struct uffd_snapshot *s, const struct uffd *u, struct result *r)
{
	const struct press *p = s->press;
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

int uffd_snapshot_take(struct uffd_snapshot *s, struct uffd *u, struct result *r)
{
	uffd_release(u);
	if (press_host_writes(s->press))
		write_by_host(s->press);
	else if (await_writes(s, u, r))
		return -1;
	return judge_snapshot(s, u, r);
}

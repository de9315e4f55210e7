// SPDX-License-Identifier: GPL-2.0
/*
 * Taking page frames out of service: by soft offlining, which moves their contents
 * away, and as if the memory had failed, which loses them.
 *
 * If the module hwpoison_inject is there, the frames are given back in the same
 * round: so they can be canaries of the host, and a long run does not use up the
 * memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "host/release.h"
#include "memory/pagemap.h"
#include "pressure/pressure.h"

#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE	101
#endif

#define HUGETLB_POOL	"/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
#define SOFT_PAGES	4	/* a round; each costs a migration and a drain */

/* What goes out of service at once. */
static size_t unit(const struct press *p)
{
	return backing_bit(p->area->backing) & ON_HUGETLB ? HUGE_BYTES : PAGE_BYTES;
}

/* The page to hit that vCPU @nr visits in every workload, see GUEST_WORKLOAD(). */
static char *target(const struct press *p, unsigned int nr)
{
	return (char *)press_page(p, nr % p->nr_pages);
}

static bool same_unit(const struct press *p, const char *a, const char *b)
{
	return (a - p->area->hva) / unit(p) == (b - p->area->hva) / unit(p);
}

/* Poisoned huge pages leave the pool: fill it up again. */
static int will_refill_pool(struct press *p, struct result *r)
{
	char pages[32];

	if (unit(p) != HUGE_BYTES)
		return 0;
	if (hostfile_read(HUGETLB_POOL, pages, sizeof(pages)) < 0)
		return result_errno(r, "read(%s)", HUGETLB_POOL);
	return hoststate_at_end(p->host, HUGETLB_POOL, pages, pages, r);
}

/* Splitting a huge page of a file unmaps it: look it up by using it. */
static int frame_at(const char *addr, uint64_t *frame, struct result *r)
{
	pagemap_t page;

	*(const volatile char *)addr;
	if (pagemap_read(addr, 1, &page, r))
		return -1;
	*frame = pagemap_pfn(page);
	return 0;
}

static int set_up_soft_offline(struct press *p, struct result *r)
{
	return hoststate_write(p->host, "/proc/sys/vm/enable_soft_offline", "1", r);
}

/*
 * @frame: that of the last try, or 0, and then of this one.
 * Return: 0, the errno of a page that is in use, or -1 with @r.
 */
static int try_soft_offline(struct press *p, char *addr, uint64_t *frame, struct result *r)
{
	uint64_t known = *frame;

	if (frame_at(addr, frame, r) ||
	    (*frame != known && hoststate_unpoison_at_end(p->host, *frame, r)))
		return -1;
	if (!madvise(addr, PAGE_BYTES, MADV_SOFT_OFFLINE))
		return 0;
	if (errno == EBUSY || errno == EAGAIN || errno == EIO)
		return errno;
	return result_errno(r, "madvise(%p, MADV_SOFT_OFFLINE)", addr);
}

/*
 * The guest that faults on a page holds it for a moment, and then it cannot
 * move.  What moved may also not be taken out of service, and moves again.
 */
static int soft_offline(struct press *p, char *addr, struct result *r)
{
	struct deadline deadline;
	uint64_t before = 0, after;
	int busy, last;

	deadline_start(&deadline, p->budget_ns);
	do {
		busy = try_soft_offline(p, addr, &before, r);
	} while (busy > 0 && deadline_retry(&deadline));
	last = busy > 0 ? press_last_try(p, r) : 0;
	if (last > 0) {
		busy = try_soft_offline(p, addr, &before, r);
		press_resume(p);
	}
	if (busy < 0 || last < 0)
		return -1;
	if (busy == EBUSY && release_before(5, 16) &&
	    backing_bit(p->area->backing) == BACKING_BIT(BACKING_MEMFD_THP))
		return result_skip(r, "kernel before v5.16 does not split the huge page of a file to take a part of it out of service");
	if (busy)
		return result_error(r, "madvise(%p, MADV_SOFT_OFFLINE): %s", addr, strerror(busy));
	if (frame_at(addr, &after, r))
		return -1;
	p->proved += before && after && before != after;
	return 0;
}

static int soft_offline_some(struct press *p, struct result *r)
{
	unsigned int n;

	for (n = 0; n < SOFT_PAGES; n++) {
		if (n && same_unit(p, target(p, n), target(p, n - 1)))
			continue;
		if (soft_offline(p, target(p, n), r))
			return -1;
	}
	return 0;
}

static int apply_soft_offline(struct press *p, struct result *r)
{
	int ret;

	if (hoststate_push(p->host, r))
		return -1;
	ret = will_refill_pool(p, r) || soft_offline_some(p, r) ? -1 : 0;
	return hoststate_pop(p->host, r) ? -1 : ret;
}

PRESSURE(migrate_soft_offline) = {
	.name = "soft_offline",
	.family = PRESSURE_MIGRATE,
	.calls = "madvise(MADV_SOFT_OFFLINE) of single pages",
	.events = "clear",
	.proof = "page frame changed",
	.preserves = ON_EVERY_BACKING & ~ON_DAX,
	.frees = ON_EVERY_BACKING & ~ON_DAX,
	.changes = "single page frames out of service",
	.needs = { memory_failure_missing, pagemap_missing },
	.set_up = set_up_soft_offline,
	.apply = apply_soft_offline,
};

/* One row at work: what signals of poison came before this round. */
struct poison {
	uint64_t signals[GUEST_MAX_VCPUS];
	bool busy;	/* the kernel could not take hold of a page */
};

static uint64_t signals_of(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->bus.nr, __ATOMIC_ACQUIRE);
}

/* Someone holds the page: so say kernels, and newer ones of a huge page that was not split for it. */
static bool is_in_use(const struct press *p, int err)
{
	return err == EBUSY || (err == EHWPOISON && backing_bit(p->area->backing) & ON_THP);
}

/*
 * From v6.12 on the caller itself is told, for it counts as the one who met the
 * poison; before, nobody is until the page is used.
 */
static int poison_page(struct press *p, struct poison *poison, char *addr, struct result *r)
{
	struct bus_errors mine = { 0 };
	pagemap_t page;
	uint64_t frame;
	int ret, err;

	if (frame_at(addr, &frame, r) || hoststate_unpoison_at_end(p->host, frame, r))
		return -1;
	bus_errors_catch(&mine);
	ret = madvise(addr, PAGE_BYTES, MADV_HWPOISON);
	err = errno;
	bus_errors_catch(NULL);
	if (!ret)
		return 0;
	if (!is_in_use(p, err)) {
		errno = err;
		return result_errno(r, "madvise(%p, MADV_HWPOISON)", addr);
	}
	/*
	 * A second call would change nothing.  Whether it was unmapped first shows in
	 * what stands in its place.
	 */
	if (pagemap_read(addr, 1, &page, r))
		return -1;
	if (page & PAGEMAP_SWAPPED)
		return 0;
	poison->busy = true;
	result_note(r, "the kernel could not isolate the poisoned page at %p: in use", addr);
	return 0;
}

static bool is_poisoned(const struct press *p, const char *addr)
{
	unsigned int id;

	for (id = 0; id < p->vm->nr_vcpus; id++) {
		if (addr >= p->area->hva && same_unit(p, addr, target(p, id)) &&
		    (unit(p) == HUGE_BYTES || addr == target(p, id)))
			return true;
	}
	return false;
}

/* Each vCPU visits a poisoned page: its thread must get the signal. */
static int await_vcpu(struct press *p, const struct poison *poison, const struct vcpu *vcpu,
		      struct result *r)
{
	struct deadline deadline;

	deadline_start(&deadline, p->budget_ns);
	while (signals_of(vcpu) == poison->signals[vcpu->id]) {
		if (!deadline_poll(&deadline))
			return result_fail(r, CONTRACT_NO_STALE,
					   "vCPU %u uses the poisoned page at %p, and got no SIGBUS in %llu ms",
					   vcpu->id, (void *)target(p, vcpu->id),
					   (unsigned long long)p->budget_ns / 1000000);
	}
	if (vcpu->bus.code != BUS_MCEERR_AR || !is_poisoned(p, vcpu->bus.addr))
		return result_fail(r, CONTRACT_CONTENTS,
				   "vCPU %u got SIGBUS with code %d for %p, where no page is poisoned (%p is)",
				   vcpu->id, vcpu->bus.code, (void *)vcpu->bus.addr,
				   (void *)target(p, vcpu->id));
	p->proved++;
	return 0;
}

/*
 * A file in memory keeps the page, so that who reads it is told that it is lost.  Since
 * v5.16, and v6.1 for huge pages; a kernel before lets the file have zeroes instead.
 */
static int judge_file(const struct press *p, const char *addr, struct result *r)
{
	const struct area *a = p->area;
	guest_u64 word;

	if (!(backing_bit(a->backing) & ON_SHARED) ||
	    (unit(p) == HUGE_BYTES ? release_before(6, 1) : release_before(5, 16)))
		return 0;
	if (pread(a->fd, &word, sizeof(word), area_file_offset(a) + (addr - a->hva)) < 0)
		return errno == EIO ? 0 : result_errno(r, "pread() of the poisoned page at %p", (void *)addr);
	return result_fail(r, CONTRACT_CONTENTS,
			   "the file reads as %#llx where its page at %p was lost to poison: nobody is told",
			   word, (void *)addr);
}

/* A page of each vCPU. */
static int poison_all(struct press *p, struct poison *poison, struct result *r)
{
	unsigned int id;

	for (id = 0; id < p->vm->nr_vcpus; id++) {
		if (id && same_unit(p, target(p, id), target(p, id - 1)))
			continue;
		if (poison_page(p, poison, target(p, id), r) ||
		    (!poison->busy && judge_file(p, target(p, id), r)))
			return -1;
	}
	return 0;
}

static int poison_and_wait(struct press *p, struct result *r)
{
	struct poison poison = { 0 };
	unsigned int id;
	int last, ret;

	if (press_meets_poison(p, r))
		return -1;
	for (id = 0; id < p->vm->nr_vcpus; id++)
		poison.signals[id] = signals_of(&p->vm->vcpus[id]);
	/* There is only one try. */
	last = press_last_try(p, r);
	ret = last < 0 ? -1 : poison_all(p, &poison, r);
	if (last > 0)
		press_resume(p);
	if (ret)
		return -1;
	for (id = 0; id < p->vm->nr_vcpus && !poison.busy; id++) {
		if (await_vcpu(p, &poison, &p->vm->vcpus[id], r))
			return -1;
	}
	return 0;
}

/* What user space does about it: other memory in place of all of it. */
static int renew(struct press *p, struct result *r)
{
	struct area *a = p->area;

	/* A file would bring the poisoned page in again. */
	if (backing_bit(a->backing) & ON_SHARED &&
	    fallocate(a->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      area_file_offset(a), a->size))
		return result_errno(r, "fallocate(PUNCH_HOLE, %zu)", a->size);
	return area_unmap(a, r) || area_map(a, r) ? -1 : 0;
}

static int apply_hwpoison(struct press *p, struct result *r)
{
	int ret;

	if (hoststate_push(p->host, r))
		return -1;
	vm_gap_open(p->vm);
	ret = will_refill_pool(p, r) || poison_and_wait(p, r) ? -1 : 0;
	if (renew(p, r))
		ret = -1;
	vm_gap_close(p->vm);
	press_call_over(p);
	return hoststate_pop(p->host, r) ? -1 : ret;
}

#define POISONED	(ON_EVERY_BACKING & ~ON_DAX & ~BACKING_BIT(BACKING_FILE) & \
			 ~BACKING_BIT(BACKING_MEMFD_THP))

PRESSURE(migrate_hwpoison) = {
	.name = "hwpoison",
	.family = PRESSURE_MIGRATE,
	.calls = "madvise(MADV_HWPOISON) of pages in use, munmap(), mmap()",
	.events = "clear",
	.proof = "SIGBUS with BUS_MCEERR_AR for the poisoned page",
	/* A page that somebody happens to hold is left where it is, and cannot be tried again. */
	.hits = { 3, 4 },
	/*
	 * On a disk a page that was written back is only dropped and read again.
	 * A huge page of a file in memory may refuse to be split while poisoned,
	 * and then none of it can be used nor taken away.
	 * Persistent memory stays mapped: its own driver is to know what is poisoned.
	 */
	.discards = POISONED,
	.frees = POISONED,
	.poisons = true,
	.changes = "single page frames out of service",
	.needs = { memory_failure_missing, pagemap_missing },
	.apply = apply_hwpoison,
};

/* What is on the disk as well is not lost: the file has it still, and nobody is signalled. */
static int judge_reread(struct press *p, const char *addr, guest_u64 word, struct result *r)
{
	const struct area *a = p->area;
	pagemap_t page;
	guest_u64 again;

	if (pagemap_read(addr, 1, &page, r))
		return -1;
	if (page & PAGEMAP_SWAPPED)
		return result_fail(r, CONTRACT_CONTENTS,
				   "the clean page at %p counts as lost to poison", (void *)addr);
	if (pread(a->fd, &again, sizeof(again), area_file_offset(a) + (addr - a->hva)) !=
	    sizeof(again))
		return result_fail(r, CONTRACT_CONTENTS,
				   "the file of the clean page at %p cannot be read after poison: %s",
				   (void *)addr, strerror(errno));
	if (again != word)
		return result_fail(r, CONTRACT_CONTENTS,
				   "the file has %#llx of the clean page at %p, where %#llx was before poison",
				   again, (void *)addr, word);
	p->proved++;
	return 0;
}

static int poison_clean(struct press *p, struct result *r)
{
	struct poison poison = { .busy = false };
	unsigned int n;

	if (msync(p->area->hva, p->area->size, MS_SYNC))
		return result_errno(r, "msync(%p, %zu)", (void *)p->area->hva, p->area->size);
	for (n = 0; n < SOFT_PAGES; n++) {
		char *addr = target(p, n);
		guest_u64 word = guest_load((guest_u64 *)addr);

		if (poison_page(p, &poison, addr, r))
			return -1;
		if (!poison.busy && judge_reread(p, addr, word, r))
			return -1;
	}
	return 0;
}

/* The frames are back in service, if they can be, before the guest goes on. */
static int apply_hwpoison_clean(struct press *p, struct result *r)
{
	int ret;

	if (hoststate_push(p->host, r))
		return -1;
	ret = press_pause(p, r);
	if (!ret) {
		ret = poison_clean(p, r);
		if (hoststate_pop(p->host, r))
			ret = -1;
		press_resume(p);
	}
	return ret;
}

PRESSURE(migrate_hwpoison_clean) = {
	.name = "hwpoison_clean",
	.family = PRESSURE_MIGRATE,
	.calls = "msync(), madvise(MADV_HWPOISON) of clean pages, with the guest paused",
	.events = "clear",
	.proof = "page dropped, and read again from the file",
	/* One that somebody holds is not dropped. */
	.hits = { 1, 2 },
	.preserves = BACKING_BIT(BACKING_FILE),
	.changes = "single page frames out of service",
	.needs = { memory_failure_missing, pagemap_missing },
	.apply = apply_hwpoison_clean,
};

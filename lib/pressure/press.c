// SPDX-License-Identifier: GPL-2.0
/*
 * What rows of different families need from the scenario.
 */
#include <errno.h>
#include <stdlib.h>

#include "memory/pagemap.h"
#include "oracle/oracle.h"
#include "pressure/pressure.h"
#include "vm/arch.h"

void press_call_over(struct press *p)
{
	coherence_call_over(p->coherence, p->effect);
}

guest_u64 *press_page(const struct press *p, unsigned int page)
{
	return (guest_u64 *)(p->area->hva + page * vm_shared(p->vm)->stride);
}

size_t press_index(const struct press *p, unsigned int page)
{
	return page * vm_shared(p->vm)->stride / PAGE_BYTES;
}

int press_count_bit(const struct press *p, uint64_t bit,
		    bool (*of)(const struct press *p, unsigned int page), unsigned int *with,
		    unsigned int *first_without, struct result *r)
{
	pagemap_t *pages = pagemap_area(p->area, r);
	unsigned int i;

	if (!pages)
		return -1;
	*with = 0;
	*first_without = p->nr_pages;
	for (i = 0; i < p->nr_pages; i++) {
		if (of && !of(p, i))
			continue;
		if (pages[press_index(p, i)] & bit)
			(*with)++;
		else if (*first_without == p->nr_pages)
			*first_without = i;
	}
	free(pages);
	return 0;
}

bool press_host_writes(const struct press *p)
{
	return p->coherence->writer == GUEST_WRITER_HOST;
}

int press_meets_poison(const struct press *p, struct result *r)
{
	unsigned long long emulated;

	if (vm_stat(p->vm, "insn_emulation", &emulated) || emulated < progress_visits(p->vm))
		return 0;
	return result_skip(r, "this KVM emulates what the guest does: instead of SIGBUS there is MMIO");
}

/* One visit may have been counted only after the begin, one be still under way. */
#define ON_THE_EDGE	2

uint64_t press_visits(const struct press *p)
{
	return guest_share(p->coherence->writer, p->nr_pages, p->vm->nr_vcpus) + ON_THE_EDGE;
}

int press_visited(struct press *p, const char *when, struct result *r)
{
	struct progress progress;

	progress_init(&progress, p->vm);
	return progress_await(&progress, press_visits(p), p->budget_ns, when, r);
}

int press_write_all(struct press *p, const char *when, struct result *r)
{
	if (press_host_writes(p))
		coherence_stamp(p->coherence);
	return press_visited(p, when, r);
}

int press_pause(struct press *p, struct result *r)
{
	return vm_park(p->vm, p->budget_ns, r);
}

void press_resume(struct press *p)
{
	if (!p->kept_out)
		vm_resume(p->vm);
}

int press_last_try(struct press *p, struct result *r)
{
	if (!vm_arch.faults_hold_pages)
		return 0;
	return press_pause(p, r) ? -1 : 1;
}

int press_gap(struct press *p, int (*take)(struct press *p, struct result *r),
	      int (*give_back)(struct press *p, struct result *r), struct result *r)
{
	int ret;

	vm_gap_open(p->vm);
	ret = take(p, r);
	if (!ret) {
		ret = vm_gap_check(p->vm, r);
		if (give_back(p, r))
			ret = -1;
	}
	vm_gap_close(p->vm);
	return ret;
}

int press_dontneed(struct press *p, struct result *r)
{
	return area_dontneed(p->area, p->area->hva, p->area->size, r);
}

int press_set_slot(struct press *p, uint32_t flags, uint64_t gpa, size_t size, struct result *r)
{
	int ret = vm_set_slot_flags(p->vm, VM_SLOT_AREA, flags, gpa, p->area->hva, size);

	if (!ret)
		return 0;
	errno = -ret;
	return result_errno(r, "KVM_SET_USER_MEMORY_REGION(flags %#x, gpa %#llx, %zu bytes)",
			    flags, (unsigned long long)gpa, size);
}

int press_unmap(struct press *p, struct result *r)
{
	return area_unmap(p->area, r);
}

int press_map(struct press *p, struct result *r)
{
	return area_map(p->area, r);
}

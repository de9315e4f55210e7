// SPDX-License-Identifier: GPL-2.0
/*
 * UFFDIO_POISON: pages that are missing and can no longer be provided, as when the
 * memory that they were to be copied from has failed.  Whoever uses one gets a
 * SIGBUS, as if memory had failed here.
 */
#include <signal.h>

#include "base/deadline.h"
#include "pressure/userfault.h"

#define SINCE	"v6.6"

static const char *poison_missing(void)
{
	return uffd_has(UFFD_FEATURE_POISON) ? NULL : "no UFFDIO_POISON: kernel before " SINCE;
}

static int resolve_poison(struct uffd *u, char *unit, struct result *r)
{
	return uffd_poison(u, unit, u->unit, r);
}

static uint64_t signals_of(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->bus.nr, __ATOMIC_ACQUIRE);
}

static int await_signal(struct press *p, const struct vcpu *vcpu, uint64_t before,
			struct result *r)
{
	const struct area *a = p->area;
	struct deadline deadline;

	deadline_start(&deadline, p->budget_ns);
	while (signals_of(vcpu) == before) {
		if (!deadline_poll(&deadline))
			return result_fail(r, CONTRACT_NO_STALE,
					   "vCPU %u used a poisoned page, and got no SIGBUS in %llu ms",
					   vcpu->id,
					   (unsigned long long)p->budget_ns / 1000000);
	}
	if (vcpu->bus.code != BUS_MCEERR_AR || vcpu->bus.addr < a->hva ||
	    vcpu->bus.addr >= a->hva + a->size)
		return result_fail(r, CONTRACT_CONTENTS,
				   "vCPU %u got SIGBUS with code %d for %p, the poison is at %p..%p",
				   vcpu->id, vcpu->bus.code, (void *)vcpu->bus.addr,
				   (void *)a->hva, (void *)(a->hva + a->size));
	p->proved++;
	return 0;
}

static int run_poison(struct press *p, struct uffd *u, struct result *r)
{
	uint64_t before[GUEST_MAX_VCPUS];
	struct stall still;
	unsigned int id;

	if (press_meets_poison(p, r))
		return -1;
	for (id = 0; id < p->vm->nr_vcpus; id++)
		before[id] = signals_of(&p->vm->vcpus[id]);
	if (userfault_discard(p, r))
		return -1;
	stall_begin(&still, p);
	if (stall_judge(&still, p, u, USERFAULT_TAKEN, r))
		return -1;
	uffd_release(u);
	for (id = 0; id < p->vm->nr_vcpus; id++) {
		if (await_signal(p, &p->vm->vcpus[id], before[id], r))
			return -1;
	}
	return 0;
}

static int apply_poison(struct press *p, struct result *r)
{
	static const struct userfault poison = {
		.features = UFFD_FEATURE_POISON,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
		.resolve = resolve_poison,
		.run = run_poison,
	};
	int ret;

	/* Whoever is told waits until there is memory again. */
	vm_gap_open(p->vm);
	ret = userfault_round(p, &poison, r);
	if (area_unmap(p->area, r) || area_map(p->area, r))
		ret = -1;
	vm_gap_close(p->vm);
	press_call_over(p);
	return ret;
}

PRESSURE(cow_uffd_poison) = {
	.name = "uffd_poison",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_DONTNEED) or fallocate(PUNCH_HOLE), UFFDIO_POISON, munmap(), mmap()",
	.since = SINCE,
	.events = "clear unmap",
	.proof = "SIGBUS with BUS_MCEERR_AR for a poisoned page",
	.discards = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD) |
		    BACKING_BIT(BACKING_HUGETLB),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD) |
		 BACKING_BIT(BACKING_HUGETLB),
	.poisons = true,
	.needs = { memory_advice_missing, uffd_missing, poison_missing },
	.apply = apply_poison,
};

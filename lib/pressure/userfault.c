// SPDX-License-Identifier: GPL-2.0
/*
 * Rounds of the rows with userfaultfd, and what is judged in all of them: a vCPU
 * whose fault is held back waits.  One that makes progress used an old translation.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/deadline.h"
#include "pressure/userfault.h"

#define STANDSTILL_NS	200000000ULL	/* spent only if a vCPU does not run */
#define TAKEN_AGAIN	6
#define LEAST_FAULTS	4	/* every workload visits more pages */

size_t userfault_unit(const struct press *p)
{
	return backing_bit(p->area->backing) & ON_HUGETLB ? HUGE_BYTES : PAGE_BYTES;
}

int userfault_round(struct press *p, const struct userfault *how, struct result *r)
{
	const struct area *a = p->area;
	struct uffd u;
	int ret;

	ret = uffd_open(&u, how->features, how->unit ? how->unit : userfault_unit(p),
			p->budget_ns, r) ||
	      uffd_register(&u, a->hva, a->size, how->mode, r) ||
	      uffd_serve(&u, how->resolve, how->owner ?: p, true, r) || how->run(p, &u, r) ? -1 : 0;
	return uffd_close(&u, r) ? -1 : ret;
}

int userfault_discard(struct press *p, struct result *r)
{
	const struct area *a = p->area;

	/* Private copies come last: they hide what happens to the file. */
	if (a->fd >= 0 && fallocate(a->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				    area_file_offset(a), a->size))
		return result_errno(r, "fallocate(PUNCH_HOLE, %zu)", a->size);
	return backing_bit(a->backing) & ON_PRIVATE ? press_dontneed(p, r) : 0;
}

static uint64_t visits_of(const struct press *p, unsigned int vcpu)
{
	return guest_load(&vm_shared(p->vm)->vcpu[vcpu].visits);
}

void stall_begin(struct stall *s, const struct press *p)
{
	unsigned int id;

	for (id = 0; id < p->vm->nr_vcpus; id++)
		s->visits[id] = visits_of(p, id);
}

static bool await_waiting(const struct uffd *u, uint64_t nr, uint64_t budget_ns)
{
	struct deadline deadline;

	deadline_start(&deadline, budget_ns);
	while (uffd_waiting(u) < nr) {
		if (uffd_failed(u) || !deadline_poll(&deadline))
			return false;
	}
	return true;
}

int stall_judge(const struct stall *s, const struct press *p, const struct uffd *u,
		const char *why, struct result *r)
{
	unsigned int id;
	int ret = 0;

	await_waiting(u, p->vm->nr_vcpus, STANDSTILL_NS);
	for (id = 0; id < p->vm->nr_vcpus; id++) {
		uint64_t made = visits_of(p, id) - s->visits[id];

		/* One whose access was over may still have been uncounted. */
		if (made > 1)
			ret = result_fail(r, CONTRACT_NO_STALE,
					  "vCPU %u made %llu visits though %s", id,
					  (unsigned long long)made, why);
	}
	return ret;
}

static int not_faulting(const struct press *p, const struct uffd *u, struct result *r)
{
	if (uffd_failed(u) || vm_check(p->vm, r))
		return -1;
	vm_describe(p->vm, r);
	return result_fail(r, CONTRACT_PROGRESS,
			   "the guest does not use pages that were taken away: %llu faults were served, %llu wait, after %llu ms",
			   (unsigned long long)uffd_served(u), (unsigned long long)uffd_waiting(u),
			   (unsigned long long)p->budget_ns / 1000000);
}

int userfault_release(struct press *p, struct uffd *u, uint64_t before, struct result *r)
{
	uint64_t units = p->area->size / u->unit;
	uint64_t want = before + (units < LEAST_FAULTS ? units : LEAST_FAULTS);
	struct deadline deadline;

	uffd_release(u);
	deadline_start(&deadline, p->budget_ns);
	while (uffd_served(u) < want) {
		if (uffd_failed(u) || vm_check(p->vm, r))
			return -1;
		if (!deadline_poll(&deadline))
			return not_faulting(p, u, r);
	}
	return 0;
}

int userfault_again(struct press *p, struct uffd *u,
		    int (*take)(struct press *p, struct result *r), struct result *r)
{
	struct stall still;
	uint64_t served = 0;
	unsigned int n;

	for (n = 0; n < TAKEN_AGAIN; n++) {
		uffd_hold(u);
		if (take(p, r))
			return -1;
		stall_begin(&still, p);
		if (stall_judge(&still, p, u, USERFAULT_TAKEN, r))
			return -1;
		if (!await_waiting(u, 1, p->budget_ns))
			return not_faulting(p, u, r);
		p->proved++;
		/* Now pages come and go at once. */
		served = uffd_served(u);
		uffd_release(u);
		if (take(p, r))
			return -1;
	}
	press_call_over(p);
	return userfault_release(p, u, served, r);
}

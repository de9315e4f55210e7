// SPDX-License-Identifier: GPL-2.0
/*
 * Deleting or moving a memslot, and counting what becomes of another one.
 */
#include <string.h>

#include "support/other_slot.h"
#include "vm/arch.h"
#include "vm/slot_zap.h"

#define NR_PAGES	32
#define TRIES		8

#define OTHER_GPA	(GUEST_AREA_GPA + (1UL << 30))
#define ELSEWHERE	(OTHER_GPA + (1UL << 30) + PAGE_BYTES)

/* How things stand while the vCPU is parked. */
struct state {
	unsigned long long faults, mapped;
	bool counts_mapped;
	struct health_sample health;
};

static int look(struct scenario_run *run, struct state *s, struct result *r)
{
	unsigned long long small, huge;

	if (vm_faults(&run->vm, &s->faults))
		return result_skip(r, "nobody counts the faults of the guest");
	s->counts_mapped = !vm_mapped(&run->vm, &small, &huge);
	s->mapped = s->counts_mapped ? small : 0;
	return health_sample(&run->health, &s->health, r);
}

static int set_other(const struct scenario_run *run, uint64_t gpa, size_t size, struct result *r)
{
	int ret = vm_set_slot(&run->vm, VM_SLOT_SPARE, gpa, run->area.hva, size);

	return ret ? result_error(r, "KVM_SET_USER_MEMORY_REGION(gpa %#llx, %zu bytes): %s",
				  (unsigned long long)gpa, size, strerror(-ret)) : 0;
}

/* The guest, which is parked, goes to all of its pages there, and is parked again. */
static int visit_at(struct scenario_run *run, uint64_t gpa, const char *when, struct result *r)
{
	vm_shared(&run->vm)->area_gpa = gpa;
	vm_resume(&run->vm);
	return progress_await(&run->progress, 2 * run->visits, run->budget_ns, when, r) ?:
	       vm_park(&run->vm, run->budget_ns, r);
}

/* Both mapped, and the guest back in the one that stays. */
static int map_both(struct scenario_run *run, struct result *r)
{
	return vm_park(&run->vm, run->budget_ns, r) ?:
	       set_other(run, OTHER_GPA, run->area.size, r) ?:
	       visit_at(run, OTHER_GPA, "in the other slot", r) ?:
	       visit_at(run, GUEST_AREA_GPA, "back from the other slot", r);
}

/* Return: 0; 1 if others invalidated meanwhile, so that it cannot be told; -1. */
static int judge(const struct state *before, const struct state *gone, const struct state *after,
		 const char *what, struct result *r)
{
	if (after->health.seq != before->health.seq || after->health.in_progress)
		return 1;
	result_judged(r, ORACLE_PRECISION);
	if (before->counts_mapped && gone->mapped + NR_PAGES > before->mapped)
		return result_fail(r, CONTRACT_NO_STALE,
				   "of a memslot that was %s KVM goes on mapping pages: of %llu there are %llu left, and %u should be gone",
				   what, before->mapped, gone->mapped, NR_PAGES);
	if (after->faults != before->faults)
		return result_fail(r, CONTRACT_PRECISION,
				   "after a memslot was %s the guest faulted %llu times in another one",
				   what, after->faults - before->faults);
	return 0;
}

static int try_once(struct scenario_run *run, bool moved, struct result *r)
{
	size_t size = run->area.size;
	struct state before, gone, after;
	int ret;

	if (map_both(run, r) || look(run, &before, r) ||
	    set_other(run, moved ? ELSEWHERE : OTHER_GPA, moved ? size : 0, r) ||
	    look(run, &gone, r) ||
	    visit_at(run, GUEST_AREA_GPA, "with the other slot gone", r) || look(run, &after, r))
		return -1;
	ret = judge(&before, &gone, &after, moved ? "moved" : "deleted", r);
	if (moved && set_other(run, ELSEWHERE, 0, r))
		return -1;
	vm_resume(&run->vm);
	return ret;
}

static int judge_all(struct scenario_run *run, bool moved, struct result *r)
{
	unsigned int try;
	int ret = 1;

	for (try = 0; ret > 0 && try < TRIES; try++)
		ret = try_once(run, moved, r);
	return ret > 0 ? result_skip(r, "others invalidated guest memory in all of %d tries", TRIES) :
			 ret;
}

void other_slot_judge(bool moved, struct result *r)
{
	struct scenario spec = {
		.backing = &backings[BACKING_ANON],
		.injector = &injector_setups[0],
		.workload = workload_find("sweep_write"),
		.kind = &vm_zaps_one_slot,
		.nr_vcpus = 1,
		.nr_pages = NR_PAGES,
	};
	struct scenario_run run;

	if (vm_zaps_one_slot_missing()) {
		result_skip(r, "%s", vm_zaps_one_slot_missing());
		return;
	}
	if (inject_available(r))
		return;
	scenario_end(&run, !scenario_begin(&run, &spec, r) && !judge_all(&run, moved, r), r);
}

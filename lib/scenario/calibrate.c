// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that is left alone: how fast it is here, and whether KVM maps it as its backing
 * promises.
 */
#include <errno.h>

#include "memory/smaps.h"
#include "scenario/scenario.h"
#include "vm/arch.h"

#define WARM_SWEEPS	3
#define HUGE_TRIES	3

/*
 * Does KVM map huge pages, now that the guest has been everywhere?  Where it does not say,
 * the guest faults less often than it visits pages, if not at once: one vCPU may keep
 * others from mapping the same page, and they try again.
 * Return: 0, -1 with @r, or an errno if nobody knows.
 */
static int maps_huge(struct scenario_run *run, bool *huge, struct result *r)
{
	unsigned long long small, pages, faults, before = 0;
	unsigned int try;

	if (!vm_mapped(&run->vm, &small, &pages)) {
		*huge = pages;
		return 0;
	}
	if (!vm_arch.fault_event)
		return ENOENT;
	for (try = 0; ; before = faults, try++) {
		if (vm_faults(&run->vm, &faults))
			return ENOENT;
		*huge = faults - before < run->spec->nr_pages;
		if (*huge || try == HUGE_TRIES)
			return 0;
		if (vm_remake_area(&run->vm, r) ||
		    progress_await(&run->progress, run->visits, run->budget_ns,
				   "with its slot made anew", r))
			return -1;
	}
}

/* A backing that promises huge pages must have given KVM some. */
static int check_huge(struct scenario_run *run, struct result *r)
{
	/*
	 * KVM maps by small pages what is not aligned on both sides, what holds a
	 * page table that it shadows, and perhaps what is executed.
	 */
	bool hidden = run->vm.area_gpa % HUGE_BYTES ||
		      run->spec->workload->form == GUEST_FORM_TABLE ||
		      vm_splits_code(run->spec->workload->form);
	size_t bytes = 0;
	bool huge;
	int ret;

	if (run->spec->backing->granule != HUGE_BYTES)
		return 0;
	ret = maps_huge(run, &huge, r);
	if (ret < 0)
		return -1;
	if (ret) {
		result_note(r, "huge pages not checked: %s", vm_arch.mapped_missing);
		return 0;
	}
	if (!huge && hidden && smaps_huge(&run->area, &bytes, r))
		return -1;
	if (huge || bytes)
		return 0;
	return result_skip(r, "KVM maps no huge page although all pages were visited%s",
			   hoststate_allowed() ? "" :
			   " (the host may give zero pages first: use_zero_page is turned off with -D)");
}

int scenario_calibrate(struct scenario_run *run, struct result *r)
{
	struct calibration *c = &run->calibration;
	const uint32_t judged = r->judged.by;
	uint64_t start, visits;

	/* Every page at least once, also where vCPUs share them all. */
	run->visits = guest_share(run->spec->workload->writer, run->spec->nr_pages,
				  run->spec->nr_vcpus);
	start = now_ns();
	vm_resume(&run->vm);
	if (progress_await(&run->progress, run->visits, CALIBRATION_NS,
			   "before any pressure", r))
		return -1;
	c->cold_ns = now_ns() - start;
	c->cold_visits = run->visits * run->spec->nr_vcpus;
	run->budget_ns = calibration_budget_ns(c);
	run->press.budget_ns = run->budget_ns;
	visits = progress_visits(&run->vm);
	start = now_ns();
	if (progress_await(&run->progress, WARM_SWEEPS * run->visits,
			   run->budget_ns, "before any pressure", r))
		return -1;
	c->warm_ns = now_ns() - start;
	c->warm_visits = progress_visits(&run->vm) - visits;
	/* Before any pressure there is nothing to judge. */
	r->judged.by = judged;
	return check_huge(run, r);
}

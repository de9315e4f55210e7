// SPDX-License-Identifier: GPL-2.0
#include "support/fault_turn.h"

#define LOOK_NS	50000ULL	/* the least that can be told apart */

static bool all_there(const struct scenario_run *run, const uint64_t *from)
{
	const struct guest_vcpu *vcpu = vm_shared(&run->vm)->vcpu;
	unsigned int id;

	for (id = 0; id < run->vm.nr_vcpus; id++) {
		if (guest_load(&vcpu[id].visits) - from[id] < run->visits)
			return false;
	}
	return true;
}

int fault_turn(struct scenario_run *run, double *per_second, struct result *r)
{
	uint64_t from[GUEST_MAX_VCPUS], start;
	struct deadline deadline;
	unsigned int id;

	for (id = 0; id < run->vm.nr_vcpus; id++)
		from[id] = guest_load(&vm_shared(&run->vm)->vcpu[id].visits);
	deadline_start(&deadline, run->budget_ns);
	start = now_ns();
	vm_resume(&run->vm);
	while (!all_there(run, from)) {
		sleep_ns(LOOK_NS);
		if (vm_check(&run->vm, r))
			return -1;
		/* Whoever judges that says at length what is wrong. */
		if (!deadline_advance(&deadline, now_ns()) &&
		    progress_await(&run->progress, run->visits, run->budget_ns,
				   "with its pages taken", r))
			return -1;
	}
	*per_second = run->visits * run->vm.nr_vcpus * 1e9 / (now_ns() - start);
	return vm_park(&run->vm, run->budget_ns, r);
}

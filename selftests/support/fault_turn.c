// SPDX-License-Identifier: GPL-2.0
#include "support/fault_turn.h"

#define LOOK_NS	500000ULL

/* Of the vCPU that is behind the others. */
static uint64_t visits_since(const struct scenario_run *run, const uint64_t *from)
{
	const struct guest_vcpu *vcpu = vm_shared(&run->vm)->vcpu;
	uint64_t visits, least = UINT64_MAX;
	unsigned int id;

	for (id = 0; id < run->vm.nr_vcpus; id++) {
		visits = guest_load(&vcpu[id].visits) - from[id];
		least = visits < least ? visits : least;
	}
	return least;
}

/*
 * Each look takes a CPU from the guest, and under an emulator much more than that: one every
 * 50 us halves what is measured.  So few are made, and the closer together the nearer the end is.
 */
static uint64_t until_next_look(uint64_t done, uint64_t all, uint64_t since_ns)
{
	uint64_t rest = done ? since_ns * (all - done) / done / 2 : 0;

	return rest < LOOK_NS ? LOOK_NS : rest > DEADLINE_STEP_MAX_NS ? DEADLINE_STEP_MAX_NS : rest;
}

int fault_turn(struct scenario_run *run, double *per_second, struct result *r)
{
	uint64_t from[GUEST_MAX_VCPUS], start, done;
	struct deadline deadline;
	unsigned int id;

	for (id = 0; id < run->vm.nr_vcpus; id++)
		from[id] = guest_load(&vm_shared(&run->vm)->vcpu[id].visits);
	deadline_start(&deadline, run->budget_ns);
	start = now_ns();
	vm_resume(&run->vm);
	while ((done = visits_since(run, from)) < run->visits) {
		sleep_ns(until_next_look(done, run->visits, now_ns() - start));
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

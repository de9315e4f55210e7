// SPDX-License-Identifier: GPL-2.0
/*
 * Main loop of a vCPU: obey the host's command word, and run the workload pass by
 * pass.
 */
#include "guest.h"

void guest_main(guest_u32 id);

extern const struct guest_workload * const workloads_start[];
extern const struct guest_workload * const workloads_end[];

static void run_pass(guest_u32 id)
{
	guest_u32 nr_workloads = workloads_end - workloads_start;
	guest_u32 workload = guest_load(&shared->workload);
	struct guest_error error = {
		.what = GUEST_ERR_COMMAND,
		.seen = workload,
		.expected = nr_workloads,
	};

	if (workload >= nr_workloads)
		guest_report(&error);
	((void (*)(guest_u32))workloads_start[workload]->pass)(id);
}

/* Called by the entry code on this vCPU's own stack. */
void guest_main(guest_u32 id)
{
	struct guest_vcpu *me = &shared->vcpu[id];

	arch_init();
	for (;;) {
		guest_store(&me->heartbeat, me->heartbeat + 1);
		if (guest_load(&shared->cmd) != GUEST_CMD_RUN) {
			me->visited_at = 0;
			arch_exit(GUEST_PORT_PARKED, 0);
			continue;
		}
		run_pass(id);
		/*
		 * Where one thread runs all CPUs, as QEMU's emulation does, this lets the
		 * next one on: the host's pressure is not to wait for a guest that does
		 * nothing new until it comes.
		 */
		arch_relax();
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What is left of a VM once its last descriptor is closed: nothing but the
 * module's record of how it ended.
 */
#include <stdio.h>
#include <unistd.h>

#include "scenario/scenario.h"

/* Whoever was forked meanwhile may have the descriptor for a little longer. */
#define GONE_NS		10000000000ULL

static bool has_directory(const char *vm_name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvm/%s", vm_name);
	return !access(path, F_OK);
}

int scenario_await_destroyed(const char *vm_name, struct inject_destroyed *d, struct result *r)
{
	struct deadline deadline;
	struct result absent;
	bool found;

	deadline_start(&deadline, GONE_NS);
	do {
		result_init(&absent);
		found = !inject_find_destroyed(vm_name, d, &absent);
	} while ((!found || has_directory(vm_name)) && deadline_poll(&deadline));
	if (!found) {
		result_adopt(r, &absent);
		return -1;
	}
	if (has_directory(vm_name))
		return result_fail(r, CONTRACT_DEATH, "VM %s is gone, but KVM's directory of it stays",
				   vm_name);
	return 0;
}

int scenario_judge_destroyed(const char *vm_name, bool alone, struct result *r)
{
	struct inject_destroyed d;
	bool open;

	if (scenario_await_destroyed(vm_name, &d, r))
		return -1;
	open = d.count || d.active > 0;
	if (open && !alone && d.count >= 0) {
		result_not_judged(r, ORACLE_DEATH,
				  "others had an invalidation open when the VM was destroyed");
		return 0;
	}
	result_judged(r, ORACLE_DEATH);
	if (open)
		return result_fail(r, CONTRACT_DEATH,
				   "VM %s was destroyed with in-progress %lld and active %lld",
				   vm_name, d.count, d.active);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Faults, and not pages: one that is taken again counts twice.  A tracepoint is passed each
 * time anyway.
 */
#include "vm/arch.h"

int vm_faults_taken(const struct vm *vm, unsigned long long *faults)
{
	return vm_arch.fault_event ? vm_faults(vm, faults) : vm_stat(vm, "pf_taken", faults);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults of the guest, where KVM has a tracepoint and no statistic: see vm_arch.fault_event.
 */
#ifndef VM_FAULT_EVENTS_H
#define VM_FAULT_EVENTS_H

#include "vm/vm.h"

/*
 * fault_events_open() - count those that the calling thread handles in the area
 *
 * Return: a descriptor, or -1: the kernel has no such tracepoint, or it is not for us.
 */
int fault_events_open(void);

/* fault_events_count() - of all vCPUs, as vm_faults() */
int fault_events_count(const struct vm *vm, unsigned long long *faults);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* What the two sides of a VMM process share. */
#ifndef VMM_INTERNAL_H
#define VMM_INTERNAL_H

#include "scenario/vmm.h"

/* Sent once by the process, with descriptors: VM, its first vCPU, its first injector. */
struct vmm_report {
	struct result result;	/* of the set-up */
	unsigned int nr_vms;
	char names[VMM_MAX_VMS][32];
	uintptr_t hva;
	uint64_t stride;
	unsigned int nr_pages;
};

/* What the process can be told then, in one byte. */
#define VMM_GROW	'g'
#define VMM_DISCARD	'd'
#define VMM_PRESS	'p'	/* answered by a byte once it is done */
#define VMM_EXIT	'x'
#define VMM_EXIT_BY_VCPU 'v'
#define VMM_EXEC	'e'

/* What goes with a report, in this order. */
enum vmm_report_fd { VMM_FD_VM, VMM_FD_VCPU, VMM_FD_INJECTOR, VMM_NR_FDS };

/* vmm_process.c: the process itself; never returns */
void vmm_process(const struct vmm_spec *spec, int control) __attribute__((noreturn));

/*
 * vmm_obey.c: do what is told, as long as anything is
 * @vm: the first one
 */
void vmm_obey(const struct vmm_spec *spec, int control, struct vm *vm, const struct area *area)
	__attribute__((noreturn));

#endif

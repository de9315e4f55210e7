/* SPDX-License-Identifier: GPL-2.0 */
/* What the two sides of a VMM process share. */
#ifndef VMM_INTERNAL_H
#define VMM_INTERNAL_H

#include "vmm.h"

/* Sent once by the process, with the first VM's and the first injector's descriptors. */
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

/* vmm_process.c: the process itself; never returns */
void vmm_process(const struct vmm_spec *spec, int control) __attribute__((noreturn));

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* Ports of architectures that have none: a page that is in no slot. */
#ifndef VM_DOOR_H
#define VM_DOOR_H

#include <linux/kvm.h>

#include "vm/vm_internal.h"

/* As vcpu_arch_port() */
static inline bool door_port(struct vcpu *vcpu, struct port_access *access)
{
	struct kvm_run *run = vcpu->run;

	if (run->exit_reason != KVM_EXIT_MMIO ||
	    run->mmio.phys_addr - GUEST_DOOR_GPA >= GUEST_PAGE_SIZE)
		return false;
	*access = (struct port_access) {
		.port = run->mmio.phys_addr - GUEST_DOOR_GPA,
		.is_write = run->mmio.is_write,
		.data = run->mmio.data,
		.size = run->mmio.len,
	};
	return true;
}

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * The simplest of devices: a register that keeps what is written to it, one for
 * each vCPU, in memory space and behind a port.
 */
#include <linux/kvm.h>
#include <string.h>

#include "vm/vm_internal.h"

static void transfer(struct vcpu *vcpu, bool is_write, void *data, size_t len)
{
	if (is_write)
		memcpy(&vcpu->device, data, len);
	else
		memcpy(data, &vcpu->device, len);
}

bool device_mmio(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	if (run->mmio.phys_addr != GUEST_DEVICE_GPA || run->mmio.len > sizeof(vcpu->device))
		return false;
	transfer(vcpu, run->mmio.is_write, run->mmio.data, run->mmio.len);
	return true;
}

bool device_port(struct vcpu *vcpu, const struct port_access *access)
{
	if (access->port != GUEST_PORT_DEVICE || access->size > sizeof(vcpu->device))
		return false;
	transfer(vcpu, access->is_write, access->data, access->size);
	return true;
}

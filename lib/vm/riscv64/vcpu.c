// SPDX-License-Identifier: GPL-2.0
/*
 * Start state of a riscv64 vCPU: supervisor mode on the image's own page table.
 */
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "vm/door.h"
#include "vm/vm_internal.h"

#define REG(kind, field)	(KVM_REG_RISCV | KVM_REG_SIZE_U64 | KVM_REG_RISCV_##kind | \
				 KVM_REG_RISCV_##kind##_REG(field))
#define SATP_SV39		(8ULL << 60)
#define MODE_SUPERVISOR		1

static int set_reg(struct vcpu *vcpu, uint64_t id, uint64_t value, struct result *r)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	if (ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg))
		return result_errno(r, "KVM_SET_ONE_REG(%#llx) of vCPU %u",
				    (unsigned long long)id, vcpu->id);
	return 0;
}

static uint64_t get_reg(const struct vcpu *vcpu, uint64_t id)
{
	uint64_t value = 0;
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	return ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg) ? 0 : value;
}

int vcpu_arch_init(struct vcpu *vcpu, struct result *r)
{
	const struct guest_header *header = image_header(vcpu->vm);
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };

	/* All but the first wait for another to start them. */
	if (ioctl(vcpu->fd, KVM_SET_MP_STATE, &state))
		return result_errno(r, "KVM_SET_MP_STATE of vCPU %u", vcpu->id);
	if (set_reg(vcpu, REG(CSR, satp), SATP_SV39 | header->page_table >> 12, r) ||
	    set_reg(vcpu, REG(CORE, mode), MODE_SUPERVISOR, r) ||
	    set_reg(vcpu, REG(CORE, regs.a0), vcpu->id, r) ||
	    set_reg(vcpu, REG(CORE, regs.pc), header->entry, r))
		return -1;
	return 0;
}

int vcpu_arch_enter_smm(struct vcpu *vcpu, struct result *r)
{
	(void)vcpu;
	return result_skip(r, "riscv64 has one address space of guests only");
}

uint64_t vcpu_arch_where(const struct vcpu *vcpu)
{
	return get_reg(vcpu, REG(CORE, regs.pc));
}

bool vcpu_arch_port(struct vcpu *vcpu, struct port_access *access)
{
	return door_port(vcpu, access);
}

uint64_t vcpu_arch_ticks_per_ms(const struct vcpu *vcpu)
{
	return get_reg(vcpu, REG(TIMER, frequency)) / 1000;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Start state of an arm64 vCPU: EL1 with the MMU on, on the image's own tables.
 */
#include <linux/kvm.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include "vm/door.h"
#include "vm/vm_internal.h"

#define CORE_REG(field)	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | \
			 KVM_REG_ARM_CORE_REG(field))
#define SCTLR_EL1	ARM64_SYS_REG(3, 0, 1, 0, 0)
#define TTBR0_EL1	ARM64_SYS_REG(3, 0, 2, 0, 0)
#define TCR_EL1		ARM64_SYS_REG(3, 0, 2, 0, 2)
#define MAIR_EL1	ARM64_SYS_REG(3, 0, 10, 2, 0)

#define PSTATE_EL1H	0x3c5ULL	/* D A I F masked */
#define SCTLR_MMU	0x1005ULL	/* I C M */
#define SCTLR_ALIGN	0x2ULL		/* A */
/* 48 bits, write-back, inner shareable, 4 KiB; nothing in the upper half; 4 GiB of memory. */
#define TCR_48_BITS	(16ULL | 1ULL << 8 | 1ULL << 10 | 3ULL << 12 | 16ULL << 16 | 1ULL << 23)
#define MAIR_ATTRIBUTES	0x00ffULL	/* 0: memory, write-back; 1: device */

static int get_reg(const struct vcpu *vcpu, uint64_t id, uint64_t *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg);
}

static int set_reg(struct vcpu *vcpu, uint64_t id, uint64_t value, struct result *r)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	if (ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg))
		return result_errno(r, "KVM_SET_ONE_REG(%#llx) of vCPU %u",
				    (unsigned long long)id, vcpu->id);
	return 0;
}

int vcpu_arch_init(struct vcpu *vcpu, struct result *r)
{
	const struct guest_header *header = image_header(vcpu->vm);
	struct kvm_vcpu_init init;
	uint64_t sctlr;

	if (ioctl(vcpu->vm->fd, KVM_ARM_PREFERRED_TARGET, &init))
		return result_errno(r, "KVM_ARM_PREFERRED_TARGET");
	if (ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &init))
		return result_errno(r, "KVM_ARM_VCPU_INIT of vCPU %u", vcpu->id);
	if (get_reg(vcpu, SCTLR_EL1, &sctlr))
		return result_errno(r, "KVM_GET_ONE_REG(SCTLR_EL1) of vCPU %u", vcpu->id);
	if (set_reg(vcpu, TCR_EL1, TCR_48_BITS, r) ||
	    set_reg(vcpu, MAIR_EL1, MAIR_ATTRIBUTES, r) ||
	    set_reg(vcpu, TTBR0_EL1, header->page_table, r) ||
	    set_reg(vcpu, SCTLR_EL1, (sctlr & ~SCTLR_ALIGN) | SCTLR_MMU, r) ||
	    set_reg(vcpu, CORE_REG(regs.pstate), PSTATE_EL1H, r) ||
	    set_reg(vcpu, CORE_REG(regs.regs[0]), vcpu->id, r) ||
	    set_reg(vcpu, CORE_REG(regs.pc), header->entry, r))
		return -1;
	return 0;
}

int vcpu_arch_enter_smm(struct vcpu *vcpu, struct result *r)
{
	(void)vcpu;
	return result_skip(r, "arm64 has one address space of guests only");
}

uint64_t vcpu_arch_where(const struct vcpu *vcpu)
{
	uint64_t pc;

	return get_reg(vcpu, CORE_REG(regs.pc), &pc) ? 0 : pc;
}

bool vcpu_arch_port(struct vcpu *vcpu, struct port_access *access)
{
	return door_port(vcpu, access);
}

/* The guest's counter is the host's, which user space may ask for its rate. */
uint64_t vcpu_arch_ticks_per_ms(const struct vcpu *vcpu)
{
	uint64_t hz;

	(void)vcpu;
	asm("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz / 1000;
}

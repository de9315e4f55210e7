// SPDX-License-Identifier: GPL-2.0
/*
 * Start state of an x86-64 vCPU: 64-bit mode on the image's own page tables.
 */
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "vm/vm_internal.h"
#include "vm/x86_64/x86_64.h"

#define CR0_LONG_MODE	0x80010033ULL	/* PG WP NE ET MP PE */
#define CR4_LONG_MODE	0x20ULL		/* PAE */
#define EFER_LONG_MODE	0x500ULL	/* LMA LME */
#define RFLAGS_FIXED	0x2ULL
#define MAX_CPUID	256
#define APIC_X2APIC	0xc00ULL	/* enabled, and reached by MSRs */
#define X2APIC_SPURIOUS	0x80f
#define SPURIOUS_VECTOR	0x1ff		/* and enabled by software, too */

static int set_cpuid(struct vcpu *vcpu, struct result *r)
{
	struct kvm_cpuid2 *cpuid;
	int ret = 0;

	cpuid = calloc(1, sizeof(*cpuid) + MAX_CPUID * sizeof(cpuid->entries[0]));
	if (!cpuid)
		return result_errno(r, "calloc(cpuid)");
	cpuid->nent = MAX_CPUID;
	if (ioctl(vcpu->vm->kvm, KVM_GET_SUPPORTED_CPUID, cpuid))
		ret = result_errno(r, "KVM_GET_SUPPORTED_CPUID");
	else if (ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid))
		ret = result_errno(r, "KVM_SET_CPUID2 of vCPU %u", vcpu->id);
	free(cpuid);
	return ret;
}

static struct kvm_segment flat_segment(unsigned int selector, unsigned int type,
				       int is_code)
{
	return (struct kvm_segment) {
		.limit = 0xffffffff,
		.selector = selector,
		.type = type,
		.present = 1,
		.s = 1,
		.l = is_code,
		.db = !is_code,
		.g = 1,
	};
}

int vcpu_set_msr(const struct vm *vm, unsigned int vcpu, uint32_t msr, uint64_t value,
		 struct result *r)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = {
		.head.nmsrs = 1,
		.entry = { .index = msr, .data = value },
	};
	int ret = ioctl(vm->vcpus[vcpu].fd, KVM_SET_MSRS, &msrs);

	if (ret < 0)
		return result_errno(r, "KVM_SET_MSRS(%#x) of vCPU %u", msr, vcpu);
	return ret ? 0 : result_skip(r, "KVM has no MSR %#x for its guests", msr);
}

/* All CPUs are at work from the beginning, not just the one that would boot a machine. */
static int start_up(struct vcpu *vcpu, struct result *r)
{
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };

	if (ioctl(vcpu->fd, KVM_SET_MP_STATE, &state))
		return result_errno(r, "KVM_SET_MP_STATE of vCPU %u", vcpu->id);
	return vcpu_set_msr(vcpu->vm, vcpu->id, X2APIC_SPURIOUS, SPURIOUS_VECTOR, r);
}

int vcpu_arch_init(struct vcpu *vcpu, struct result *r)
{
	const struct guest_header *header = image_header(vcpu->vm);
	struct kvm_regs regs = {
		.rip = header->entry,
		.rdi = vcpu->id,
		.rflags = RFLAGS_FIXED,
	};
	struct kvm_sregs sregs;

	if (set_cpuid(vcpu, r))
		return -1;
	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return result_errno(r, "KVM_GET_SREGS of vCPU %u", vcpu->id);
	sregs.cr0 = CR0_LONG_MODE;
	sregs.cr3 = header->page_table;
	sregs.cr4 = CR4_LONG_MODE;
	sregs.efer = EFER_LONG_MODE;
	if (vcpu->vm->has_apics)
		sregs.apic_base |= APIC_X2APIC;
	sregs.cs = flat_segment(0x08, 0xb, 1);
	sregs.ds = flat_segment(0x10, 0x3, 0);
	sregs.es = sregs.fs = sregs.gs = sregs.ss = sregs.ds;
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		return result_errno(r, "KVM_SET_SREGS of vCPU %u", vcpu->id);
	if (ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		return result_errno(r, "KVM_SET_REGS of vCPU %u", vcpu->id);
	return vcpu->vm->has_apics ? start_up(vcpu, r) : 0;
}

int vcpu_arch_enter_smm(struct vcpu *vcpu, struct result *r)
{
	struct kvm_vcpu_events events;

	if (ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events))
		return result_errno(r, "KVM_GET_VCPU_EVENTS of vCPU %u", vcpu->id);
	events.flags |= KVM_VCPUEVENT_VALID_SMM;
	events.smi.smm = 1;
	if (ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &events))
		return result_errno(r, "KVM_SET_VCPU_EVENTS(smm) of vCPU %u", vcpu->id);
	return 0;
}

uint64_t vcpu_arch_where(const struct vcpu *vcpu)
{
	struct kvm_regs regs;

	return ioctl(vcpu->fd, KVM_GET_REGS, &regs) ? 0 : regs.rip;
}

bool vcpu_arch_port(struct vcpu *vcpu, struct port_access *access)
{
	struct kvm_run *run = vcpu->run;

	if (run->exit_reason != KVM_EXIT_IO || run->io.count != 1)
		return false;
	*access = (struct port_access) {
		.port = run->io.port,
		.is_write = run->io.direction == KVM_EXIT_IO_OUT,
		.data = (char *)run + run->io.data_offset,
		.size = run->io.size,
	};
	return true;
}

uint64_t vcpu_arch_ticks_per_ms(const struct vcpu *vcpu)
{
	int khz = ioctl(vcpu->fd, KVM_GET_TSC_KHZ);

	return khz > 0 ? khz : 0;
}

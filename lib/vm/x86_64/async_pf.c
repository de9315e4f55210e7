// SPDX-License-Identifier: GPL-2.0
/*
 * Async page faults by interrupt (KVM_FEATURE_ASYNC_PF_INT, since v5.8), for which KVM has to
 * have the local APICs.  The rest of a machine's interrupts it may leave to us, who have none.
 */
#include <asm/kvm_para.h>
#include <errno.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "vm/x86_64/x86_64.h"

#define MSI_ADDRESS		0xfee00000U
#define MSI_DESTINATION_SHIFT	12
#define NO_PINS			24	/* none is used; KVM refuses 0 */

static int prepare_apics(struct vm *vm, struct result *r)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { NO_PINS } };

	if (ioctl(vm->fd, KVM_ENABLE_CAP, &split))
		return result_errno(r, "KVM_ENABLE_CAP(KVM_CAP_SPLIT_IRQCHIP)");
	vm->has_apics = true;
	return 0;
}

static int arm(struct vm *vm, unsigned int vcpu, uint64_t data, bool saves_eoi, struct result *r)
{
	const uint64_t eoi = data + offsetof(struct guest_async_data, eoi);
	const uint64_t how = KVM_ASYNC_PF_ENABLED | KVM_ASYNC_PF_SEND_ALWAYS |
			     KVM_ASYNC_PF_DELIVERY_AS_INT;

	return vcpu_set_msr(vm, vcpu, MSR_KVM_ASYNC_PF_INT, GUEST_VECTOR_PAGE_READY, r) ?:
	       vcpu_set_msr(vm, vcpu, MSR_KVM_PV_EOI_EN,
			    data && saves_eoi ? eoi | KVM_MSR_ENABLED : 0, r) ?:
	       /* What was to be told before is forgotten. */
	       vcpu_set_msr(vm, vcpu, MSR_KVM_ASYNC_PF_EN, 0, r) ?:
	       data ? vcpu_set_msr(vm, vcpu, MSR_KVM_ASYNC_PF_EN, data | how, r) : 0;
}

static int wake(const struct vm *vm, unsigned int vcpu)
{
	struct kvm_msi msi = {
		.address_lo = MSI_ADDRESS | vcpu << MSI_DESTINATION_SHIFT,
		.data = GUEST_VECTOR_WAKE,
	};

	return ioctl(vm->fd, KVM_SIGNAL_MSI, &msi) < 0 ? errno : 0;
}

const struct vm_async_pf x86_async_pf = {
	.kind.prepare = prepare_apics,
	.arm = arm,
	.wake = wake,
};

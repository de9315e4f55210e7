/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Async page faults: a vCPU need not wait for a page that KVM has fetched.  It is told, by an
 * exception when KVM begins and by an interrupt when the page is there; the workload `async`
 * does something else in between.
 *
 * vm_arch.async_pf, where KVM has that.
 */
#ifndef VM_ASYNC_PF_H
#define VM_ASYNC_PF_H

#include "vm/vm.h"

struct vm_async_pf {
	/*
	 * VMs whose interrupts KVM delivers.  A vCPU of them that is told nothing sleeps in KVM
	 * until the page is there.
	 */
	struct vm_kind kind;
	/*
	 * arm() - have KVM tell a vCPU
	 * @data: where its guest_async_data is, in a memory slot; 0: do not tell it any more
	 * @saves_eoi: KVM may write there, too, that it wants no end of an interrupt
	 *
	 * Only while it does not run.  It is told first of all that all pages may be there.
	 * Return: 0, or -1 with @r, a skip if KVM cannot do that.
	 */
	int (*arm)(struct vm *vm, unsigned int vcpu, uint64_t data, bool saves_eoi,
		   struct result *r);
	/* wake() - interrupt a vCPU that may be asleep.  Return: 0 or an errno. */
	int (*wake)(const struct vm *vm, unsigned int vcpu);
};

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time that KVM itself writes into guest memory: on x86-64 kvmclock, on arm64 what was
 * stolen from the vCPU.  Each lib/vm/<arch>/ has these.
 */
#ifndef VM_CLOCK_H
#define VM_CLOCK_H

#include "vm/vm.h"

#define VM_CLOCK_BYTES	64	/* KVM writes no more than these, and wants them so aligned */

/*
 * vm_clock_enable() - have KVM write the time of a vCPU
 * @vcpu: its id; it must not run, but have a thread
 * @gpa: where, in a memory slot
 *
 * Return: 0, or -1 with @r, a skip if this KVM has no such clock.
 */
int vm_clock_enable(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r);

/*
 * vm_clock_tick() - have KVM write the time of every vCPU anew, soon
 *
 * Return: 0 or an errno.
 */
int vm_clock_tick(struct vm *vm);

/*
 * vm_clock_read() - what tells one time that was written from another
 * @clock: where the host has it
 *
 * Return: 0 for none, or not yet.
 */
uint64_t vm_clock_read(const void *clock);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What KVM itself writes into guest memory, again and again: the time, how it was spent,
 * what was stolen of it, and what has happened.
 */
#ifndef VM_CLOCK_H
#define VM_CLOCK_H

#include "vm/vm.h"

struct vm_clock {
	const char *name;	/* stable: part of test names */
	const struct vm_kind *kind; /* of VMs that have it; NULL: any */
	bool is_one;		/* one for the VM, of vCPU 0; else each vCPU has its own */
	size_t at;		/* where in a page it can be, clear of a stamp at its beginning */
	bool crosses;		/* from there it goes on in the next page, over what is there */
	/*
	 * enable() - have KVM write the clock of a vCPU
	 * @vcpu: its id; it must not run, but have a thread
	 * @gpa: where, in a memory slot
	 *
	 * Return: 0, or -1 with @r, a skip if this KVM has no such clock.
	 */
	int (*enable)(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r);
	/*
	 * tick() - have KVM write all of them anew, soon
	 *
	 * Return: 0 or an errno.
	 */
	int (*tick)(struct vm *vm);
	/*
	 * read() - what tells one writing from another, and rises
	 * @clock: where the host has it; it may take what it reads, so one thread does this
	 *
	 * Return: 0 for none, or not yet, or if KVM is at it.
	 */
	uint64_t (*read)(void *clock);
};

/* Of this architecture; the last has no name. */
extern const struct vm_clock vm_clocks[];

#endif

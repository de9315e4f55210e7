/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An idle VM, which stays while tests create and destroy theirs.
 *
 * KVM patches kernel text and turns virtualisation on the CPUs on and off when
 * the first VM or vCPU comes and when the last one goes.  With a VM that stays, this
 * happens once and not for each test.  That is faster, and safer in an emulated
 * machine, where patching running code is what goes wrong.
 */
#ifndef IDLE_VM_H
#define IDLE_VM_H

#include <sys/types.h>

#include "base/result.h"

struct idle_vm {
	pid_t pid;	/* of the process that has it; 0: none */
};

/*
 * idle_vm_start() - make the VM, in a process of its own
 *
 * Return: 0, also where there is no KVM, or -1 with an error: the kernel does not
 * finish creating it.
 */
int idle_vm_start(struct idle_vm *a, struct result *r);

/* idle_vm_end() - end process and VM; one that is stuck is left behind */
void idle_vm_end(struct idle_vm *a);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a virtual machine looks like to the kernel in it.
 */
#ifndef LAB_QEMU_H
#define LAB_QEMU_H

#include <stdbool.h>

#include "base/lab_error.h"

struct lab_arch;

struct lab_topology {
	const char *name;
	unsigned long mib;		/* its memory */
	const char *cpus[2];		/* of the nodes, as -numa wants it; all NULL: no nodes */
	bool tiers;			/* are they faster and slower memory? */
};

/* @name NULL is the default of @arch. NULL if there is none of that name (and @e says which there are). */
const struct lab_topology *lab_topology_find(const struct lab_arch *arch, const char *name,
					     struct lab_error *e);

/* How its CPUs are had. */
#define LAB_ACCEL_TCG	"tcg"	/* emulated: the same on every machine, and the default */
#define LAB_ACCEL_KVM	"kvm"	/* this machine's own, with virtual machines in virtual machines */

/* Is @accel one of them, and to be had here for @arch? Returns 0, or -EINVAL with what is missing. */
int lab_accel_check(const struct lab_arch *arch, const char *accel, struct lab_error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a virtual machine looks like to the kernel in it.
 */
#ifndef LAB_QEMU_H
#define LAB_QEMU_H

#include <stdbool.h>

#include "base/lab_error.h"

struct lab_arch;
struct lab_plan;

struct lab_topology {
	const char *name;
	bool nodes;			/* two of them, with half of the memory each */
	bool cpuless;			/* the second has no CPUs; else half of them */
	bool tiers;			/* and is slower memory */
};

/* @name NULL is the default of @arch. NULL if there is none of that name (and @e says which there are). */
const struct lab_topology *lab_topology_find(const struct lab_arch *arch, const char *name,
					     struct lab_error *e);

/*
 * What it has: so many CPUs, and so much memory. More CPUs than this, with a number each of 8 bits,
 * no interrupt controller of an emulated x86 tells apart; two nodes take two.
 */
#define LAB_LEAST_CPUS	2
#define LAB_MOST_CPUS	255
#define LAB_LEAST_MIB	2048
#define LAB_MOST_MIB	(1L << 20)

struct lab_machine_size {
	unsigned int cpus;
	unsigned long mib;
};

/* Of --cpus and --memory, either NULL: two, and 3 GiB. */
struct lab_machine_size lab_machine_size(const char *cpus, const char *memory);

/* How its CPUs are had. */
#define LAB_ACCEL_TCG	"tcg"	/* emulated: the same on every machine, and the default */
#define LAB_ACCEL_KVM	"kvm"	/* this machine's own, with virtual machines in virtual machines */

/* Is @accel one of them, and to be had here for @arch? Returns 0, or -EINVAL with what is missing. */
int lab_accel_check(const struct lab_arch *arch, const char *accel, struct lab_error *e);

/* Its program for @arch, or NULL if there is none; to be freed. */
char *lab_qemu_path(const struct lab_arch *arch);

/*
 * Its arguments for a machine of @plan, but for what is not a property of the machine: where files are,
 * and numbers of descriptors. Lines; to be freed.
 */
char *lab_qemu_describe(const struct lab_plan *plan);

#endif

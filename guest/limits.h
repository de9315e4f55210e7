/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much a guest can be given at most; a part of the guest ABI, and for assembly alone.
 *
 * What a VM does not have costs it addresses only: stacks and page tables of others are memory
 * that is never touched, and records are laid out for as many pages as the VM was made for.
 */
#ifndef GUEST_LIMITS_H
#define GUEST_LIMITS_H

#define GUEST_MAX_VCPUS		64
#define GUEST_MAX_PAGES		65536	/* pages one area may have visited */
#define GUEST_STACK_SIZE	8192	/* of a vCPU */

#endif

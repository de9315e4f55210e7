/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of lib/vm/x86_64 share among themselves. */
#ifndef X86_64_H
#define X86_64_H

#include "vm/async_pf.h"

/* vcpu.c: one of KVM_SET_MSRS.  Return: 0, or -1 with @r, a skip if KVM does not know it. */
int vcpu_set_msr(const struct vm *vm, unsigned int vcpu, uint32_t msr, uint64_t value,
		 struct result *r);

/* async_pf.c */
extern const struct vm_async_pf x86_async_pf;

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * Names of the reasons for which KVM_RUN returns.
 */
#include <linux/kvm.h>
#include <stddef.h>

#include "vm/vm_internal.h"

#ifndef KVM_EXIT_MEMORY_FAULT
#define KVM_EXIT_MEMORY_FAULT 39
#endif

#define ROW(reason) \
	[KVM_EXIT_##reason] = #reason

static const char * const names[] = {
	ROW(UNKNOWN), ROW(EXCEPTION), ROW(IO), ROW(HYPERCALL), ROW(DEBUG),
	ROW(HLT), ROW(MMIO), ROW(IRQ_WINDOW_OPEN), ROW(SHUTDOWN),
	ROW(FAIL_ENTRY), ROW(INTR), ROW(SET_TPR), ROW(TPR_ACCESS), ROW(NMI),
	ROW(INTERNAL_ERROR), ROW(SYSTEM_EVENT), ROW(IOAPIC_EOI), ROW(HYPERV),
	ROW(X86_RDMSR), ROW(X86_WRMSR), ROW(DIRTY_RING_FULL), ROW(AP_RESET_HOLD),
	ROW(X86_BUS_LOCK), ROW(XEN), ROW(NOTIFY), ROW(MEMORY_FAULT),
};

const char *exit_name(unsigned int reason)
{
	if (reason < sizeof(names) / sizeof(names[0]) && names[reason])
		return names[reason];
	return "an exit reason unknown to this suite";
}

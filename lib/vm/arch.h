/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests, pressures and oracles have to know of an architecture, of its KVM above all.
 *
 * Each lib/vm/<arch>/ has one struct vm_arch.  Where an architecture does otherwise than
 * others, its trait says by what rule.
 */
#ifndef VM_ARCH_H
#define VM_ARCH_H

#include <stdbool.h>

#include "vm/async_pf.h"
#include "vm/vm.h"

struct vm_arch {
	/*
	 * Contract 4: do faults wait for the end of an invalidation only if it has their
	 * page in its range?  Else those of the whole VM may wait.
	 */
	bool waits_by_range;
	/*
	 * The tracepoint of KVM's that the thread of a vCPU passes for each fault of the guest,
	 * and a filter, with two %lx: from the one address on, and below the other.  NULL: there
	 * is a statistic.
	 */
	const char *fault_event, *fault_filter;
	unsigned int fault_shift;	/* of addresses there, to the right */
	/* Is a flush of TLBs counted in remote_tlb_flush_requests for what is unmapped? */
	bool counts_flushes;
	/* Why vm_mapped() does not know. */
	const char *mapped_missing;
	/* Why it must not even be asked about a VM whose mm is dead; NULL: it may be. */
	const char *orphan_missing;
	/*
	 * Does a fault take the page before it asks whether an invalidation is in progress?
	 * One that has to wait holds the page again and again, and who wants to move or
	 * to split it may find it in use each time.
	 */
	bool faults_hold_pages;
	/*
	 * Does a signal end KVM_RUN while the guest's fault waits for a page of the host?  KVM
	 * has to ask for it (FOLL_INTERRUPTIBLE).
	 */
	bool signals_end_faults;
	/*
	 * Does what was mapped by small pages for the dirty log stay so when the log is turned
	 * off, until it is unmapped?
	 */
	bool log_leaves_small;
	/*
	 * The kernel since which a memslot of a driver's memory gives the guest what the driver
	 * gives, and not what lies in physical memory where the mapping begins in the driver's
	 * file (selftests/known/riscv-pfnmap-pgoff.md).  0: any.
	 */
	struct {
		unsigned int major, minor;
	} frames_since;
	/*
	 * The quirk by which a memslot that is deleted or moved takes the translations of all
	 * others with it, until KVM is told not to.  0: it takes its own alone.
	 */
	uint64_t zap_all_quirk;
	/* Does memory that was there at boot never go offline? */
	bool boot_memory_stays;
	/* First byte of the instruction that a uprobe writes. */
	unsigned char breakpoint;
	/* Where a function of the kernel has its return address, for kprobe events, at its entry. */
	const char *return_address;
	unsigned int code_step;		/* instructions begin at multiples of it, bytes */
	/* Statistics that tell people what KVM does with a guest; ends with NULL. */
	const char *const *activity;
	/* NULL: KVM has no async page faults. */
	const struct vm_async_pf *async_pf;
};

extern const struct vm_arch vm_arch;

/*
 * vm_mapped() - how many pages does KVM map for a guest?
 * @small, @huge: pages of 4 KiB; larger ones, each counted once
 *
 * Return: 0, or -errno if this kernel does not tell, see vm_arch.mapped_missing.
 */
int vm_mapped(const struct vm *vm, unsigned long long *small, unsigned long long *huge);

/*
 * vm_faults() - how often has the guest faulted, in the area at least?
 *
 * Return: 0, or -errno if nobody counts.
 */
int vm_faults(const struct vm *vm, unsigned long long *faults);

/* vm_faults_taken() - the same, and counted each time that KVM had it try again */
int vm_faults_taken(const struct vm *vm, unsigned long long *faults);

/*
 * vm_retried() - how often has KVM left a fault for the guest to try again?
 *
 * Of all vCPUs, exactly if none runs.  Return: 0, or -errno if nobody counts.
 */
int vm_retried(const struct vm *vm, unsigned long long *retried);

/*
 * vm_code_written() - after the host wrote code to guest memory
 * @code: where, in the host's mapping
 * @size: bytes
 *
 * The guest has to synchronize each CPU before it runs that.
 */
void vm_code_written(void *code, size_t size);

/*
 * vm_code_calls() - does a call or a jump, to an address that the code itself has, begin here?
 * @code: of the kernel; 8 bytes are looked at
 * @at: where it runs
 * @to: set to the address
 */
bool vm_code_calls(const unsigned char *code, uint64_t at, uint64_t *to);

#endif

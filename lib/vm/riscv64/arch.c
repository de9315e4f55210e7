// SPDX-License-Identifier: GPL-2.0
/*
 * The traits of KVM on riscv64, which counts little of what it does.
 */
#include <errno.h>
#include <string.h>

#include "vm/arch.h"
#include "vm/clock.h"
#include "vm/fault_events.h"

static const char *const activity[] = {
	"exits", "mmio_exit_user", "signal_exits", "wfi_exit_stat", NULL
};

const struct vm_arch vm_arch = {
	/* kvm_riscv_gstage_map() asks mmu_invalidate_retry(), without a gfn, up to v6.12. */
	.waits_by_range = false,
	.faults_hold_pages = true,
	.fault_event = "kvm_exit",
	.fault_filter = "htval >= %#lx && htval < %#lx",
	.fault_shift = 2,
	.counts_flushes = false,
	.mapped_missing = "KVM on riscv64 does not tell what it maps",
	.log_leaves_small = true,	/* kvm_arch_commit_memory_region() */
	.frames_since = { 7, 2 },	/* kvm_arch_prepare_memory_region() */
	.breakpoint = 0x02,		/* c.ebreak */
	.return_address = "%ra",
	.code_step = 2,
	.activity = activity,
};

int vm_mapped(const struct vm *vm, unsigned long long *small, unsigned long long *huge)
{
	(void)vm;
	*small = *huge = 0;
	return -ENOENT;
}

int vm_faults(const struct vm *vm, unsigned long long *faults)
{
	return fault_events_count(vm, faults);
}

/* The tracepoint does not say what became of a fault. */
int vm_retried(const struct vm *vm, unsigned long long *retried)
{
	(void)vm;
	(void)retried;
	return -ENOENT;
}

void vm_code_written(void *code, size_t size)
{
	__builtin___clear_cache((char *)code, (char *)code + size);
}

/* Stolen time takes a guest that asks for it by SBI. */
static int no_clock(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r)
{
	(void)vm;
	(void)vcpu;
	(void)gpa;
	return result_skip(r, "no time that KVM writes: on riscv64 a guest has to ask for it by SBI");
}

const struct vm_clock vm_clocks[] = {
	{ .name = "kvmclock", .enable = no_clock },
	{ 0 },
};

/*
 * auipc and a jalr by the same register, 32 bits together; jal does not reach far enough
 * for a linker to count on it.
 */
bool vm_code_calls(const unsigned char *code, uint64_t at, uint64_t *to)
{
	uint32_t auipc, jalr;

	memcpy(&auipc, code, sizeof(auipc));
	memcpy(&jalr, code + 4, sizeof(jalr));
	*to = at + (int64_t)(int32_t)(auipc & 0xfffff000) + (int64_t)((int32_t)jalr >> 20);
	return (auipc & 0x7f) == 0x17 && (jalr & 0x707f) == 0x67 &&
	       (auipc >> 7 & 31) == (jalr >> 15 & 31);
}

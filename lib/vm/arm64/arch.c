// SPDX-License-Identifier: GPL-2.0
/*
 * The traits of KVM on arm64, which counts little of what it does: the rest is in
 * tracepoints, and in a dump of the translation tables.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vm/arch.h"
#include "vm/fault_events.h"

#define LAST_LEVEL	3

static const char *const activity[] = {
	"exits", "mmio_exit_user", "signal_exits", "wfi_exit_stat", "wfe_exit_stat", NULL
};

const struct vm_arch vm_arch = {
	/* user_mem_abort() asks mmu_invalidate_retry(), without a gfn, up to v7.2 at least. */
	.waits_by_range = false,
	.faults_hold_pages = true,
	.fault_event = "kvm_guest_fault",
	.fault_filter = "ipa >= %#lx && ipa < %#lx",
	/* Stage 2 is flushed by address, which nobody counts. */
	.counts_flushes = false,
	.mapped_missing = "no stage2_page_tables, before v6.12 or without CONFIG_PTDUMP_STAGE2_DEBUGFS",
	/* The kernel would die of it, see selftests/known/arm64-ptdump-dead-mm.md. */
	.orphan_missing = "stage 2 of a VM cannot be read once its mm is dead",
	.log_leaves_small = true,	/* kvm_arch_commit_memory_region() */
	.boot_memory_stays = true,	/* prevent_bootmem_remove_notifier() */
	.breakpoint = 0xa0,		/* brk #5 */
	.return_address = "%lr",
	.code_step = 4,
	.activity = activity,
};

/* One line of the dump: a range of entries of a level that are alike. */
static void add_range(const char *line, unsigned long long *small, unsigned long long *huge)
{
	unsigned long long start, end;
	unsigned int level;
	int at;

	/* Entries that are not valid have no permissions. */
	if (sscanf(line, "%llx-%llx %*u%*c %u%n", &start, &end, &level, &at) != 3 ||
	    !strpbrk(line + at, "RW"))
		return;
	if (level == LAST_LEVEL)
		*small += (end - start) / PAGE_BYTES;
	else
		*huge += (end - start) / HUGE_BYTES;
}

int vm_mapped(const struct vm *vm, unsigned long long *small, unsigned long long *huge)
{
	char path[96], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvm/%s/stage2_page_tables", vm->name);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	*small = *huge = 0;
	while (fgets(line, sizeof(line), f))
		add_range(line, small, huge);
	fclose(f);
	return 0;
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

/* b and bl, by 26 bits of words */
bool vm_code_calls(const unsigned char *code, uint64_t at, uint64_t *to)
{
	uint32_t word;

	memcpy(&word, code, sizeof(word));
	*to = at + (int64_t)(int32_t)(word << 6) / 64 * 4;
	return (word & 0x7c000000) == 0x14000000;
}

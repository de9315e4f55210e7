// SPDX-License-Identifier: GPL-2.0
/*
 * The traits of KVM on x86-64, which has statistics of its own for what it maps.
 */
#include <errno.h>
#include <string.h>

#include "vm/arch.h"
#include "vm/kvm_newer.h"
#include "vm/x86_64/x86_64.h"

static const char *const activity[] = {
	"exits", "irq_exits", "pf_taken", "pf_fixed", "pf_spurious", NULL
};

const struct vm_arch vm_arch = {
	.waits_by_range = true,		/* since v5.12 */
	.signals_end_faults = true,	/* since v6.2 */
	.counts_flushes = true,
	.mapped_missing = "no pages_4k, pages_2m and pages_1g, before v5.15",
	.zap_all_quirk = NEWER_X86_QUIRK_SLOT_ZAP_ALL,
	.breakpoint = 0xcc,		/* int3 */
	.return_address = "$stack0",
	.code_step = 1,
	.activity = activity,
	.async_pf = &x86_async_pf,
};

int vm_mapped(const struct vm *vm, unsigned long long *small, unsigned long long *huge)
{
	unsigned long long largest;
	int err = vm_stat(vm, "pages_4k", small) ?: vm_stat(vm, "pages_2m", huge) ?:
		  vm_stat(vm, "pages_1g", &largest);

	if (!err)
		*huge += largest;
	return err;
}

/* All have faulted in their image before anybody asks: 0 means that nobody counts. */
int vm_faults(const struct vm *vm, unsigned long long *faults)
{
	return vm_stat(vm, "pf_fixed", faults) ?: (*faults ? 0 : -ENOENT);
}

int vm_retried(const struct vm *vm, unsigned long long *retried)
{
	unsigned long long fixed, emulated, spurious;
	int err = vm_stat(vm, "pf_taken", retried) ?: vm_stat(vm, "pf_fixed", &fixed) ?:
		  vm_stat(vm, "pf_emulate", &emulated) ?: vm_stat(vm, "pf_spurious", &spurious);

	if (!err)
		*retried -= fixed + emulated + spurious;
	return err;
}

/* Caches are coherent. */
void vm_code_written(void *code, size_t size)
{
	(void)code;
	(void)size;
}

/* call and jmp with 32 bits, relative to the next instruction */
bool vm_code_calls(const unsigned char *code, uint64_t at, uint64_t *to)
{
	int32_t by;

	if (*code != 0xe8 && *code != 0xe9)
		return false;
	memcpy(&by, code + 1, sizeof(by));
	*to = at + 5 + (int64_t)by;
	return true;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Having KVM zap one memslot and not all, see vm_arch.zap_all_quirk.
 */
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "vm/arch.h"
#include "vm/slot_zap.h"

static int prepare(struct vm *vm, struct result *r)
{
	struct kvm_enable_cap enable = {
		.cap = KVM_CAP_DISABLE_QUIRKS2,
		.args = { vm_arch.zap_all_quirk },
	};

	if (vm_arch.zap_all_quirk && ioctl(vm->fd, KVM_ENABLE_CAP, &enable))
		return result_errno(r, "KVM_ENABLE_CAP(KVM_CAP_DISABLE_QUIRKS2, %#llx)",
				    (unsigned long long)vm_arch.zap_all_quirk);
	return 0;
}

const struct vm_kind vm_zaps_one_slot = {
	.prepare = prepare,
};

const char *vm_zaps_one_slot_missing(void)
{
	uint64_t quirks = vm_capability(KVM_CAP_DISABLE_QUIRKS2);

	if ((quirks & vm_arch.zap_all_quirk) == vm_arch.zap_all_quirk)
		return NULL;
	return "KVM_X86_QUIRK_SLOT_ZAP_ALL cannot be turned off: kernel before v6.12";
}

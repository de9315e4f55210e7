// SPDX-License-Identifier: GPL-2.0
/*
 * receive: like sweep_write, but each stamp comes from a device into the page by a
 * string instruction, which KVM carries out.  So it is KVM that writes the page,
 * through the mm and not through a translation of the vCPU's.
 */
#include "guest.h"

#define device		((void *)GUEST_DEVICE_GPA)

static void visit(guest_u32 me __attribute__((unused)), guest_u32 page)
{
	guest_u64 generation, stamp;
	guest_u32 settled;

	guest_check(page);
	generation = guest_load(&shared->generation);
	stamp = guest_stamp_begin(&records[page], page, generation, &settled);
	arch_store(device, stamp);
	arch_copy(page_word(page), device, 1);
	guest_stamp_end(&records[page], stamp, settled);
}

GUEST_WORKLOAD(receive, "string instructions that KVM carries out bring stamps from a device into pages",
	       GUEST_WRITER_VCPU, GUEST_FORM_WORD,
	       GUEST_JUDGES_ALL & ~(GUEST_JUDGES_POISONED | GUEST_JUDGES_PLAIN))
{
	guest_sweep_own(me, visit);
}

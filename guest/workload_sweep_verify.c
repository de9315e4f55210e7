// SPDX-License-Identifier: GPL-2.0
/*
 * sweep_verify: every vCPU reads every page and checks the host's stamps.  Each
 * starts elsewhere, so that their faults do not run in step.
 */
#include "guest.h"

static void check(guest_u32 me __attribute__((unused)), guest_u32 page)
{
	guest_check(page);
}

GUEST_WORKLOAD(sweep_verify, "every vCPU reads every page and checks what the host writes there",
	       GUEST_WRITER_HOST, GUEST_FORM_WORD, GUEST_JUDGES_ALL)
{
	guest_sweep_all(me, check);
}

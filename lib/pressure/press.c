// SPDX-License-Identifier: GPL-2.0
/*
 * What rows of different families need of the scenario they work in.
 */
#include "oracle.h"
#include "pressure.h"

void press_call_over(struct press *p)
{
	coherence_call_over(p->coherence, p->effect);
}

int press_pause(struct press *p, struct result *r)
{
	return vm_park(p->vm, p->budget_ns, r);
}

void press_resume(struct press *p)
{
	vm_resume(p->vm);
}

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

int press_hole(struct press *p, int (*take)(struct press *p, struct result *r),
	       int (*give_back)(struct press *p, struct result *r), struct result *r)
{
	int ret;

	vm_hole_open(p->vm);
	ret = take(p, r);
	if (!ret) {
		ret = vm_hole_check(p->vm, r);
		if (give_back(p, r))
			ret = -1;
	}
	vm_hole_close(p->vm);
	return ret;
}

int press_unmap(struct press *p, struct result *r)
{
	return area_unmap(p->area, r);
}

int press_map(struct press *p, struct result *r)
{
	return area_map(p->area, r);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * How long a vCPU goes without a visit: nobody else sees a gap that is shorter than the
 * host's own sleeps.
 */
#include "guest.h"

void guest_count_gap(struct guest_vcpu *me, guest_u64 now)
{
	guest_u32 bucket;

	/* The first one, or a clock that is not what it was: the vCPU moved to another CPU. */
	if (!me->visited_at || now < me->visited_at)
		return;
	bucket = guest_gap_bucket(now - me->visited_at, shared->ticks_per_us);
	guest_store(&me->gaps[bucket], me->gaps[bucket] + 1);
}

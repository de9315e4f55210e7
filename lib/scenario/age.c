// SPDX-License-Identifier: GPL-2.0
/*
 * Age: KVM counts the invalidations of a VM, and each fault compares what that count was
 * with what it is.  Where one of the two is kept in fewer bits, or with a sign, all is well
 * for the months until a border is crossed, and then the vCPUs hang.  So the count is put
 * to just below each border, and the pressure takes it across.
 */
#include "scenario/age.h"

/*
 * Where the lower half changes its sign and where it is full, where the whole changes its
 * sign, and where it begins anew.
 */
static const unsigned long long borders[] = { 1ULL << 31, 1ULL << 32, 1ULL << 63, 0 };

#define NR_BORDERS	(sizeof(borders) / sizeof(borders[0]))

unsigned int age_rounds(const struct scenario *spec)
{
	return NR_BORDERS * spec->aged;
}

int age_before_round(struct scenario_run *run, struct result *r)
{
	unsigned int each = run->spec->aged;
	struct health_sample now;
	unsigned long long seq;

	if (!each || run->rounds % each || run->rounds >= age_rounds(run->spec))
		return 0;
	seq = borders[run->rounds / each] - (each > 1 ? each - 1 : 1);
	if (health_sample(&run->health, &now, r) || inject_age(run->vm.fd, seq, r))
		return -1;
	result_note(r, "aged: seq put from %#llx to %#llx", now.seq, seq);
	run->health.seq = seq;
	/* What has been skipped was no invalidation. */
	run->seq_before += seq - now.seq;
	return 0;
}

int age_after_round(const struct scenario_run *run, struct result *r)
{
	unsigned int each = run->spec->aged;
	unsigned long long border;

	if (!each || run->rounds % each || run->rounds > age_rounds(run->spec))
		return 0;
	border = borders[run->rounds / each - 1];
	if ((long long)(run->health.seq - border) >= 0)
		return 0;
	return result_error(r, "no effect: seq is at %#llx, below the border %#llx",
			    run->health.seq, border);
}

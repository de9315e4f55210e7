// SPDX-License-Identifier: GPL-2.0
/*
 * Finding the rows that PRESSURE() has gathered, and their properties.
 */
#include <string.h>

#include "pressure/pressure.h"

extern const struct pressure * const __start_pressures[];
extern const struct pressure * const __stop_pressures[];

const struct pressure *pressure_next(const struct pressure *p)
{
	const struct pressure * const *row = __start_pressures;

	if (p) {
		while (*row != p)
			row++;
		row++;
	}
	return row == __stop_pressures ? NULL : *row;
}

const struct pressure *pressure_find(const char *name)
{
	const struct pressure *p = NULL;

	while ((p = pressure_next(p))) {
		if (!strcmp(p->name, name))
			return p;
	}
	return NULL;
}

const char *pressure_family_name(enum pressure_family family)
{
	static const char * const names[NR_PRESSURE_FAMILIES] = {
		[PRESSURE_UNMAP] = "unmap", [PRESSURE_MIGRATE] = "migrate",
		[PRESSURE_RECLAIM] = "reclaim", [PRESSURE_MEMSLOT] = "memslot",
		[PRESSURE_COW] = "cow", [PRESSURE_HUGE] = "huge",
		[PRESSURE_DEVICE] = "hmm",	/* "device" is a workload */
	};

	return names[family];
}

bool pressure_applies(const struct pressure *p, const struct backing *backing)
{
	return (p->preserves | p->discards | p->may_discard | p->replaces) &
	       backing_bit(backing);
}

enum content_effect pressure_effect(const struct pressure *p,
				    const struct backing *backing)
{
	unsigned int bit = backing_bit(backing);

	if (p->discards & bit)
		return EFFECT_DISCARD;
	if (p->may_discard & bit)
		return EFFECT_MAY_DISCARD;
	return p->replaces & bit ? EFFECT_REPLACE : EFFECT_PRESERVE;
}

bool pressure_frees(const struct pressure *p, const struct backing *backing)
{
	return p->frees & backing_bit(backing);
}

bool pressure_allows_others(const struct pressure *p)
{
	return p->allows_others || p->can_join;
}

bool pressure_joins(const struct pressure *p, const struct backing *backing)
{
	return p->can_join && p->preserves & backing_bit(backing);
}

bool pressure_suits(const struct pressure *p, const struct backing *backing,
		    const struct guest_workload *workload)
{
	static const unsigned int needs[] = {
		[EFFECT_PRESERVE] = GUEST_JUDGES_PRESERVED,
		[EFFECT_DISCARD] = GUEST_JUDGES_DISCARDED,
		[EFFECT_MAY_DISCARD] = GUEST_JUDGES_MAY_DISCARD,
		[EFFECT_REPLACE] = GUEST_JUDGES_REPLACED,
	};

	return workload && workload->judges & needs[pressure_effect(p, backing)] &&
	       (!p->plain || workload->judges & GUEST_JUDGES_PLAIN) &&
	       (!p->guest_writes || workload->writer != GUEST_WRITER_HOST) &&
	       (!p->poisons || workload->judges & GUEST_JUDGES_POISONED);
}

const char *pressure_missing(const struct pressure *p)
{
	const char *missing = NULL;
	unsigned int i;

	for (i = 0; i < PRESSURE_MAX_NEEDS && p->needs[i] && !missing; i++)
		missing = p->needs[i]();
	return missing ?: hoststate_refusal(p->changes);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * SPTE: KVM counts the pages it maps, and the flushes of TLBs it asks for.
 *
 * With all vCPUs out of the guest and all backing unmapped, a count above zero
 * is a translation to memory that is no longer the guest's.  And if one was
 * there before, its removal asked for a flush: a bed that forgets translations
 * whenever it enters a guest shows by nothing else that one is missing.
 */
#include <string.h>

#include "oracle/oracle.h"

#define FLUSHES	"remote_tlb_flush_requests"

/* Return: the error of the first that cannot be read, named in @stat, or 0. */
static int count_mapped(const struct vm *vm, unsigned long long *mapped, const char **stat)
{
	static const char * const stats[] = { "pages_4k", "pages_2m", "pages_1g" };
	unsigned long long pages;
	size_t i;
	int err;

	*mapped = 0;
	for (i = 0; i < sizeof(stats) / sizeof(stats[0]); i++) {
		*stat = stats[i];
		err = vm_stat(vm, stats[i], &pages);
		if (err)
			return err;
		*mapped += pages;
	}
	return 0;
}

void spte_before(struct spte *s, const struct vm *vm)
{
	const char *stat;

	/* In this order: what is mapped only now has its flush still to come. */
	s->known = !vm_stat(vm, FLUSHES, &s->flushes) &&
		   !count_mapped(vm, &s->mapped, &stat);
}

int spte_none(const struct spte *before, const struct vm *vm, struct result *r)
{
	unsigned long long mapped, flushes;
	const char *stat;
	int err, ret = 0;

	err = count_mapped(vm, &mapped, &stat);
	if (err)
		result_not_judged(r, ORACLE_TRANSLATIONS, "no %s, before v5.15: %s", stat,
				  strerror(-err));
	else
		result_judged(r, ORACLE_TRANSLATIONS);
	if (!err && mapped)
		ret = result_fail(r, CONTRACT_NO_STALE,
				  "KVM maps %lld pages though no memslot has any backing left",
				  (long long)mapped);
	if (before->known && before->mapped && !vm_stat(vm, FLUSHES, &flushes) &&
	    flushes == before->flushes)
		ret = result_fail(r, CONTRACT_NO_STALE,
				  "KVM had %llu pages mapped when all backing went away, and requested no TLB flush",
				  before->mapped);
	return ret;
}

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
#include "vm/arch.h"

#define FLUSHES	"remote_tlb_flush_requests"

static int count_mapped(const struct vm *vm, unsigned long long *mapped)
{
	unsigned long long huge;
	int err = vm_mapped(vm, mapped, &huge);

	if (!err)
		*mapped += huge;
	return err;
}

void spte_before(struct spte *s, const struct vm *vm)
{
	/* In this order: what is mapped only now has its flush still to come. */
	s->known = vm_arch.counts_flushes && !vm_stat(vm, FLUSHES, &s->flushes) &&
		   !count_mapped(vm, &s->mapped);
}

int spte_none(const struct spte *before, const struct vm *vm, struct result *r)
{
	unsigned long long mapped, flushes;
	int err, ret = 0;

	err = count_mapped(vm, &mapped);
	if (err)
		result_not_judged(r, ORACLE_TRANSLATIONS, "%s: %s", vm_arch.mapped_missing,
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

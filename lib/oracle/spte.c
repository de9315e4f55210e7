// SPDX-License-Identifier: GPL-2.0
/*
 * SPTE: KVM counts the pages it maps.  With all vCPUs out of the guest and all
 * backing unmapped, a count above zero is a translation to memory that is no
 * longer the guest's.
 */
#include <string.h>

#include "oracle.h"

int spte_none(const char *vm_name, struct result *r)
{
	static const char * const stats[] = { "pages_4k", "pages_2m", "pages_1g" };
	unsigned long long pages;
	int ret = 0, err;
	size_t i;

	for (i = 0; i < sizeof(stats) / sizeof(stats[0]); i++) {
		err = kvm_stat(vm_name, stats[i], &pages);
		if (err) {
			result_note(r, "SPTE not judged: no %s (before v5.15, or no debugfs): %s",
				    stats[i], strerror(-err));
			break;
		}
		if (pages)
			ret = result_fail(r, CONTRACT_NO_STALE,
					  "%s is %lld though no memslot has any backing left",
					  stats[i], (long long)pages);
	}
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Judging a VMM process from outside: the memory that a refusal should have saved,
 * and the VMs that outlive its mm.
 */
#include <string.h>

#include "scenario/vmm.h"
#include "vm/arch.h"

int vmm_judge_untouched(const struct vmm_memory *before, const struct vmm_memory *after,
			unsigned int first, unsigned int nr, struct result *r)
{
	unsigned int i, kept = 0;

	result_judged(r, ORACLE_REFUSAL);
	for (i = first; i < first + nr; i++) {
		const struct vmm_page *was = &before->pages[i], *is = &after->pages[i];

		if (!was->kept)
			return result_error(r, "page %u was not present before reaping", i);
		/* A word is only known of a page that was in memory each time. */
		if (was->word && is->word && was->word != is->word)
			return result_fail(r, CONTRACT_UNTOUCHED,
					   "page %u changed from %#llx to %#llx though it was refused",
					   i, (unsigned long long)was->word,
					   (unsigned long long)is->word);
		kept += is->kept;
	}
	if (kept != nr)
		return result_fail(r, CONTRACT_UNTOUCHED,
				   "%u of %u pages are left of a range that was refused", kept, nr);
	return 0;
}

static int note_destroyed(const char *name, struct result *r)
{
	struct inject_destroyed d;

	if (inject_find_destroyed(name, &d, r))
		return -1;
	if (d.count || d.active > 0)
		result_note(r, "in-progress %lld, active %lld: the mm released KVM's notifier between a start and its end, which no contract covers",
			    d.count, d.active);
	return 0;
}

int vmm_judge_orphans(struct vmm *v, bool strict, struct injector_status *seen,
		      struct result *r)
{
	char names[VMM_MAX_VMS][sizeof(v->names[0])];
	unsigned int nr_vms = v->nr_vms, i;
	struct vm vm = { .stats_fd = -1 };	/* by its name alone: it was another's */
	struct health health;
	int ret = 0;

	memcpy(names, v->names, sizeof(names));
	/* The others went with the process; the first one we hold. */
	if (injector_read(&v->injector, seen, r) || health_init(&health, names[0], r))
		return -1;
	if (strict)
		health_balanced(&health, calibration_budget_ns(&(struct calibration) { 0 }), r);
	memcpy(vm.name, names[0], sizeof(vm.name));
	if (vm_arch.orphan_missing)
		result_not_judged(r, ORACLE_TRANSLATIONS, "%s", vm_arch.orphan_missing);
	else
		spte_none(&(struct spte) { .known = false }, &vm, r);
	vmm_end(v);
	for (i = 0; !ret && i < nr_vms; i++)
		ret = strict ? scenario_judge_destroyed(names[i], true, r) : note_destroyed(names[i], r);
	return ret;
}

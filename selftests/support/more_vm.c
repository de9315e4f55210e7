// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "support/more_vm.h"

/* Whatever was there before. */
static void empty(const struct more_vm *m, unsigned int nr)
{
	size_t stride = vm_shared(&m->vm)->stride;

	for (; nr--;)
		guest_store((guest_u64 *)(m->part.hva + nr * stride), 0);
}

static int watch(struct more_vm *m, struct result *r)
{
	struct result absent;

	result_init(&absent);
	m->watched = !inject_available(&absent);
	if (!m->watched)
		return 0;
	return inject_watch(m->vm.fd, r) ?: health_init(&m->health, m->vm.name, r);
}

int more_vm_keep(struct scenario_run *run, unsigned int nr, struct result *r)
{
	if (vm_park(&run->vm, run->budget_ns, r))
		return -1;
	vm_visit(&run->vm, 0, nr);
	coherence_init(&run->coherence, &run->vm, &run->area, run->spec->workload);
	vm_resume(&run->vm);
	return progress_await(&run->progress, run->visits, run->budget_ns,
			      "with a part of the memory", r);
}

int more_vm_make(struct more_vm *m, struct scenario_run *run, unsigned int first, unsigned int nr,
		 struct result *r)
{
	const struct scenario *spec = run->spec;
	size_t offset = vm_shared(&run->vm)->stride * first;

	m->part = run->area;
	m->part.hva += offset;
	m->part.size -= offset;
	if (vm_create(&m->vm, spec->nr_vcpus, spec->nr_pages, r) || watch(m, r) ||
	    vm_use_area(&m->vm, &run->area, spec->nr_pages, r))
		return -1;
	vm_visit(&m->vm, first, nr);
	empty(m, nr);
	vm_set_workload(&m->vm, spec->workload);
	coherence_init(&m->coherence, &m->vm, &m->part, spec->workload);
	progress_init(&m->progress, &m->vm);
	if (vm_start(&m->vm, r))
		return -1;
	vm_resume(&m->vm);
	return progress_await(&m->progress, run->visits, CALIBRATION_NS,
			      "in one more VM, before any pressure", r);
}

int more_vm_unmake(struct more_vm *m, const struct scenario_run *run, bool alone,
		   struct result *r)
{
	char name[sizeof(m->vm.name)];
	bool watched = m->watched;
	int ret;

	ret = vm_park(&m->vm, run->budget_ns, r) ?: vm_check(&m->vm, r) ?:
	      coherence_final(&m->coherence, r);
	if (watched && health_balanced(&m->health, run->budget_ns, r))
		ret = -1;
	memcpy(name, m->vm.name, sizeof(name));
	vm_destroy(&m->vm);
	return watched && alone ? scenario_judge_destroyed(name, false, r) ?: ret : ret;
}

int more_vm_before_call(struct more_vm *m, struct scenario_run *run, struct result *r)
{
	if (coherence_prepare(&m->coherence) &&
	    progress_await(&m->progress, run->visits, run->budget_ns,
			   "in one more VM, after the host wrote to its pages", r))
		return -1;
	return coherence_before(&m->coherence, run->press.effect, r);
}

void more_vm_after_call(struct more_vm *m, struct scenario_run *run)
{
	coherence_after(&m->coherence, run->press.effect);
}

int more_vm_after_round(struct more_vm *m, struct scenario_run *run, struct result *r)
{
	return progress_await(&m->progress, run->visits, run->budget_ns, "in one more VM", r);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * mn_lifecycle_churn_test - VMs come and go during invalidations.
 *
 * One VM after the other gets the same memory at the same addresses, and each
 * is still there, stopped, when the next one begins: its translations go with it, or
 * when the mm invalidates them.  All the while threads discard, move,
 * reap with a failing notifier, and fork, so that a notifier is registered and
 * unregistered in the middle of invalidations by others.
 *
 * Contracts 1, 5, 6 and 8.
 */
#include <fcntl.h>

#include "mn_harness.h"
#include "scenario/invalidators.h"
#include "scenario/scenario.h"

MN_ABOUT("VMs come and go over the same memory while invalidations fly", 1, 5, 6, 8);

#define NR_PAGES	64
#define NR_VCPUS	2
#define NR_VMS		4
#define WAIT_NS		30000000000ULL	/* of time in which the bed runs us */

FIXTURE(churn) {
	struct area area;
	struct injector injector;
	struct invalidators invalidators;
	struct klog klog;
	struct vm vms[2];		/* the one that goes, and the next */
	int taken[NR_VMS];		/* numbers of earlier VM descriptors */
};

FIXTURE_SETUP(churn)
{
	struct result *r = mn.result;

	memset(self->taken, -1, sizeof(self->taken));
	self->klog.fd = -1;
	self->injector.fd = -1;
	if (vm_available(r) || inject_available(r) || klog_open(&self->klog, r) ||
	    area_create(&self->area, &backings[BACKING_MEMFD], NR_PAGES * PAGE_BYTES, r) ||
	    injector_open(&self->injector, "eagain", r) ||
	    injector_range(&self->injector, self->area.hva, self->area.size, r) ||
	    injector_attach(&self->injector, r))
		return;
	invalidators_start(&self->invalidators, &self->area, true, r);
}

FIXTURE_TEARDOWN(churn)
{
	unsigned int n;

	invalidators_stop(&self->invalidators, mn.result);
	for (n = 0; n < ARRAY_SIZE(self->vms); n++)
		vm_destroy(&self->vms[n]);
	for (n = 0; n < NR_VMS; n++) {
		if (self->taken[n] >= 0)
			close(self->taken[n]);
	}
	injector_close(&self->injector);
	area_destroy(&self->area);
	if (self->klog.fd >= 0)
		klog_check(&self->klog, mn.result);
	klog_close(&self->klog);
}

/* Over the same addresses as the last one, whose guest has been stopped. */
static int next_vm(struct vm *vm, struct area *area, struct result *r)
{
	struct progress progress;

	if (vm_create(vm, NR_VCPUS, NR_PAGES, r) || inject_watch(vm->fd, r) ||
	    vm_use_area(vm, area, NR_PAGES, r))
		return -1;
	/* What the last guest has written is not for this one. */
	if (madvise(area->hva, area->size, MADV_REMOVE))
		return result_errno(r, "madvise(%p, %zu, MADV_REMOVE)", area->hva, area->size);
	vm_set_workload(vm, workload_find("sweep_write"));
	if (vm_start(vm, r))
		return -1;
	progress_init(&progress, vm);
	vm_resume(vm);
	return progress_await(&progress, NR_PAGES, CALIBRATION_NS, "in a new VM", r);
}

/* Closed under fire: no more can be in flight than there are threads. */
static int close_vm(struct vm *vm, int *taken, struct result *r)
{
	const long long most = INVALIDATOR_WAYS + 1;
	struct inject_destroyed d;
	int number = vm->fd;
	char name[sizeof(vm->name)];

	memcpy(name, vm->name, sizeof(name));
	vm_destroy(vm);
	/* The next VM is to have another name, so that records are not mixed up. */
	*taken = fcntl(0, F_DUPFD_CLOEXEC, number);
	if (scenario_await_destroyed(name, &d, r))
		return -1;
	result_judged(r, ORACLE_DEATH);
	if (d.count < 0 || d.count > most || d.active > most)
		return result_fail(r, CONTRACT_DEATH,
				   "VM %s was destroyed with in-progress %lld and active %lld under %lld invalidating threads",
				   name, d.count, d.active, most);
	return 0;
}

/* When the invalidators have stopped: of a VM that was made while they ran. */
static void judge_last(struct vm *vm, struct invalidators *invalidators, struct result *r)
{
	char name[sizeof(vm->name)];
	struct health health;

	result_note(r, "%llu invalidating calls of each kind, %llu of %llu reaps refused",
		    (unsigned long long)invalidators_calls(invalidators),
		    (unsigned long long)invalidators->reaper.refused,
		    (unsigned long long)invalidators->reaper.reaps);
	memcpy(name, vm->name, sizeof(name));
	if (!invalidators_calls(invalidators) || !invalidators->reaper.refused)
		result_error(r, "no effect: an invalidating thread made no call, or no refusal");
	if (!health_init(&health, name, r) && !health_balanced(&health, WAIT_NS, r))
		vm_check(vm, r);
	vm_destroy(vm);
	scenario_judge_destroyed(name, false, r);
}

TEST_F(churn, same_addresses)
{
	struct result *r = mn.result;
	unsigned int n;

	for (n = 0; n < NR_VMS && r->kind == RESULT_PASS; n++) {
		struct vm *vm = &self->vms[n % 2], *last = &self->vms[(n + 1) % 2];

		/* The last one's translations are still there when the next one begins. */
		if (n && vm_stop(last, WAIT_NS, r))
			return;
		if (next_vm(vm, &self->area, r) || klog_check(&self->klog, r) ||
		    (n && close_vm(last, &self->taken[n], r)))
			return;
	}
	if (r->kind != RESULT_PASS)
		return;
	invalidators_stop(&self->invalidators, r);
	judge_last(&self->vms[(n + 1) % 2], &self->invalidators, r);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Area, injectors and VM in the order that puts the injectors before or after
 * KVM's own notifier.
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "scenario/scenario.h"

static int attach(struct injector *injectors, const struct injector_setup *setup,
		  const struct area *area, struct result *r)
{
	unsigned int n;

	for (n = 0; n < setup->count; n++) {
		struct injector *i = &injectors[n];

		if (injector_open(i, setup->kind, r) ||
		    injector_range(i, area->hva, area->size, r) ||
		    injector_caller(i, syscall(SYS_gettid), r) ||
		    (setup->knob && injector_set(i, r, "%s", setup->knob)) ||
		    injector_attach(i, r))
			return -1;
	}
	return 0;
}

/* Where there is no module, a VM without injectors can do without. */
static int watch(const struct vm *vm, struct result *r)
{
	struct result absent;

	result_init(&absent);
	return inject_available(&absent) ? 0 : inject_watch(vm->fd, r);
}

int scenario_bring_up(const struct injector_setup *setup, const struct vm_kind *kind,
		      const struct backing *backing, unsigned int nr_vcpus,
		      unsigned int nr_pages, size_t bytes, struct area *area,
		      struct injector *injectors, struct vm *vm, struct result *r)
{
	if ((setup->count && inject_available(r)) ||
	    area_create(area, backing, bytes, r))
		return -1;
	if (setup->before_kvm && attach(injectors, setup, area, r))
		return -1;
	if (vm_create_kind(vm, kind, nr_vcpus, nr_pages, r) || watch(vm, r))
		return -1;
	if (!setup->before_kvm && attach(injectors, setup, area, r))
		return -1;
	return vm_use_area(vm, area, nr_pages, r);
}

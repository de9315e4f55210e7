// SPDX-License-Identifier: GPL-2.0
/*
 * Making the memslot of the area read-only, and writable again.
 */
#include <linux/kvm.h>

#include "oracle/oracle.h"
#include "pressure/readonly_slot.h"

static int remake(struct press *p, uint32_t flags, struct result *r)
{
	if (press_set_slot(p, 0, GUEST_AREA_GPA, 0, r))
		return -1;
	return press_set_slot(p, flags, GUEST_AREA_GPA, p->area->size, r);
}

static uint64_t visits_of(const struct press *p, unsigned int id)
{
	return guest_load(&vm_shared(p->vm)->vcpu[id].visits);
}

static uint64_t emulated_of(const struct press *p, unsigned int id)
{
	return guest_load(&p->vm->vcpus[id].emulated_mmio);
}

int readonly_slot_begin(struct press *p, struct readonly_slot *slot, struct result *r)
{
	unsigned int id;

	vm_gap_open(p->vm);
	vm_readonly_begin(p->vm);
	slot->begun = !remake(p, KVM_MEM_READONLY, r);
	for (id = 0; id < p->vm->nr_vcpus; id++) {
		slot->visits[id] = visits_of(p, id);
		slot->emulated_mmio[id] = emulated_of(p, id);
	}
	vm_gap_close(p->vm);
	return slot->begun ? 0 : -1;
}

/* A guest that writes makes no visit whose write did not come out of it. */
static int judge(const struct press *p, const struct readonly_slot *slot, struct result *r)
{
	unsigned int id;

	if (p->coherence->writer != GUEST_WRITER_VCPU)
		return 0;
	for (id = 0; id < p->vm->nr_vcpus; id++) {
		uint64_t visits = visits_of(p, id) - slot->visits[id];
		uint64_t emulated = emulated_of(p, id) - slot->emulated_mmio[id];

		/* The write of the first may have been over before. */
		if (visits > emulated + 1)
			return result_fail(r, CONTRACT_MEMSLOTS,
					   "vCPU %u wrote to %llu pages of a read-only slot, but only %llu writes left as MMIO",
					   id, (unsigned long long)visits,
					   (unsigned long long)emulated);
	}
	return 0;
}

int readonly_slot_end(struct press *p, struct readonly_slot *slot, struct result *r)
{
	int ret = 0;

	if (slot->begun) {
		vm_gap_open(p->vm);
		ret = judge(p, slot, r);
		if (remake(p, 0, r))
			ret = -1;
		vm_gap_close(p->vm);
	}
	vm_readonly_end(p->vm);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * mn_guest_memfd_test - memory of a guest that is not taken away by the mm.
 *
 * Since v6.8 a memslot can have a second memory: a file that only KVM maps
 * (guest_memfd).  Which of the two the guest finds at an address depends on the
 * attribute of the address, private or shared.  No MMU notifier is involved: KVM's
 * count and seq change when a hole is punched in the file or an attribute changes,
 * and what holds for invalidations by the mm holds for these as well.  Since v6.18
 * such a file can be the only memory of a slot, and the host map it, too.
 *
 *   gmem_punch		all of the memory is discarded under the guest
 *   gmem_punch_parts	parts of it, and of the file around it: the others stay
 *   gmem_two_slots	the same with parts of one file in two slots
 *   gmem_convert	private to shared and back; what is left behind is discarded
 *   gmem_convert_parts	parts of it, so that private and shared pages are neighbours
 *   gmem_convert_race	the same, with pages between them punched out meanwhile
 *   gmem_host_mapping	the host's mapping goes: the guest does not need it
 *   gmem_hwpoison	a page is poisoned: KVM_EXIT_MEMORY_FAULT with EHWPOISON
 *   gmem_mbind		pages come from the node that the file is bound to
 *   no_memfd		private without a guest_memfd: KVM_EXIT_MEMORY_FAULT, and no access
 *
 * Contracts 4, 5, 6, 9 and 10.
 */
#include <linux/kvm.h>

#include "mn_chosen.h"
#include "support/gmem.h"
#include "vm/kvm_newer.h"

MN_ABOUT("memory from a guest_memfd: punched out, converted, mapped by the host as well",
	 4, 5, 6, 9, 10);

FIXTURE(guest_memfd) {
	int unused;
};

FIXTURE_VARIANT(guest_memfd) {
	struct scenario spec;
	const struct gmem_row *row;
};

FIXTURE_SETUP(guest_memfd)
{
}

FIXTURE_TEARDOWN(guest_memfd)
{
}

TEST_F(guest_memfd, guest)
{
	const struct gmem_row *row = variant->row;

	if (!row->available(mn.result))
		mn_run_scenario_with(&variant->spec, row->kind, &row->steps, NULL);
}

/* No observer and no failing notifier: the mm has no part in most of it. */
static void add_row(const struct gmem_row *row, const struct backing *backing)
{
	FIXTURE_VARIANT(guest_memfd) variant = {
		.row = row,
		.spec = {
			.pressure = &row->row,
			.backing = backing,
			.injector = &injector_setups[0],
			.workload = workload_find(row->workload),
			.nr_pages = GMEM_NR_PAGES,
			.rounds = 2 * MN_NR_ROUNDS,
		},
	};
	char id[96];

	snprintf(id, sizeof(id), "%s.%s", row->memory ?: backing->name, row->row.name);
	variant.spec.nr_vcpus = 1;
	mn_case_add(guest_memfd, id, "1vcpu", MN_CASE_CORE, &variant);
	variant.spec.nr_vcpus = 2;
	mn_case_add(guest_memfd, id, "2vcpu", MN_CASE_CORE, &variant);
}

static void add_rows(const struct gmem_row *rows, unsigned int nr)
{
	unsigned int i, b;

	for (i = 0; i < nr; i++) {
		for (b = 0; b < NR_BACKINGS; b++) {
			if (pressure_applies(&rows[i].row, &backings[b]))
				add_row(&rows[i], &backings[b]);
		}
	}
}

static void add_variants(void)
{
	mn_account_begin();
	add_rows(gmem_private_rows, nr_gmem_private_rows);
	add_rows(gmem_mapped_rows, nr_gmem_mapped_rows);
}

/* ---- private, and nothing there ---- */

FIXTURE(private_slot) {
	struct scenario_run run;
};

FIXTURE_SETUP(private_slot)
{
}

FIXTURE_TEARDOWN(private_slot)
{
}

static int judge_exit(const struct scenario_run *run, unsigned int id, struct result *r)
{
	const struct vcpu *vcpu = &run->vm.vcpus[id];
	const struct newer_memory_fault *fault = (const void *)&vcpu->run->hw;

	result_judged(r, ORACLE_FAULTS);
	if (guest_load(&vcpu->gaps) == vcpu->gaps_before)
		return result_fail(r, CONTRACT_FAULTS,
				   "vCPU %u does not come out of private memory that is not there",
				   id);
	if (vcpu->run->exit_reason != NEWER_EXIT_MEMORY_FAULT)
		return result_fail(r, CONTRACT_FAULTS,
				   "vCPU %u: exit %u, not KVM_EXIT_MEMORY_FAULT, from private memory that is not there",
				   id, vcpu->run->exit_reason);
	if (!(fault->flags & NEWER_MEMORY_FAULT_PRIVATE) || fault->size != PAGE_BYTES ||
	    fault->gpa < GUEST_AREA_GPA || fault->gpa >= GUEST_AREA_GPA + run->area.size)
		return result_fail(r, CONTRACT_FAULTS,
				   "vCPU %u: KVM_EXIT_MEMORY_FAULT tells of flags %#llx, gpa %#llx, size %llu",
				   id, (unsigned long long)fault->flags,
				   (unsigned long long)fault->gpa, (unsigned long long)fault->size);
	return 0;
}

/*
 * The shared memory stays as it was meanwhile, and nobody may use it.  The guest
 * stands while it becomes private: an access that began before is rightly told
 * of as one to shared memory.
 */
static int make_private(struct scenario_run *run, struct result *r)
{
	const size_t size = run->area.size;
	struct deadline deadline;
	unsigned int id;
	int ret;

	if (vm_park(&run->vm, run->budget_ns, r))
		return -1;
	vm_gap_open(&run->vm);
	ret = gmem_set_private(&run->vm, GUEST_AREA_GPA, size, true, r);
	vm_resume(&run->vm);
	ret = ret ?: vm_gap_check(&run->vm, r);
	deadline_start(&deadline, run->budget_ns);
	for (id = 0; !ret && id < run->vm.nr_vcpus; id++) {
		while (guest_load(&run->vm.vcpus[id].gaps) == run->vm.vcpus[id].gaps_before &&
		       deadline_poll(&deadline))
			;
		ret = judge_exit(run, id, r);
	}
	if (gmem_set_private(&run->vm, GUEST_AREA_GPA, size, false, r))
		ret = -1;
	vm_gap_close(&run->vm);
	return ret ?: progress_await(&run->progress, run->visits, run->budget_ns,
				     "with the memory shared again", r);
}

TEST_F(private_slot, no_memfd)
{
	const struct scenario spec = {
		.backing = &backings[BACKING_ANON],
		.injector = &injector_setups[0],
		.workload = workload_find("sweep_write"),
		.kind = &gmem_private_vm,
		.nr_vcpus = 2,
		.nr_pages = MN_NR_PAGES,
	};
	struct scenario_run *run = &self->run;
	unsigned int i;
	int ret;

	if (gmem_private_available(mn.result))
		return;
	ret = scenario_begin(run, &spec, mn.result);
	for (i = 0; !ret && i < MN_NR_ROUNDS; i++)
		ret = make_private(run, mn.result);
	scenario_end(run, !ret, mn.result);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

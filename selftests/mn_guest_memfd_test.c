// SPDX-License-Identifier: GPL-2.0
/*
 * mn_guest_memfd_test - private memory of a guest, which is not taken away by the mm.
 *
 * Since v6.8 a memslot can have a second memory: a file that only KVM maps
 * (guest_memfd).  Which of the two the guest finds at an address depends on the
 * attribute of the address, private or shared.  No MMU notifier is involved: KVM's
 * count and seq change when a hole is punched in the file or an attribute changes,
 * and what holds for invalidations by the mm holds for these as well.
 *
 *   punch	the private memory is discarded under the guest
 *   convert	private to shared and back; what is left behind is discarded
 *   no_memfd	private without a guest_memfd: KVM_EXIT_MEMORY_FAULT, and no access
 *
 * Contracts 4, 5, 6, 9 and 10.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "mn_chosen.h"
#include "vm/kvm_newer.h"

MN_ABOUT("private memory (guest_memfd) is punched out and converted", 4, 5, 6, 9, 10);

static const struct vm_kind protected_vm = { .type = NEWER_VM_SW_PROTECTED };

/* Before the VM is made, which otherwise fails. */
static int protected_available(struct result *r)
{
	if (vm_available(r))
		return -1;
	if (!vm_capability(NEWER_CAP_GUEST_MEMFD) ||
	    !(vm_capability(NEWER_CAP_VM_TYPES) & 1 << NEWER_VM_SW_PROTECTED))
		return result_skip(r, "no VM with private memory: needs v6.8, CONFIG_KVM_SW_PROTECTED_VM and the TDP MMU");
	return 0;
}

/* ---- private memory of the area ---- */

struct private {
	int fd;
	bool now;	/* the guest sees it, and not the shared memory */
};

static int set_private(struct press *p, bool private, struct result *r)
{
	struct newer_attributes attributes = {
		.gpa = GUEST_AREA_GPA,
		.size = p->area->size,
		.attributes = private ? NEWER_ATTRIBUTE_PRIVATE : 0,
	};

	if (ioctl(p->vm->fd, NEWER_SET_ATTRIBUTES, &attributes))
		return result_errno(r, "KVM_SET_MEMORY_ATTRIBUTES(%s)",
				    private ? "private" : "shared");
	return 0;
}

static int punch(struct press *p, struct result *r)
{
	struct private *memory = p->state;

	if (fallocate(memory->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, p->area->size))
		return result_errno(r, "fallocate(guest_memfd, PUNCH_HOLE, %zu)", p->area->size);
	p->proved++;
	return 0;
}

static int create_memfd(struct press *p, struct result *r)
{
	struct newer_guest_memfd create = { .size = p->area->size };
	struct private *memory = p->state;

	memory->fd = ioctl(p->vm->fd, NEWER_CREATE_GUEST_MEMFD, &create);
	if (memory->fd < 0)
		return result_errno(r, "KVM_CREATE_GUEST_MEMFD(%zu)", p->area->size);
	return 0;
}

/* A slot cannot be given a second memory later on: make it anew. */
static int add_to_slot(struct press *p, struct result *r)
{
	const struct private *memory = p->state;
	struct newer_memory_region region = {
		.slot = VM_SLOT_AREA,
		.flags = NEWER_MEM_GUEST_MEMFD,
		.gpa = GUEST_AREA_GPA,
		.size = p->area->size,
		.hva = (uintptr_t)p->area->hva,
		.memfd = memory->fd,
	};
	int ret = vm_set_slot(p->vm, VM_SLOT_AREA, GUEST_AREA_GPA, p->area->hva, 0);

	if (ret) {
		errno = -ret;
		return result_errno(r, "KVM_SET_USER_MEMORY_REGION(no area)");
	}
	if (ioctl(p->vm->fd, NEWER_SET_MEMORY_REGION, &region))
		return result_errno(r, "KVM_SET_USER_MEMORY_REGION2(guest_memfd)");
	return 0;
}

static int set_up(struct press *p, struct result *r)
{
	struct private *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return result_errno(r, "calloc(private)");
	memory->fd = -1;
	memory->now = true;
	p->state = memory;
	return create_memfd(p, r) ?: add_to_slot(p, r) ?: set_private(p, true, r);
}

static void tear_down(struct press *p)
{
	struct private *memory = p->state;

	if (memory && memory->fd >= 0)
		close(memory->fd);
	free(memory);
}

/* The other memory comes in, empty; what was there is discarded behind it. */
static int convert(struct press *p, struct result *r)
{
	struct private *memory = p->state;
	int ret;

	/* A fault that meets the change in the middle may come out as EFAULT. */
	vm_gap_open(p->vm);
	ret = set_private(p, !memory->now, r);
	vm_gap_close(p->vm);
	if (ret)
		return -1;
	memory->now = !memory->now;
	if (!memory->now)
		return punch(p, r);
	p->proved++;
	return press_dontneed(p, r);
}

/* The host judges what it can read: in the end that must be what the guest sees. */
static int share(struct scenario_run *run, struct result *r)
{
	struct private *memory = run->press.state;
	int ret;

	if (!memory->now)
		return 0;
	ret = coherence_before(&run->coherence, EFFECT_DISCARD, r) ?: convert(&run->press, r);
	coherence_after(&run->coherence, EFFECT_DISCARD);
	return ret;
}

static const struct scenario_steps steps = { .last = share };

static const struct pressure rows[] = {
	{
		.name = "gmem_punch",
		.calls = "fallocate(guest_memfd, FALLOC_FL_PUNCH_HOLE)",
		.events = "",
		.proof = "private memory punched out",
		.set_up = set_up,
		.apply = punch,
		.tear_down = tear_down,
		.discards = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD),
	},
	{
		.name = "gmem_convert",
		.calls = "KVM_SET_MEMORY_ATTRIBUTES(private), and back",
		.events = "",
		.proof = "change between private and shared",
		.set_up = set_up,
		.apply = convert,
		.tear_down = tear_down,
		/* What is shared must be gone with its mapping. */
		.discards = BACKING_BIT(BACKING_ANON),
	},
};

/* ---- the guest, and its private memory ---- */

FIXTURE(guest_memfd) {
	int unused;
};

FIXTURE_VARIANT(guest_memfd) {
	struct scenario spec;
};

FIXTURE_SETUP(guest_memfd)
{
}

FIXTURE_TEARDOWN(guest_memfd)
{
}

TEST_F(guest_memfd, guest)
{
	if (!protected_available(mn.result))
		mn_run_scenario_with(&variant->spec, &protected_vm, &steps, NULL);
}

/* No observer and no failing notifier: the mm has no part in it. */
static void add_variants(void)
{
	FIXTURE_VARIANT(guest_memfd) variant = {
		.spec = {
			.injector = &injector_setups[0],
			.workload = workload_find("sweep_write"),
			.nr_pages = MN_NR_PAGES,
			.rounds = 2 * MN_NR_ROUNDS,
		},
	};
	struct scenario *spec = &variant.spec;
	unsigned int i, b;
	char id[96];

	mn_account_begin();
	for (i = 0; i < ARRAY_SIZE(rows); i++)
	for (b = 0; b < NR_BACKINGS; b++) {
		if (!pressure_applies(&rows[i], &backings[b]))
			continue;
		spec->pressure = &rows[i];
		spec->backing = &backings[b];
		snprintf(id, sizeof(id), "%s.%s", backings[b].name, rows[i].name);
		spec->nr_vcpus = 1;
		mn_case_add(guest_memfd, id, "1vcpu", MN_CASE_CORE, &variant);
		spec->nr_vcpus = 2;
		mn_case_add(guest_memfd, id, "2vcpu", MN_CASE_CORE, &variant);
	}
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
	struct press p = { .vm = &run->vm, .area = &run->area };
	struct deadline deadline;
	unsigned int id;
	int ret;

	if (vm_park(&run->vm, run->budget_ns, r))
		return -1;
	vm_gap_open(&run->vm);
	ret = set_private(&p, true, r);
	vm_resume(&run->vm);
	ret = ret ?: vm_gap_check(&run->vm, r);
	deadline_start(&deadline, run->budget_ns);
	for (id = 0; !ret && id < run->vm.nr_vcpus; id++) {
		while (guest_load(&run->vm.vcpus[id].gaps) == run->vm.vcpus[id].gaps_before &&
		       deadline_poll(&deadline))
			;
		ret = judge_exit(run, id, r);
	}
	if (set_private(&p, false, r))
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
		.kind = &protected_vm,
		.nr_vcpus = 2,
		.nr_pages = MN_NR_PAGES,
	};
	struct scenario_run *run = &self->run;
	unsigned int i;
	int ret;

	if (protected_available(mn.result))
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

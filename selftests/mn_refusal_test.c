// SPDX-License-Identifier: GPL-2.0
/*
 * mn_refusal_test - a notifier refuses, and nothing else is affected.
 *
 * Only a non-blockable invalidation may be refused, and those come from reaping
 * a dying process.  Three ways to meet such a refusal:
 *
 *   reap		the injector issues the reaper's sequence on a live mm;
 *   mrelease		process_mrelease(2) on a killed VMM, seen from outside;
 *   untouched		a VMM held at its exit: what is refused must stay.
 *
 * And pair: whoever else on the mm has an end() is told of the end, too, in whatever
 * order the three are asked.  It has been said that KVM on Arm uses two notifiers all the
 * time.  From v5.10 to v7.2 it does not: kvm_init_mmu_notifier() registers one for each
 * VM, on every architecture.  What comes beside it on arm64 is the SMMU's, if the process
 * shares its page tables with a device (drivers/iommu/arm/arm-smmu-v3, since v5.11); that
 * one has neither start() nor end(), and cannot be left half-way.  Two that have are two
 * VMs of one process (mn_two_vms_test), or KVM's and a driver's, which the delaying one
 * stands for here.
 *
 * The kernel's own reaper is met in mn_reaper_test.
 *
 * Contracts 1, 3, 6, 7, 8 and 10.  Fixes guarded: c2655835fd8c ("mm/mmu_notifiers:
 * ensure range_end() is paired with range_start()").
 */
#include <sys/mman.h>

#include "mn_harness.h"
#include "scenario/scenario.h"
#include "scenario/vmm.h"

MN_ABOUT("a notifier refuses, and nothing else may suffer from it", 1, 3, 6, 7, 8, 10);

#define NR_VCPUS	2
#define NR_PAGES	64
#define NR_TRIES	32	/* each refused once for each VMA */
#define MIB		(1UL << 20)
#define WAIT_MS		30000	/* of time in which the bed runs us */

/* ---- reap: refusals on a live mm ---- */

#define NR_REAPS	9	/* a multiple of every policy's interval */

FIXTURE(reap) {
	int unused;
};

FIXTURE_VARIANT(reap) {
	struct injector_setup injector;
	unsigned int refusals;	/* out of NR_REAPS */
};

FIXTURE_SETUP(reap)
{
}

FIXTURE_TEARDOWN(reap)
{
}

/* Every call must return what the injectors' policy makes it return. */
static int reap_and_count(struct scenario_run *run, unsigned int expected, struct result *r)
{
	unsigned int i, refused = 0;
	int fd = inject_reap_open(r);
	int ret;

	if (fd < 0)
		return -1;
	for (i = 0; i < NR_REAPS; i++) {
		ret = inject_reap(fd, run->area.hva, run->area.size);
		refused += ret == -EAGAIN;
		if (ret && ret != -EAGAIN) {
			close(fd);
			return result_error(r, "reap: %s", strerror(-ret));
		}
	}
	close(fd);
	result_judged(r, ORACLE_REFUSAL);
	if (refused != expected)
		return result_fail(r, CONTRACT_REFUSAL,
				   "%u of %d reaps were refused, the policy refuses %u",
				   refused, NR_REAPS, expected);
	return 0;
}

/*
 * A leaked active count would make the ioctl wait forever, unkillably: only
 * ask for it once the counts are known to be 0.
 */
static int update_memslot(struct scenario_run *run, struct result *r)
{
	uint64_t gpa = GUEST_AREA_GPA + (1UL << 30);
	int ret;

	if (health_balanced(&run->health, run->budget_ns, r))
		return -1;
	result_judged(r, ORACLE_MEMSLOTS);
	ret = vm_set_slot(&run->vm, VM_SLOT_SPARE, gpa, run->area.hva, run->area.size);
	if (!ret)
		ret = vm_set_slot(&run->vm, VM_SLOT_SPARE, gpa, run->area.hva, 0);
	if (ret)
		return result_fail(r, CONTRACT_MEMSLOTS, "memslot update after refusals: %s",
				   strerror(-ret));
	return 0;
}

static bool reap_and_judge(struct scenario_run *run, unsigned int refusals, struct result *r)
{
	return !reap_and_count(run, refusals, r) &&
	       !progress_await(&run->progress, run->visits, run->budget_ns, "after refusals", r) &&
	       !update_memslot(run, r);
}

static struct scenario live_mm(const struct injector_setup *injector)
{
	return (struct scenario) {
		.backing = &backings[BACKING_ANON],
		.injector = injector,
		.workload = workload_find("sweep_write"),
		.nr_vcpus = NR_VCPUS,
		.nr_pages = NR_PAGES,
	};
}

TEST_F(reap, live_mm)
{
	const struct scenario spec = live_mm(&variant->injector);
	struct result *r = mn.result;
	struct scenario_run run;
	bool healthy = false;

	if (!scenario_begin(&run, &spec, r))
		healthy = reap_and_judge(&run, variant->refusals, r);
	scenario_end(&run, healthy, r);
}

static void add_reap_variants(void)
{
	static const struct {
		const char *name, *knob;
		unsigned int refusals;
	} policies[] = {
		{ "once", "times 1", 1 },
		{ "every_third", "interval 3", NR_REAPS / 3 },
		{ "always", "times -1", NR_REAPS },
	};
	static const unsigned int counts[] = { 1, 3 };
	FIXTURE_VARIANT(reap) variant;
	unsigned int p, c, before;
	char name[64];

	for (before = 0; before < 2; before++)
	for (c = 0; c < ARRAY_SIZE(counts); c++)
	for (p = 0; p < ARRAY_SIZE(policies); p++) {
		variant.injector = (struct injector_setup) {
			.kind = "eagain",
			.count = counts[c],
			.knob = policies[p].knob,
			.before_kvm = before,
		};
		variant.refusals = policies[p].refusals;
		snprintf(name, sizeof(name), "eagain_%u_%s_kvm.%s", counts[c],
			 before ? "before" : "after", policies[p].name);
		mn_variant_add(reap, name, &variant);
	}
}

/* ---- two notifiers that have an end(), and one that refuses ---- */

FIXTURE(pair) {
	struct injector refusing;
};

FIXTURE_VARIANT(pair) {
	struct injector_setup delaying;
	bool refused_last;	/* else first of the three */
};

FIXTURE_SETUP(pair)
{
	self->refusing.fd = -1;
}

FIXTURE_TEARDOWN(pair)
{
	injector_close(&self->refusing);
}

/* Of all of the mm: only the test itself has non-blockable ranges. */
static int attach_refusing(struct injector *i, struct result *r)
{
	return injector_open(i, "eagain", r) || injector_set(i, r, "times -1") ||
	       injector_attach(i, r) ? -1 : 0;
}

/* That of the delaying notifier is judged when the scenario ends. */
TEST_F(pair, live_mm)
{
	const struct scenario spec = live_mm(&variant->delaying);
	struct result *r = mn.result;
	struct scenario_run run;
	bool healthy = false;

	/* Who was attached last is asked first. */
	if (variant->refused_last && (inject_available(r) || attach_refusing(&self->refusing, r)))
		return;
	if (!scenario_begin(&run, &spec, r) &&
	    (variant->refused_last || !attach_refusing(&self->refusing, r)))
		healthy = reap_and_judge(&run, NR_REAPS, r);
	scenario_end(&run, healthy, r);
}

static void add_pair_variants(void)
{
	FIXTURE_VARIANT(pair) variant;
	unsigned int before, last;
	char name[64];

	for (before = 0; before < 2; before++)
	for (last = 0; last < 2; last++) {
		variant.delaying = (struct injector_setup) {
			.kind = "delay",
			.count = 1,
			.knob = "delay_end_us 100",
			.before_kvm = before,
		};
		variant.refused_last = last;
		snprintf(name, sizeof(name), "delay_%s_kvm.refused_%s", before ? "before" : "after",
			 last ? "last" : "first");
		mn_variant_add(pair, name, &variant);
	}
}

/* ---- a VMM that dies: seen from outside ---- */

FIXTURE(dying) {
	struct vmm vmm;
	struct klog klog;
};

FIXTURE_VARIANT(dying) {
	struct injector_setup injector;
};

FIXTURE_VARIANT_ADD(dying, before_kvm) {
	.injector = { .kind = "eagain", .count = 1, .before_kvm = true },
};

FIXTURE_VARIANT_ADD(dying, after_kvm) {
	.injector = { .kind = "eagain", .count = 1 },
};

FIXTURE_SETUP(dying)
{
	self->klog.fd = -1;
	if (vm_available(mn.result) || inject_available(mn.result))
		return;
	klog_open(&self->klog, mn.result);
}

FIXTURE_TEARDOWN(dying)
{
	vmm_end(&self->vmm);
	if (self->klog.fd >= 0)
		klog_check(&self->klog, mn.result);
	klog_close(&self->klog);
}

static int kill_vmm(const struct vmm *vmm, struct result *r)
{
	if (kill(vmm->pid, SIGKILL))
		return result_errno(r, "kill(%d)", vmm->pid);
	return 0;
}

/* Reap from outside; Return: 0 or -errno as the call, or 1 with @r set. */
static int mrelease(const struct vmm *vmm, struct result *r)
{
	int ret = vmm_mrelease(vmm);

	if (ret == -ENOSYS) {
		result_skip(r, "no process_mrelease(2): needs v5.15");
		return 1;
	}
	/* ESRCH: it has no mm any more. */
	if (ret && ret != -EAGAIN && ret != -ESRCH) {
		result_error(r, "process_mrelease(): %s", strerror(-ret));
		return 1;
	}
	result_judged(r, ORACLE_REFUSAL);
	return ret;
}

static void note_refusals(const struct injector_status *seen, struct result *r)
{
	result_note(r, "refusals %llu, invalidations %llu",
		    (unsigned long long)seen->refused, (unsigned long long)seen->starts);
}

/* Held at its exit, so that the reaping is over before the mm goes. */
TEST_F(dying, mrelease)
{
	struct vmm_spec spec = {
		.backing = &backings[BACKING_ANON],
		.injector = &variant->injector,
		.nr_pages = NR_PAGES,
		.hold = true,
	};
	struct injector_status seen;
	struct result *r = mn.result;
	int ret;

	if (r->kind != RESULT_PASS || vmm_start(&self->vmm, &spec, r) ||
	    kill_vmm(&self->vmm, r) || vmm_await_exit(&self->vmm, WAIT_MS, r))
		return;
	ret = mrelease(&self->vmm, r);
	if (ret > 0)
		return;
	if (ret != -EAGAIN)
		result_fail(r, CONTRACT_REFUSAL,
			    "process_mrelease() returned %d with a notifier that always fails, not EAGAIN",
			    ret);
	if (!vmm_release(&self->vmm, WAIT_MS, r) &&
	    !vmm_judge_orphans(&self->vmm, true, &seen, r))
		note_refusals(&seen, r);
}

/* So often that the lines which the kernel logs of it overrun most kernels' log buffers. */
TEST_F(dying, mrelease_many)
{
	struct vmm_spec spec = {
		.backing = &backings[BACKING_ANON],
		.injector = &variant->injector,
		.nr_pages = NR_PAGES,
		.nr_vmas = NR_PAGES,
		.hold = true,
	};
	struct injector_status seen;
	struct result *r = mn.result;
	unsigned int i;
	int ret = -EAGAIN;

	if (r->kind != RESULT_PASS || vmm_start(&self->vmm, &spec, r) ||
	    kill_vmm(&self->vmm, r) || vmm_await_exit(&self->vmm, WAIT_MS, r))
		return;
	for (i = 0; ret == -EAGAIN && i < NR_TRIES; i++)
		ret = mrelease(&self->vmm, r);
	if (ret > 0 || injector_read(&self->vmm.injector, &seen, r))
		return;
	if (ret != -EAGAIN || seen.refused < NR_TRIES * NR_PAGES)
		result_fail(r, CONTRACT_REFUSAL,
			    "process_mrelease() of %u VMAs with a notifier that always fails returned %d after %u calls and %llu refusals",
			    NR_PAGES, ret, i, (unsigned long long)seen.refused);
	if (!vmm_release(&self->vmm, WAIT_MS, r) &&
	    !vmm_judge_orphans(&self->vmm, true, &seen, r))
		note_refusals(&seen, r);
}

/*
 * The same in a race with its own exit: the more memory, the longer that
 * takes.  The mm may let go of KVM in the middle of an invalidation.
 */
TEST_F(dying, mrelease_race)
{
	static const size_t ballast[] = { 16 * MIB, 64 * MIB, 192 * MIB, 192 * MIB };
	struct vmm_spec spec = {
		.backing = &backings[BACKING_ANON],
		.injector = &variant->injector,
		.nr_pages = NR_PAGES,
	};
	struct injector_status seen;
	struct result *r = mn.result;
	unsigned int i;

	for (i = 0; r->kind == RESULT_PASS && i < ARRAY_SIZE(ballast); i++) {
		spec.ballast = ballast[i];
		if (vmm_start(&self->vmm, &spec, r) || kill_vmm(&self->vmm, r) ||
		    mrelease(&self->vmm, r) > 0 ||
		    vmm_release(&self->vmm, WAIT_MS, r) ||
		    vmm_judge_orphans(&self->vmm, false, &seen, r))
			return;
		if (seen.refused) {
			note_refusals(&seen, r);
			return;
		}
	}
	if (r->kind == RESULT_PASS)
		result_skip(r, "race lost %u times: the VMM was always gone before process_mrelease(2)",
			    i);
}

/* ---- contract 3: a refused range is not touched ---- */

/* Reap the held process twice: refused, and then not. */
static int reap_refused_then_accepted(struct vmm *vmm, struct vmm_memory look[3],
				      struct injector_status *seen, struct result *r)
{
	int ret;

	if (vmm_look(vmm, &look[0], r))
		return -1;
	ret = mrelease(vmm, r);
	if (ret > 0)
		return -1;
	if (ret != -EAGAIN)
		return result_fail(r, CONTRACT_REFUSAL,
				   "process_mrelease() returned %d (%s) with a notifier that always fails, not EAGAIN",
				   ret, ret ? strerror(-ret) : "success");
	if (vmm_look(vmm, &look[1], r) || vmm_judge_untouched(&look[0], &look[1], 0, NR_PAGES, r) ||
	    injector_read(&vmm->injector, seen, r))
		return -1;
	injector_close(&vmm->injector);
	ret = vmm_mrelease(vmm);
	if (ret)
		return result_fail(r, CONTRACT_REFUSAL,
				   "process_mrelease() failed though nobody refuses any more: %s",
				   strerror(-ret));
	if (vmm_look(vmm, &look[2], r))
		return -1;
	if (look[2].kept)
		return result_error(r, "%u pages are still there after process_mrelease() succeeded",
				    look[2].kept);
	return 0;
}

TEST_F(dying, untouched)
{
	struct vmm_spec spec = {
		.backing = &backings[BACKING_ANON],
		.injector = &variant->injector,
		.nr_pages = NR_PAGES,
		.hold = true,
	};
	struct vmm_memory look[3] = { 0 };
	struct injector_status seen;
	struct result *r = mn.result;
	unsigned int i;

	if (r->kind != RESULT_PASS || vmm_start(&self->vmm, &spec, r) ||
	    kill_vmm(&self->vmm, r))
		return;
	if (!vmm_await_exit(&self->vmm, WAIT_MS, r) &&
		 !reap_refused_then_accepted(&self->vmm, look, &seen, r))
		result_note(r, "refusals %llu, pages kept %u, then freed",
			    (unsigned long long)seen.refused, look[1].kept);
	for (i = 0; i < ARRAY_SIZE(look); i++)
		free(look[i].pages);
}

static void add_variants(void)
{
	add_reap_variants();
	add_pair_variants();
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

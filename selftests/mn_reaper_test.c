// SPDX-License-Identifier: GPL-2.0
/*
 * mn_reaper_test - the OOM killer kills a VMM, and its reaper is refused.
 *
 * The oom_reaper comes 2 s after the kill (at once before v5.18), tries 10
 * times every 100 ms, and skips each VMA that a notifier refuses.  The victim
 * is held at its exit, so that it does not free its memory itself meanwhile.
 *
 *   one_vma		a VM on one VMA, refused forever;
 *   gives_up		many VMAs under several VMs, all refused forever: freed
 *			by the exit only, and the log says so;
 *   ends_in_time	the same, but refusals end inside those 10 tries: reaped;
 *   some_ranges	only part of the VMAs is refused: the rest is reaped.
 *
 * Contracts 1, 2, 3, 6 and 8.  Fixes guarded: c2655835fd8c ("mm/mmu_notifiers:
 * ensure range_end() is paired with range_start()").
 */
#include "host/hostfile.h"
#include "host/memcg.h"
#include "mn_harness.h"
#include "scenario/scenario.h"
#include "scenario/vmm.h"

MN_ABOUT("the OOM killer strikes a VMM, and a notifier refuses its reaper", 1, 2, 3, 6, 8);
MN_MAY_CHANGE(MEMCG_MAY_CHANGE);

#define NR_PAGES	256
#define NR_VMAS		64
#define NR_VMS		4
#define OOM_LIMIT	(48UL << 20)
#define WAIT_MS		30000	/* of time in which the bed runs us */

#define REAPER_TRIES	10
#define TRIES_REFUSED	3	/* where refusals end in time */

FIXTURE(oom) {
	struct vmm vmm;
	struct klog klog;
};

FIXTURE_VARIANT(oom) {
	bool before_kvm;
	unsigned int nr_vms;
	unsigned int nr_vmas;
	unsigned int refused_vmas;	/* from the middle of them */
	unsigned int tries_refused;	/* 0: all */
};

/* With 2 the kernel panics even if only a cgroup is out of memory. */
static int host_survives_oom(struct result *r)
{
	unsigned long long panics;
	int ret = hostfile_read_ulong("/proc/sys/vm/panic_on_oom", &panics);

	if (ret)
		return result_error(r, "read(/proc/sys/vm/panic_on_oom): %s", strerror(-ret));
	if (panics == 2)
		return result_skip(r, "vm.panic_on_oom is 2: an OOM kill would panic this host");
	return 0;
}

FIXTURE_SETUP(oom)
{
	self->klog.fd = -1;
	if (vm_available(mn.result) || inject_available(mn.result) || host_survives_oom(mn.result))
		return;
	/* What the reaper does is in the log, and nowhere else. */
	if (!klog_open(&self->klog, mn.result) && self->klog.fd < 0)
		result_skip(mn.result, "/dev/kmsg cannot be read");
}

FIXTURE_TEARDOWN(oom)
{
	vmm_end(&self->vmm);
	if (self->klog.fd >= 0)
		klog_check(&self->klog, mn.result);
	klog_close(&self->klog);
}

/* What the reaper's last word must be; of others on this machine it speaks as well. */
static int await_last_word(struct klog *klog, pid_t pid, bool gives_up, struct result *r)
{
	const uint64_t budget_ns = WAIT_MS * 1000000ULL;
	char reaped[64], unable[64], word[256];
	struct deadline deadline;
	bool ours;

	snprintf(reaped, sizeof(reaped), "oom_reaper: reaped process %d (", pid);
	snprintf(unable, sizeof(unable), "oom_reaper: unable to reap pid:%d (", pid);
	deadline_start(&deadline, budget_ns);
	do {
		if (klog_await(klog, "oom_reaper: ", word, sizeof(word), budget_ns, r))
			return -1;
		ours = strstr(word, reaped) || strstr(word, unable);
	} while (!ours && deadline_poll(&deadline));
	if (!ours)
		return result_error(r, "the oom_reaper said nothing of process %d in %d ms", pid,
				    WAIT_MS);
	if (!strstr(word, gives_up ? unable : reaped))
		return result_fail(r, CONTRACT_UNTOUCHED, "the kernel logged '%s', not '%s...)'",
				   word, gives_up ? unable : reaped);
	result_note(r, "kernel: %s", word);
	return 0;
}

/*
 * The mm is marked only after the last word.  From then on process_mrelease(2),
 * where there is one, succeeds without doing anything.
 */
static int await_given_up(const struct vmm *vmm, struct result *r)
{
	struct deadline deadline;
	int ret;

	deadline_start(&deadline, WAIT_MS * 1000000ULL);
	while ((ret = vmm_mrelease(vmm)) == -EAGAIN) {
		if (!deadline_poll(&deadline))
			return result_fail(r, CONTRACT_UNTOUCHED,
					   "the oom_reaper did not give up within %d ms", WAIT_MS);
	}
	if (ret && ret != -ENOSYS)
		return result_error(r, "process_mrelease() of a held process: %s", strerror(-ret));
	return 0;
}

/* So many refusals by now, one for each VMA and try, or the test hit nothing. */
static int judge_refusals(const struct vmm *vmm, unsigned int wanted, struct result *r)
{
	struct injector_status seen;

	if (injector_read(&vmm->injector, &seen, r))
		return -1;
	if (seen.refused < wanted)
		return result_error(r, "no effect: the oom_reaper was refused %llu times, %u expected",
				    (unsigned long long)seen.refused, wanted);
	return 0;
}

/* It tries so often, and each try is refused once for a VMA. */
static int judge_tries(const struct vmm *vmm, unsigned int vmas, struct result *r)
{
	struct injector_status seen;

	if (injector_read(&vmm->injector, &seen, r))
		return -1;
	result_judged(r, ORACLE_REFUSAL);
	if (seen.refused > (uint64_t)REAPER_TRIES * vmas)
		return result_fail(r, CONTRACT_UNTOUCHED,
				   "the oom_reaper did not give up after %d tries: %llu refusals for %u VMAs",
				   REAPER_TRIES, (unsigned long long)seen.refused, vmas);
	return 0;
}

/* Too many tries are also why no last word may come. */
static int await_end(struct klog *klog, const struct vmm *vmm, bool gives_up,
		     unsigned int vmas, struct result *r)
{
	int ret = await_last_word(klog, vmm->pid, gives_up, r);

	return judge_tries(vmm, vmas, r) ? -1 : ret;
}

/* The process is alive, though it does nothing any more: all VMs can be asked. */
static int judge_rest(const struct vmm *vmm, struct result *r)
{
	uint64_t budget_ns = calibration_budget_ns(&(struct calibration) { 0 });
	struct health health;
	unsigned int i;

	for (i = 0; i < vmm->nr_vms; i++) {
		if (health_init(&health, vmm->names[i], r) ||
		    health_balanced(&health, budget_ns, r))
			return -1;
	}
	return 0;
}

/* What was refused forever stays, all else goes. */
static int judge_memory(const struct vmm_memory *before, const struct vmm_memory *after,
			unsigned int first, unsigned int nr, struct result *r)
{
	if (vmm_judge_untouched(before, after, first, nr, r))
		return -1;
	if (after->kept > nr)
		return result_fail(r, CONTRACT_UNTOUCHED,
				   "%u pages are left, of which only %u were refused to the end",
				   after->kept, nr);
	result_note(r, "pages kept %u of %d", after->kept, NR_PAGES);
	return 0;
}

static int reap(struct klog *klog, struct vmm *vmm, const struct vmm_spec *spec,
		unsigned int tries, unsigned int vmas, struct result *r)
{
	struct vmm_memory before = { 0 }, after = { 0 };
	bool gives_up = tries == REAPER_TRIES;
	int ret = -1;

	if (!vmm_look(vmm, &before, r) && !await_end(klog, vmm, gives_up, vmas, r) &&
	    !judge_refusals(vmm, tries * vmas, r) && (!gives_up || !await_given_up(vmm, r)) &&
	    !judge_rest(vmm, r) && !vmm_look(vmm, &after, r))
		ret = judge_memory(&before, &after, spec->aim_first,
				   gives_up ? spec->aim_pages : 0, r);
	free(before.pages);
	free(after.pages);
	return ret;
}

TEST_F(oom, refused)
{
	unsigned int pages_per_vma = NR_PAGES / variant->nr_vmas;
	unsigned int tries = variant->tries_refused ? variant->tries_refused : REAPER_TRIES;
	char memcg[128], times[32] = "times -1";
	const struct injector_setup eagain = {
		.kind = "eagain",
		.count = 1,
		.knob = times,
		.before_kvm = variant->before_kvm,
	};
	struct vmm_spec spec = {
		.backing = &backings[BACKING_ANON],
		.injector = &eagain,
		.nr_pages = NR_PAGES,
		.nr_vms = variant->nr_vms,
		.nr_vmas = variant->nr_vmas,
		.aim_first = (variant->nr_vmas - variant->refused_vmas) / 2 * pages_per_vma,
		.aim_pages = variant->refused_vmas * pages_per_vma,
		.cgroup = memcg,
		.hold = true,
	};
	struct injector_status seen;
	struct result *r = mn.result;

	if (variant->tries_refused)
		snprintf(times, sizeof(times), "times %u", tries * variant->refused_vmas);
	if (r->kind != RESULT_PASS ||
	    memcg_create(&mn.host, "mn_reaper_test", OOM_LIMIT, memcg, sizeof(memcg), r) ||
	    vmm_start(&self->vmm, &spec, r) || vmm_grow(&self->vmm, r) ||
	    vmm_await_exit(&self->vmm, WAIT_MS, r) ||
	    reap(&self->klog, &self->vmm, &spec, tries, variant->refused_vmas, r) ||
	    vmm_release(&self->vmm, WAIT_MS, r) ||
	    vmm_judge_orphans(&self->vmm, true, &seen, r))
		return;
	result_note(r, "refusals %llu, invalidations %llu", (unsigned long long)seen.refused,
		    (unsigned long long)seen.starts);
}

static void add_variants(void)
{
	static const struct {
		const char *name;
		unsigned int nr_vms, nr_vmas, refused_vmas, tries_refused;
	} rows[] = {
		{ "one_vma", 1, 1, 1, 0 },
		{ "gives_up", NR_VMS, NR_VMAS, NR_VMAS, 0 },
		{ "ends_in_time", NR_VMS, NR_VMAS, NR_VMAS, TRIES_REFUSED },
		{ "some_ranges", NR_VMS, NR_VMAS, NR_VMAS / 4, 0 },
	};
	FIXTURE_VARIANT(oom) variant;
	unsigned int i, before;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
	for (before = 0; before < 2; before++) {
		variant.before_kvm = before;
		variant.nr_vms = rows[i].nr_vms;
		variant.nr_vmas = rows[i].nr_vmas;
		variant.refused_vmas = rows[i].refused_vmas;
		variant.tries_refused = rows[i].tries_refused;
		mn_case_add(oom, rows[i].name, before ? "before_kvm" : "after_kvm", MN_CASE_CORE,
			    &variant);
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

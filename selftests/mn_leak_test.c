// SPDX-License-Identifier: GPL-2.0
/*
 * mn_leak_test - nothing of a VM and its process stays in the kernel.
 *
 * Processes with a VM start, have their guest touch memory, and exit, one after the
 * other.  What KVM holds of their mms, and what it has allocated, must be freed, too.
 * Others on this machine allocate such objects as well, but hardly one for each of
 * our processes every time: only a count that grows by that many several times in a
 * row is a leak, and only if our cgroup is charged for as many.
 *
 *   exit	the mm dies first, and releases the VM;
 *   destroy	the VM goes first.
 *
 * And of the pages that KVM got hold of for a guest, it keeps none: after a thousand faults
 * that had to be tried again, of each kind (write, read, fetch of code, and of huge pages), every page
 * can be moved, and its frame is free once the guest is gone.
 *
 * Contracts 4 and 8.
 */
#include <sched.h>
#include <sys/wait.h>

#include "base/deadline.h"
#include "host/memcg.h"
#include "mn_harness.h"
#include "oracle/leak_check.h"
#include "scenario/scenario.h"
#include "support/retried.h"

MN_ABOUT("nothing of a VM and its process stays in the kernel when both are gone, and KVM keeps no page of a guest",
	 4, 8);

#define NR_PAGES	16
#define NR_VMMS		32	/* at a time */
#define NR_TIMES	3
#define WAIT_MS		30000	/* of time in which the bed runs us */
#define SETTLE_NS	5000000000ULL	/* what frees later, by RCU or by a worker */

FIXTURE(leak) {
	int unused;
};

FIXTURE_VARIANT(leak) {
	bool destroys;
};

FIXTURE_VARIANT_ADD(leak, exit) {
	.destroys = false,
};

FIXTURE_VARIANT_ADD(leak, destroy) {
	.destroys = true,
};

FIXTURE_SETUP(leak)
{
}

FIXTURE_TEARDOWN(leak)
{
}

/*
 * All on one CPU: one that has been idle since may keep the mm that it ran last, and
 * there may be as many of these as there are processes here.
 */
static int stay_here(struct result *r)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	if (sched_setaffinity(0, sizeof(here), &here))
		return result_errno(r, "sched_setaffinity(CPU %d)", sched_getcpu());
	return 0;
}

static int run_guest(struct vm *vm, struct area *area, struct result *r)
{
	struct progress progress;

	if (vm_create(vm, 1, NR_PAGES, r) ||
	    area_create(area, &backings[BACKING_ANON], NR_PAGES * PAGE_BYTES, r) ||
	    vm_use_area(vm, area, NR_PAGES, r))
		return -1;
	vm_set_workload(vm, workload_find("sweep_write"));
	if (vm_start(vm, r))
		return -1;
	progress_init(&progress, vm);
	vm_resume(vm);
	return progress_await(&progress, NR_PAGES, CALIBRATION_NS, "in a VMM", r);
}

static void be_vmm(bool destroys, struct result *r)
{
	struct area area = { 0 };
	struct vm vm = { 0 };

	test_process_child();
	run_guest(&vm, &area, r);
	if (destroys)
		vm_destroy(&vm);
	_exit(0);
}

static int run_vmms(bool destroys, struct result *r)
{
	unsigned int n;
	pid_t pid;

	for (n = 0; n < NR_VMMS; n++) {
		pid = fork();
		if (pid < 0)
			return result_errno(r, "fork()");
		if (!pid)
			be_vmm(destroys, r);
		test_process_wait(pid, WAIT_MS, r);
		if (r->kind != RESULT_PASS)
			return -1;
	}
	return 0;
}

/* Without a cgroup it is told by the counts of everybody alone. */
static void join_cgroup(char *memcg, size_t size, struct result *r)
{
	struct result why;

	result_init(&why);
	if (!memcg_create(&mn.host, "mn_leak_test", 0, memcg, size, &why) &&
	    !memcg_join(&mn.host, memcg, &why))
		return;
	memcg[0] = '\0';
	result_note(r, "no cgroup of its own: %s", why.reason);
}

static unsigned long long growth(const struct leak_counts *before, const struct leak_counts *now,
				 unsigned int what)
{
	if (!before->known[what] || now->count[what] < before->count[what])
		return 0;
	return now->count[what] - before->count[what];
}

static bool is_freed(const struct leak_counts *before, const struct leak_counts *now)
{
	unsigned int what;

	for (what = 0; what < NR_LEAK_KINDS; what++) {
		if (growth(before, now, what) >= NR_VMMS)
			return false;
	}
	return true;
}

static void await_freed(const struct leak_counts *before, struct leak_counts *now)
{
	struct deadline deadline;

	deadline_start(&deadline, SETTLE_NS);
	do {
		leak_counts_read(now);
	} while (!is_freed(before, now) && deadline_poll(&deadline));
}

/*
 * What of it is left of the @nr processes that there have been in our cgroup?  Half of
 * them is enough: each CPU keeps back a page of what it is to charge.
 */
static unsigned int find_leak(const char *memcg, const struct leak_counts *before,
			      const struct leak_counts *now, unsigned int nr, struct result *r)
{
	unsigned long long charged;
	unsigned int what;

	for (what = 0; what < NR_LEAK_KINDS; what++) {
		if (growth(before, now, what) < NR_VMMS)
			continue;
		result_note(r, "%d processes with a VM came and went, and %llu more %s are there",
			    NR_VMMS, growth(before, now, what), leak_name(what));
		if (!leak_charged(memcg, what, &charged) || charged >= nr / 2)
			break;
		result_note(r, "these are someone else's: our cgroup is charged for %llu at most, after %u processes",
			    charged, nr);
	}
	return what;
}

TEST_F(leak, vmms)
{
	struct result *r = mn.result;
	struct leak_counts before, now;
	unsigned int what, times;
	char memcg[128] = "";

	leak_counts_read(&before);
	if (!before.known[LEAK_MM]) {
		result_skip(r, "no counts of slab objects: /sys/kernel/slab/mm_struct (CONFIG_SLUB_DEBUG)");
		return;
	}
	if (vm_available(r) || stay_here(r))
		return;
	join_cgroup(memcg, sizeof(memcg), r);
	for (times = 0; times < NR_TIMES; times++) {
		leak_counts_read(&before);
		if (run_vmms(variant->destroys, r))
			return;
		result_judged(r, ORACLE_LEAKS);
		await_freed(&before, &now);
		what = find_leak(memcg, &before, &now, (times + 1) * NR_VMMS, r);
		if (what == NR_LEAK_KINDS)
			return;
	}
	result_fail(r, CONTRACT_DEATH, "%d times in a row at least one of the %s of each VM was left",
		    NR_TIMES, leak_name(what));
}

/* ---- pages of faults that were tried again ---- */

FIXTURE(retried) {
	int unused;
};

FIXTURE_VARIANT(retried) {
	const struct retried_way *way;
	enum backing_id backing;
	const char *workload;
};

FIXTURE_SETUP(retried)
{
}

FIXTURE_TEARDOWN(retried)
{
}

TEST_F(retried, pages)
{
	retried_judge(variant->way, &backings[variant->backing], variant->workload, mn.result);
}

static void add_variants(void)
{
	static const struct {
		const char *id;
		FIXTURE_VARIANT(retried) variant;
	} rows[] = {
		{ "anon.write", { &retried_protected, BACKING_ANON, "sweep_write" } },
		{ "anon.read", { &retried_absent, BACKING_ANON, "sweep_verify" } },
		{ "anon_thp.write", { &retried_protected, BACKING_ANON_THP, "sweep_write" } },
		{ "memfd.fetch", { &retried_minor, BACKING_MEMFD, "exec" } },
		{ "hugetlb_shared.read", { &retried_minor_huge, BACKING_HUGETLB_SHARED, "sweep_verify" } },
	};
	char parameters[64];
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(rows); n++) {
		snprintf(parameters, sizeof(parameters), "%s.1vcpu", rows[n].variant.workload);
		mn_case_add(retried, rows[n].id, parameters, MN_CASE_CORE, &rows[n].variant);
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

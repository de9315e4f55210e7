// SPDX-License-Identifier: GPL-2.0
/*
 * mn_scale_test - a hundred times the size: vCPUs, memslots, pages, VMs, processes, huge pages.
 *
 * Each test makes one of these more and more (an axis): at each size a scenario with all its oracles
 * runs, and the calls that take the memory are timed.  What KVM does about a call grows with
 *
 *   vcpus	at most linearly: it asks each vCPU whether it has to leave the guest, which one
 *		bit of it says, and interrupts those that run, which are no more than CPUs
 *   slots	linearly, over one range: each slot in it is clamped to it and zapped by itself;
 *		and slots that are not in it cost one look into a tree
 *   pages	linearly; what there is to do only once shows at the small sizes
 *   vms	linearly: each VM has a notifier of its own on the mm
 *   processes	linearly, as a file's pages are looked for in each mm that maps them
 *   mthp	not: KVM maps what is smaller than a PMD page by page, and the mm takes less
 *		time the fewer folios there are
 *   pages_1g	has one size: two pages
 *
 * `crowd` has one size, more than fits into 32 bits: of slots, which is fast and runs by default, and
 * of vCPUs.
 *
 * Contracts 5, 6, 8, 9 and 10.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <linux/memfd.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "mn_harness.h"
#include "support/more_vm.h"
#include "support/scale.h"
#include "support/vm_processes.h"

MN_ABOUT("vCPUs, memslots, pages, VMs and processes in numbers, and what a call costs then",
	 5, 6, 8, 9, 10);

#define CROWD		33
#define LIMIT_S		5	/* of one size, without -d */

/* ---- vCPUs and slots ---- */

static void set_vcpus(struct scale *s)
{
	s->spec.nr_vcpus = s->size;
}

static const char *vcpus_missing(unsigned int size)
{
	return (int)size <= vm_capability(KVM_CAP_MAX_VCPUS) ? NULL : "KVM has no so many vCPUs";
}

static const char *slots_missing(unsigned int size)
{
	return (int)size + VM_SLOT_AREA <= vm_capability(KVM_CAP_NR_MEMSLOTS) ? NULL :
	       "KVM has no so many memslots";
}

static int set_slot(struct scenario_run *run, unsigned int slot, size_t from, size_t pages,
		    struct result *r)
{
	size_t offset = from * PAGE_BYTES;
	int ret = vm_set_slot(&run->vm, VM_SLOT_AREA + slot, GUEST_AREA_GPA + offset,
			      run->area.hva + offset, pages * PAGE_BYTES);

	errno = -ret;
	return ret ? result_errno(r, "KVM_SET_USER_MEMORY_REGION(slot %u of %zu pages)", slot,
				  pages) : 0;
}

/* By turns one page less and one more than their share, which is of an even number of pages. */
static int cut(struct scenario_run *run, unsigned int nr, struct result *r)
{
	size_t share = run->spec->nr_pages / nr, from = 0, pages;
	unsigned int slot;

	if (set_slot(run, 0, 0, 0, r))
		return -1;
	for (slot = 0; slot < nr; slot++, from += pages) {
		pages = slot % 2 ? share + 1 : share - 1;
		if (slot == nr - 1)
			pages = run->spec->nr_pages - from;
		if (set_slot(run, slot, from, pages, r))
			return -1;
	}
	return 0;
}

static int cut_into_slots(struct scenario_run *run, struct result *r)
{
	struct scale *s = scale_of(run);
	uint64_t start;

	if (vm_park(&run->vm, run->budget_ns, r))
		return -1;
	start = now_ns();
	if (cut(run, s->size, r))
		return -1;
	s->other_ns = now_ns() - start;
	vm_resume(&run->vm);
	return progress_await(&run->progress, run->visits, run->budget_ns,
			      "with the slots laid out", r);
}

/* ---- pages ---- */

static void set_pages(struct scale *s)
{
	s->spec.nr_pages = s->size;
}

/* ---- VMs, of one process and of several ---- */

static int make_vms(struct scenario_run *run, struct result *r)
{
	struct scale *s = scale_of(run);
	unsigned int share = run->spec->nr_pages / s->size, i;
	struct more_vm *vms = calloc(s->size, sizeof(*vms));
	uint64_t start = now_ns();

	s->own = vms;
	if (!vms)
		return result_errno(r, "calloc(%u VMs)", s->size);
	if (more_vm_keep(run, share, r))
		return -1;
	for (i = 1; i < s->size; i++)
		if (more_vm_make(&vms[i], run, i * share, share, r))
			return -1;
	s->other_ns = now_ns() - start;
	return 0;
}

static int each_vm(struct scenario_run *run,
		   int (*step)(struct more_vm *m, struct scenario_run *run, struct result *r),
		   struct result *r)
{
	struct scale *s = scale_of(run);
	struct more_vm *vms = s->own;
	unsigned int i;

	for (i = 1; i < s->size; i++)
		if (step(&vms[i], run, r))
			return -1;
	return 0;
}

static int before_call_of_vms(struct scenario_run *run, struct result *r)
{
	return each_vm(run, more_vm_before_call, r);
}

static int after_call(struct more_vm *m, struct scenario_run *run, struct result *r)
{
	(void)r;
	more_vm_after_call(m, run);
	return 0;
}

static int after_call_of_vms(struct scenario_run *run, struct result *r)
{
	return each_vm(run, after_call, r);
}

static int after_round_of_vms(struct scenario_run *run, struct result *r)
{
	return each_vm(run, more_vm_after_round, r);
}

static int unmake(struct more_vm *m, struct scenario_run *run, struct result *r)
{
	return more_vm_unmake(m, run, false, r);
}

static int unmake_vms(struct scenario_run *run, struct result *r)
{
	struct scale *s = scale_of(run);
	struct more_vm *vms = s->own;
	unsigned int i;
	int ret = 0;

	if (vms && r->kind == RESULT_PASS)
		ret = each_vm(run, unmake, r);
	for (i = 1; vms && i < s->size; i++)
		vm_destroy(&vms[i].vm);
	free(vms);
	return ret;
}

static int start_processes(struct scenario_run *run, struct result *r)
{
	struct scale *s = scale_of(run);
	unsigned int share = run->spec->nr_pages / s->size;
	uint64_t start = now_ns();

	if (more_vm_keep(run, share, r))
		return -1;
	s->own = vm_processes_start(run, s->size - 1, share, r);
	s->other_ns = now_ns() - start;
	return s->own ? 0 : -1;
}

static int before_call_of_processes(struct scenario_run *run, struct result *r)
{
	return vm_processes_before_call(scale_of(run)->own, r);
}

static int after_call_of_processes(struct scenario_run *run, struct result *r)
{
	return vm_processes_after_call(scale_of(run)->own, r);
}

static int after_round_of_processes(struct scenario_run *run, struct result *r)
{
	return vm_processes_after_round(scale_of(run)->own, r);
}

static int end_processes(struct scenario_run *run, struct result *r)
{
	return vm_processes_end(scale_of(run)->own, r);
}

/* ---- pages of 1 GiB ---- */

#define GIB_BYTES	(1UL << 30)
#define GIB_POOL	"/sys/kernel/mm/hugepages/hugepages-1048576kB/"
#define GIB_PAGES	2	/* of an area, and for what is mapped again while it is still held */

static const char *gib_missing(void)
{
	unsigned long long nr;

	if (hostfile_read_ulong(GIB_POOL "free_hugepages", &nr))
		return "kernel or CPU without pages of 1 GiB";
	return nr >= GIB_PAGES ? NULL :
	       "fewer than 2 pages of 1 GiB are free: boot with hugepagesz=1G hugepages=2";
}

static const struct backing gib_backing = {
	.name = "hugetlb_1g",
	.about = "private memory in 1 GiB pages of the pool",
	.granule = GIB_BYTES,
	.advice = MADV_NORMAL,
	.flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MFD_HUGE_1GB,
	.missing = gib_missing,
	.like = &backings[BACKING_HUGETLB],
};

static int check_gib(struct scenario_run *run, struct result *r)
{
	unsigned long long mapped;

	scale_note_faults(run, r);
	if (!vm_stat(&run->vm, "pages_1g", &mapped) && !mapped)
		return result_skip(r, "KVM maps no page of 1 GiB");
	return 0;
}

/* ---- folios between 4 KiB and 2 MiB ---- */

#define THP_DIR		"/sys/kernel/mm/transparent_hugepage/"
#define MAX_FOLIO_KIB	1024

static unsigned int folio_kib;	/* of the size that runs */
static long long folios_before;	/* given before it ran; -1: unknown */

static const char *mthp_missing(void)
{
	return access(THP_DIR "hugepages-64kB", F_OK) ?
	       "no folios of sizes below that of a PMD: kernel before v6.8" : NULL;
}

/* Those of the size alone; of 4 KiB none. */
static int allow_folios(struct hoststate *host, const char *file, struct result *r)
{
	unsigned int kib;
	char path[96];

	for (kib = 8; kib <= HUGE_BYTES / 1024; kib *= 2) {
		snprintf(path, sizeof(path), THP_DIR "hugepages-%ukB/%s", kib, file);
		if (hoststate_write(host, path, kib == folio_kib ? "always" : "never", r))
			return -1;
	}
	return 0;
}

/*
 * What the kernel has given of the size since it booted, or -1: it does not say.  Of anonymous
 * memory it does since v6.10.
 */
static long long folios_given(bool shared)
{
	unsigned long long given;
	char path[96];

	snprintf(path, sizeof(path), THP_DIR "hugepages-%ukB/stats/%s", folio_kib,
		 shared ? "shmem_alloc" : "anon_fault_alloc");
	return hostfile_read_ulong(path, &given) ? -1 : (long long)given;
}

static int provide_folios(struct hoststate *host, size_t bytes, struct result *r)
{
	(void)bytes;
	folios_before = folios_given(false);
	return allow_folios(host, "enabled", r);
}

static int provide_shared_folios(struct hoststate *host, size_t bytes, struct result *r)
{
	(void)bytes;
	folios_before = folios_given(true);
	return allow_folios(host, "shmem_enabled", r);
}

static const struct backing mthp_backing = {
	.name = "anon_mthp",
	.about = "private anonymous memory in folios of one size",
	.granule = MAX_FOLIO_KIB * 1024,
	.advice = MADV_NORMAL,
	.flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
	.missing = mthp_missing,
	.may_change = "transparent_hugepage/hugepages-*kB/enabled",
	.provide = provide_folios,
	.like = &backings[BACKING_ANON],
};

static const char *shared_mthp_missing(void)
{
	return access(THP_DIR "hugepages-64kB/shmem_enabled", F_OK) ?
	       "no shared folios of sizes below that of a PMD: kernel before v6.11" : NULL;
}

static const struct backing shared_mthp_backing = {
	.name = "shared_mthp",
	.about = "shared anonymous memory in folios of one size",
	.granule = MAX_FOLIO_KIB * 1024,
	.advice = MADV_NORMAL,
	.flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
	.missing = shared_mthp_missing,
	.may_change = "transparent_hugepage/hugepages-*kB/shmem_enabled",
	.provide = provide_shared_folios,
	.like = &backings[BACKING_MEMFD],
};

static void set_folios(struct scale *s)
{
	folio_kib = s->size;
}

static int check_folios(struct scenario_run *run, struct result *r)
{
	bool shared = run->area.backing == &shared_mthp_backing;

	scale_note_faults(run, r);
	if (folio_kib * 1024 > PAGE_BYTES && folios_before >= 0 &&
	    folios_given(shared) == folios_before)
		return result_skip(r, "the kernel has given no folio of %u KiB", folio_kib);
	return 0;
}

const struct backing * const test_backings[] = {
	&gib_backing, &mthp_backing, &shared_mthp_backing, NULL,
};

/* ---- the axes ---- */

static const struct scale_axis axes[] = {
	{
		.name = "crowd", .of = "slots", .sizes = { CROWD },
		.pressure = "madvise_dontneed", .backing = &backings[BACKING_ANON],
		.workload = "sweep_write", .nr_vcpus = 2, .nr_pages = 2 * CROWD,
		.rounds = 1, .by_default = true, .missing = slots_missing,
		.steps.first = cut_into_slots,
	}, {
		.name = "crowd", .of = "vCPUs", .sizes = { CROWD },
		.pressure = "slot_recreate_dontneed", .backing = &backings[BACKING_ANON],
		.workload = "sweep_write", .nr_vcpus = CROWD, .nr_pages = 2 * CROWD,
		.rounds = 1, .missing = vcpus_missing,
	}, {
		.name = "vcpus", .of = "vCPUs", .sizes = { 1, 2, 4, 8, 16, 32, 64 },
		.pressure = "madvise_dontneed", .backing = &backings[BACKING_ANON],
		.workload = "sweep_write", .nr_pages = 256, .set = set_vcpus,
		.missing = vcpus_missing, .steps.first = scale_note_faults, .other = "fault",
	}, {
		.name = "slots", .of = "slots", .sizes = { 2, 8, 32, 128, 256 },
		.pressure = "madvise_dontneed", .backing = &backings[BACKING_ANON],
		.workload = "sweep_write", .nr_vcpus = 2, .nr_pages = 512,
		.missing = slots_missing, .steps.first = cut_into_slots, .other = "slots",
	}, {
		.name = "pages", .of = "pages", .sizes = { 128, 256, 512, 1024, 4096, 16384, 65536 },
		.pressure = "madvise_dontneed", .backing = &backings[BACKING_ANON],
		.workload = "sweep_write", .nr_vcpus = 2, .set = set_pages,
		.steps.first = scale_note_faults, .other = "fault",
	}, {
		.name = "pages", .of = "pages", .sizes = { 128, 256, 512, 1024, 4096, 16384, 65536 },
		.pressure = "move_pages_bulk", .backing = &backings[BACKING_MEMFD],
		.workload = "sweep_verify", .nr_vcpus = 2, .set = set_pages,
		.steps.first = scale_note_faults, .other = "fault",
	}, {
		.name = "vms", .of = "VMs", .sizes = { 1, 2, 4, 8, 16, 32 },
		.pressure = "madvise_dontneed", .backing = &backings[BACKING_ANON],
		.workload = "sweep_write", .nr_vcpus = 1, .nr_pages = 256, .other = "vms",
		.steps = {
			.first = make_vms, .before_call = before_call_of_vms,
			.after_call = after_call_of_vms, .after_round = after_round_of_vms,
			.last = unmake_vms,
		},
	}, {
		.name = "processes", .of = "processes", .sizes = { 1, 2, 4, 8, 16, 32 },
		.pressure = "fallocate_punch", .backing = &backings[BACKING_MEMFD],
		.workload = "sweep_write", .nr_vcpus = 1, .nr_pages = 256, .other = "processes",
		.steps = {
			.first = start_processes, .before_call = before_call_of_processes,
			.after_call = after_call_of_processes,
			.after_round = after_round_of_processes, .last = end_processes,
		},
	}, {
		.name = "mthp", .of = "KiB a folio", .sizes = { 4, 16, 64, 256, 1024 },
		.pressure = "madvise_dontneed", .backing = &mthp_backing,
		/* Of what the guest reads first it gets zero pages. */
		.workload = "sweep_verify", .nr_vcpus = 2, .nr_pages = 1024, .rounds = 1,
		.set = set_folios, .steps.first = check_folios, .other = "fault",
	}, {
		/* Page by page: of a folio some are mapped, and some are not. */
		.name = "mthp", .of = "KiB a folio", .sizes = { 4, 16, 64, 256, 1024 },
		.pressure = "madvise_dontneed_each", .backing = &shared_mthp_backing,
		.workload = "sweep_write", .nr_vcpus = 2, .nr_pages = 128,
		.set = set_folios, .steps.first = check_folios, .other = "fault",
	}, {
		.name = "pages_1g", .of = "pages of 1 GiB", .sizes = { GIB_PAGES },
		.pressure = "madvise_dontneed", .backing = &gib_backing,
		.workload = "sweep_write", .nr_vcpus = 2, .nr_pages = 256,
		.rounds = 1, .steps.first = check_gib, .other = "fault",
	},
};

FIXTURE(scale) {
	int unused;
};

FIXTURE_VARIANT(scale) {
	const struct scale_axis *axis;
};

FIXTURE_SETUP(scale)
{
}

FIXTURE_TEARDOWN(scale)
{
}

TEST_F(scale, guest)
{
	uint64_t seconds = mn.options.seconds ?: LIMIT_S;

	scale_run(variant->axis, seconds * 1000000000ULL, mn.result);
}

static void add_variants(void)
{
	char id[96], parameters[96];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(axes); i++) {
		FIXTURE_VARIANT(scale) variant = { .axis = &axes[i] };

		if (!pressure_find(axes[i].pressure) || !workload_find(axes[i].workload))
			continue;
		snprintf(id, sizeof(id), "%s.%s.%s", axes[i].name, axes[i].backing->name,
			 axes[i].pressure);
		snprintf(parameters, sizeof(parameters), "%s.none", axes[i].workload);
		mn_case_add(scale, id, parameters,
			    MN_CASE_CORE | (axes[i].by_default ? 0 : MN_CASE_EXTRA), &variant);
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

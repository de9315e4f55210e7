// SPDX-License-Identifier: GPL-2.0
/*
 * mn_frames_test - page frames of a driver as guest memory, which the driver replaces.
 *
 * A VM_PFNMAP mapping: KVM finds frames there on which it holds no reference, and only
 * the MMU notifier tells it that the driver has taken them back.  The module
 * mmu_notifier_inject plays the driver.  When its call has returned, the guest must
 * see the new frames, and never again an old one.  pagemap shows no frames of such
 * mappings, so the page protocol alone decides, not the watch over freed frames.
 *
 * Drivers do more than that.  Those that want to know which pages are written map them
 * read-only first, and are asked by pfn_mkwrite(); once they have taken the right to
 * write back, no write of the guest may pass them by.  Some map by PMD, some give the
 * guest nothing to write to, and some refuse: then KVM_RUN has to say so, and the guest
 * has to go on when they no longer do.
 *
 * Contracts 5, 9 and 10.
 */
#include "mn_chosen.h"
#include "base/deadline.h"
#include "host/release.h"
#include "vm/arch.h"

MN_ABOUT("page frames of a driver (VM_PFNMAP) as guest memory, which it replaces", 5, 9, 10);

/* ---- the driver ---- */

/* A row, and how the driver maps for it. */
struct driver {
	struct pressure row;
	const char *modes[2];		/* commands, before it maps anything */
	bool readonly;			/* user space maps them so */
};

/* At work. */
struct frames {
	int fd;
	struct inject_frames_status seen;
};

static const struct driver *driver_of(const struct press *p)
{
	return (const void *)((const char *)p->row - offsetof(struct driver, row));
}

static const struct frames *frames_of(const struct press *p)
{
	return p->state;
}

/* Return: where, or NULL with an error; @at: NULL for anywhere. */
static char *map(struct press *p, int prot, char *at, struct result *r)
{
	char *mem = mmap(at, p->area->size, prot, MAP_SHARED | (at ? MAP_FIXED : 0),
			 frames_of(p)->fd, 0);

	if (mem != MAP_FAILED)
		return mem;
	result_errno(r, "mmap(%p, %zu, frames of the module)", at, p->area->size);
	return NULL;
}

/* What is read-only to KVM the host writes through another mapping. */
static int map_readonly(struct press *p, struct result *r)
{
	struct area *a = p->area;

	if (!map(p, PROT_READ, a->hva, r))
		return -1;
	a->writable = map(p, PROT_READ | PROT_WRITE, NULL, r);
	return a->writable ? 0 : -1;
}

static int set_up(struct press *p, struct result *r)
{
	const struct driver *d = driver_of(p);
	struct frames *f = malloc(sizeof(*f));
	unsigned int n;

	if (!f)
		return result_errno(r, "malloc(frames)");
	*f = (struct frames) { .fd = inject_frames_open(r) };
	p->state = f;
	if (f->fd < 0)
		return -1;
	for (n = 0; n < ARRAY_SIZE(d->modes) && d->modes[n]; n++) {
		if (inject_frames_set(f->fd, r, "%s", d->modes[n]))
			return -1;
	}
	if (inject_frames(f->fd, p->area->size / PAGE_BYTES, r))
		return -1;
	if (d->readonly)
		return map_readonly(p, r);
	return map(p, PROT_READ | PROT_WRITE, p->area->hva, r) ? 0 : -1;
}

static void tear_down(struct press *p)
{
	struct frames *f = p->state;

	if (p->area->writable)
		munmap(p->area->writable, p->area->size);
	p->area->writable = NULL;
	if (f && f->fd >= 0)
		close(f->fd);
	free(f);
}

/* ---- what it does while the guest runs ---- */

static int replace(struct press *p, struct result *r)
{
	return inject_frames(frames_of(p)->fd, p->area->size / PAGE_BYTES, r);
}

/*
 * The guest has written to all of its pages since the driver took the right to: the
 * driver must have been asked for each, or KVM has let writes pass.
 */
static int judge_asked(struct press *p, struct result *r)
{
	struct frames *f = p->state;
	struct inject_frames_status now;
	unsigned long long asked, wanted;

	if (press_visited(p, "with its pages mapped read-only first", r) ||
	    inject_frames_read(f->fd, &now, r))
		return -1;
	asked = now.mkwrites - f->seen.mkwrites;
	wanted = now.blocks ? p->area->size / HUGE_BYTES : p->nr_pages;
	f->seen = now;
	p->proved += asked;
	if (asked >= wanted)
		return 0;
	return result_fail(r, CONTRACT_NO_STALE,
			   "the guest wrote to all of its pages since its driver made them read-only, which was asked for %llu of %llu",
			   asked, wanted);
}

static int apply_mkwrite_replace(struct press *p, struct result *r)
{
	return judge_asked(p, r) || replace(p, r) ? -1 : 0;
}

static int apply_mkwrite_zap(struct press *p, struct result *r)
{
	return judge_asked(p, r) ? -1 : inject_frames_set(frames_of(p)->fd, r, "zap");
}

static int apply_mkwrite_protect(struct press *p, struct result *r)
{
	return judge_asked(p, r) ? -1 : inject_frames_set(frames_of(p)->fd, r, "protect");
}

static int protect(struct press *p, int prot, struct result *r)
{
	if (mprotect(p->area->hva, p->area->size, prot))
		return result_errno(r, "mprotect(%p, %zu, %d)", p->area->hva, p->area->size, prot);
	return 0;
}

static int make_readonly(struct press *p, struct result *r)
{
	return protect(p, PROT_READ, r);
}

static int make_writable(struct press *p, struct result *r)
{
	return protect(p, PROT_READ | PROT_WRITE, r);
}

static int apply_mprotect(struct press *p, struct result *r)
{
	return press_gap(p, make_readonly, make_writable, r);
}

static int refuse(struct press *p, struct result *r)
{
	return inject_frames_set(frames_of(p)->fd, r, "refuse 1");
}

/* When a fault was refused, none is any more. */
static int allow(struct press *p, struct result *r)
{
	struct frames *f = p->state;
	struct inject_frames_status now;
	struct deadline deadline;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (inject_frames_read(f->fd, &now, r))
			return -1;
	} while (now.refused == f->seen.refused && deadline_poll(&deadline));
	p->proved += now.refused - f->seen.refused;
	f->seen = now;
	return inject_frames_set(f->fd, r, "refuse 0");
}

static int apply_refuse(struct press *p, struct result *r)
{
	return press_gap(p, refuse, allow, r);
}

static int apply_huge_replace(struct press *p, struct result *r)
{
	struct frames *f = p->state;
	struct inject_frames_status now;

	if (inject_frames_read(f->fd, &now, r))
		return -1;
	p->proved += now.blocks - f->seen.blocks;
	f->seen = now;
	return replace(p, r);
}

#define ON_FRAMES	BACKING_BIT(BACKING_ANON)
#define DRIVER_ROW	.set_up = set_up, .tear_down = tear_down
#define ASKED		"page made writable by pfn_mkwrite()"

static const struct driver plain = {
	.row = {
		.name = "frames_replace",
		.calls = "unmap_mapping_range() of a VM_PFNMAP mapping, other frames in it",
		.discards = ON_FRAMES,
		.apply = replace,
		.events = "clear",
		DRIVER_ROW,
	},
};

static const struct driver tracking = {
	.row = {
		.name = "frames_mkwrite_zap",
		.calls = "unmap_mapping_range() of a VM_PFNMAP mapping that is read-only until pfn_mkwrite()",
		.preserves = ON_FRAMES,
		.guest_writes = true,
		.proof = ASKED,
		.apply = apply_mkwrite_zap,
		.events = "clear",
		DRIVER_ROW,
	},
	.modes = { "mkwrite 1" },
};

static const struct driver drivers[] = {
	{ .row = {
		.name = "frames_mkwrite_replace",
		.calls = "unmap_mapping_range() of a VM_PFNMAP mapping that is read-only until pfn_mkwrite(), other frames in it",
		.discards = ON_FRAMES,
		.guest_writes = true,
		.proof = ASKED,
		.apply = apply_mkwrite_replace,
		.events = "clear",
		DRIVER_ROW,
	}, .modes = { "mkwrite 1" } },
	{ .row = {
		.name = "frames_mkwrite_protect",
		.calls = "wp_shared_mapping_range() of a VM_PFNMAP mapping that is read-only until pfn_mkwrite()",
		.preserves = ON_FRAMES,
		.guest_writes = true,
		.proof = ASKED,
		.apply = apply_mkwrite_protect,
		.events = "protection_page",
		DRIVER_ROW,
	}, .modes = { "mkwrite 1" } },
	{ .row = {
		.name = "frames_readonly_replace",
		.calls = "unmap_mapping_range() of a read-only VM_PFNMAP mapping, other frames in it",
		.discards = ON_FRAMES,
		.granule = 2 * HUGE_BYTES,	/* as large as a PMD maps, and no PMD can */
		.apply = replace,
		.events = "clear",
		DRIVER_ROW,
	}, .readonly = true },
	{ .row = {
		.name = "frames_mprotect",
		.calls = "mprotect(PROT_READ) of a VM_PFNMAP mapping, and back",
		.preserves = ON_FRAMES,
		.guest_writes = true,
		.apply = apply_mprotect,
		.events = "protection_vma",
		DRIVER_ROW,
	} },
	{ .row = {
		.name = "frames_refuse",
		.calls = "unmap_mapping_range() of a VM_PFNMAP mapping, VM_FAULT_SIGBUS for a while",
		.preserves = ON_FRAMES,
		.proof = "fault refused",
		.apply = apply_refuse,
		.events = "clear",
		DRIVER_ROW,
	} },
	{ .row = {
		.name = "frames_huge_replace",
		.calls = "unmap_mapping_range() of a VM_PFNMAP mapping by PMD, other frames in it",
		.since = "v6.12",
		.discards = ON_FRAMES,
		.granule = 2 * HUGE_BYTES,
		.proof = "fault that mapped a PMD",
		.apply = apply_huge_replace,
		.events = "clear",
		DRIVER_ROW,
	}, .modes = { "huge 1" } },
	{ .row = {
		.name = "frames_huge_mkwrite_zap",
		.calls = "unmap_mapping_range() of a VM_PFNMAP mapping by PMD that is read-only until written",
		.since = "v6.12",
		.preserves = ON_FRAMES,
		.granule = 2 * HUGE_BYTES,
		.guest_writes = true,
		.proof = "PMD made writable",
		.apply = apply_mkwrite_zap,
		.events = "clear",
		DRIVER_ROW,
	}, .modes = { "mkwrite 1", "huge 1" } },
};

FIXTURE(frames) {
	int unused;
};

FIXTURE_VARIANT(frames) {
	struct scenario spec;
};

FIXTURE_SETUP(frames)
{
}

FIXTURE_TEARDOWN(frames)
{
}

TEST_F(frames, guest)
{
	const unsigned int major = vm_arch.frames_since.major, minor = vm_arch.frames_since.minor;

	if (release_before(major, minor))
		result_skip(mn.result, "before v%u.%u KVM gives the guest other memory than the driver's",
			    major, minor);
	else if (!inject_available(mn.result))
		mn_run_scenario(&variant->spec);
}

/* ---- two openers: each is a device of its own ---- */

#define NR_OPENERS	2

struct opener {
	int fd;
	char *mem;
	struct injector seen;	/* invalidations of its mapping */
};

FIXTURE(openers) {
	struct opener all[NR_OPENERS];
	struct klog klog;
};

static int opener_start(struct opener *o, struct result *r)
{
	o->fd = inject_frames_open(r);
	if (o->fd < 0 || inject_frames(o->fd, 1, r))
		return -1;
	o->mem = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, o->fd, 0);
	if (o->mem == MAP_FAILED)
		return result_errno(r, "mmap(frames of the module)");
	*o->mem = 1;
	return injector_open(&o->seen, "observer", r) ||
	       injector_range(&o->seen, o->mem, PAGE_BYTES, r) ||
	       injector_attach(&o->seen, r) ? -1 : 0;
}

FIXTURE_SETUP(openers)
{
	unsigned int n;

	for (n = 0; n < NR_OPENERS; n++)
		self->all[n] = (struct opener) { .fd = -1, .mem = MAP_FAILED, .seen.fd = -1 };
	self->klog.fd = -1;
	if (inject_available(mn.result) || klog_open(&self->klog, mn.result))
		return;
	for (n = 0; n < NR_OPENERS && !opener_start(&self->all[n], mn.result); n++)
		;
}

FIXTURE_TEARDOWN(openers)
{
	unsigned int n;

	for (n = 0; n < NR_OPENERS; n++) {
		struct opener *o = &self->all[n];

		injector_close(&o->seen);
		if (o->mem != MAP_FAILED)
			munmap(o->mem, PAGE_BYTES);
		if (o->fd >= 0)
			close(o->fd);
	}
	if (self->klog.fd >= 0)
		klog_check(&self->klog, mn.result);
	klog_close(&self->klog);
}

/* The frame of one is replaced: that is a call for its own mapping and for no other. */
TEST_F(openers, one_replaced)
{
	struct opener *replaced = &self->all[0], *other = &self->all[1];
	struct injector_status at_replaced, at_other;
	struct result *r = mn.result;

	if (r->kind != RESULT_PASS || inject_frames(replaced->fd, 1, r) ||
	    injector_read(&replaced->seen, &at_replaced, r) ||
	    injector_read(&other->seen, &at_other, r))
		return;
	result_judged(r, ORACLE_TOOLS);
	if (!at_replaced.starts || *replaced->mem)
		result_error(r, "a frame was replaced with %llu invalidations, and %d is in it",
			     (unsigned long long)at_replaced.starts, *replaced->mem);
	else if (at_other.starts || *other->mem != 1)
		result_error(r, "a frame of another open file was zapped %llu times, and %d is in it",
			     (unsigned long long)at_other.starts, *other->mem);
}

static void add(const struct scenario *spec, const char *id, const char *parameters,
		unsigned int kind)
{
	FIXTURE_VARIANT(frames) variant = { .spec = *spec };

	mn_case_add(frames, id, parameters, kind, &variant);
}

/*
 * Can the guest do its work, and the workload judge it?  Where it may not write, a write leaves
 * as MMIO on x86-64 if the page is mapped, and ends KVM_RUN with EFAULT if it is not.
 */
static bool suits(const struct driver *d, const struct scenario *spec)
{
	return pressure_suits(&d->row, spec->backing, spec->workload) &&
	       (!d->readonly || spec->workload->writer == GUEST_WRITER_HOST);
}

static struct scenario spec_of(const struct driver *d, const char *workload)
{
	return (struct scenario) {
		.nr_pages = MN_NR_PAGES,
		.rounds = MN_NR_ROUNDS,
		.backing = &backings[BACKING_ANON],
		.pressure = &d->row,
		.workload = workload_find(workload),
	};
}

/* A test is a row; its cases are the workloads, injectors and numbers of vCPUs. */
static void add_row(const struct driver *d)
{
	unsigned int w;
	char id[64];

	snprintf(id, sizeof(id), "anon.%s", d->row.name);
	for (w = 0; w < ARRAY_SIZE(mn_workloads); w++) {
		const struct scenario spec = spec_of(d, mn_workloads[w]);

		if (spec.workload && suits(d, &spec))
			mn_add_workload(&spec, id, w < MN_NR_CORE ? MN_CASE_CORE : 0, add);
	}
}

static void add_variants(void)
{
	const struct scenario pairs = spec_of(&tracking, "pair");
	unsigned int w, n;
	char id[64];

	mn_account_begin();
	/* Each of these workloads with each number of vCPUs. */
	for (w = 0; w < MN_NR_CORE; w++) {
		struct scenario spec = spec_of(&plain, mn_workloads[w]);

		for (spec.nr_vcpus = 1; spec.workload && spec.nr_vcpus <= 2; spec.nr_vcpus++) {
			snprintf(id, sizeof(id), "%s_%uvcpu.anon.%s", mn_workloads[w],
				 spec.nr_vcpus, plain.row.name);
			mn_add_cases(&spec, id, add, MN_CASE_CORE);
		}
	}
	add_row(&tracking);
	for (n = 0; n < ARRAY_SIZE(drivers); n++)
		add_row(&drivers[n]);
	/* A write that KVM cannot carry out: it has to ask the driver for the page. */
	if (pairs.workload)
		mn_add_workload(&pairs, "unemulated.anon.frames_mkwrite_zap",
				MN_CASE_CORE, add);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

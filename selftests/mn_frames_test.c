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
 * Contracts 5, 9 and 10.
 */
#include "mn_chosen.h"

MN_ABOUT("page frames of a driver (VM_PFNMAP) as guest memory, which it replaces", 5, 9, 10);

static int set_up(struct press *p, struct result *r)
{
	const struct area *a = p->area;
	int *fd = malloc(sizeof(*fd));
	void *at;

	if (!fd)
		return result_errno(r, "malloc(descriptor)");
	p->state = fd;
	*fd = inject_frames_open(r);
	if (*fd < 0 || inject_frames(*fd, a->size / PAGE_BYTES, r))
		return -1;
	at = mmap(a->hva, a->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, *fd, 0);
	if (at == MAP_FAILED)
		return result_errno(r, "mmap(%p, %zu, frames of the module)", a->hva, a->size);
	return 0;
}

static int apply(struct press *p, struct result *r)
{
	return inject_frames(*(int *)p->state, p->area->size / PAGE_BYTES, r);
}

static void tear_down(struct press *p)
{
	int *fd = p->state;

	if (fd && *fd >= 0)
		close(*fd);
	free(fd);
}

static const struct pressure replace = {
	.name = "frames_replace",
	.calls = "unmap_mapping_range() of a VM_PFNMAP mapping, other frames in it",
	.events = "clear",
	.discards = BACKING_BIT(BACKING_ANON),
	.set_up = set_up,
	.apply = apply,
	.tear_down = tear_down,
};

static const struct mn_choice choices[] = {
	{ .own = &replace, .backings = BACKING_BIT(BACKING_ANON) },
	{ 0 },
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
	if (!inject_available(mn.result))
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
		unsigned int unused)
{
	FIXTURE_VARIANT(frames) variant = { .spec = *spec };

	(void)unused;
	mn_case_add(frames, id, parameters, MN_CASE_CORE, &variant);
}

/* By default each workload with each number of vCPUs. */
static void add_variants(void)
{
	struct scenario base = { .nr_pages = MN_NR_PAGES, .rounds = MN_NR_ROUNDS };
	unsigned int w;
	char what[32];

	mn_account_begin();
	for (w = 0; w < MN_NR_CORE; w++)
	for (base.nr_vcpus = 1; base.nr_vcpus <= 2; base.nr_vcpus++) {
		base.workload = workload_find(mn_workloads[w]);
		if (!base.workload)	/* not of this architecture */
			continue;
		snprintf(what, sizeof(what), "%s_%uvcpu", mn_workloads[w], base.nr_vcpus);
		mn_add_chosen(&base, what, choices, add, 0);
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

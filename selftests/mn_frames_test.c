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

static void add(const struct scenario *spec, const char *id, const char *parameters,
		unsigned int unused)
{
	FIXTURE_VARIANT(frames) variant = { .spec = *spec };

	(void)unused;
	mn_case_add(frames, id, parameters, true, &variant);
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
		snprintf(what, sizeof(what), "%s_%uvcpu", mn_workloads[w], base.nr_vcpus);
		mn_add_chosen(&base, what, choices, add, 0);
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

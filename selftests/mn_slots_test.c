// SPDX-License-Identifier: GPL-2.0
/*
 * mn_slots_test - one invalidated range, many memslots, and one slot's memory twice.
 *
 * KVM looks up the slots that an invalidated range touches, clamps the range to each,
 * and zaps that.  So the guest's memory is divided into slots of different sizes, down
 * to hundreds of single pages, and ranges begin and end exactly where slots do.
 * An alias is a second slot over the same host memory: both translations of a page
 * must go.  So must those of the second address space, which a vCPU in system
 * management mode uses.  A slot that moves is aligned to its memory in one place and not
 * in the next, where KVM may map nothing huge.
 *
 * A slot that is deleted or moved takes its translations with it, also where KVM was told to
 * leave those of others alone, and so looks for each.
 *
 * Contracts 5, 9 and 10.
 */
#include "mn_chosen.h"
#include "vm/arch.h"
#include "vm/slot_zap.h"

MN_ABOUT("one invalidated range across many memslots, and memory that is in two slots",
	 5, 9, 10);

#define ALIAS_GPA	(GUEST_AREA_GPA + (1UL << 30))
#define MANY_PAGES	256

/* ---- layouts: how the area is cut into slots ---- */

struct layout {
	const char *name;		/* stable: part of test names */
	size_t (*pages)(unsigned int slot, size_t all); /* of one slot; may be too many */
	bool aliased;			/* and all of it once more, at ALIAS_GPA */
	bool smm;			/* not cut; vCPU 0 has it in the other address space */
	bool moves;			/* not cut; elsewhere before each call */
	const struct vm_kind *kind;	/* not cut; a VM of this kind */
	const char *(*missing)(void);	/* why there is none, or NULL */
	unsigned int nr_pages;		/* of the area */
	const char *workload;		/* that alone; NULL: all take turns */
	const struct injector_setup *injector; /* the same */
	const struct mn_choice *choices;
};

static size_t half(unsigned int slot, size_t all)
{
	(void)slot;
	return (all + 1) / 2;
}

/* 1, 2, 3...: no two neighbours alike, and any page is the edge of some slot soon. */
static size_t growing(unsigned int slot, size_t all)
{
	(void)all;
	return slot + 1;
}

static size_t single(unsigned int slot, size_t all)
{
	(void)slot;
	(void)all;
	return 1;
}

static size_t whole(unsigned int slot, size_t all)
{
	(void)slot;
	return all;
}

static int set_slot(struct scenario_run *run, unsigned int slot, uint64_t gpa, size_t offset,
		    size_t size, struct result *r)
{
	int ret = vm_set_slot(&run->vm, slot, gpa, run->area.hva + offset, size);

	if (!ret)
		return 0;
	errno = -ret;
	return result_errno(r, "KVM_SET_USER_MEMORY_REGION(slot %u, gpa %#llx, %zu bytes)",
			    slot, (unsigned long long)gpa, size);
}

/* One slot after the other over the whole area; Return: the next free slot, or -1. */
static int cut(struct scenario_run *run, const struct layout *layout, struct result *r)
{
	size_t all = run->area.size / PAGE_BYTES, from = 0, pages;
	unsigned int slot;

	if (set_slot(run, VM_SLOT_AREA, GUEST_AREA_GPA, 0, 0, r))
		return -1;
	for (slot = 0; from < all; slot++, from += pages) {
		pages = layout->pages(slot, all);
		if (pages > all - from)
			pages = all - from;
		if (set_slot(run, VM_SLOT_AREA + slot, GUEST_AREA_GPA + from * PAGE_BYTES,
			     from * PAGE_BYTES, pages * PAGE_BYTES, r))
			return -1;
	}
	result_note(r, "%u slots", slot);
	return VM_SLOT_AREA + slot;
}

/* ---- the alias: the guest goes through the one slot, and through the other ---- */

static int visit_at(struct scenario_run *run, uint64_t gpa, const char *when, struct result *r)
{
	guest_store(&vm_shared(&run->vm)->area_gpa, gpa);
	return progress_await(&run->progress, 2 * run->visits, run->budget_ns, when, r);
}

static int visit_both(struct scenario_run *run, struct result *r)
{
	if (visit_at(run, ALIAS_GPA, "through the alias", r))
		return -1;
	return visit_at(run, GUEST_AREA_GPA, "back from the alias", r);
}

/* Pages that the guest takes through a slot that is new must be faulted in. */
struct faults {
	bool known;
	unsigned long long before;
};

static struct faults faults_now(const struct scenario_run *run)
{
	struct faults f;

	f.known = !vm_faults(&run->vm, &f.before);
	return f;
}

static int judge_effect(const struct scenario_run *run, const struct faults *f, const char *what,
			struct result *r)
{
	unsigned long long now;

	if (f->known && !vm_faults(&run->vm, &now) && now == f->before)
		return result_error(r, "no effect: the guest faulted in no page of %s", what);
	return 0;
}

static int add_alias(struct scenario_run *run, unsigned int slot, struct result *r)
{
	struct faults faults = faults_now(run);

	if (set_slot(run, slot, ALIAS_GPA, 0, run->area.size, r) || visit_both(run, r))
		return -1;
	return judge_effect(run, &faults, "the alias", r);
}

static int lay_out(struct scenario_run *run, struct result *r)
{
	const struct layout *layout = run->spec->own;
	struct faults faults;
	int slot;

	if (!layout->pages && !layout->smm)
		return 0;
	if (vm_park(&run->vm, run->budget_ns, r))
		return -1;
	slot = layout->smm ? vm_enter_smm(&run->vm, 0, r) : cut(run, layout, r);
	if (slot < 0)
		return -1;
	faults = faults_now(run);
	vm_resume(&run->vm);
	if (progress_await(&run->progress, run->visits, run->budget_ns,
			   "with the slots laid out", r) ||
	    judge_effect(run, &faults, "the slots laid out", r))
		return -1;
	return layout->aliased ? add_alias(run, slot, r) : 0;
}

static int see_both(struct scenario_run *run, struct result *r)
{
	const struct layout *layout = run->spec->own;

	return layout->aliased ? visit_both(run, r) : 0;
}

/* ---- a slot that moves: where it is aligned to its memory, and where not ---- */

static int move(struct scenario_run *run, struct result *r)
{
	static const uint64_t offsets[] = {
		PAGE_BYTES, HUGE_BYTES, HUGE_BYTES - PAGE_BYTES, 0,
	};
	uint64_t gpa = GUEST_AREA_GPA + offsets[run->rounds % ARRAY_SIZE(offsets)];
	struct faults faults;

	if (vm_park(&run->vm, run->budget_ns, r) || vm_move_area(&run->vm, gpa, r))
		return -1;
	faults = faults_now(run);
	vm_resume(&run->vm);
	return progress_await(&run->progress, run->visits, run->budget_ns,
			      "with its slot elsewhere", r) ?:
	       judge_effect(run, &faults, "the slot elsewhere", r);
}

static int before_call(struct scenario_run *run, struct result *r)
{
	const struct layout *layout = run->spec->own;

	return layout->moves ? move(run, r) : see_both(run, r);
}

static const struct scenario_steps steps = {
	.first = lay_out,
	.before_call = before_call,
	.after_round = see_both,
};

/* ---- the tests ---- */

static const struct mn_choice across[] = {
	{ .pressure = "madvise_dontneed", .backings = BACKING_BIT(BACKING_ANON) },
	{ .pressure = "move_pages_bulk",
	  .backings = BACKING_BIT(BACKING_MEMFD) | BACKING_BIT(BACKING_ANON_THP) },
	{ 0 },
};

static const struct mn_choice exact[] = {
	{ .pressure = "madvise_dontneed_each",
	  .backings = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD) },
	{ 0 },
};

static const struct mn_choice many[] = {
	{ .pressure = "madvise_dontneed", .backings = BACKING_BIT(BACKING_ANON) },
	{ 0 },
};

static const struct mn_choice twice[] = {
	{ .pressure = "madvise_dontneed", .backings = BACKING_BIT(BACKING_ANON) },
	{ .pressure = "move_pages_bulk",
	  .backings = BACKING_BIT(BACKING_MEMFD) | BACKING_BIT(BACKING_HUGETLB) },
	{ .pressure = "pageout", .backings = BACKING_BIT(BACKING_ANON) },
	{ 0 },
};

static const struct mn_choice spaces[] = {
	{ .pressure = "madvise_dontneed",
	  .backings = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_HUGETLB) },
	{ .pressure = "move_pages_bulk", .backings = BACKING_BIT(BACKING_MEMFD) },
	{ .pressure = "fork_write", .backings = BACKING_BIT(BACKING_ANON) },
	{ 0 },
};

/* What is huge where it can be. */
static const struct mn_choice moving[] = {
	{ .pressure = "madvise_dontneed", .backings = BACKING_BIT(BACKING_ANON_THP) },
	{ .pressure = "move_pages_bulk", .backings = BACKING_BIT(BACKING_HUGETLB) },
	{ 0 },
};

static const struct mn_choice remade[] = {
	{ .pressure = "slot_recreate_dontneed", .backings = BACKING_BIT(BACKING_ANON) },
	{ .pressure = "slot_move_dontneed", .backings = BACKING_BIT(BACKING_MEMFD) },
	{ 0 },
};

static const struct layout layouts[] = {
	{ .name = "halves", .pages = half, .nr_pages = MN_NR_PAGES, .choices = across },
	{ .name = "growing", .pages = growing, .nr_pages = MN_NR_PAGES,
	  .workload = "sweep_write", .choices = exact },
	{ .name = "single", .pages = single, .nr_pages = MANY_PAGES,
	  .workload = "sweep_write", .choices = many },
	{ .name = "alias", .pages = whole, .aliased = true, .nr_pages = MN_NR_PAGES,
	  .choices = twice },
	{ .name = "smm", .smm = true, .nr_pages = MN_NR_PAGES, .choices = spaces },
	{ .name = "moving", .moves = true, .nr_pages = MN_NR_PAGES, .choices = moving },
	{ .name = "zaps_one", .kind = &vm_zaps_one_slot, .missing = vm_zaps_one_slot_missing,
	  .nr_pages = MN_NR_PAGES, .choices = remade,
	  /* Who reaps takes what the slot may have left. */
	  .injector = &injector_setups[0] },
};

FIXTURE(slots) {
	int unused;
};

FIXTURE_VARIANT(slots) {
	struct scenario spec;
	const struct layout *layout;
};

FIXTURE_SETUP(slots)
{
}

FIXTURE_TEARDOWN(slots)
{
}

TEST_F(slots, guest)
{
	const struct layout *layout = variant->layout;
	const char *missing = layout->missing ? layout->missing() : NULL;

	if (missing)
		result_skip(mn.result, "%s", missing);
	else
		mn_run_scenario_with(&variant->spec, layout->kind, &steps, (void *)layout);
}

static void add(const struct scenario *spec, const char *id, const char *parameters,
		unsigned int layout)
{
	FIXTURE_VARIANT(slots) variant = { .spec = *spec, .layout = &layouts[layout] };

	mn_case_add(slots, id, parameters, MN_CASE_CORE, &variant);
}

static void add_variants(void)
{
	struct scenario base = { .nr_vcpus = 2, .rounds = MN_NR_ROUNDS };
	unsigned int i;

	mn_account_begin();
	for (i = 0; i < ARRAY_SIZE(layouts); i++) {
		base.nr_pages = layouts[i].nr_pages;
		base.injector = layouts[i].injector;
		base.workload = layouts[i].workload ? workload_find(layouts[i].workload) : NULL;
		if (layouts[i].workload && !base.workload)	/* not of this architecture */
			continue;
		mn_add_chosen(&base, layouts[i].name, layouts[i].choices, add, i);
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

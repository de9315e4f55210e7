// SPDX-License-Identifier: GPL-2.0
/*
 * mn_two_vms_test - two VMs of one process have the same memory, and lose it.
 *
 * Each has a notifier of its own on the mm: what is invalidated must go from both,
 * whichever is called first, even while the other one is being created or
 * destroyed.  Both have all of the memory in a slot; the first guest works on the
 * lower half of it, the second on the upper.
 *
 *   both	from the first round to the last
 *   in_turn	a new second VM each round, while injectors reap on
 *
 * Contracts 5, 6, 8, 9 and 10.
 */
#include "mn_chosen.h"
#include "support/more_vm.h"

MN_ABOUT("two VMs have the same memory, and both must lose it", 5, 6, 8, 9, 10);

struct second {
	bool in_turn;
	struct more_vm vm;
};

static int make(struct second *s, struct scenario_run *run, struct result *r)
{
	unsigned int nr = run->spec->nr_pages / 2;

	return more_vm_make(&s->vm, run, nr, run->spec->nr_pages - nr, r);
}

/*
 * Its counts are only sure to be 0 if nobody invalidates then, as a fault of the first guest may;
 * while injectors reap, it goes in the middle of that.
 */
static int unmake(struct second *s, struct scenario_run *run, struct result *r)
{
	bool alone = !run->spec->injector->reaps;
	int ret;

	if (alone && vm_park(&run->vm, run->budget_ns, r))
		return -1;
	ret = more_vm_unmake(&s->vm, run, alone, r);
	if (alone)
		vm_resume(&run->vm);
	return ret;
}

static int first(struct scenario_run *run, struct result *r)
{
	return more_vm_keep(run, run->spec->nr_pages / 2, r) ?: make(run->spec->own, run, r);
}

static int before_call(struct scenario_run *run, struct result *r)
{
	struct second *s = run->spec->own;

	return more_vm_before_call(&s->vm, run, r);
}

static int after_call(struct scenario_run *run, struct result *r)
{
	struct second *s = run->spec->own;

	(void)r;
	more_vm_after_call(&s->vm, run);
	return 0;
}

static int after_round(struct scenario_run *run, struct result *r)
{
	struct second *s = run->spec->own;

	if (more_vm_after_round(&s->vm, run, r))
		return -1;
	return s->in_turn ? unmake(s, run, r) ?: make(s, run, r) : 0;
}

static int last(struct scenario_run *run, struct result *r)
{
	struct second *s = run->spec->own;
	int ret = 0;

	if (!s->vm.vm.nr_vcpus)
		return 0;
	if (r->kind == RESULT_PASS)
		ret = more_vm_after_round(&s->vm, run, r) ?: unmake(s, run, r);
	vm_destroy(&s->vm.vm);
	return ret;
}

static const struct scenario_steps steps = {
	.first = first,
	.before_call = before_call,
	.after_call = after_call,
	.after_round = after_round,
	.last = last,
};

/* ---- the tests ---- */

FIXTURE(two_vms) {
	struct second second;
};

FIXTURE_VARIANT(two_vms) {
	struct scenario spec;
	bool in_turn;
};

FIXTURE_SETUP(two_vms)
{
}

FIXTURE_TEARDOWN(two_vms)
{
}

TEST_F(two_vms, guest)
{
	self->second.in_turn = variant->in_turn;
	mn_run_scenario_with(&variant->spec, NULL, &steps, &self->second);
}

static void add(const struct scenario *spec, const char *id, const char *parameters,
		unsigned int in_turn)
{
	FIXTURE_VARIANT(two_vms) variant = { .spec = *spec, .in_turn = in_turn };

	mn_case_add(two_vms, id, parameters, MN_CASE_CORE, &variant);
}

/* What opens no unmapped gap: that would be one of the first VM only. */
static const struct mn_choice choices[] = {
	{ .pressure = "madvise_dontneed",
	  .backings = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD) },
	{ .pressure = "move_pages_bulk",
	  .backings = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD_THP) },
	{ .pressure = "pageout", .backings = BACKING_BIT(BACKING_ANON) },
	{ 0 },
};

static void add_variants(void)
{
	const struct scenario base = {
		.nr_vcpus = 1,
		.nr_pages = MN_NR_PAGES,
		.rounds = MN_NR_ROUNDS,
	};

	mn_account_begin();
	mn_add_chosen(&base, "both", choices, add, false);
	mn_add_chosen(&base, "in_turn", choices, add, true);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

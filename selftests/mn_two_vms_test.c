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

MN_ABOUT("two VMs have the same memory, and both must lose it", 5, 6, 8, 9, 10);

struct second {
	bool in_turn;
	struct vm vm;
	struct area part;	/* of the first VM's area, not ours */
	struct coherence coherence;
	struct progress progress;
	struct health health;
	bool watched;
};

/* Whatever the one before left there. */
static void empty(const struct second *s, size_t stride)
{
	size_t offset;

	for (offset = 0; offset < s->part.size; offset += stride)
		guest_store((guest_u64 *)(s->part.hva + offset), 0);
}

static int watch(struct second *s, struct result *r)
{
	struct result absent;

	result_init(&absent);
	s->watched = !inject_available(&absent);
	if (!s->watched)
		return 0;
	return inject_watch(s->vm.fd, r) ?: health_init(&s->health, s->vm.name, r);
}

static int make(struct second *s, struct scenario_run *run, struct result *r)
{
	const struct scenario *spec = run->spec;
	unsigned int nr = spec->nr_pages / 2;

	if (vm_create(&s->vm, spec->nr_vcpus, spec->nr_pages, r) || watch(s, r) ||
	    vm_use_area(&s->vm, &run->area, spec->nr_pages, r))
		return -1;
	vm_visit(&s->vm, nr, spec->nr_pages - nr);
	empty(s, vm_shared(&s->vm)->stride);
	vm_set_workload(&s->vm, spec->workload);
	coherence_init(&s->coherence, &s->vm, &s->part, spec->workload);
	progress_init(&s->progress, &s->vm);
	if (vm_start(&s->vm, r))
		return -1;
	vm_resume(&s->vm);
	return progress_await(&s->progress, run->visits, CALIBRATION_NS,
			      "in the second VM, before any pressure", r);
}

/* Its counts are only sure to be 0 if nobody invalidates then, as a fault may. */
static int destroy_judged(struct second *s, struct scenario_run *run, struct result *r)
{
	char name[sizeof(s->vm.name)];
	int ret;

	if (vm_park(&run->vm, run->budget_ns, r))
		return -1;
	memcpy(name, s->vm.name, sizeof(name));
	vm_destroy(&s->vm);
	ret = scenario_judge_destroyed(name, false, r);
	vm_resume(&run->vm);
	return ret;
}

static int unmake(struct second *s, struct scenario_run *run, struct result *r)
{
	int ret;

	ret = vm_park(&s->vm, run->budget_ns, r) ?: vm_check(&s->vm, r) ?:
	      coherence_final(&s->coherence, r);
	if (s->watched && health_balanced(&s->health, run->budget_ns, r))
		ret = -1;
	/* While injectors reap, it goes in the middle of that. */
	if (s->watched && !run->spec->injector->reaps)
		return destroy_judged(s, run, r) ?: ret;
	vm_destroy(&s->vm);
	return ret;
}

/* The first guest keeps to its half from now on. */
static int halve_first(struct scenario_run *run, struct result *r)
{
	const struct scenario *spec = run->spec;

	if (vm_park(&run->vm, run->budget_ns, r))
		return -1;
	vm_visit(&run->vm, 0, spec->nr_pages / 2);
	coherence_init(&run->coherence, &run->vm, &run->area, spec->workload);
	vm_resume(&run->vm);
	return progress_await(&run->progress, run->visits, run->budget_ns,
			      "with half of the memory", r);
}

static int first(struct scenario_run *run, struct result *r)
{
	struct second *s = run->spec->own;
	size_t upper = vm_shared(&run->vm)->stride * (run->spec->nr_pages / 2);

	s->part = run->area;
	s->part.hva += upper;
	s->part.size -= upper;
	return halve_first(run, r) ?: make(s, run, r);
}

static int before_call(struct scenario_run *run, struct result *r)
{
	struct second *s = run->spec->own;

	if (coherence_prepare(&s->coherence) &&
	    progress_await(&s->progress, run->visits, run->budget_ns,
			   "in the second VM, after the host wrote to its pages", r))
		return -1;
	return coherence_before(&s->coherence, run->press.effect, r);
}

static int after_call(struct scenario_run *run, struct result *r)
{
	struct second *s = run->spec->own;

	(void)r;
	coherence_after(&s->coherence, run->press.effect);
	return 0;
}

static int after_round(struct scenario_run *run, struct result *r)
{
	struct second *s = run->spec->own;

	if (progress_await(&s->progress, run->visits, run->budget_ns, "in the second VM", r))
		return -1;
	return s->in_turn ? unmake(s, run, r) ?: make(s, run, r) : 0;
}

static int last(struct scenario_run *run, struct result *r)
{
	struct second *s = run->spec->own;
	int ret = 0;

	if (!s->vm.nr_vcpus)
		return 0;
	if (r->kind == RESULT_PASS)
		ret = progress_await(&s->progress, run->visits, run->budget_ns,
				     "in the second VM, after quiescing", r) ?: unmake(s, run, r);
	vm_destroy(&s->vm);
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

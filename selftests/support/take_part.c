// SPDX-License-Identifier: GPL-2.0
#include "support/take_part.h"
#include "vm/arch.h"

#define SETTLE_TRIES	8

static int apply_reap(struct press *p, struct result *r)
{
	return inject_reap_once(p->area->hva, p->area->size, r);
}

const struct pressure take_part_reap = {
	.name = "reap",
	.calls = "none: the module has all notifiers told of a range",
	.events = "clear",
	.preserves = ON_EVERY_BACKING,
	.apply = apply_reap,
};

#define ON(backing)	BACKING_BIT(BACKING_##backing)
#define ON_FOUR		(ON(ANON) | ON(ANON_THP) | ON(MEMFD) | ON(HUGETLB))
#define ON_PLAIN	(ON(ANON) | ON(ANON_THP))

const struct take_part_row take_part_rows[] = {
	{ "madvise_dontneed", ON_FOUR, 0 },
	{ "move_pages_bulk", ON_FOUR, 0 },
	{ "mprotect_none", ON(ANON) | ON(MEMFD_THP) | ON(HUGETLB_SHARED), 0 },
	{ "madvise_dontneed_locked", ON_PLAIN | ON(MEMFD), ON_EVERY_BACKING },
	{ "madvise_dontneed_each", ON(ANON) | ON(MEMFD), ON_EVERY_BACKING },
	{ "madvise_free", ON_PLAIN, ON_EVERY_BACKING },
	{ "madvise_remove", ON(MEMFD), ON_EVERY_BACKING },
	{ "munmap", ON_PLAIN | ON(HUGETLB), ON_EVERY_BACKING },
	{ "mmap_fixed", ON_PLAIN | ON(HUGETLB), ON_EVERY_BACKING },
	{ "mremap", ON_FOUR, ON_EVERY_BACKING },
	{ "mremap_dontunmap", ON_PLAIN | ON(MEMFD), ON_EVERY_BACKING },
	{ "mbind_move", ON_FOUR, ON_EVERY_BACKING },
	{ "move_pages_each", ON_FOUR, ON_EVERY_BACKING },
	{ "pagemap_scan_wp", ON_FOUR, ON_EVERY_BACKING },
};

const unsigned int nr_take_part_rows = sizeof(take_part_rows) / sizeof(take_part_rows[0]);

static void set_press(struct take_part *t, const struct pressure *row)
{
	struct scenario_run *run = &t->run;

	t->press = (struct press) {
		.row = row,
		.vm = &run->vm,
		.host = &run->host,
		.each = true,
		.alone = true,
		.kept_out = true,
		.budget_ns = run->budget_ns,
		.coherence = &run->coherence,
		.effect = pressure_effect(row, t->spec.backing),
	};
	/* Only a part goes. */
	if (t->press.effect == EFFECT_DISCARD)
		t->press.effect = EFFECT_MAY_DISCARD;
}

int take_part_begin(struct take_part *t, const struct pressure *row,
		    const struct backing *backing, struct result *r)
{
	static const struct injector_setup observers = {
		.name = "observers",
		.kind = "observer",
		.count = 2,
	};

	t->spec = (struct scenario) {
		.backing = backing,
		.injector = &observers,
		.workload = workload_find("sweep_write"),
		.nr_vcpus = 1,
		.nr_pages = TAKE_PART_PAGES,
	};
	if (scenario_begin(&t->run, &t->spec, r))
		return -1;
	set_press(t, row);
	return injector_range(&t->run.injectors[1], NULL, 0, r);
}

void take_part_end(struct take_part *t, bool healthy, struct result *r)
{
	scenario_end(&t->run, healthy, r);
}

int take_part_out(struct take_part *t, struct result *r)
{
	struct scenario_run *run = &t->run;

	if (vm_park(&run->vm, run->budget_ns, r) ||
	    coherence_before(&run->coherence, t->press.effect, r))
		return -1;
	vm_set_workload(&run->vm, workload_find("touch"));
	return 0;
}

int take_part_back(struct take_part *t, struct result *r)
{
	struct scenario_run *run = &t->run;

	vm_set_workload(&run->vm, t->spec.workload);
	vm_visit(&run->vm, 0, TAKE_PART_PAGES);
	coherence_after(&run->coherence, t->press.effect);
	vm_resume(&run->vm);
	return progress_await(&run->progress, run->visits, run->budget_ns,
			      "at its usual work again", r);
}

struct part take_part_round_out(const struct take_part *t, const struct part *part)
{
	size_t stride = vm_shared(&t->run.vm)->stride, granule = t->spec.backing->granule;
	unsigned int unit = granule > stride ? granule / stride : 1;
	unsigned int first = part->first / unit * unit;

	return (struct part) {
		.first = first,
		.nr = (part->first + part->nr + unit - 1) / unit * unit - first,
	};
}

/* The module takes single pages, of huge ones, too. */
size_t take_part_bytes(const struct take_part *t, const struct part *part)
{
	size_t stride = vm_shared(&t->run.vm)->stride;

	return t->press.row == &take_part_reap ? (part->nr - 1) * stride + PAGE_BYTES :
						 part->nr * stride;
}

int take_part(struct take_part *t, const struct part *part, struct result *r)
{
	const struct pressure *row = t->press.row;
	struct area area = t->run.area;
	struct press press = t->press;
	int ret;

	area.hva += part->first * vm_shared(press.vm)->stride;
	area.size = take_part_bytes(t, part);
	press.area = &area;
	press.nr_pages = part->nr;
	ret = (row->set_up ? row->set_up(&press, r) : 0) ?: row->apply(&press, r);
	if (row->tear_down)
		row->tear_down(&press);
	return ret;
}

int take_part_visit(struct take_part *t, const struct part *part, unsigned long long *faults,
		    struct result *r)
{
	struct press press = t->press;
	unsigned long long before;

	press.nr_pages = part->nr;
	vm_visit(press.vm, part->first, part->nr);
	if (vm_faults(press.vm, &before))
		return result_skip(r, "nobody counts the faults of the guest");
	vm_resume(press.vm);
	if (press_visited(&press, "sent to some of its pages", r) || press_pause(&press, r))
		return -1;
	if (vm_faults(press.vm, faults))
		return result_error(r, "the faults of the guest can be read no more");
	*faults -= before;
	return 0;
}

int take_part_settle(struct take_part *t, unsigned long long *faults, struct result *r)
{
	static const struct part all = { 0, TAKE_PART_PAGES };
	unsigned int try;

	for (try = 0; try < SETTLE_TRIES; try++) {
		if (take_part_visit(t, &all, faults, r))
			return -1;
		if (!*faults)
			return 0;
	}
	return 0;
}

/* Invalidations of anything in the process that others have caused. */
static uint64_t by_others(const struct injector_status *seen)
{
	uint64_t sum = 0;
	unsigned int n;

	for (n = 0; n < seen->nr_events; n++) {
		if (!seen->events[n].callback)
			sum += seen->events[n].starts[CALLER_OWN] +
			       seen->events[n].starts[CALLER_OTHER];
	}
	return sum;
}

int take_part_look(const struct take_part *t, struct take_part_seen *seen, struct result *r)
{
	struct injector_status area, all;

	if (injector_read(&t->run.injectors[0], &area, r) ||
	    injector_read(&t->run.injectors[1], &all, r))
		return -1;
	*seen = (struct take_part_seen) {
		.notifications = area.starts,
		.pages = area.pages,
		.others = by_others(&all),
	};
	return 0;
}

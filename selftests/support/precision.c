// SPDX-License-Identifier: GPL-2.0
/*
 * Taking a few pages, and counting the faults of the guest on the others.
 */
#include "runner/measured.h"
#include "support/precision.h"
#include "vm/arch.h"

#define NR_PAGES	32
#define SETTLE_TRIES	8
#define TRIES		8
#define QUIET_TRIES	3	/* so many must find the same, with nobody else about */

/* Of the pages that the guest visits. */
struct part {
	unsigned int first, nr;
};

/* What is invalidated, in one call each. */
struct target {
	const char *name;	/* for people */
	unsigned int nr;	/* parts; 0: one that is not the guest's */
	struct part parts[2];
};

static const struct target targets[] = {
	{ "a page", 1, { { 20, 1 } } },
	{ "a run of pages", 1, { { 4, 8 } } },
	{ "the first and the last page", 2, { { 0, 1 }, { NR_PAGES - 1, 1 } } },
	{ "what comes behind the slot", 0, { { NR_PAGES, 1 } } },
};

/* Pages where there were faults that need not be. */
struct found {
	struct part part;
	unsigned long long faults;
	const char *after;
};

/* What calls asked for in the area, and what the mm made of it. */
struct account {
	unsigned long long calls, pages, notifications, notified_pages;
	bool disturbed;		/* somebody else was about */
};

struct precision {
	struct scenario spec;
	struct scenario_run run;
	struct press press;
	struct part parts[2];	/* of the target, as far as a granule reaches */
	struct account account;
};

static int apply_reap(struct press *p, struct result *r)
{
	return inject_reap_once(p->area->hva, p->area->size, r);
}

const struct pressure precision_reap = {
	.name = "reap",
	.calls = "none: the module has all notifiers told of a range",
	.events = "clear",
	.preserves = ON_EVERY_BACKING,
	.apply = apply_reap,
};

/* ---- the invalidation ---- */

static struct part round_out(const struct precision *s, const struct part *part)
{
	size_t stride = vm_shared(&s->run.vm)->stride;
	unsigned int unit = s->spec.backing->granule > stride ? s->spec.backing->granule / stride : 1;
	unsigned int first = part->first / unit * unit;

	return (struct part) {
		.first = first,
		.nr = (part->first + part->nr + unit - 1) / unit * unit - first,
	};
}

static bool takes_single_pages(const struct precision *s)
{
	return s->press.row == &precision_reap;
}

static size_t bytes_of(const struct precision *s, const struct part *part)
{
	size_t stride = vm_shared(&s->run.vm)->stride;

	return takes_single_pages(s) ? (part->nr - 1) * stride + PAGE_BYTES : part->nr * stride;
}

static const struct part *part_of(const struct precision *s, const struct target *target,
				  unsigned int n)
{
	return takes_single_pages(s) ? &target->parts[n] : &s->parts[n];
}

/* As if these pages were all there is. */
static int take(struct precision *s, const struct part *part, struct result *r)
{
	const struct pressure *row = s->press.row;
	struct area area = s->run.area;
	struct press press = s->press;
	int ret;

	area.hva += part->first * vm_shared(press.vm)->stride;
	area.size = bytes_of(s, part);
	press.area = &area;
	press.nr_pages = part->nr;
	ret = (row->set_up ? row->set_up(&press, r) : 0) ?: row->apply(&press, r);
	if (row->tear_down)
		row->tear_down(&press);
	return ret;
}

static int take_all(struct precision *s, const struct target *target, struct result *r)
{
	unsigned int n = 0;
	int ret;

	do
		ret = take(s, part_of(s, target, n++), r);
	while (!ret && n < target->nr);
	return ret;
}

/* ---- the guest's faults ---- */

/* Send the guest to some of its pages. */
static int visit(struct precision *s, unsigned int first, unsigned int nr,
		 unsigned long long *faults, struct result *r)
{
	struct press press = s->press;
	unsigned long long before;

	press.nr_pages = nr;
	vm_visit(press.vm, first, nr);
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

static int look(struct precision *s, unsigned int first, unsigned int end, const char *after,
		struct found *found, struct result *r)
{
	*found = (struct found) { .part = { first, end - first }, .after = after };
	return first < end ? visit(s, first, end - first, &found->faults, r) : 0;
}

/* First a guest that has all of its pages.  Return: 0 with what was @found; or -1. */
static int settle(struct precision *s, struct found *found, struct result *r)
{
	unsigned int try;

	for (try = 0; try < SETTLE_TRIES; try++) {
		if (look(s, 0, NR_PAGES, "nothing", found, r))
			return -1;
		if (!found->faults)
			return 0;
	}
	return 0;
}

static int look_at_others(struct precision *s, const struct target *target,
			  struct found *found, struct result *r)
{
	unsigned int n, from = 0;

	for (n = 0; n < target->nr; n++) {
		if (look(s, from, s->parts[n].first, target->name, found, r))
			return -1;
		if (found->faults)
			return 0;
		from = s->parts[n].first + s->parts[n].nr;
	}
	return look(s, from, NR_PAGES, target->name, found, r);
}

static int look_at_taken(struct precision *s, const struct target *target, struct result *r)
{
	unsigned long long faults;
	unsigned int n;

	for (n = 0; n < target->nr; n++) {
		if (visit(s, s->parts[n].first, s->parts[n].nr, &faults, r))
			return -1;
		if (!faults)
			return result_fail(r, CONTRACT_NO_STALE,
					   "after %s of %s the guest went to pages %u to %u without a fault",
					   s->press.row->name, target->name, s->parts[n].first,
					   s->parts[n].first + s->parts[n].nr - 1);
	}
	return 0;
}

static int try_once(struct precision *s, const struct target *target, struct found *found,
		    struct result *r)
{
	int ret = settle(s, found, r);

	if (ret || found->faults)
		return ret;
	return take_all(s, target, r) ?: look_at_others(s, target, found, r);
}

/* ---- the verdict ---- */

/* Invalidations of anything in the process that others have caused. */
static int count_others(const struct precision *s, uint64_t *others, struct result *r)
{
	struct injector_status seen;
	unsigned int n;

	if (injector_read(&s->run.injectors[1], &seen, r))
		return -1;
	for (*others = 0, n = 0; n < seen.nr_events; n++) {
		if (!seen.events[n].callback)
			*others += seen.events[n].starts[CALLER_OWN] +
				   seen.events[n].starts[CALLER_OTHER];
	}
	return 0;
}

/* What the calls were about, in the area. */
static struct account account_of(const struct precision *s, const struct target *target)
{
	struct account asked = { 0 };
	unsigned int n;

	for (n = 0; n < target->nr; n++) {
		asked.calls++;
		asked.pages += bytes_of(s, part_of(s, target, n)) / PAGE_BYTES;
	}
	return asked;
}

static void add_account(struct account *sum, const struct account *one)
{
	sum->calls += one->calls;
	sum->pages += one->pages;
	sum->notifications += one->notifications;
	sum->notified_pages += one->notified_pages;
	sum->disturbed |= one->disturbed;
}

/* One try, and the account of it. */
static int try_and_account(struct precision *s, const struct target *target,
			   struct found *found, struct account *a, struct result *r)
{
	const struct injector *area = &s->run.injectors[0];
	struct injector_status before, now;
	uint64_t others, others_now;

	if (count_others(s, &others, r) || injector_read(area, &before, r) ||
	    try_once(s, target, found, r) ||
	    injector_read(area, &now, r) || count_others(s, &others_now, r))
		return -1;
	*a = account_of(s, target);
	a->notifications = now.starts - before.starts;
	a->notified_pages = now.pages - before.pages;
	a->disturbed = others_now != others;
	return 0;
}

static int judge(struct precision *s, const struct target *target, struct result *r)
{
	const char *name = s->press.row->name;
	unsigned int try, quiet = 0;
	struct found found;
	struct account a;

	for (try = 0; quiet < QUIET_TRIES && try < TRIES; try++) {
		if (try_and_account(s, target, &found, &a, r))
			return -1;
		quiet += found.faults && !a.disturbed;
		/* What is busy may stay where it is. */
		if (found.faults || a.notified_pages < a.pages)
			continue;
		result_judged(r, ORACLE_PRECISION);
		add_account(&s->account, &a);
		return look_at_taken(s, target, r);
	}
	if (!found.faults)
		return result_error(r, "no effect: %s of %s: notifications of %llu of %llu pages",
				    name, target->name, a.notified_pages, a.pages);
	if (quiet < QUIET_TRIES)
		return result_skip(r, "others invalidated memory of this process in %u of %u tries",
				   try - quiet, try);
	result_judged(r, ORACLE_PRECISION);
	return result_fail(r, CONTRACT_PRECISION,
			   "after %s of %s the guest had to fault in pages %u to %u, %llu times; %llu notifications were of %llu pages",
			   name, found.after, found.part.first,
			   found.part.first + found.part.nr - 1, found.faults, a.notifications,
			   a.notified_pages);
}

/* Does the granule leave any page that has to stay? */
static bool leaves_some(const struct precision *s, const struct target *target)
{
	unsigned int n, taken = 0;

	for (n = 0; n < target->nr; n++)
		taken += s->parts[n].nr;
	return taken < NR_PAGES;
}

/* The guest at its usual work, then sent about, then at its usual work. */
static int judge_target(struct precision *s, const struct target *target, struct result *r)
{
	struct scenario_run *run = &s->run;
	int ret;

	if (vm_park(&run->vm, run->budget_ns, r) ||
	    coherence_before(&run->coherence, s->press.effect, r))
		return -1;
	vm_set_workload(&run->vm, workload_find("touch"));
	ret = judge(s, target, r);
	if (ret && r->kind == RESULT_FAIL && r->contract == CONTRACT_PROGRESS)
		return -1;
	vm_set_workload(&run->vm, s->spec.workload);
	vm_visit(&run->vm, 0, NR_PAGES);
	coherence_after(&run->coherence, s->press.effect);
	vm_resume(&run->vm);
	return ret ?: progress_await(&run->progress, run->visits, run->budget_ns,
				     "at its usual work again", r) ?: klog_check(&run->klog, r);
}

static int judge_all(struct precision *s, const struct pressure *row, struct result *r)
{
	struct scenario_run *run = &s->run;
	unsigned int n, i;
	int ret = 0;

	s->press = (struct press) {
		.row = row,
		.vm = &run->vm,
		.host = &run->host,
		.each = true,
		.alone = true,
		.kept_out = true,
		.budget_ns = run->budget_ns,
		.coherence = &run->coherence,
		.effect = pressure_effect(row, s->spec.backing),
	};
	/* Only a part goes. */
	if (s->press.effect == EFFECT_DISCARD)
		s->press.effect = EFFECT_MAY_DISCARD;
	if (injector_range(&run->injectors[1], NULL, 0, r))
		return -1;
	for (n = 0; !ret && n < sizeof(targets) / sizeof(targets[0]); n++) {
		for (i = 0; i < targets[n].nr; i++)
			s->parts[i] = round_out(s, &targets[n].parts[i]);
		/* Behind the slot there is nothing that a call could take. */
		if (leaves_some(s, &targets[n]) &&
		    (targets[n].nr || takes_single_pages(s)))
			ret = judge_target(s, &targets[n], r);
	}
	if (!ret && !s->account.disturbed && s->account.calls) {
		measured("notifications_per_call",
			 (double)s->account.notifications / s->account.calls, "count");
		measured("pages_per_page", (double)s->account.notified_pages / s->account.pages,
			 "count");
	}
	return ret;
}

void precision_judge(const struct pressure *row, const struct backing *backing, struct result *r)
{
	/* One for the area, one for all of the process. */
	static const struct injector_setup observers = {
		.name = "observers",
		.kind = "observer",
		.count = 2,
	};
	struct precision s = {
		.spec = {
			.backing = backing,
			.injector = &observers,
			.workload = workload_find("sweep_write"),
			.nr_vcpus = 1,
			.nr_pages = NR_PAGES,
		},
	};
	const char *missing = pressure_missing(row);

	if (missing) {
		result_skip(r, "%s: %s", row->name, missing);
		return;
	}
	scenario_end(&s.run, !scenario_begin(&s.run, &s.spec, r) && !judge_all(&s, row, r), r);
}

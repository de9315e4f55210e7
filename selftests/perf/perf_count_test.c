// SPDX-License-Identifier: GPL-2.0
/*
 * perf_count_test - what one call costs, in things that can be counted.
 *
 * Times say little on a busy machine. How often the mm notifies, of how many pages, how many
 * KVM zaps for each page that a call is about, how often it has TLBs flushed, and how many
 * faults the guest then takes to have its pages back: these are the same in each run on one
 * kernel, and a change of one is a change of the kernel. So a guest that has all of its pages
 * is kept out, a call takes one of them, or a run of them, and the guest goes to all of them.
 *
 * It is done until a few tries in a row, with nobody else about, have counted the same.
 *
 * Contracts 5 and 9; and nothing fails because it is much.
 */
#include "mn_harness.h"
#include "runner/measured.h"
#include "support/take_part.h"
#include "vm/arch.h"

MN_ABOUT("notifications, zapped pages, TLB flushes and faults for each call, counted exactly",
	 5, 9);

#define AGREE	3	/* so many tries in a row */
#define TRIES	20

/* What is taken in one call each. */
static const struct target {
	const char *name;	/* first part of the figures' names */
	struct part part;
} targets[] = {
	{ "page", { 20, 1 } },
	{ "run", { 4, 8 } },
};

struct counts {
	unsigned long long notifications, notified;	/* notified, zapped: pages */
	unsigned long long zapped, flushes, faults;
};

/* Not every kernel counts these. */
struct counter {
	unsigned long long mapped, flushes;
	bool has_mapped, has_flushes;
};

static struct counter read_counters(const struct vm *vm)
{
	unsigned long long small, huge;
	struct counter c = { 0 };

	c.has_mapped = !vm_mapped(vm, &small, &huge);
	if (c.has_mapped)
		c.mapped = small + huge * (HUGE_BYTES / PAGE_BYTES);
	c.has_flushes = vm_arch.counts_flushes &&
			!vm_stat(vm, "remote_tlb_flush_requests", &c.flushes);
	return c;
}

/* Return: 0; 1 if others invalidated something meanwhile, or the guest lacked pages before; -1. */
static int count_once(struct take_part *t, const struct part *part, struct counts *c,
		      struct result *r)
{
	static const struct part all = { 0, TAKE_PART_PAGES };
	struct take_part_seen before, after, end;
	struct counter was, is;

	if (take_part_settle(t, &c->faults, r))
		return -1;
	if (c->faults)
		return 1;
	was = read_counters(t->press.vm);
	if (take_part_look(t, &before, r) || take_part(t, part, r) || take_part_look(t, &after, r))
		return -1;
	is = read_counters(t->press.vm);
	if (take_part_visit(t, &all, &c->faults, r) || take_part_look(t, &end, r))
		return -1;
	c->notifications = after.notifications - before.notifications;
	c->notified = after.pages - before.pages;
	c->zapped = was.mapped - is.mapped;
	c->flushes = is.flushes - was.flushes;
	return end.others != before.others;
}

/* Return: 0; 1 if the tries do not agree; -1 with @r. */
static int count_until_agreed(struct take_part *t, const struct part *part, struct counts *c,
			      struct result *r)
{
	unsigned int try, alike = 0;
	struct counts now;
	int ret;

	for (try = 0; alike < AGREE && try < TRIES; try++) {
		ret = count_once(t, part, &now, r);
		if (ret < 0)
			return ret;
		if (ret)
			continue;
		alike = alike && !memcmp(&now, c, sizeof(now)) ? alike + 1 : 1;
		*c = now;
	}
	return alike < AGREE;
}

static void say(const char *target, const char *what, double value)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_%s", target, what);
	measured(name, value, "count");
}

static void say_counts(const struct take_part *t, const struct target *target,
		       const struct part *part, const struct counts *c)
{
	double pages = take_part_bytes(t, part) / PAGE_BYTES;
	struct counter has = read_counters(t->press.vm);

	say(target->name, "notifications", c->notifications);
	say(target->name, "notified_per_page", c->notified / pages);
	if (has.has_mapped)
		say(target->name, "zapped_per_page", c->zapped / pages);
	if (has.has_flushes && c->notifications)
		say(target->name, "flushes_per_notification",
		    (double)c->flushes / c->notifications);
	say(target->name, "faults_per_page", (double)c->faults / part->nr);
}

static int count_target(struct take_part *t, const struct target *target, unsigned int *counted,
			struct result *r)
{
	struct part part = t->press.row == &take_part_reap ?
			   target->part : take_part_round_out(t, &target->part);
	struct counts c = { 0 };
	int ret;

	if (take_part_out(t, r))
		return -1;
	ret = count_until_agreed(t, &part, &c, r);
	if (ret < 0 && r->kind == RESULT_FAIL)
		return -1;
	if (take_part_back(t, r) || ret < 0)
		return -1;
	if (ret)
		result_note(r, "%s: %d tries in a row never counted the same", target->name, AGREE);
	else
		say_counts(t, target, &part, &c);
	*counted += !ret;
	return klog_check(&t->run.klog, r);
}

static int count_all(struct take_part *t, struct result *r)
{
	unsigned int n, counted = 0;

	for (n = 0; n < ARRAY_SIZE(targets); n++) {
		if (count_target(t, &targets[n], &counted, r))
			return -1;
	}
	return counted ? 0 : result_skip(r, "%d tries in a row never counted the same", AGREE);
}

FIXTURE(count) {
	int unused;
};

FIXTURE_VARIANT(count) {
	const struct pressure *row;
	const struct backing *backing;
};

FIXTURE_SETUP(count)
{
}

FIXTURE_TEARDOWN(count)
{
}

TEST_F(count, guest)
{
	const char *missing = pressure_missing(variant->row);
	struct take_part t = { 0 };

	if (missing)
		result_skip(mn.result, "%s: %s", variant->row->name, missing);
	else
		take_part_end(&t, !take_part_begin(&t, variant->row, variant->backing, mn.result) &&
				  !count_all(&t, mn.result), mn.result);
}

static void add_row(const struct pressure *row, unsigned int on, unsigned int extra)
{
	FIXTURE_VARIANT(count) variant = { .row = row };
	unsigned int b;
	char id[96];

	for (b = 0; b < NR_BACKINGS; b++) {
		if (!(on & BACKING_BIT(b)))
			continue;
		variant.backing = &backings[b];
		snprintf(id, sizeof(id), "%s.%s", backings[b].name, row->name);
		mn_case_add(count, id, "1vcpu", MN_CASE_CORE |
			    (extra & BACKING_BIT(b) ? MN_CASE_EXTRA : 0), &variant);
	}
}

#define BY_DEFAULT	(BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) | \
			 BACKING_BIT(BACKING_MEMFD))

/*
 * KVM's side on three backings; each row on one, unless the kernel works at its own pace: then
 * no two counts need be the same.
 */
static void add_variants(void)
{
	const struct take_part_row *row;
	const struct pressure *pressure;
	unsigned int first;

	add_row(&take_part_reap, ON_EVERY_BACKING, ON_EVERY_BACKING & ~BY_DEFAULT);
	for (row = take_part_rows; row < take_part_rows + nr_take_part_rows; row++) {
		first = row->on & -row->on;
		pressure = pressure_find(row->pressure);
		if (!pressure->hits.of)
			add_row(pressure, row->on, row->on & ~first);
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

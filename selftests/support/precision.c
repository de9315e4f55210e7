// SPDX-License-Identifier: GPL-2.0
/*
 * Taking a few pages, and counting the faults of the guest on the others.
 */
#include "runner/measured.h"
#include "support/precision.h"
#include "support/take_part.h"

#define TRIES		8
#define QUIET_TRIES	3	/* so many must find the same, with nobody else about */

/* What is invalidated, in one call each. */
struct target {
	const char *name;	/* for people */
	unsigned int nr;	/* parts; 0: one that is not the guest's */
	struct part parts[2];
};

static const struct target targets[] = {
	{ "a page", 1, { { 20, 1 } } },
	{ "a run of pages", 1, { { 4, 8 } } },
	{ "the first and the last page", 2, { { 0, 1 }, { TAKE_PART_PAGES - 1, 1 } } },
	{ "what comes behind the slot", 0, { { TAKE_PART_PAGES, 1 } } },
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
	struct take_part guest;
	struct part parts[2];	/* of the target, as far as a granule reaches */
	struct account account;
};

/* ---- the invalidation ---- */

static bool takes_single_pages(const struct precision *s)
{
	return s->guest.press.row == &take_part_reap;
}

static const struct part *part_of(const struct precision *s, const struct target *target,
				  unsigned int n)
{
	return takes_single_pages(s) ? &target->parts[n] : &s->parts[n];
}

static int take_all(struct precision *s, const struct target *target, struct result *r)
{
	unsigned int n = 0;
	int ret;

	do
		ret = take_part(&s->guest, part_of(s, target, n++), r);
	while (!ret && n < target->nr);
	return ret;
}

/* ---- the guest's faults ---- */

static int look(struct precision *s, unsigned int first, unsigned int end, const char *after,
		struct found *found, struct result *r)
{
	*found = (struct found) { .part = { first, end - first }, .after = after };
	return first < end ? take_part_visit(&s->guest, &found->part, &found->faults, r) : 0;
}

/* First a guest that has all of its pages.  Return: 0 with what was @found; or -1. */
static int settle(struct precision *s, struct found *found, struct result *r)
{
	*found = (struct found) { .part = { 0, TAKE_PART_PAGES }, .after = "nothing" };
	return take_part_settle(&s->guest, &found->faults, r);
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
	return look(s, from, TAKE_PART_PAGES, target->name, found, r);
}

static int look_at_taken(struct precision *s, const struct target *target, struct result *r)
{
	unsigned long long faults;
	unsigned int n;

	for (n = 0; n < target->nr; n++) {
		if (take_part_visit(&s->guest, &s->parts[n], &faults, r))
			return -1;
		if (!faults)
			return result_fail(r, CONTRACT_NO_STALE,
					   "after %s of %s the guest went to pages %u to %u without a fault",
					   s->guest.press.row->name, target->name, s->parts[n].first,
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

/* What the calls were about, in the area. */
static struct account account_of(const struct precision *s, const struct target *target)
{
	struct account asked = { 0 };
	unsigned int n;

	for (n = 0; n < target->nr; n++) {
		asked.calls++;
		asked.pages += take_part_bytes(&s->guest, part_of(s, target, n)) / PAGE_BYTES;
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
	struct take_part_seen before, now;

	if (take_part_look(&s->guest, &before, r) || try_once(s, target, found, r) ||
	    take_part_look(&s->guest, &now, r))
		return -1;
	*a = account_of(s, target);
	a->notifications = now.notifications - before.notifications;
	a->notified_pages = now.pages - before.pages;
	a->disturbed = now.others != before.others;
	return 0;
}

static int judge(struct precision *s, const struct target *target, struct result *r)
{
	const char *name = s->guest.press.row->name;
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
	return taken < TAKE_PART_PAGES;
}

/* The guest at its usual work, then sent about, then at its usual work. */
static int judge_target(struct precision *s, const struct target *target, struct result *r)
{
	int ret;

	if (take_part_out(&s->guest, r))
		return -1;
	ret = judge(s, target, r);
	if (ret && r->kind == RESULT_FAIL && r->contract == CONTRACT_PROGRESS)
		return -1;
	return (take_part_back(&s->guest, r) ?: ret) ?: klog_check(&s->guest.run.klog, r);
}

static int judge_all(struct precision *s, struct result *r)
{
	unsigned int n, i;
	int ret = 0;

	for (n = 0; !ret && n < sizeof(targets) / sizeof(targets[0]); n++) {
		for (i = 0; i < targets[n].nr; i++)
			s->parts[i] = take_part_round_out(&s->guest, &targets[n].parts[i]);
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
	struct precision s = { 0 };
	const char *missing = pressure_missing(row);

	if (missing) {
		result_skip(r, "%s: %s", row->name, missing);
		return;
	}
	take_part_end(&s.guest, !take_part_begin(&s.guest, row, backing, r) && !judge_all(&s, r), r);
}

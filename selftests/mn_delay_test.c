// SPDX-License-Identifier: GPL-2.0
/*
 * mn_delay_test - faults while an invalidation is held open.
 *
 * A delaying notifier holds KVM's count up: the list of notifiers is walked last-in
 * first, so one attached before the VM sleeps in start() behind KVM's, one
 * attached after it sleeps in end() ahead of KVM's.  This turns races into
 * certainties, which are judged by the order of events, never by time: what is
 * seen before a look that finds the delay still running was seen while the
 * invalidation was open.
 *
 *   faults	inside an open invalidation wait for its end, those outside the hull of
 *		all make progress (x86-64 since v5.12; else the whole VM waits): one
 *		invalidation, two disjoint with a gap, two that overlap; reads, writes,
 *		fetches, walks by the guest's page tables, and a huge page;
 *   no_memslot	an invalidation outside all memslots raises active alone, and
 *		holds up no vCPU (v5.15; active does not exist before).
 *
 * MADV_DONTNEED is used because it holds mmap_lock only for reading: if it were held
 * for writing, faults would wait for that lock and not for KVM.
 *
 * Contracts 4, 5, 6, 9 and 10.
 */
#include "mn_harness.h"
#include "support/moved.h"
#include "support/stage.h"

MN_ABOUT("faults of the guest while an invalidation is held open", 4, 5, 6, 9, 10);

/* ---- faults, contract 4 ---- */

struct faults {
	const char *name;		/* stable: part of test names */
	unsigned int nr_parts;
	struct part parts[MAX_HELD];
	enum backing_id backing;
	const char *workload;		/* its first access to a page is such a fault */
};

FIXTURE(faults) {
	struct stage stage;
};

FIXTURE_VARIANT(faults) {
	enum order order;
	struct faults faults;
};

FIXTURE_SETUP(faults)
{
	stage_begin(&self->stage, variant->order, variant->faults.backing,
		    variant->faults.workload, mn.result);
}

FIXTURE_TEARDOWN(faults)
{
	stage_end(&self->stage, mn.result);
}

/* Do all vCPUs of a set have the access to their page begun, or behind them? */
static bool all_began(const struct stage *s, unsigned int vcpus)
{
	unsigned int id;

	for (id = 0; id < NR_VCPUS; id++) {
		if ((vcpus & 1u << id) && stage_passes(s, id) == s->passes[id])
			return false;
	}
	return true;
}

static bool all_moved(const struct stage *s, unsigned int vcpus, const uint64_t *since)
{
	unsigned int id;

	for (id = 0; id < NR_VCPUS; id++) {
		if ((vcpus & 1u << id) && stage_visits(s, id) < since[id] + FREE_VISITS)
			return false;
	}
	return true;
}

/* vCPUs whose pages are in one of the parts from @i on. */
static unsigned int inside_of(const struct faults *f, unsigned int i)
{
	unsigned int vcpus = 0;

	for (; i < f->nr_parts; i++)
		vcpus |= ((1u << f->parts[i].nr) - 1) << f->parts[i].first;
	return vcpus;
}

/* And in between: KVM need not tell a gap, nor a part that is over, from what is open. */
static unsigned int hull_of(const struct faults *f)
{
	unsigned int inside = inside_of(f, 0);
	unsigned int first = __builtin_ctz(inside), end = 32 - __builtin_clz(inside);

	return (1u << end) - (1u << first);
}

/* Those inside of what is open must stand where they were. */
static int judge_inside(const struct stage *s, const struct faults *f, const uint64_t *visits,
			unsigned int over, struct result *r)
{
	unsigned int inside = inside_of(f, over), id;

	for (id = 0; id < NR_VCPUS; id++) {
		if ((inside & 1u << id) && visits[id] != s->visits[id])
			return result_fail(r, CONTRACT_FAULTS,
					   "vCPU %u visited page %u while %u of %u invalidations around it were open",
					   id, id, f->nr_parts - over, f->nr_parts);
	}
	return 0;
}

static void visits_now(const struct stage *s, uint64_t *visits)
{
	unsigned int id;

	for (id = 0; id < NR_VCPUS; id++)
		visits[id] = stage_visits(s, id);
}

/*
 * How many delays, of which the first of two takes half of @us, are over?  As
 * long as one is not, KVM has not been told of the end: seq does not say so,
 * for a fault that does not wait may invalidate by itself.
 */
static int delays_over(const struct stage *s, unsigned int nr, unsigned int us,
		       unsigned int *over, struct result *r)
{
	struct injector_status seen;
	uint64_t delayed;

	if (injector_read(&s->run.injectors[0], &seen, r))
		return -1;
	delayed = seen.delayed_us - s->delayed_us;
	*over = delayed >= us ? nr : !!delayed;
	return 0;
}

/*
 * Watch to the last end: before each, those outside must have made progress while
 * those inside wait.
 *
 * @us: the longest hold; one that has made no progress in a quarter of it, as deadlines
 *	count, is stalled
 *
 * Return: 0 proved; 1 if an end came too early to tell; -1 with a failure.
 */
static int watch(struct stage *s, const struct faults *f, unsigned int us, bool *stalled,
		 struct result *r)
{
	unsigned int outside = s->ranged ? ALL_VCPUS & ~hull_of(f) : 0;
	unsigned int nr = f->nr_parts;
	uint64_t visits[NR_VCPUS], since[NR_VCPUS] = { 0 };
	unsigned int over, proved = 0;
	struct health_sample now;
	struct deadline stall;
	bool based = false, moved;

	while (proved < nr) {
		moved = all_moved(s, outside, since);
		visits_now(s, visits);
		if (delays_over(s, nr, us, &over, r) || health_sample(&s->run.health, &now, r))
			return -1;
		if (over < nr && judge_inside(s, f, visits, over, r))
			return -1;
		if (over > proved)
			return 1;
		if (over < proved || now.in_progress != nr - over) {
			/* Not yet so far, or a delay is over and its end still to come. */
			based = false;
			sleep_ns(DEADLINE_POLL_NS);
		} else if (!based) {
			/* Once all are at their pages, they count from here. */
			based = all_began(s, inside_of(f, over) | outside);
			visits_now(s, since);
			deadline_start(&stall, us / 4 * 1000ULL);
			sleep_ns(DEADLINE_POLL_NS);
		} else if (moved) {
			proved++;
			based = false;
		} else if (!deadline_poll(&stall)) {
			*stalled = true;
		}
	}
	result_judged(r, ORACLE_FAULTS);
	return 0;
}

/* Of two invalidations the first ends at half time. */
static int hold_and_watch(struct stage *s, void *arg, unsigned int us, bool *stalled,
			  struct result *r)
{
	const struct faults *f = arg;
	unsigned int nr = f->nr_parts, i;
	int ret = stage_prepare(s, r);

	for (i = 0; !ret && i < nr; i++)
		ret = stage_hold(s, &f->parts[i], i + 1 < nr ? us / 2 : us, r);
	if (!ret)
		ret = stage_count_is(s, nr, r);
	vm_resume(&s->run.vm);
	if (!ret)
		ret = watch(s, f, us, stalled, r);
	return stage_release(s, r) ? -1 : ret;
}

TEST_F(faults, wait)
{
	struct faults faults = variant->faults;

	stage_watch(&self->stage, hold_and_watch, &faults,
		    "a vCPU outside of what was invalidated made no progress in any", mn.result);
}

#define ONE	.nr_parts = 1, .parts = { { 0, 2 } }

/* How ranges lie. */
static const struct faults shapes[] = {
	{ "one", ONE, BACKING_ANON, "sweep_write" },
	{ "disjoint", 2, { { 0, 1 }, { 2, 1 } }, BACKING_ANON, "sweep_write" },
	{ "overlapping", 2, { { 0, 2 }, { 1, 2 } }, BACKING_ANON, "sweep_write" },
};

/* What the guest does there; above it reads first. */
static const struct faults kinds[] = {
	{ "write.anon", ONE, BACKING_ANON, "touch" },
	{ "exec.memfd", ONE, BACKING_MEMFD, "device" },
	{ "walk.memfd", ONE, BACKING_MEMFD, "page_tables" },
	{ "huge.anon_thp", ONE, BACKING_ANON_THP, "sweep_write" },
};

static void add_fault_variants(void)
{
	FIXTURE_VARIANT(faults) variant;
	enum order order;
	char name[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
	for (order = 0; order < NR_ORDERS; order++) {
		variant.order = order;
		variant.faults = shapes[i];
		snprintf(name, sizeof(name), "%s.%s", shapes[i].name, orders[order].name);
		mn_variant_add(faults, name, &variant);
	}
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
	for (order = 0; workload_find(kinds[i].workload) && order < NR_ORDERS; order++) {
		variant.order = order;
		variant.faults = kinds[i];
		mn_case_add(faults, kinds[i].name, orders[order].name, MN_CASE_CORE, &variant);
	}
}

/* ---- an invalidation that hits no memslot, contract 4 ---- */

FIXTURE(apart) {
	struct stage stage;
};

FIXTURE_VARIANT(apart) {
	enum order order;
};

FIXTURE_VARIANT_ADD(apart, start_behind_kvm) { .order = START_BEHIND_KVM };
FIXTURE_VARIANT_ADD(apart, end_ahead_of_kvm) { .order = END_AHEAD_OF_KVM };

FIXTURE_SETUP(apart)
{
	stage_begin(&self->stage, variant->order, BACKING_ANON, "sweep_write", mn.result);
}

FIXTURE_TEARDOWN(apart)
{
	stage_end(&self->stage, mn.result);
}

/* All vCPUs fault while it is open. Return: 0; 1 it was over too early; -1. */
static int watch_free(struct stage *s, struct result *r)
{
	struct health_sample now;
	long long least = -1;
	bool moved;

	do {
		moved = all_moved(s, ALL_VCPUS, s->visits);
		if (health_sample(&s->run.health, &now, r))
			return -1;
		if (!now.active)
			break;
		if (least < 0 || now.in_progress < least)
			least = now.in_progress;
		sleep_ns(DEADLINE_POLL_NS);
	} while (!moved || least);
	if (least > 0)
		return result_fail(r, CONTRACT_FAULTS,
				   "in-progress never below %lld during an invalidation outside all memslots",
				   least);
	if (!now.active || !moved)
		return 1;
	result_judged(r, ORACLE_FAULTS);
	return 0;
}

static int hold_elsewhere(struct stage *s, void *outside, unsigned int us,
			  struct result *r)
{
	int ret;

	/* A write, so that there is something to discard. */
	*(char *)outside = 1;
	if (stage_prepare(s, r) || stage_hold_at(s, outside, PAGE_BYTES, us, r))
		return -1;
	vm_resume(&s->run.vm);
	ret = watch_free(s, r);
	return stage_release(s, r) ? -1 : ret;
}

TEST_F(apart, no_memslot)
{
	struct stage *s = &self->stage;
	struct result *r = mn.result;
	unsigned int try;
	void *outside;
	int ret = 1;

	if (!s->ready)
		return;
	if (!s->run.health.has_active) {
		result_skip(r, "no active count before v5.15 that would tell of such an invalidation");
		return;
	}
	outside = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	if (outside == MAP_FAILED) {
		result_errno(r, "mmap(%lu)", PAGE_BYTES);
		return;
	}
	if (injector_range(&s->run.injectors[0], outside, PAGE_BYTES, r))
		return;
	for (try = 0; ret > 0 && try < TRIES; try++)
		ret = hold_elsewhere(s, outside, stage_hold_us(try), r);
	if (ret > 0)
		result_fail(r, CONTRACT_FAULTS,
			    "not all vCPUs made progress during any of %d invalidations outside all memslots",
			    TRIES);
}

/* ---- between the two invalidations of one call, contract 5 ---- */

#define MOVED_PAGES	16
#define MOVED_ROUNDS	3

FIXTURE(moved) {
	struct scenario spec;
	struct moved moved;
};

FIXTURE_VARIANT(moved) {
	enum backing_id backing;
};

FIXTURE_VARIANT_ADD(moved, hugetlb) { .backing = BACKING_HUGETLB };
FIXTURE_VARIANT_ADD(moved, hugetlb_shared) { .backing = BACKING_HUGETLB_SHARED };

FIXTURE_SETUP(moved)
{
	/* Runs before KVM's, which is still to be told of the unmapping. */
	static const struct injector_setup delay = {
		.name = "delay_after_kvm",
		.kind = "delay",
		.count = 1,
	};

	self->spec = (struct scenario) {
		.backing = &backings[variant->backing],
		.pressure = pressure_find("mremap"),
		.injector = &delay,
		.workload = workload_find("sweep_write"),
		.nr_vcpus = 2,
		.nr_pages = MOVED_PAGES,
		.rounds = MOVED_ROUNDS,
		.steps = &moved_steps,
		.own = &self->moved,
	};
}

FIXTURE_TEARDOWN(moved)
{
}

TEST_F(moved, unmapped)
{
	scenario_run(&self->spec, mn.result, NULL);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_fault_variants);
}

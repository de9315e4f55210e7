// SPDX-License-Identifier: GPL-2.0
/*
 * perf_slot_test - what memslots cost: to change one, and to have many.
 *
 * "update": a slot that the guest does not use is created, has its dirty log turned on, and is
 * deleted, with the guest at work, in turns: with nothing else going on, and while threads
 * invalidate the guest's memory in several ways, for whose end an update has to wait
 * (contract 7).
 *
 * "many": two VMs in processes of their own, the one with a thousand slots beside the guest's. In
 * turns: calls that invalidate all of the guest's memory, and the guest's faults on it.
 *
 * Nothing fails because it is slow. Contracts 5, 6, 7, 9 and 10.
 */
#include <linux/kvm.h>

#include "mn_harness.h"
#include "runner/measured.h"
#include "runner/rounds.h"
#include "scenario/invalidators.h"
#include "support/bare_call.h"
#include "support/fault_turn.h"
#include "support/peer.h"

MN_ABOUT("what it costs to change a memslot, and to have a thousand of them", 5, 6, 7, 9, 10);

#define SPARE_GPA	(GUEST_AREA_GPA + (1UL << 30))

/* ---- update ---- */

#define UPDATE_PAGES	64
#define UPDATES		8	/* of each kind in a turn */

enum update { CREATE, LOG, DELETE, NR_UPDATES };

static const char * const update_names[NR_UPDATES] = { "create", "log", "delete" };

struct updates {
	struct scenario spec;
	struct scenario_run run;
	struct invalidators invalidators;
	/* The median of each turn, and its longest: quiet, and under pressure. */
	struct rounds us[2][NR_UPDATES], longest[2];
};

static int update(const struct updates *u, enum update what, double *us, struct result *r)
{
	const struct area *a = &u->run.area;
	uint64_t start = now_ns();
	int ret = vm_set_slot_flags(&u->run.vm, VM_SLOT_SPARE,
				    what == LOG ? KVM_MEM_LOG_DIRTY_PAGES : 0, SPARE_GPA, a->hva,
				    what == DELETE ? 0 : a->size);

	*us = (now_ns() - start) / 1e3;
	errno = -ret;
	return ret ? result_errno(r, "KVM_SET_USER_MEMORY_REGION(to %s)", update_names[what]) : 0;
}

static int update_turn(struct updates *u, bool pressed, struct result *r)
{
	struct rounds one[NR_UPDATES] = { 0 };
	double us, longest = 0;
	unsigned int n, what;

	for (n = 0; n < UPDATES; n++)
	for (what = 0; what < NR_UPDATES; what++) {
		if (update(u, what, &us, r))
			return -1;
		rounds_add(&one[what], us);
		if (us > longest)
			longest = us;
	}
	for (what = 0; what < NR_UPDATES; what++)
		rounds_add(&u->us[pressed][what], rounds_quantile(&one[what], 0.5));
	rounds_add(&u->longest[pressed], longest);
	return progress_await(&u->run.progress, u->run.visits, u->run.budget_ns,
			      "after memslots were updated", r);
}

static int pressed_turn(struct updates *u, struct result *r)
{
	int ret;

	if (invalidators_start(&u->invalidators, &u->run.area, false, r))
		return -1;
	ret = update_turn(u, true, r);
	invalidators_stop(&u->invalidators, r);
	return ret;
}

static void say_updates(const struct updates *u)
{
	static const char * const when[] = { "quiet", "pressed" };
	unsigned int pressed, what;
	char name[32];

	for (pressed = 0; pressed < 2; pressed++) {
		for (what = 0; what < NR_UPDATES; what++) {
			snprintf(name, sizeof(name), "%s_%s", update_names[what], when[pressed]);
			rounds_measured(&u->us[pressed][what], name, "us");
		}
		snprintf(name, sizeof(name), "longest_%s", when[pressed]);
		rounds_measured(&u->longest[pressed], name, "us");
	}
}

static int measure_updates(struct updates *u, struct result *r)
{
	uint64_t start = now_ns();

	do {
		if (update_turn(u, false, r) || pressed_turn(u, r) ||
		    klog_check(&u->run.klog, r))
			return -1;
	} while (!rounds_enough(&u->us[true][CREATE], start));
	result_judged(r, ORACLE_MEMSLOTS);
	say_updates(u);
	return 0;
}

FIXTURE(slot) {
	int unused;
};

FIXTURE_SETUP(slot)
{
}

FIXTURE_TEARDOWN(slot)
{
}

TEST_F(slot, update)
{
	struct updates u = {
		.spec = {
			/* What the invalidators do preserves it. */
			.backing = &backings[BACKING_MEMFD],
			.injector = &injector_setups[0],
			.workload = workload_find("write_first"),
			.nr_vcpus = 1,
			.nr_pages = UPDATE_PAGES,
		},
	};

	scenario_end(&u.run, !scenario_begin(&u.run, &u.spec, mn.result) &&
			     !measure_updates(&u, mn.result), mn.result);
}

/* ---- many ---- */

#define MANY		1000
#define MANY_PAGES	256

enum { CALLS, FAULTS };

/* One of the two VMs. */
struct side {
	unsigned int nr_slots;	/* beside the guest's */
	struct scenario spec;
	struct scenario_run run;
	struct bare_turn turn;
};

/* Single pages with gaps between them, which the guest does not use. */
static int add_slots(const struct side *s, struct result *r)
{
	unsigned int n;
	int ret = 0;

	for (n = 0; n < s->nr_slots && !ret; n++)
		ret = vm_set_slot(&s->run.vm, VM_SLOT_SPARE + n, SPARE_GPA + 2 * n * PAGE_BYTES,
				  s->run.vm.system.hva, PAGE_BYTES);
	errno = -ret;
	return ret ? result_errno(r, "KVM_SET_USER_MEMORY_REGION(%u slots)", n) : 0;
}

/* Not timed: the guest has all of its pages. */
static int visited(void *arg, struct result *r)
{
	struct side *s = arg;
	double ignored;

	return fault_turn(&s->run, &ignored, r);
}

static int begin(void *arg, struct result *r)
{
	/* Takes no page: it is KVM's part that differs. */
	const struct bare_call *call = bare_call_find("mprotect_none");
	struct side *s = arg;

	s->spec = (struct scenario) {
		.backing = &backings[call->backing],
		.injector = &injector_setups[0],
		.workload = workload_find("write_first"),
		.nr_vcpus = 1,
		.nr_pages = MANY_PAGES,
	};
	s->turn = (struct bare_turn) {
		.call = call, .area = &s->run.area, .arg = s, .ready = visited,
	};
	return scenario_begin(&s->run, &s->spec, r) || add_slots(s, r) ||
	       vm_park(&s->run.vm, s->run.budget_ns, r) ? -1 : 0;
}

/* Each leaves the guest without translations. */
static int turn(void *arg, int what, double *per_second, struct result *r)
{
	struct side *s = arg;

	return what == CALLS ? bare_turn(&s->turn, per_second, r) :
			       fault_turn(&s->run, per_second, r);
}

static void end(void *arg, bool healthy, struct result *r)
{
	struct side *s = arg;

	if (healthy)
		vm_resume(&s->run.vm);
	scenario_end(&s->run, healthy, r);
}

static const struct peer_steps steps = { .begin = begin, .turn = turn, .end = end };

/* What it costs with one slot, and with many. */
struct costs {
	struct rounds one, many, ratio;
};

static void say_costs(const struct costs *c, const char *what)
{
	char name[48];

	snprintf(name, sizeof(name), "%s_1_slot", what);
	rounds_measured(&c->one, name, "us");
	snprintf(name, sizeof(name), "%s_%u_slots", what, MANY);
	rounds_measured(&c->many, name, "us");
	snprintf(name, sizeof(name), "%s_many_to_one", what);
	rounds_measured(&c->ratio, name, "ratio");
}

/* One turn of each; each time the other one is the first. */
static int both(struct side *one, struct peer *many, int what, struct costs *c, struct result *r)
{
	bool many_first = c->ratio.nr % 2;
	double here, there;

	if ((many_first && peer_turn(many, what, &there, r)) || turn(one, what, &here, r) ||
	    (!many_first && peer_turn(many, what, &there, r)))
		return -1;
	rounds_add(&c->one, 1e6 / here);
	rounds_add(&c->many, 1e6 / there);
	rounds_add(&c->ratio, there / here);
	return 0;
}

static int compare(struct side *one, struct peer *many, struct result *r)
{
	struct costs calls = { 0 }, faults = { 0 };
	uint64_t start = now_ns();

	do {
		if (both(one, many, CALLS, &calls, r) || both(one, many, FAULTS, &faults, r))
			return -1;
	} while (!rounds_enough(&calls.ratio, start));
	say_costs(&calls, "invalidation");
	say_costs(&faults, "fault");
	return 0;
}

TEST_F(slot, many)
{
	struct side one = { 0 }, other = { .nr_slots = MANY };
	struct peer many = { 0 };
	bool healthy;

	if (!peer_start(&many, &steps, &other, mn.result)) {
		healthy = !begin(&one, mn.result) && !compare(&one, &many, mn.result);
		end(&one, healthy, mn.result);
	}
	peer_end(&many, mn.result);
}

static void add_variants(void)
{
	/* A thread that takes them would be measured along. */
	unsetenv("MN_SAMPLES");
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

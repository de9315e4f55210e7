// SPDX-License-Identifier: GPL-2.0
/*
 * mn_clock_test - the paravirtual clock follows its page, wherever that goes.
 *
 * KVM itself writes the time into a page of the guest.  On x86-64 (kvmclock) it does so
 * since v5.18 through a cached translation (gfn_to_pfn_cache), which MMU notifiers must
 * invalidate like any other; before, and on arm64 (stolen time), through the host's page
 * table.  So it is with what a Xen guest has, and with stolen time on x86-64.
 * A thread has KVM write again and again while a pressure takes the page: the time
 * must advance in the page that the guest then has, and nothing may be written to
 * the frame that it had before.  Where contents stay, it never goes back: then something that
 * KVM wrote was lost.  In the end the page can be moved: KVM has kept no reference of
 * any that it got hold of.
 *
 * Contracts 5, 8, 9 and 10.
 */
#include "mn_chosen.h"
#include "oracle/held_pages.h"
#include "vm/clock.h"

MN_ABOUT("the paravirtual clock that KVM writes keeps to its page, wherever that goes",
	 5, 8, 9, 10);

#define TICK_NS		1000000ULL

struct clocks {
	const struct vm_clock *clock;
	struct scenario_run *run;
	unsigned long long seen;	/* updates that the host saw in the page */
	uint64_t latest[GUEST_MAX_VCPUS];
	unsigned long long ticks;
	pthread_t ticker;
	bool ticking;
	uint32_t stop;
	int err;			/* of the ticker */
};

/* Each vCPU's in a page that it visits in every workload. */
static size_t place(const struct scenario_run *run, unsigned int id)
{
	const struct clocks *c = run->spec->own;

	return id * vm_shared(&run->vm)->stride + c->clock->at;
}

static unsigned int nr_clocks(const struct scenario_run *run)
{
	const struct clocks *c = run->spec->own;

	return c->clock->is_one ? 1 : run->vm.nr_vcpus;
}

static uint64_t read_clock(const struct scenario_run *run, unsigned int id)
{
	const struct clocks *c = run->spec->own;

	return c->clock->read(run->area.hva + place(run, id));
}

static void *ticker(void *arg)
{
	struct clocks *c = arg;

	while (!guest_load(&c->stop) && !c->err) {
		c->err = c->clock->tick(&c->run->vm);
		c->ticks++;
		sleep_ns(TICK_NS);
	}
	return NULL;
}

/* The host looks where the guest does: through the same memory, not through KVM. */
static int await_update(struct scenario_run *run, const char *when, struct result *r)
{
	struct clocks *c = run->spec->own;
	struct deadline deadline;
	unsigned int id;

	for (id = 0; id < nr_clocks(run); id++) {
		const uint64_t from = read_clock(run, id);
		uint64_t now;

		if (run->press.effect == EFFECT_PRESERVE && from && from < c->latest[id])
			return result_fail(r, CONTRACT_CONTENTS,
					   "the clock of vCPU %u was at %llu, and is at %llu %s (lost write)",
					   id, (unsigned long long)c->latest[id],
					   (unsigned long long)from, when);

		deadline_start(&deadline, run->budget_ns);
		while (now = read_clock(run, id), !now || now == from) {
			if (deadline_poll(&deadline))
				continue;
			vm_describe(&run->vm, r);
			return result_fail(r, CONTRACT_NO_STALE,
					   "the clock of vCPU %u stands at %llu %s: %llu ms and %llu ticks went by, and nothing came into its page at gpa %#llx",
					   id, (unsigned long long)from, when,
					   (unsigned long long)run->budget_ns / 1000000, c->ticks,
					   (unsigned long long)(GUEST_AREA_GPA + place(run, id)));
		}
		c->latest[id] = now;
		c->seen++;
	}
	return 0;
}

static int start(struct scenario_run *run, struct result *r)
{
	struct clocks *c = run->spec->own;
	unsigned int id;

	c->run = run;
	if (vm_park(&run->vm, run->budget_ns, r))
		return -1;
	for (id = 0; id < nr_clocks(run); id++) {
		if (c->clock->enable(&run->vm, id, GUEST_AREA_GPA + place(run, id), r))
			return -1;
	}
	vm_resume(&run->vm);
	errno = pthread_create(&c->ticker, NULL, ticker, c);
	if (errno)
		return result_errno(r, "pthread_create(ticker)");
	c->ticking = true;
	return await_update(run, "before any pressure", r);
}

static int after_round(struct scenario_run *run, struct result *r)
{
	result_judged(r, ORACLE_CLOCK);
	return await_update(run, "after the pressure", r);
}

/* KVM has got hold of it again and again, and an invalidation came between each time. */
static int judge_page(struct scenario_run *run, unsigned int id, struct result *r)
{
	struct area page = run->area;

	page.size = page.backing->granule;
	page.hva += place(run, id) / page.size * page.size;
	return held_pages_judge(&page, run->budget_ns, r);
}

static int judge_pages(struct scenario_run *run, struct result *r)
{
	unsigned int id;
	int ret = vm_park(&run->vm, run->budget_ns, r);

	for (id = 0; !ret && id < run->vm.nr_vcpus; id++)
		ret = judge_page(run, id, r);
	vm_resume(&run->vm);
	return ret;
}

static int stop(struct scenario_run *run, struct result *r)
{
	struct clocks *c = run->spec->own;

	if (!c->ticking)
		return 0;
	guest_store(&c->stop, 1);
	pthread_join(c->ticker, NULL);
	result_note(r, "clock: set %llu times, %llu updates seen in their pages", c->ticks,
		    c->seen);
	if (!c->err)
		return r->kind == RESULT_PASS ? judge_pages(run, r) : 0;
	errno = c->err;
	return result_errno(r, "%s: tick", c->clock->name);
}

static const struct scenario_steps steps = {
	.first = start,
	.after_round = after_round,
	.last = stop,
};

/* ---- the tests ---- */

FIXTURE(clock) {
	struct clocks clocks;
};

FIXTURE_VARIANT(clock) {
	struct scenario spec;
	const struct vm_clock *clock;
};

FIXTURE_SETUP(clock)
{
}

FIXTURE_TEARDOWN(clock)
{
}

TEST_F(clock, guest)
{
	self->clocks.clock = variant->clock;
	mn_run_scenario_with(&variant->spec, variant->clock->kind, &steps, &self->clocks);
}

#define EXTRA	0x100	/* beside the number of a clock */

static void add(const struct scenario *spec, const char *id, const char *parameters,
		unsigned int clock)
{
	FIXTURE_VARIANT(clock) variant = { .spec = *spec, .clock = &vm_clocks[clock & ~EXTRA] };
	unsigned int extra = clock & EXTRA ? MN_CASE_EXTRA : 0;

	mn_case_add(clock, id, parameters, MN_CASE_CORE | extra, &variant);
}

static const struct mn_choice choices[] = {
	{ .pressure = "munmap",
	  .backings = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD) },
	{ .pressure = "mmap_fixed", .backings = BACKING_BIT(BACKING_MEMFD) },
	{ .pressure = "madvise_dontneed", .backings = BACKING_BIT(BACKING_ANON) },
	{ .pressure = "move_pages_bulk",
	  .backings = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		      BACKING_BIT(BACKING_MEMFD) },
	{ .pressure = "pageout",
	  .backings = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD) },
	{ .pressure = "fork_write", .backings = BACKING_BIT(BACKING_ANON) },
	{ 0 },
};

/*
 * Runs after KVM's own start(): the cache is invalid by then, and whoever wants to
 * use it must wait until the page is really gone.
 */
static const struct injector_setup delay = {
	.name = "delay_before_kvm",
	.kind = "delay",
	.count = 1,
	.knob = "delay_start_us 2000",
	.before_kvm = true,
};

/* Of the other clocks these, and the rest with -a or by id. */
static const struct mn_choice core_choices[] = {
	{ .pressure = "munmap", .backings = BACKING_BIT(BACKING_ANON) },
	{ .pressure = "slot_recreate_dontneed", .backings = BACKING_BIT(BACKING_ANON) },
	{ 0 },
};

static const struct mn_choice extra_choices[] = {
	{ .pressure = "move_pages_bulk", .backings = BACKING_BIT(BACKING_MEMFD) },
	{ .pressure = "pageout", .backings = BACKING_BIT(BACKING_ANON) },
	{ .pressure = "fork_write", .backings = BACKING_BIT(BACKING_ANON) },
	{ .pressure = "slot_log_dirty_migrate", .backings = BACKING_BIT(BACKING_ANON) },
	{ 0 },
};

/* Where a clock goes on in the next page, the guest may not use that. */
static const struct mn_choice split_core_choices[] = {
	{ .pressure = "move_pages_bulk", .backings = BACKING_BIT(BACKING_ANON_THP) },
	{ 0 },
};

static const struct mn_choice split_extra_choices[] = {
	{ .pressure = "munmap", .backings = BACKING_BIT(BACKING_ANON_THP) },
	{ 0 },
};

static const struct mn_choice aged_choices[] = {
	{ .pressure = "munmap", .backings = BACKING_BIT(BACKING_MEMFD) },
	{ 0 },
};

static void add_others(const struct scenario *base, unsigned int clock)
{
	bool split = vm_clocks[clock].crosses;
	const char *name = vm_clocks[clock].name;

	mn_add_chosen(base, name, split ? split_core_choices : core_choices, add, clock);
	mn_add_chosen(base, name, split ? split_extra_choices : extra_choices, add, clock | EXTRA);
}

static void add_variants(void)
{
	struct scenario base = {
		.nr_vcpus = 2,
		.nr_pages = MN_NR_PAGES,
		.rounds = MN_NR_ROUNDS,
	};
	unsigned int n;

	mn_account_begin();
	mn_add_chosen(&base, "kvmclock", choices, add, 0);
	base.injector = &delay;
	/* Each invalidation takes its time; an area has dozens. */
	base.rounds = 2;
	mn_add_chosen(&base, "delayed", choices, add, 0);
	base.aged = 1;
	mn_add_chosen(&base, "aged", aged_choices, add, 0);
	base.aged = 0;
	base.injector = NULL;
	base.rounds = MN_NR_ROUNDS;
	for (n = 1; vm_clocks[n].name; n++)
		add_others(&base, n);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

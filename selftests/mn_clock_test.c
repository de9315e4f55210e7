// SPDX-License-Identifier: GPL-2.0
/*
 * mn_clock_test - the paravirtual clock follows its page, wherever that goes.
 *
 * KVM itself writes the time into a page of the guest.  On x86-64 (kvmclock) it does so
 * since v5.18 through a cached translation (gfn_to_pfn_cache), which MMU notifiers must
 * invalidate like any other; before, and on arm64 (stolen time), through the host's page
 * table.
 * A thread has KVM write again and again while a pressure takes the page: the time
 * must advance in the page that the guest then has, and nothing may be written to
 * the frame that it had before.  In the end the page can be moved: KVM has kept no
 * reference of any that it got hold of.
 *
 * Contracts 5, 8, 9 and 10.
 */
#include "mn_chosen.h"
#include "oracle/held_pages.h"
#include "vm/clock.h"

MN_ABOUT("the paravirtual clock that KVM writes keeps to its page, wherever that goes",
	 5, 8, 9, 10);

#define OFFSET		2048		/* in the page, clear of its stamp */
#define TICK_NS		1000000ULL

struct clocks {
	struct scenario_run *run;
	unsigned long long seen;	/* updates that the host saw in the page */
	unsigned long long ticks;
	pthread_t ticker;
	bool ticking;
	uint32_t stop;
	int err;			/* of the ticker */
};

/* Each vCPU's in a page that it visits in every workload. */
static size_t place(const struct scenario_run *run, unsigned int id)
{
	return id * vm_shared(&run->vm)->stride + OFFSET;
}

static uint64_t read_clock(const struct scenario_run *run, unsigned int id)
{
	return vm_clock_read(run->area.hva + place(run, id));
}

static void *ticker(void *arg)
{
	struct clocks *c = arg;

	while (!guest_load(&c->stop) && !c->err) {
		c->err = vm_clock_tick(&c->run->vm);
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

	for (id = 0; id < run->vm.nr_vcpus; id++) {
		const uint64_t from = read_clock(run, id);
		uint64_t now;

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
	for (id = 0; id < run->vm.nr_vcpus; id++) {
		if (vm_clock_enable(&run->vm, id, GUEST_AREA_GPA + place(run, id), r))
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
	return result_errno(r, "vm_clock_tick()");
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
};

FIXTURE_SETUP(clock)
{
}

FIXTURE_TEARDOWN(clock)
{
}

TEST_F(clock, guest)
{
	mn_run_scenario_with(&variant->spec, NULL, &steps, &self->clocks);
}

static void add(const struct scenario *spec, const char *id, const char *parameters,
		unsigned int unused)
{
	FIXTURE_VARIANT(clock) variant = { .spec = *spec };

	(void)unused;
	mn_case_add(clock, id, parameters, MN_CASE_CORE, &variant);
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

static const struct mn_choice aged_choices[] = {
	{ .pressure = "munmap", .backings = BACKING_BIT(BACKING_MEMFD) },
	{ 0 },
};

static void add_variants(void)
{
	struct scenario base = {
		.nr_vcpus = 2,
		.nr_pages = MN_NR_PAGES,
		.rounds = MN_NR_ROUNDS,
	};

	mn_account_begin();
	mn_add_chosen(&base, "kvmclock", choices, add, 0);
	base.injector = &delay;
	/* Each invalidation takes its time; an area has dozens. */
	base.rounds = 2;
	mn_add_chosen(&base, "delayed", choices, add, 0);
	base.aged = 1;
	mn_add_chosen(&base, "aged", aged_choices, add, 0);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * mn_clock_test - the paravirtual clock follows its page, wherever that goes.
 *
 * KVM itself writes the time into a page of the guest (MSR_KVM_SYSTEM_TIME_NEW).
 * Since v5.18 it does so through a cached translation (gfn_to_pfn_cache), which MMU
 * notifiers must invalidate like any other; before, through the host's page table.
 * A thread has KVM write again and again while a pressure takes the page: the time
 * must advance in the page that the guest then has, and nothing may be written to
 * the frame that it had before.
 *
 * Contracts 5, 9 and 10.
 */
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "mn_chosen.h"

MN_ABOUT("the paravirtual clock that KVM writes keeps to its page, wherever that goes",
	 5, 9, 10);

#define SYSTEM_TIME_MSR	0x4b564d01	/* MSR_KVM_SYSTEM_TIME_NEW */
#define ENABLE		1
#define OFFSET		2048		/* in the page, clear of its stamp */
#define TICK_NS		1000000ULL

/* What KVM writes, as far as we read it. */
struct clock_page {
	uint32_t version;		/* odd while KVM is at it */
	uint32_t pad;
	uint64_t tsc, system_time;
	uint32_t multiplier;		/* never 0 in a clock that goes */
};

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

static const struct clock_page *clock_of(const struct scenario_run *run, unsigned int id)
{
	return (const void *)(run->area.hva + place(run, id));
}

static int enable(struct scenario_run *run, unsigned int id, struct result *r)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = {
		.head.nmsrs = 1,
		.entry = {
			.index = SYSTEM_TIME_MSR,
			.data = (GUEST_AREA_GPA + place(run, id)) | ENABLE,
		},
	};
	int ret = ioctl(run->vm.vcpus[id].fd, KVM_SET_MSRS, &msrs);

	if (ret < 0)
		return result_errno(r, "KVM_SET_MSRS(MSR_KVM_SYSTEM_TIME_NEW) of vCPU %u", id);
	if (!ret)
		return result_skip(r, "KVM has no kvmclock for its guests");
	return 0;
}

/* Setting the clock to what it says has every vCPU write it before it goes on. */
static int tick(struct scenario_run *run)
{
	struct kvm_clock_data data = { 0 };

	if (ioctl(run->vm.fd, KVM_GET_CLOCK, &data))
		return errno;
	data.flags = 0;
	return ioctl(run->vm.fd, KVM_SET_CLOCK, &data) ? errno : 0;
}

static void *ticker(void *arg)
{
	struct clocks *c = arg;

	while (!guest_load(&c->stop) && !c->err) {
		c->err = tick(c->run);
		c->ticks++;
		sleep_ns(TICK_NS);
	}
	return NULL;
}

static bool goes(const struct clock_page *clock, uint32_t from)
{
	uint32_t version = guest_load(&clock->version);

	return version != from && !(version & 1) && clock->multiplier;
}

/* The host looks where the guest does: through the same memory, not through KVM. */
static int await_update(struct scenario_run *run, const char *when, struct result *r)
{
	struct clocks *c = run->spec->own;
	struct deadline deadline;
	unsigned int id;

	for (id = 0; id < run->vm.nr_vcpus; id++) {
		const struct clock_page *clock = clock_of(run, id);
		uint32_t from = guest_load(&clock->version);

		deadline_start(&deadline, run->budget_ns);
		while (!goes(clock, from)) {
			if (deadline_poll(&deadline))
				continue;
			vm_describe(&run->vm, r);
			return result_fail(r, CONTRACT_NO_STALE,
					   "the clock of vCPU %u stands at version %u %s: %llu ms and %llu ticks went by, and nothing came into its page at gpa %#llx",
					   id, from, when,
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
		if (enable(run, id, r))
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
		return 0;
	errno = c->err;
	return result_errno(r, "KVM_GET_CLOCK, KVM_SET_CLOCK");
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
	mn_case_add(clock, id, parameters, true, &variant);
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
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * mn_false_row_test - pressures that do not do what their rows say.
 *
 * Each must be detected: by contents, by the lack of effect, by invalidations where
 * there should be none, or by faults on pages that it should have left.  One is killed
 * half-way: what it had changed on the host must be restored.  `make check` expects the
 * failures.
 */
#include <sys/mman.h>

#include "../mn_harness.h"
#include "base/deadline.h"
#include "host/hostfile.h"
#include "scenario/scenario.h"
#include "support/precision.h"

MN_ABOUT("pressures that lie about what they do, to be found out: fails on purpose");

#define NR_VCPUS	1
#define NR_PAGES	16
#define NR_ROUNDS	2
#define RESTORE_NS	10000000000ULL

/* A setting that no test is about, and a value that nobody uses. */
#define SETTING		"/proc/sys/vm/dirty_writeback_centisecs"
#define SETTING_VALUE	"4711"

FIXTURE(false_row) {
	int unused;
};

FIXTURE_SETUP(false_row)
{
}

FIXTURE_TEARDOWN(false_row)
{
}

static void run_row_with(const struct pressure *row, const char *workload,
			 const struct injector_setup *injector)
{
	const struct scenario spec = {
		.backing = &backings[BACKING_ANON],
		.pressure = row,
		.injector = injector,
		.workload = workload_find(workload),
		.nr_vcpus = NR_VCPUS,
		.nr_pages = NR_PAGES,
		.rounds = NR_ROUNDS,
	};

	if (!inject_available(mn.result))
		scenario_run(&spec, mn.result, NULL);
}

static void run_row(const struct pressure *row, const char *workload, const char *injector)
{
	const struct injector_setup *setup = injector_setups;

	while (strcmp(setup->name, injector))
		setup++;
	run_row_with(row, workload, setup);
}

static int discard(struct press *p, struct result *r)
{
	if (madvise(p->area->hva, p->area->size, MADV_DONTNEED))
		return result_errno(r, "madvise(MADV_DONTNEED)");
	return 0;
}

/* Says that contents stay, and throws them away: contract 9. */
TEST_F(false_row, discards_in_secret)
{
	static const struct pressure row = {
		.name = "discards_in_secret",
		.events = "clear",
		.preserves = ON_PRIVATE,
		.apply = discard,
	};

	run_row(&row, "sweep_write", "none");
}

static int protect(struct press *p, struct result *r)
{
	if (mprotect(p->area->hva, p->area->size, PROT_READ) ||
	    mprotect(p->area->hva, p->area->size, PROT_READ | PROT_WRITE))
		return result_errno(r, "mprotect()");
	return 0;
}

/* Says that contents go, and leaves them: to the guest, a stale translation. */
TEST_F(false_row, keeps_in_secret)
{
	static const struct pressure row = {
		.name = "keeps_in_secret",
		.events = "protection_vma",
		.discards = ON_PRIVATE,
		.apply = protect,
	};

	run_row(&row, "sweep_verify", "none");
}

static int do_nothing(struct press *p, struct result *r)
{
	(void)p;
	(void)r;
	return 0;
}

TEST_F(false_row, does_nothing)
{
	static const struct pressure row = {
		.name = "does_nothing",
		.events = "clear",
		.preserves = ON_PRIVATE,
		.apply = do_nothing,
	};

	run_row(&row, "sweep_write", "none");
}

static int discard_every_second_time(struct press *p, struct result *r)
{
	return p->round % 2 ? 0 : discard(p, r);
}

TEST_F(false_row, every_second_call_does_nothing)
{
	static const struct pressure row = {
		.name = "every_second_call_does_nothing",
		.events = "clear",
		.may_discard = ON_PRIVATE,
		.apply = discard_every_second_time,
	};

	run_row(&row, "sweep_write", "none");
}

static int prove_every_second_time(struct press *p, struct result *r)
{
	p->proved += p->round % 2;
	return discard(p, r);
}

TEST_F(false_row, every_second_call_proves_nothing)
{
	static const struct pressure row = {
		.name = "every_second_call_proves_nothing",
		.events = "clear",
		.proof = "page frame changed",
		.discards = ON_PRIVATE,
		.apply = prove_every_second_time,
	};

	run_row(&row, "sweep_write", "observer");
}

/* Takes memory, but not as it says. */
TEST_F(false_row, proves_nothing)
{
	static const struct pressure row = {
		.name = "proves_nothing",
		.events = "clear",
		.proof = "page frame changed",
		.discards = ON_PRIVATE,
		.apply = discard,
	};

	run_row(&row, "sweep_write", "none");
}

TEST_F(false_row, wrong_event)
{
	static const struct pressure row = {
		.name = "wrong_event",
		.events = "migrate exclusive",
		.discards = ON_PRIVATE,
		.apply = discard,
	};

	run_row(&row, "sweep_write", "observer");
}

/* To a checker that takes no event for an invalidation, all that goes goes outside. */
TEST_F(false_row, notifies_of_nothing)
{
	static const struct injector_setup deaf = {
		.name = "deaf_checker",
		.kind = "checker",
		.count = 1,
		.knob = "events release",
	};
	static const struct pressure row = {
		.name = "notifies_of_nothing",
		.events = "clear",
		.discards = ON_PRIVATE,
		.apply = discard,
	};

	run_row_with(&row, "sweep_write", &deaf);
}

TEST_F(false_row, takes_instead_of_sparing)
{
	static const struct pressure row = {
		.name = "takes_instead_of_sparing",
		.kind = PRESSURE_SPARES,
		.events = "clear",
		.discards = ON_PRIVATE,
		.apply = discard,
	};

	run_row(&row, "sweep_write", "observer");
}

static int discard_more(struct press *p, struct result *r)
{
	if (madvise(p->area->hva, p->area->size + PAGE_BYTES, MADV_DONTNEED))
		return result_errno(r, "madvise(MADV_DONTNEED)");
	return 0;
}

/* What comes next goes as well: contract 11. */
TEST_F(false_row, takes_a_page_more)
{
	static const struct pressure row = {
		.name = "takes_a_page_more",
		.events = "clear",
		.discards = ON_PRIVATE,
		.apply = discard_more,
	};

	precision_judge(&row, &backings[BACKING_ANON], mn.result);
}

static int discard_and_zap(struct press *p, struct result *r)
{
	return discard(p, r) ?: vm_remake_area(p->vm, r);
}

/* What a KVM does that zaps the whole slot: the mm knows nothing of it. */
TEST_F(false_row, zaps_the_slot)
{
	static const struct pressure row = {
		.name = "zaps_the_slot",
		.events = "clear",
		.discards = ON_PRIVATE,
		.apply = discard_and_zap,
	};

	precision_judge(&row, &backings[BACKING_ANON], mn.result);
}

static int change_setting(struct press *p, struct result *r)
{
	return hoststate_write(p->host, SETTING, SETTING_VALUE, r);
}

static int die(struct press *p, struct result *r)
{
	(void)p;
	(void)r;
	return raise(SIGKILL);
}

TEST_F(false_row, killed_with_a_setting_changed)
{
	static const struct pressure row = {
		.name = "killed",
		.events = "clear",
		.discards = ON_PRIVATE,
		.changes = SETTING,
		.set_up = change_setting,
		.apply = die,
	};

	run_row(&row, "sweep_write", "none");
}

/* The one test here that must pass; it comes after the one that was killed. */
TEST_F(false_row, setting_is_back)
{
	struct deadline deadline;
	char now[32];

	deadline_start(&deadline, RESTORE_NS);
	do {
		if (hostfile_read(SETTING, now, sizeof(now)) < 0) {
			result_skip(mn.result, "no %s", SETTING);
			return;
		}
		result_judged(mn.result, ORACLE_TOOLS);
		if (strcmp(now, SETTING_VALUE))
			return;
	} while (deadline_poll(&deadline));
	result_error(mn.result, "%s is still %s", SETTING, SETTING_VALUE);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, NULL);
}

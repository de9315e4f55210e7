// SPDX-License-Identifier: GPL-2.0
/*
 * mn_sabotage_test - broken on purpose, to see the oracles notice.
 *
 * Each test runs the scenario that mn_unmap_test runs, breaks one thing before
 * the first round, and must end as a failure with the message that names it.
 * `make check` expects those failures; no other run includes them.
 */
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../mn_harness.h"
#include "oracle/held_pages.h"
#include "scenario/scenario.h"
#include "vm/arch.h"

MN_ABOUT("guests and kernels broken on purpose, to be found out: fails on purpose");

#define NR_VCPUS	2
#define NR_PAGES	16
#define NR_ROUNDS	2
#define MOVE_NS		1000000000ULL

FIXTURE(sabotage) {
	int unused;
};

FIXTURE_SETUP(sabotage)
{
}

FIXTURE_TEARDOWN(sabotage)
{
}

static void run_sabotaged(const char *pressure, const char *workload,
			  int (*sabotage)(struct scenario_run *run, struct result *r))
{
	struct scenario spec = {
		.backing = &backings[BACKING_ANON],
		.pressure = pressure_find(pressure),
		.injector = &injector_setups[0],
		.workload = workload_find(workload),
		.nr_vcpus = NR_VCPUS,
		.nr_pages = NR_PAGES,
		.rounds = NR_ROUNDS,
		.sabotage = sabotage,
	};

	if (!inject_available(mn.result))
		scenario_run(&spec, mn.result, NULL);
}

/* One vCPU stops visiting pages while the other goes on: contract 10. */
static int stop_a_vcpu(struct scenario_run *run, struct result *r)
{
	(void)r;
	vm_set_workload(&run->vm, workload_find("still"));
	return 0;
}

TEST_F(sabotage, guest_stalls)
{
	run_sabotaged("madvise_dontneed", "sweep_verify", stop_a_vcpu);
}

static int unsafe_on_area(struct scenario_run *run, const char *command, struct result *r)
{
	run->unsafe_fd = inject_unsafe_open(r);
	if (run->unsafe_fd < 0)
		return -1;
	return inject_unsafe(run->unsafe_fd, r, "%s %#lx %#lx", command,
			     (unsigned long)run->area.hva, run->area.size);
}

/* A start() whose end() never comes: contracts 6 and 10. */
static int withhold_end(struct scenario_run *run, struct result *r)
{
	return unsafe_on_area(run, "withhold_end", r);
}

TEST_F(sabotage, end_withheld)
{
	run_sabotaged("madvise_dontneed", "sweep_verify", withhold_end);
}

/* KVM alone is told of an invalidation that never ends: contracts 6 and 10. */
static int force_count(struct scenario_run *run, struct result *r)
{
	char command[32];

	snprintf(command, sizeof(command), "force_count %d", run->vm.fd);
	return unsafe_on_area(run, command, r);
}

TEST_F(sabotage, count_forced_up)
{
	run_sabotaged("madvise_dontneed", "sweep_verify", force_count);
}

/* An end() too many: a splat at the latest, BUG() on some kernels. */
static int double_end(struct scenario_run *run, struct result *r)
{
	return unsafe_on_area(run, "double_end", r);
}

TEST_F(sabotage, double_end)
{
	run_sabotaged("madvise_dontneed", "sweep_verify", double_end);
}

/* Pages that hold what nobody wrote to them, as if they were another's: contract 9. */
static int corrupt_pages(struct scenario_run *run, struct result *r)
{
	unsigned int i;

	(void)r;
	for (i = 0; i < NR_PAGES; i++)
		guest_store((guest_u64 *)(run->area.hva + i * PAGE_BYTES),
			    guest_stamp(i + 1, 1, 1));
	return 0;
}

TEST_F(sabotage, page_corrupted)
{
	run_sabotaged("mremap", "sweep_write", corrupt_pages);
}

/* An undefined instruction where the workload begins: the guest must report it. */
static int corrupt_code(struct scenario_run *run, struct result *r)
{
	static const guest_u64 illegal = GUEST_ILLEGAL_CODE;
	char *code = run->vm.system.hva + (run->spec->workload->pass - GUEST_SYSTEM_GPA);

	(void)r;
	memcpy(code, &illegal, sizeof(illegal));
	vm_code_written(code, sizeof(illegal));
	return 0;
}

TEST_F(sabotage, guest_exception)
{
	run_sabotaged("madvise_dontneed", "sweep_verify", corrupt_code);
}

/* References that stay as long as this process does, as if KVM had forgotten them: contract 8. */
static int hold_pages(const struct area *area, struct result *r)
{
	struct iovec pages = { .iov_base = area->hva, .iov_len = NR_PAGES * PAGE_BYTES };
	int ends[2];

	if (pipe(ends))
		return result_errno(r, "pipe()");
	if (vmsplice(ends[1], &pages, 1, 0) != (ssize_t)pages.iov_len)
		return result_errno(r, "vmsplice(%d pages)", NR_PAGES);
	return 0;
}

static int hold_pages_of_guest(struct scenario_run *run, struct result *r)
{
	return hold_pages(&run->area, r);
}

/* Discarded in the first round, */
TEST_F(sabotage, frames_leaked)
{
	run_sabotaged("madvise_dontneed", "sweep_write", hold_pages_of_guest);
}

/* or kept until the area goes. */
TEST_F(sabotage, frames_leaked_to_the_end)
{
	run_sabotaged("mprotect_none", "sweep_write", hold_pages_of_guest);
}

/* Of a file, where only those who move them notice. */
TEST_F(sabotage, pages_leaked)
{
	struct result *r = mn.result;
	struct area area;

	if (area_create(&area, &backings[BACKING_MEMFD], NR_PAGES * PAGE_BYTES, r))
		return;
	memset(area.hva, 1, area.size);
	if (!hold_pages(&area, r))
		held_pages_judge(&area, MOVE_NS, r);
	area_destroy(&area);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, NULL);
}

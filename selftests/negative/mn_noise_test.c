// SPDX-License-Identifier: GPL-2.0
/*
 * mn_noise_test - a driver complains in the kernel log while a test runs.
 *
 * In its own timer, whatever task that interrupts, it is someone else's splat: the test
 * passes.  What a task of the test makes it complain about is ours: the test fails, on
 * purpose.
 */
#include <fcntl.h>
#include <sys/syscall.h>

#include "../mn_harness.h"
#include "scenario/scenario.h"

MN_ABOUT("a driver complains in the kernel log: fails if a task of the test made it");

#define MODULE		"mn_noise"
#define MODULE_FILE	"/suite/" MODULE ".ko"	/* where the lab puts it, and nobody else */
#define NR_PAGES	16
#define NR_ROUNDS	20

FIXTURE(noise) {
	struct klog klog;
};

FIXTURE_SETUP(noise)
{
	klog_open(&self->klog, mn.result);
}

FIXTURE_TEARDOWN(noise)
{
	if (self->klog.fd >= 0)
		klog_check(&self->klog, mn.result);
	klog_close(&self->klog);
}

static int load(const char *parameters, struct result *r)
{
	int fd = open(MODULE_FILE, O_RDONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return result_errno(r, "open(" MODULE_FILE ")");
	if (hoststate_unload_at_end(&mn.host, MODULE, r))
		ret = -1;
	else if (syscall(SYS_finit_module, fd, parameters, 0))
		ret = result_errno(r, "finit_module(" MODULE_FILE ", %s)", parameters);
	close(fd);
	return ret;
}

static void run_beside(const char *parameters, struct result *r)
{
	const struct scenario spec = {
		.backing = &backings[BACKING_ANON],
		.pressure = pressure_find("madvise_dontneed"),
		.injector = injector_setups,
		.workload = workload_find("sweep_write"),
		.nr_vcpus = 2,
		.nr_pages = NR_PAGES,
		.rounds = NR_ROUNDS,
	};

	if (r->kind != RESULT_PASS || hoststate_push(&mn.host, r))
		return;
	if (!load(parameters, r))
		scenario_run(&spec, r, NULL);
	hoststate_pop(&mn.host, r);
}

TEST_F(noise, in_timer)
{
	run_beside("", mn.result);
	klog_check(&self->klog, mn.result);
	if (mn.result->kind == RESULT_PASS && !self->klog.others)
		result_error(mn.result, "the timer of " MODULE " did not complain");
}

TEST_F(noise, in_task)
{
	run_beside("in_task=1", mn.result);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, NULL);
}

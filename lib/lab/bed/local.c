// SPDX-License-Identifier: GPL-2.0
/*
 * This very machine as the bed: the agent is a process on it, beside the lab, which puts the
 * machine back when it ends or the lab is gone.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/process.h"
#include "base/run_dir.h"
#include "bed/session.h"

static void build_arguments(struct lab_argv *a, const struct lab_plan *plan, int channel)
{
	lab_argv_add_all(a, plan->agent, "--host", "--fd", NULL);
	lab_argv_addf(a, "%d", channel);
	lab_argv_add_lines(a, plan->modules);
}

static int start(struct lab_machine *m, const struct lab_plan *plan, unsigned int bed,
		 struct lab_error *e)
{
	char *log = lab_run_file(plan->results->out, "agent", bed, "log");
	struct lab_argv argv = { NULL };
	int channel, ret = lab_machine_stream(m, LAB_CHANNEL, &channel, e);
	const struct lab_process agent = {
		.argv = &argv, .out = log, .append = true, .keep = &channel, .nr_keep = 1,
		.group = true,
	};

	if (!ret) {
		build_arguments(&argv, plan, channel);
		ret = lab_process_start(&agent, e);
		lab_argv_free(&argv);
		close(channel);
	}
	free(log);
	if (ret < 0)
		return ret;
	m->pid = ret;
	return 0;
}

/* It says itself what went wrong, if it can. */
static enum lab_machine_end ended(const struct lab_machine *m, int *code)
{
	(void)m;
	return *code ? LAB_MACHINE_EXITED : LAB_MACHINE_STOPPED;
}

const struct lab_bed_kind lab_bed_local = {
	.name = "local",
	.process = "the agent",
	.here = true,
	.up = true,
	/* Loading modules: seconds. */
	.boot_seconds = 180,
	/* Its own graces for what programs leave behind, see agent_host.c, and some more. */
	.grace_seconds = 60,
	.start = start,
	.ended = ended,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * One run of a campaign.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/exit.h"
#include "base/json_text.h"
#include "base/process.h"
#include "campaign/campaign.h"
#include "run/run.h"

int lab_campaign_begin(struct lab_campaign *c, const struct lab_paths *paths, bool quiet,
		       struct lab_error *e)
{
	*c = (struct lab_campaign){ .paths = paths };
	lab_progress_init(&c->progress, stdout, quiet);
	return lab_process_signals(&c->signals, e);
}

static void show(void *arg)
{
	struct lab_campaign *c = arg;

	lab_progress_status(&c->progress, "%s", c->status);
}

int lab_campaign_run(struct lab_campaign *c, const struct lab_options *options,
		     const char *status, json_t **results, struct lab_error *e)
{
	char *log = lab_format("%s/lab.log", options->out);
	pid_t pid = lab_run_start(c->paths, options, log, e);
	int code = pid, ret = 0;

	c->status = status;
	*results = NULL;
	if (pid > 0)
		code = lab_process_watch(pid, &c->signals, &c->stopped_by, show, c);
	if (pid < 0) {
		ret = pid;
	} else if (code < 0) {
		ret = lab_fail(e, code, "lab run was lost, see %s", log);
	} else if (code < 128) {
		*results = lab_run_results(options->out, code, log, e);
		ret = *results ? 0 : -EIO;
	} else if (!c->stopped_by) {
		ret = lab_fail(e, -EINTR, "lab run was ended by signal %d, see %s", code - 128,
			       log);
	}
	free(log);
	return ret;
}

int lab_campaign_code(json_t *results)
{
	int code = LAB_EXIT_INFRASTRUCTURE;

	json_unpack(results, "{s:i}", "exit_code", &code);
	return code;
}

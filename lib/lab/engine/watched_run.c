// SPDX-License-Identifier: GPL-2.0
/*
 * One run that is waited for.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/process.h"
#include "base/text.h"
#include "engine/cell.h"
#include "run/run.h"

int lab_watched_run(const struct lab_watch *w, const struct lab_options *options,
		    json_t **results, struct lab_error *e)
{
	char *log = lab_format("%s/lab.log", options->out);
	pid_t pid = lab_run_start(w->paths, options, log, e);
	int code = pid, ret = 0;

	*results = NULL;
	if (pid > 0)
		code = lab_process_watch(pid, w->signals, w->stopped_by, w->tick, w->arg);
	if (pid < 0) {
		ret = pid;
	} else if (code < 0) {
		ret = lab_fail(e, code, "lab run was lost, see %s", log);
	} else if (code < 128) {
		*results = lab_run_results(options->out, code, log, e);
		ret = *results ? 0 : -EIO;
	} else if (!*w->stopped_by) {
		ret = lab_fail(e, -EINTR, "lab run was ended by signal %d, see %s", code - 128,
			       log);
	}
	free(log);
	return ret;
}

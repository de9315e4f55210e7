// SPDX-License-Identifier: GPL-2.0
/*
 * One run of a campaign.
 */
#include "base/exit.h"
#include "base/process.h"
#include "campaign/campaign.h"
#include "engine/cell.h"

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
	const struct lab_watch watch = {
		.paths = c->paths, .signals = &c->signals, .stopped_by = &c->stopped_by,
		.tick = show, .arg = c,
	};

	c->status = status;
	return lab_watched_run(&watch, options, results, e);
}

int lab_campaign_code(json_t *results)
{
	int code = LAB_EXIT_INFRASTRUCTURE;

	json_unpack(results, "{s:i}", "exit_code", &code);
	return code;
}

bool lab_campaign_is_bad(json_t *results)
{
	int code = lab_campaign_code(results);

	return code != LAB_EXIT_PASS && code != LAB_EXIT_SKIP;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The knobs by name, as the module knows them.
 */
#include <string.h>

#include "inject/inject_internal.h"

static const struct {
	const char *name, *wants;
} knobs[NR_KNOBS] = {
	[KNOB_PROBABILITY] = { "probability", "0 to 100 per cent" },
	[KNOB_INTERVAL] = { "interval", "1 or more" },
	[KNOB_TIMES] = { "times", "-1 (no limit) or more" },
	[KNOB_SPACE] = { "space", "0 pages or more" },
	[KNOB_VERBOSE] = { "verbose", "0 to 2" },
	[KNOB_DELAY_START_US] = { "delay_start_us", "0 to 1000000 us" },
	[KNOB_DELAY_END_US] = { "delay_end_us", "0 to 1000000 us" },
	[KNOB_MIXED] = { "mixed", "0 or 1" },
};

const char *injector_knob_name(enum injector_knob knob)
{
	return knobs[knob].name;
}

enum injector_knob inject_find_knob(const char *name)
{
	enum injector_knob knob = 0;

	while (knob < NR_KNOBS && strcmp(knobs[knob].name, name))
		knob++;
	return knob;
}

const char *inject_knob_wants(enum injector_knob knob)
{
	return knobs[knob].wants;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The table of injector setups that scenarios choose from.
 *
 * The list of notifiers is walked last-in first: an injector that is attached
 * after KVM runs before it.
 */
#include "scenario/scenario.h"

const struct injector_setup injector_setups[] = {
	{ .name = "none", .about = "no notifier but KVM's own" },
	{ .name = "observer", .about = "a notifier that counts and refuses nothing",
	  .kind = "observer", .count = 1 },
	{ .name = "eagain_before_kvm",
	  .about = "refuses non-blockable ranges, asked after KVM; reaps all the while",
	  .kind = "eagain", .count = 1,
	  .before_kvm = true, .reaps = true },
	{ .name = "eagain_after_kvm",
	  .about = "refuses non-blockable ranges, asked before KVM; reaps all the while",
	  .kind = "eagain", .count = 1, .reaps = true },
	{ .name = "eagain_interval",
	  .about = "refuses non-blockable ranges as an interval, before KVM is asked; reaps all the while",
	  .kind = "interval", .count = 1, .reaps = true, .is_interval = true },
};

const unsigned int nr_injector_setups =
	sizeof(injector_setups) / sizeof(injector_setups[0]);

/* Who caused which event only an injector sees. */
static bool needs_injector(const struct pressure *row)
{
	return row->kind == PRESSURE_SPARES || (row->kind == PRESSURE_AGES && !row->proof);
}

bool setup_suits(const struct injector_setup *setup, const struct pressure *row)
{
	if (setup->reaps && (row->zap_exclusive || setup->is_interval != row->has_interval))
		return false;
	return setup->kind || !needs_injector(row);
}

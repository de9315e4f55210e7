/* SPDX-License-Identifier: GPL-2.0 */
/* The threads of pressures that are at work beside the scenario's own. */
#ifndef CONCURRENT_H
#define CONCURRENT_H

#include "scenario/scenario.h"

/*
 * concurrent_open() - before there is guest memory, which their restorers must not share
 *
 * Return: 0, or -1 with a skip or an error; undo with concurrent_tear_down().
 */
int concurrent_open(struct scenario_run *run, struct result *r);

/*
 * concurrent_set_up() - once the scenario's own pressure is set up
 *
 * Return: 0, or -1 with a skip or an error.
 */
int concurrent_set_up(struct scenario_run *run, struct result *r);

/* concurrent_start() - with the guest at work and calibrated */
int concurrent_start(struct scenario_run *run, struct result *r);

/* concurrent_stop() - join them and take over what they found; safe to repeat */
void concurrent_stop(struct scenario_run *run, struct result *r);

/* concurrent_tear_down() - after concurrent_stop(); also if set_up failed */
void concurrent_tear_down(struct scenario_run *run);

#endif

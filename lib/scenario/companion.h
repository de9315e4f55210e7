/* SPDX-License-Identifier: GPL-2.0 */
/* The threads of pressures that are at work beside the scenario's own. */
#ifndef COMPANION_H
#define COMPANION_H

#include "scenario/scenario.h"

/*
 * companions_open() - before there is guest memory, which their keepers must not share
 *
 * Return: 0, or -1 with a skip or an error; undo with companions_tear_down().
 */
int companions_open(struct scenario_run *run, struct result *r);

/*
 * companions_set_up() - once the scenario's own pressure is set up
 *
 * Return: 0, or -1 with a skip or an error.
 */
int companions_set_up(struct scenario_run *run, struct result *r);

/* companions_start() - with the guest at work and calibrated */
int companions_start(struct scenario_run *run, struct result *r);

/* companions_stop() - join them and take over what they found; safe to repeat */
void companions_stop(struct scenario_run *run, struct result *r);

/* companions_tear_down() - after companions_stop(); also if set_up failed */
void companions_tear_down(struct scenario_run *run);

#endif

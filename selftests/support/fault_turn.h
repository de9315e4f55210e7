/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FAULT_TURN_H
#define FAULT_TURN_H

#include "scenario/scenario.h"

/*
 * fault_turn() - time a guest that goes to all of its pages once
 * @run: its vCPUs are parked, and are again when this returns
 * @per_second: pages that it got to in a second
 *
 * Whether it has to fault is up to the caller, who has taken them.
 * Return: 0, or -1 with a failure of progress, or what the guest found.
 */
int fault_turn(struct scenario_run *run, double *per_second, struct result *r);

#endif

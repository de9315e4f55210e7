/* SPDX-License-Identifier: GPL-2.0 */
/* Scenarios on a VM that is as good as old, see struct scenario. */
#ifndef AGE_H
#define AGE_H

#include "scenario/scenario.h"

/* age_rounds() - how many rounds it takes to cross all borders */
unsigned int age_rounds(const struct scenario *spec);

/*
 * age_before_round() - put the VM to just below the next border, if it is time for that
 * age_after_round() - has it been crossed, if it should have been?
 *
 * Of a VM that is watched, or one that is not aged.  Return: 0, or -1 with an error.
 */
int age_before_round(struct scenario_run *run, struct result *r);
int age_after_round(const struct scenario_run *run, struct result *r);

#endif

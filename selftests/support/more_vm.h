/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One more VM over the memory of a scenario's: it has all of it in a slot, works on a part that
 * is its own, and is judged like the first.
 */
#ifndef MORE_VM_H
#define MORE_VM_H

#include "scenario/scenario.h"

struct more_vm {
	struct vm vm;
	struct area part;	/* of the first VM's area, not ours */
	struct coherence coherence;
	struct progress progress;
	struct health health;
	bool watched;
};

/* more_vm_keep() - have the scenario's own guest keep to the first @nr of its pages from now on */
int more_vm_keep(struct scenario_run *run, unsigned int nr, struct result *r);

/*
 * more_vm_make() - make one, and have its guest visit its pages once
 * @first, @nr: pages of the scenario's, which no other guest visits
 *
 * Also in another process, with the area at the same addresses.
 */
int more_vm_make(struct more_vm *m, struct scenario_run *run, unsigned int first, unsigned int nr,
		 struct result *r);

/*
 * more_vm_unmake() - judge it, and end it
 * @alone: nothing of that mm is invalidated while it ends, and its last counts are judged as well
 */
int more_vm_unmake(struct more_vm *m, const struct scenario_run *run, bool alone,
		   struct result *r);

/* more_vm_before_call(), more_vm_after_call(), more_vm_after_round() - as steps of the scenario */
int more_vm_before_call(struct more_vm *m, struct scenario_run *run, struct result *r);
void more_vm_after_call(struct more_vm *m, struct scenario_run *run);
int more_vm_after_round(struct more_vm *m, struct scenario_run *run, struct result *r);

#endif

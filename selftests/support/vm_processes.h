/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes with a VM each over the same shared memory: an mm more, and a notifier more, for each.
 */
#ifndef VM_PROCESSES_H
#define VM_PROCESSES_H

#include "scenario/scenario.h"

struct vm_processes;

/*
 * vm_processes_start() - make them, one after the other
 * @run: of shared memory; its own guest keeps to its first @share pages
 * @nr: how many
 * @share: pages that each has to itself
 *
 * Return: they, to be ended; or NULL with @r.
 */
struct vm_processes *vm_processes_start(struct scenario_run *run, unsigned int nr,
					unsigned int share, struct result *r);

/*
 * vm_processes_before_call(), _after_call(), _after_round() - as steps of the scenario
 *
 * Each of them tells all processes to do the same, and waits for them.
 * Return: 0, or -1 with what the first of them says that failed.
 */
int vm_processes_before_call(struct vm_processes *all, struct result *r);
int vm_processes_after_call(struct vm_processes *all, struct result *r);
int vm_processes_after_round(struct vm_processes *all, struct result *r);

/* vm_processes_end() - judge their VMs, end them, and free @all; NULL is ignored */
int vm_processes_end(struct vm_processes *all, struct result *r);

#endif

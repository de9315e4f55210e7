/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU's machine protocol, as far as the lab speaks it: what a bed of that kind does (machine.h).
 */
#ifndef LAB_QMP_H
#define LAB_QMP_H

#include "bed/machine.h"

void lab_qmp_control(struct lab_machine *m);
int lab_qmp_trace(struct lab_machine *m, struct lab_error *e);
int lab_qmp_save(struct lab_machine *m, const char *path, struct lab_error *e);
int lab_qmp_resume(struct lab_machine *m, struct lab_error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where children are in the kernel, for whoever has to find out why they do not end.
 */
#ifndef CHILD_STACKS_H
#define CHILD_STACKS_H

#include "base/result.h"

/* note_child_stacks() - note those of every child, adopted ones too, thread by thread */
void note_child_stacks(struct result *r);

#endif

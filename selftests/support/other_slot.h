/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Precision (contract 11) of memslots: one is deleted or moved, and what the guest has by way
 * of another one stays, in a VM that promises that (vm/slot_zap.h).
 *
 * Both have the same memory, so that it is the guest address alone that tells them apart.
 */
#ifndef OTHER_SLOT_H
#define OTHER_SLOT_H

#include "scenario/scenario.h"

/* other_slot_judge() - @moved: or else deleted */
void other_slot_judge(bool moved, struct result *r);

#endif

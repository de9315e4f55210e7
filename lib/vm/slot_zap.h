/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMs in which a memslot that is deleted or moved leaves the translations of others alone.
 */
#ifndef SLOT_ZAP_H
#define SLOT_ZAP_H

#include "vm/vm.h"

/* The kind of such a VM. */
extern const struct vm_kind vm_zaps_one_slot;

/* vm_zaps_one_slot_missing() - why KVM has none, or NULL; static storage */
const char *vm_zaps_one_slot_missing(void);

#endif

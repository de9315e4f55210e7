// SPDX-License-Identifier: GPL-2.0
/*
 * The list of watched VMs.
 *
 * Every watched VM pins the module until the probe has seen the VM's
 * destruction. That probe may not free memory, so it moves a record to the list
 * of those gone, and the next user of the watch file frees it.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mni.h"

bool mni_watched_has(struct mni_vms *vms, const struct kvm *kvm)
{
	struct mni_watched *vm;
	bool found = false;

	raw_spin_lock_irq(&vms->list_lock);
	list_for_each_entry(vm, &vms->watched, node)
		found |= vm->kvm == kvm;
	raw_spin_unlock_irq(&vms->list_lock);
	return found;
}

void mni_watched_add(struct mni_vms *vms, struct mni_watched *vm)
{
	__module_get(THIS_MODULE);
	raw_spin_lock_irq(&vms->list_lock);
	list_add_tail(&vm->node, &vms->watched);
	raw_spin_unlock_irq(&vms->list_lock);
}

void mni_watched_gone(struct mni_vms *vms, struct kvm *kvm, char *name)
{
	struct mni_watched *vm;

	strscpy(name, "-", MNI_VM_NAME_MAX);
	list_for_each_entry(vm, &vms->watched, node) {
		if (vm->kvm != kvm)
			continue;
		strscpy(name, vm->name, MNI_VM_NAME_MAX);
		list_move_tail(&vm->node, &vms->gone);
		module_put(THIS_MODULE);
		return;
	}
}

void mni_watched_free_gone(struct mni_vms *vms)
{
	struct mni_watched *vm, *next;
	LIST_HEAD(gone);

	raw_spin_lock_irq(&vms->list_lock);
	list_splice_init(&vms->gone, &gone);
	raw_spin_unlock_irq(&vms->list_lock);
	list_for_each_entry_safe(vm, next, &gone, node)
		kfree(vm);
}

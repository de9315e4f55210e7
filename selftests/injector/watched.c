// SPDX-License-Identifier: GPL-2.0
/*
 * The list of watched VMs.
 *
 * Every watched VM pins the module until it is destroyed. Mostly a probe sees that
 * at once. It may not free memory, so it moves the record to the list of those gone.
 * But probes can be disabled, so a worker also looks, as long as there are records,
 * which directories KVM has removed; and it frees them.
 */
#include <linux/dcache.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mni.h"

#define SWEEP_PERIOD	HZ
/* The probe comes only after KVM has removed the directory, and still wants the name then. */
#define SWEEPS_KEPT	30

/* Called under list_lock. */
static void leave(struct mni_vms *vms, struct mni_watched *vm)
{
	list_move_tail(&vm->node, &vms->gone);
	module_put(THIS_MODULE);
}

/* When KVM has removed a directory, nobody is reading a file of it any more. */
static void find_gone(struct mni_vms *vms, struct list_head *gone)
{
	struct mni_watched *vm, *next;

	raw_spin_lock_irq(&vms->list_lock);
	list_for_each_entry_safe(vm, next, &vms->gone, node) {
		if (vm->probed || ++vm->sweeps > SWEEPS_KEPT)
			list_move_tail(&vm->node, gone);
	}
	list_for_each_entry_safe(vm, next, &vms->watched, node) {
		if (d_unhashed(vm->dir))
			leave(vms, vm);
	}
	raw_spin_unlock_irq(&vms->list_lock);
}

static void free_gone(struct list_head *gone)
{
	struct mni_watched *vm, *next;

	list_for_each_entry_safe(vm, next, gone, node) {
		dput(vm->dir);
		kfree(vm);
	}
}

static void sweep(struct work_struct *work)
{
	struct mni_vms *vms = container_of(to_delayed_work(work), struct mni_vms,
					   sweep);
	LIST_HEAD(gone);

	find_gone(vms, &gone);
	free_gone(&gone);
	if (!list_empty(&vms->watched) || !list_empty(&vms->gone))
		schedule_delayed_work(&vms->sweep, SWEEP_PERIOD);
}

void mni_watched_init(struct mni_vms *vms)
{
	INIT_LIST_HEAD(&vms->watched);
	INIT_LIST_HEAD(&vms->gone);
	INIT_DELAYED_WORK(&vms->sweep, sweep);
}

void mni_watched_exit(struct mni_vms *vms)
{
	cancel_delayed_work_sync(&vms->sweep);
	free_gone(&vms->gone);
}

struct mni_watched *mni_watched_find(struct mni_vms *vms, const struct kvm *kvm)
{
	struct mni_watched *vm, *found = NULL;

	raw_spin_lock_irq(&vms->list_lock);
	list_for_each_entry(vm, &vms->watched, node) {
		if (vm->dir == kvm->debugfs_dentry)
			found = vm;
	}
	raw_spin_unlock_irq(&vms->list_lock);
	return found;
}

void mni_watched_add(struct mni_vms *vms, struct mni_watched *vm)
{
	__module_get(THIS_MODULE);
	dget(vm->dir);
	raw_spin_lock_irq(&vms->list_lock);
	list_add_tail(&vm->node, &vms->watched);
	raw_spin_unlock_irq(&vms->list_lock);
	schedule_delayed_work(&vms->sweep, SWEEP_PERIOD);
}

void mni_watched_gone(struct mni_vms *vms, struct kvm *kvm, char *name)
{
	struct mni_watched *vm;

	strscpy(name, "-", MNI_VM_NAME_MAX);
	list_for_each_entry(vm, &vms->watched, node) {
		if (vm->dir != kvm->debugfs_dentry)
			continue;
		leave(vms, vm);
		break;
	}
	/* The worker may have been first. */
	list_for_each_entry(vm, &vms->gone, node) {
		if (vm->dir != kvm->debugfs_dentry)
			continue;
		strscpy(name, vm->name, MNI_VM_NAME_MAX);
		vm->probed = true;
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The destroyed file: KVM's counters of the last VMs, at their end.
 *
 * An invalidation whose end never came is still in the count when the VM goes,
 * and that may be the only place left to see it: the process that ran the VM
 * was perhaps killed by the OOM killer. kvm_arch_pre_destroy_vm() is called
 * for every VM before KVM unregisters its notifier and resets the active
 * count, which makes it the place to look. The name of KVM's debugfs directory
 * is already freed there, so only watched VMs have one.
 *
 * KVM may be a module that comes and goes while this one stays. And kprobes can be
 * disabled by anybody: what may not be missed does not depend on this.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/processor.h>
#include <linux/ptrace.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mni.h"

/* Runs inside a kprobe: no sleeping, no allocation. */
static int vm_is_going(struct kprobe *probe, struct pt_regs *regs)
{
	struct mni_vms *vms = container_of(probe, struct mni_vms, probe);
	struct kvm *kvm = (struct kvm *)regs_get_kernel_argument(regs, 0);
	struct mni_destroyed *entry;
	unsigned long flags;

	/*
	 * A probe may count as an NMI, where lockdep allows trylock alone. It
	 * cannot spin forever: no holder of this lock, for whom interrupts are
	 * off, destroys VMs.
	 */
	while (!raw_spin_trylock_irqsave(&vms->list_lock, flags))
		cpu_relax();
	entry = &vms->ring[vms->destroyed % MNI_DESTROYED_MAX];
	entry->id = ++vms->destroyed;
	entry->pid = kvm->userspace_pid;
	entry->count = mni_kvm_count(kvm);
	entry->seq = mni_kvm_seq(kvm);
	entry->has_active = mni_kvm_active(kvm, &entry->active);
	mni_watched_gone(vms, kvm, entry->name);
	raw_spin_unlock_irqrestore(&vms->list_lock, flags);
	return 0;
}

int mni_destroyed_hook(struct mni_vms *vms)
{
	int err;

	if (vms->hooked)
		return 0;
	err = mni_probe(&vms->probe, "kvm_arch_pre_destroy_vm", vm_is_going);
	if (err && err != -ENOENT)
		pr_warn("register_kprobe(%s): error %d: no VM can be watched\n",
			vms->probe.symbol_name, err);
	vms->hooked = !err;
	return err;
}

static void unhook(struct mni_vms *vms)
{
	if (vms->hooked)
		unregister_kprobe(&vms->probe);
	vms->hooked = false;
}

static int module_changed(struct notifier_block *nb, unsigned long action,
			  void *data)
{
	struct mni_vms *vms = container_of(nb, struct mni_vms, modules);
	const struct module *mod = data;

	if (strcmp(mod->name, "kvm"))
		return NOTIFY_DONE;
	mutex_lock(&vms->lock);
	if (action == MODULE_STATE_LIVE)
		mni_destroyed_hook(vms);
	else if (action == MODULE_STATE_GOING)
		unhook(vms);
	mutex_unlock(&vms->lock);
	return NOTIFY_DONE;
}

static void show_entry(struct seq_file *seq, const struct mni_destroyed *entry)
{
	seq_printf(seq, "%llu %s count=%ld seq=%lu active=", entry->id,
		   entry->name, entry->count, entry->seq);
	if (entry->has_active)
		seq_printf(seq, "%lu", entry->active);
	else
		seq_putc(seq, '-');
	seq_printf(seq, " pid=%d\n", entry->pid);
}

static int destroyed_show(struct seq_file *seq, void *unused)
{
	struct mni_vms *vms = seq->private;
	u64 id;

	raw_spin_lock_irq(&vms->list_lock);
	id = vms->destroyed > MNI_DESTROYED_MAX ?
	     vms->destroyed - MNI_DESTROYED_MAX : 0;
	for (; id < vms->destroyed; id++)
		show_entry(seq, &vms->ring[id % MNI_DESTROYED_MAX]);
	raw_spin_unlock_irq(&vms->list_lock);
	return 0;
}

static int destroyed_open(struct inode *inode, struct file *file)
{
	return single_open(file, destroyed_show, inode->i_private);
}

const struct file_operations mni_destroyed_fops = {
	.owner = THIS_MODULE,
	.open = destroyed_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

int mni_vms_init(struct mni_vms *vms)
{
	int err;

	mutex_init(&vms->lock);
	raw_spin_lock_init(&vms->list_lock);
	mni_watched_init(vms);
	vms->modules.notifier_call = module_changed;
	err = register_module_notifier(&vms->modules);
	if (err)
		return err;
	/* Without KVM there is nothing to see yet: the notifier catches up. */
	mutex_lock(&vms->lock);
	mni_destroyed_hook(vms);
	mutex_unlock(&vms->lock);
	return 0;
}

void mni_vms_exit(struct mni_vms *vms)
{
	unregister_module_notifier(&vms->modules);
	/* Waits for a handler that has just let go of the last pin. */
	unhook(vms);
	mni_watched_exit(vms);
}

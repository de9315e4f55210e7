// SPDX-License-Identifier: GPL-2.0
/*
 * The watch file: KVM's invalidation counters of chosen VMs, in debugfs; and their age.
 *
 * The counters appear in KVM's own directory of the VM. KVM removes that
 * directory, waiting for readers, before it frees the VM, so the files need no
 * reference on the VM. The module must stay for as long as they exist, see
 * watched.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "mni.h"

static int mmu_notifier_count_show(struct seq_file *seq, void *unused)
{
	struct mni_watched *vm = seq->private;

	seq_printf(seq, "%ld\n", mni_kvm_count(vm->kvm));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mmu_notifier_count);

static int mmu_notifier_seq_show(struct seq_file *seq, void *unused)
{
	struct mni_watched *vm = seq->private;

	seq_printf(seq, "%lu\n", mni_kvm_seq(vm->kvm));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mmu_notifier_seq);

static int mn_active_invalidate_count_show(struct seq_file *seq, void *unused)
{
	struct mni_watched *vm = seq->private;
	unsigned long active;

	if (mni_kvm_active(vm->kvm, &active))
		seq_printf(seq, "%lu\n", active);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mn_active_invalidate_count);

static int mmu_notifier_range_show(struct seq_file *seq, void *unused)
{
	struct mni_watched *vm = seq->private;
	const char *unit;
	u64 start, end;

	if (mni_kvm_range(vm->kvm, &start, &end, &unit))
		seq_printf(seq, "0x%llx 0x%llx %s\n", start, end, unit);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mmu_notifier_range);

static const struct {
	const char *name;
	const struct file_operations *fops;
} vm_files[] = {
	{ "mmu_notifier_count", &mmu_notifier_count_fops },
	{ "mmu_notifier_seq", &mmu_notifier_seq_fops },
	{ "mn_active_invalidate_count", &mn_active_invalidate_count_fops },
	{ "mmu_notifier_range", &mmu_notifier_range_fops },
};

/* A field that the kernel lacks has no file. */
static bool has_field(const struct file_operations *fops, struct kvm *kvm)
{
	unsigned long active;
	const char *unit;
	u64 start, end;

	if (fops == &mn_active_invalidate_count_fops)
		return mni_kvm_active(kvm, &active);
	if (fops == &mmu_notifier_range_fops)
		return mni_kvm_range(kvm, &start, &end, &unit);
	return true;
}

/* All files or none. */
static int create_files(struct mni_watched *vm)
{
	struct dentry *files[ARRAY_SIZE(vm_files)] = { };
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(vm_files); i++) {
		if (!has_field(vm_files[i].fops, vm->kvm))
			continue;
		files[i] = debugfs_create_file(vm_files[i].name, 0400,
					       vm->kvm->debugfs_dentry, vm,
					       vm_files[i].fops);
		if (!IS_ERR(files[i]))
			continue;
		err = PTR_ERR(files[i]);
		pr_info("%s: creating %s: error %d\n", vm->name,
			vm_files[i].name, err);
		while (i--)
			debugfs_remove(files[i]);
		return err;
	}
	return 0;
}

static int watch_vm(struct mni_vms *vms, struct kvm *kvm)
{
	struct mni_watched *vm;
	int err;

	if (mni_watched_find(vms, kvm))
		return -EEXIST;
	/* No directory: NULL or an error, when its name was taken already. */
	if (IS_ERR_OR_NULL(kvm->debugfs_dentry))
		return -ENOENT;
	vm = kzalloc(sizeof(*vm), GFP_KERNEL);
	if (!vm)
		return -ENOMEM;
	vm->kvm = kvm;
	vm->dir = kvm->debugfs_dentry;
	vm->pid = kvm->userspace_pid;
	snprintf(vm->name, sizeof(vm->name), "%pd", kvm->debugfs_dentry);

	err = create_files(vm);
	if (err) {
		kfree(vm);
		return err;
	}
	mni_watched_add(vms, vm);
	return 0;
}

/*
 * To KVM, which only asks whether seq is still what it was, this is as if so many
 * invalidations had begun and ended. But no value may come twice: a fault that waits
 * for its page remembers one for as long as that takes.
 */
static int age_vm(struct mni_vms *vms, struct kvm *kvm, unsigned long seq)
{
	struct mni_watched *vm = mni_watched_find(vms, kvm);

	if (!vm)
		return -ENOENT;
	if (seq <= vm->aged || !mni_kvm_raise_seq(kvm, seq))
		return -EINVAL;
	vm->aged = seq;
	return 0;
}

static ssize_t watch_write(struct file *file, const char __user *ubuf,
			   size_t len, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	struct mni_vms *vms = seq->private;
	struct mni_command cmd;
	struct file *vm_file;
	unsigned long age;
	struct kvm *kvm;
	int fd, err;

	err = mni_command_get(&cmd, ubuf, len);
	if (!err && (cmd.argc > 2 || mni_parse_fd(cmd.argv[0], &fd) ||
		     (cmd.argc == 2 && mni_parse_ulong(cmd.argv[1], &age))))
		err = -EINVAL;
	if (err)
		return err;
	kvm = mni_vm_get(fd, &vm_file);
	if (IS_ERR(kvm))
		return PTR_ERR(kvm);

	mutex_lock(&vms->lock);
	/* There is a VM, so KVM is here: the hook fails only for good. */
	if (mni_destroyed_hook(vms))
		err = -ENXIO;
	else
		err = cmd.argc == 2 ? age_vm(vms, kvm, age) : watch_vm(vms, kvm);
	mutex_unlock(&vms->lock);
	fput(vm_file);
	return err ?: len;
}

static int watch_show(struct seq_file *seq, void *unused)
{
	struct mni_vms *vms = seq->private;
	struct mni_watched *vm;

	raw_spin_lock_irq(&vms->list_lock);
	list_for_each_entry(vm, &vms->watched, node)
		seq_printf(seq, "%s %d\n", vm->name, vm->pid);
	raw_spin_unlock_irq(&vms->list_lock);
	return 0;
}

static int watch_open(struct inode *inode, struct file *file)
{
	return single_open(file, watch_show, inode->i_private);
}

const struct file_operations mni_watch_fops = {
	.owner = THIS_MODULE,
	.open = watch_open,
	.read = seq_read,
	.write = watch_write,
	.llseek = seq_lseek,
	.release = single_release,
};

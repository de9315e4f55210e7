// SPDX-License-Identifier: GPL-2.0
/*
 * The unsafe file: breaks the notifier contracts on purpose.
 *
 * A suite that has never failed proves nothing. These commands give KVM what a
 * broken kernel would give it, so that a test can show that the oracles notice.
 * They taint the kernel. A withheld end and a forced count are made up for when
 * the file is closed; a double end cannot be.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mni.h"

/* One start whose end is outstanding. */
struct debt {
	struct list_head node;
	struct mni_range range;
	struct file *vm_file;		/* NULL: the core's start, not KVM's */
	struct kvm *kvm;
};

/* One open unsafe file. */
struct breaker {
	struct mm_struct *mm;		/* the opener's, held by mmgrab() */
	struct mutex lock;
	bool enabled;
	struct list_head debts;		/* newest first */
};

static int do_unsafe(struct breaker *breaker, char **args)
{
	if (strcmp(args[0], "1"))
		return -EINVAL;
	if (!breaker->enabled)
		add_taint(MNI_TAINT, LOCKDEP_STILL_OK);
	breaker->enabled = true;
	return 0;
}

static int do_withhold_end(struct breaker *breaker, char **args)
{
	struct mm_struct *mm = breaker->mm;
	struct mni_range range;
	struct debt *debt;
	int err = mni_parse_range(args[0], args[1], mm, &range);

	if (err)
		return err;
	debt = kzalloc(sizeof(*debt), GFP_KERNEL);
	if (!debt)
		return -ENOMEM;
	debt->range = range;

	if (mmap_read_lock_killable(mm)) {
		kfree(debt);
		return -EINTR;
	}
	err = mni_core_start(mm, &range);
	mmap_read_unlock(mm);
	if (err)
		kfree(debt);
	else
		list_add(&debt->node, &breaker->debts);
	return err;
}

/*
 * With the address space the notifiers are gone, and with them the count that
 * the end would have lowered: KVM was released, its count stays up until the
 * VM goes, and the destroyed file will show it.
 */
static void end_withheld(struct mm_struct *mm, const struct mni_range *range)
{
	if (!mmget_not_zero(mm))
		return;
	mmap_read_lock(mm);
	mni_core_end(mm, range);
	mmap_read_unlock(mm);
	mmput(mm);
}

/*
 * KVM's own callbacks, past the core and every other notifier. The range is
 * blockable, as here KVM may sleep.
 */
static void kvm_range_init(struct mmu_notifier_range *range, struct kvm *kvm,
			   const struct mni_range *bytes)
{
	mni_compat_range_init(range, MMU_NOTIFIER_RANGE_BLOCKABLE, kvm->mm,
			      bytes->start, bytes->end);
}

static int kvm_start(struct kvm *kvm, const struct mni_range *bytes)
{
	const struct mmu_notifier_ops *ops = kvm->mmu_notifier.ops;
	struct mmu_notifier_range range;

	if (!ops || !ops->invalidate_range_start || !ops->invalidate_range_end)
		return -ENXIO;
	kvm_range_init(&range, kvm, bytes);
	return ops->invalidate_range_start(&kvm->mmu_notifier, &range);
}

static void kvm_end(struct kvm *kvm, const struct mni_range *bytes)
{
	struct mmu_notifier_range range;

	kvm_range_init(&range, kvm, bytes);
	kvm->mmu_notifier.ops->invalidate_range_end(&kvm->mmu_notifier, &range);
}

static int do_force_count(struct breaker *breaker, char **args)
{
	struct debt *debt;
	int fd, err;

	if (mni_parse_fd(args[0], &fd))
		return -EINVAL;
	debt = kzalloc(sizeof(*debt), GFP_KERNEL);
	if (!debt)
		return -ENOMEM;
	err = mni_parse_range(args[1], args[2], breaker->mm, &debt->range);
	if (err)
		goto free;
	debt->kvm = mni_vm_get(fd, &debt->vm_file);
	if (IS_ERR(debt->kvm)) {
		err = PTR_ERR(debt->kvm);
		goto free;
	}
	err = kvm_start(debt->kvm, &debt->range);
	if (err)
		goto put;
	list_add(&debt->node, &breaker->debts);
	return 0;
put:
	fput(debt->vm_file);
free:
	kfree(debt);
	return err;
}

static int do_double_end(struct breaker *breaker, char **args)
{
	struct mm_struct *mm = breaker->mm;
	struct mni_range range;
	int err = mni_parse_range(args[0], args[1], mm, &range);

	if (err)
		return err;
	if (mmap_read_lock_killable(mm))
		return -EINTR;
	err = mni_core_start(mm, &range);
	if (!err) {
		mni_core_end(mm, &range);
		mni_core_end(mm, &range);
	}
	mmap_read_unlock(mm);
	return err;
}

static const struct {
	const char *name;
	int nr_args;
	int (*run)(struct breaker *breaker, char **args);
} commands[] = {
	{ "unsafe", 1, do_unsafe },
	{ "withhold_end", 2, do_withhold_end },
	{ "force_count", 3, do_force_count },
	{ "double_end", 2, do_double_end },
};

static int run_command(struct breaker *breaker, struct mni_command *cmd)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(cmd->argv[0], commands[i].name))
			continue;
		if (cmd->argc - 1 != commands[i].nr_args)
			return -EINVAL;
		if (!breaker->enabled && commands[i].run != do_unsafe)
			return -EPERM;
		return commands[i].run(breaker, cmd->argv + 1);
	}
	return -EINVAL;
}

static ssize_t unsafe_write(struct file *file, const char __user *ubuf,
			    size_t len, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	struct breaker *breaker = seq->private;
	struct mni_command cmd;
	int err;

	if (current->mm != breaker->mm)
		return -EPERM;
	err = mni_command_get(&cmd, ubuf, len);
	if (err)
		return err;
	if (mutex_lock_killable(&breaker->lock))
		return -EINTR;
	err = run_command(breaker, &cmd);
	mutex_unlock(&breaker->lock);
	return err ?: len;
}

static int unsafe_show(struct seq_file *seq, void *unused)
{
	struct breaker *breaker = seq->private;
	unsigned int withheld = 0, forced = 0;
	struct debt *debt;

	if (mutex_lock_killable(&breaker->lock))
		return -EINTR;
	list_for_each_entry(debt, &breaker->debts, node) {
		if (debt->vm_file)
			forced++;
		else
			withheld++;
	}
	seq_printf(seq, "unsafe %d\nwithheld %u\nforced %u\n",
		   breaker->enabled, withheld, forced);
	mutex_unlock(&breaker->lock);
	return 0;
}

static int unsafe_open(struct inode *inode, struct file *file)
{
	struct breaker *breaker;
	int err;

	if (!current->mm)
		return -EINVAL;
	breaker = kzalloc(sizeof(*breaker), GFP_KERNEL);
	if (!breaker)
		return -ENOMEM;
	mutex_init(&breaker->lock);
	INIT_LIST_HEAD(&breaker->debts);
	err = single_open(file, unsafe_show, breaker);
	if (err) {
		kfree(breaker);
		return err;
	}
	mmgrab(current->mm);
	breaker->mm = current->mm;
	return 0;
}

static int unsafe_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct breaker *breaker = seq->private;
	struct debt *debt, *next;

	list_for_each_entry_safe(debt, next, &breaker->debts, node) {
		if (debt->vm_file) {
			kvm_end(debt->kvm, &debt->range);
			fput(debt->vm_file);
		} else {
			end_withheld(breaker->mm, &debt->range);
		}
		kfree(debt);
	}
	mmdrop(breaker->mm);
	kfree(breaker);
	return single_release(inode, file);
}

const struct file_operations mni_unsafe_fops = {
	.owner = THIS_MODULE,
	.open = unsafe_open,
	.read = seq_read,
	.write = unsafe_write,
	.llseek = seq_lseek,
	.release = unsafe_release,
};

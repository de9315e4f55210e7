// SPDX-License-Identifier: GPL-2.0
/*
 * The attach file: one open file is one injector.
 *
 * It belongs to the opener's mm and goes with the file, so a test that is
 * killed leaves nothing behind. mmu_notifier_register() and not
 * mmu_notifier_get(): the latter would hand the first injector out again.
 *
 * Lifetime: the file holds the mm_struct (mmgrab), not the address space. When
 * the address space goes first, the core calls release() and forgets the
 * notifier; unregistering is still due and then only waits for callbacks. It
 * also runs from any process, so it does not matter who closes the file last.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mni.h"

static const struct mni_kind *const kinds[] = { &mni_refuser, &mni_observer };

unsigned long mni_injector_overlap(struct mni_injector *inj,
				   unsigned long start, unsigned long end)
{
	spin_lock(&inj->knob_lock);
	if (!inj->everywhere) {
		start = max(start, inj->range.start);
		end = min(end, inj->range.end);
	}
	spin_unlock(&inj->knob_lock);
	if (start >= end)
		return 0;
	return ((end - 1) >> PAGE_SHIFT) - (start >> PAGE_SHIFT) + 1;
}

void mni_injector_release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	WRITE_ONCE(mni_injector_of(mn)->released, true);
}

static int do_kind(struct mni_injector *inj, char **args)
{
	size_t i;

	if (inj->registered)
		return -EBUSY;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(args[0], kinds[i]->name))
			continue;
		WRITE_ONCE(inj->kind, kinds[i]);
		return 0;
	}
	return -EINVAL;
}

static int do_range(struct mni_injector *inj, char **args)
{
	struct mni_range range = { };
	unsigned long start, len;
	bool everywhere;

	if (mni_parse_ulong(args[0], &start) || mni_parse_ulong(args[1], &len))
		return -EINVAL;
	everywhere = !start && !len;
	if (!everywhere && mni_parse_range(args[0], args[1], inj->mm, &range))
		return -EINVAL;

	spin_lock(&inj->knob_lock);
	inj->range = range;
	inj->everywhere = everywhere;
	spin_unlock(&inj->knob_lock);
	return 0;
}

static int do_caller(struct mni_injector *inj, char **args)
{
	struct pid *caller = NULL;
	long tid;

	if (mni_parse_long(args[0], 0, INT_MAX, &tid))
		return -EINVAL;
	if (tid) {
		caller = find_get_pid(tid);
		if (!caller)
			return -ESRCH;
	}
	spin_lock(&inj->knob_lock);
	swap(inj->caller, caller);
	spin_unlock(&inj->knob_lock);
	put_pid(caller);
	return 0;
}

static int do_attach(struct mni_injector *inj, char **args)
{
	int err;

	if (inj->registered)
		return -EBUSY;
	inj->mn.ops = inj->kind->ops;
	err = mmu_notifier_register(&inj->mn, inj->mm);
	if (!err)
		WRITE_ONCE(inj->registered, true);
	return err;
}

static int do_detach(struct mni_injector *inj, char **args)
{
	if (!inj->registered)
		return -EINVAL;
	mmu_notifier_unregister(&inj->mn, inj->mm);
	WRITE_ONCE(inj->registered, false);
	/* Unregistering calls release() too, though this mm is alive. */
	WRITE_ONCE(inj->released, false);
	return 0;
}

static int do_reset(struct mni_injector *inj, char **args)
{
	mni_counters_reset(&inj->counters);
	return 0;
}

static const struct {
	const char *name;
	int nr_args;
	int (*run)(struct mni_injector *inj, char **args);
} commands[] = {
	{ "kind", 1, do_kind },
	{ "range", 2, do_range },
	{ "caller", 1, do_caller },
	{ "attach", 0, do_attach },
	{ "detach", 0, do_detach },
	{ "reset", 0, do_reset },
};

static int set_knob(struct mni_injector *inj, struct mni_command *cmd)
{
	int err;

	if (cmd->argc != 2)
		return -EINVAL;
	spin_lock(&inj->knob_lock);
	err = mni_knobs_set(&inj->knobs, cmd->argv[0], cmd->argv[1]);
	spin_unlock(&inj->knob_lock);
	return err == -ENOENT ? -EINVAL : err;
}

static int run_command(struct mni_injector *inj, struct mni_command *cmd)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(cmd->argv[0], commands[i].name))
			continue;
		if (cmd->argc - 1 != commands[i].nr_args)
			return -EINVAL;
		return commands[i].run(inj, cmd->argv + 1);
	}
	return set_knob(inj, cmd);
}

static ssize_t attach_write(struct file *file, const char __user *ubuf,
			    size_t len, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	struct mni_injector *inj = seq->private;
	struct mni_command cmd;
	int err;

	if (current->mm != inj->mm)
		return -EPERM;
	err = mni_command_get(&cmd, ubuf, len);
	if (err)
		return err;

	if (mutex_lock_killable(&inj->lock))
		return -EINTR;
	err = run_command(inj, &cmd);
	mutex_unlock(&inj->lock);
	return err ?: len;
}

/*
 * Takes no lock that a command holds while it waits for mmap_lock: the status
 * of an injector stays readable when its mm is stuck.
 */
static int attach_show(struct seq_file *seq, void *unused)
{
	struct mni_injector *inj = seq->private;
	bool released = READ_ONCE(inj->released);
	bool registered = READ_ONCE(inj->registered);
	const struct mni_kind *kind = READ_ONCE(inj->kind);

	seq_printf(seq, "kind %s\nattached %d\nreleased %d\n", kind->name,
		   registered && !released, released);

	spin_lock(&inj->knob_lock);
	seq_printf(seq, "range 0x%lx 0x%lx\n", inj->range.start,
		   inj->range.end - inj->range.start);
	mni_knobs_show(seq, &inj->knobs);
	seq_printf(seq, "caller %d\n", pid_vnr(inj->caller));
	spin_unlock(&inj->knob_lock);

	mni_counters_show(seq, &inj->counters,
			  kind->ops->invalidate_range_end);
	return 0;
}

static void free_injector(struct mni_injector *inj)
{
	if (inj->registered)
		mmu_notifier_unregister(&inj->mn, inj->mm);
	put_pid(inj->caller);
	put_pid(inj->process);
	mmdrop(inj->mm);
	kfree(inj);
}

static int attach_open(struct inode *inode, struct file *file)
{
	struct mni_injector *inj;
	int err;

	if (!current->mm)
		return -EINVAL;
	inj = kzalloc(sizeof(*inj), GFP_KERNEL);
	if (!inj)
		return -ENOMEM;
	mmgrab(current->mm);
	inj->mm = current->mm;
	inj->process = get_task_pid(current, PIDTYPE_TGID);
	inj->kind = &mni_refuser;
	inj->everywhere = true;
	mutex_init(&inj->lock);
	spin_lock_init(&inj->knob_lock);
	mni_knobs_init(&inj->knobs);
	ratelimit_state_init(&inj->log_limit, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);

	err = single_open(file, attach_show, inj);
	if (err)
		free_injector(inj);
	return err;
}

static int attach_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;

	free_injector(seq->private);
	return single_release(inode, file);
}

const struct file_operations mni_attach_fops = {
	.owner = THIS_MODULE,
	.open = attach_open,
	.read = seq_read,
	.write = attach_write,
	.llseek = seq_lseek,
	.release = attach_release,
};

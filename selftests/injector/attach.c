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
 * An interval notifier is held by the core in the same way.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mni.h"

static const struct mni_kind *const kinds[] = { &mni_eagain, &mni_observer,
					       &mni_delay, &mni_interval,
					       &mni_gate, &mni_checker };

static int do_kind(struct mni_injector *inj, char **args)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(args[0], kinds[i]->name))
			continue;
		if (inj->registered)
			return -EBUSY;
		WRITE_ONCE(inj->kind, kinds[i]);
		return 0;
	}
	return -EINVAL;
}

static int do_range(struct mni_injector *inj, char **args)
{
	if (inj->registered && inj->kind->bound)
		return -EBUSY;
	return mni_aim_range(inj, args);
}

static int do_attach(struct mni_injector *inj, char **args)
{
	int err;

	if (inj->registered)
		return -EBUSY;
	if (inj->kind->bound && inj->everywhere)
		return -EINVAL;
	err = mni_attached_mms_join(inj->mms, inj);
	if (err)
		return err;
	err = inj->kind->attach(inj);
	if (err)
		mni_attached_mms_leave(inj->mms, inj);
	else
		WRITE_ONCE(inj->registered, true);
	return err;
}

static int do_detach(struct mni_injector *inj, char **args)
{
	if (!inj->registered)
		return -EINVAL;
	inj->kind->detach(inj);
	mni_attached_mms_leave(inj->mms, inj);
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

static const struct mni_verb verbs[] = {
	{ "kind", 1, false, do_kind },
	{ "range", 2, false, do_range },
	{ "events", MNI_ANY_ARGS, false, mni_aim_events },
	{ "caller", 1, false, mni_aim_caller },
	{ "attach", 0, false, do_attach },
	{ "detach", 0, false, do_detach },
	{ "reset", 0, false, do_reset },
	{ }
};

static const struct mni_verb *find_verb(const struct mni_verb *verb,
					const char *name)
{
	while (verb && verb->name && strcmp(verb->name, name))
		verb++;
	return verb && verb->name ? verb : NULL;
}

static int run_verb(struct mni_injector *inj, const struct mni_verb *verb,
		    struct mni_command *cmd)
{
	if (verb->nr_args != MNI_ANY_ARGS && verb->nr_args != cmd->argc - 1)
		return -EINVAL;
	return verb->run(inj, cmd->argv + 1);
}

static int run_command(struct mni_injector *inj, struct mni_command *cmd)
{
	const struct mni_verb *verb = find_verb(verbs, cmd->argv[0]);

	if (!verb)
		verb = find_verb(inj->kind->verbs, cmd->argv[0]);
	if (verb)
		return run_verb(inj, verb, cmd);
	if (cmd->argc != 2)
		return -EINVAL;
	return mni_aim_knob(inj, cmd->argv[0], cmd->argv[1]);
}

static ssize_t attach_write(struct file *file, const char __user *ubuf,
			    size_t len, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	struct mni_injector *inj = seq->private;
	const struct mni_verb *verb;
	struct mni_command cmd;
	int err;

	if (current->mm != inj->mm)
		return -EPERM;
	err = mni_command_get(&cmd, ubuf, len);
	if (err)
		return err;

	verb = find_verb(READ_ONCE(inj->kind)->verbs, cmd.argv[0]);
	if (verb && verb->waits) {
		err = run_verb(inj, verb, &cmd);
		return err ?: len;
	}
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

	mni_aim_show(seq, inj);
	mni_counters_show(seq, &inj->counters);
	if (kind->show)
		kind->show(seq, inj);
	mni_events_show(seq, &inj->counters);
	return 0;
}

static void free_injector(struct mni_injector *inj)
{
	if (inj->registered) {
		inj->kind->detach(inj);
		mni_attached_mms_leave(inj->mms, inj);
	}
	mni_aim_release(inj);
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
	inj->mms = inode->i_private;
	inj->kind = &mni_eagain;
	mutex_init(&inj->lock);
	init_waitqueue_head(&inj->waiters);
	spin_lock_init(&inj->interval.lock);
	spin_lock_init(&inj->gate.lock);
	raw_spin_lock_init(&inj->checker.lock);
	mni_aim_init(inj);

	err = single_open(file, attach_show, inj);
	if (err)
		free_injector(inj);
	else
		/* Threads write at the same time by pwrite(2), see help. */
		file->f_mode |= FMODE_PWRITE;
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

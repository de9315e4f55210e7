// SPDX-License-Identifier: GPL-2.0
/*
 * The reap file: the OOM reaper's notifier sequence on a living process.
 *
 * Under mmap_lock held for reading: a non-blockable start over a range and, if
 * nobody refused, the end. Nothing is unmapped in between, so guest contents
 * stay, whatever the outcome; only KVM's view is invalidated. The write can
 * repeat that many times, so that one thread keeps refusals coming while
 * others apply any pressure they like.
 */
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "mni.h"

#define MAX_SLEEP_US	1000000

/* One open reap file. */
struct reaper {
	struct mm_struct *mm;		/* the opener's, held by mmgrab() */
	atomic64_t reaps;
	atomic64_t refused;
};

struct reap_job {
	struct mni_range range;
	long count;
	long sleep_us;
};

static int parse_job(struct mni_command *cmd, const struct mm_struct *mm,
		     struct reap_job *job)
{
	job->count = 1;
	job->sleep_us = 0;
	if (cmd->argc < 2 || cmd->argc > 4)
		return -EINVAL;
	if (cmd->argc > 2 &&
	    mni_parse_long(cmd->argv[2], 1, INT_MAX, &job->count))
		return -EINVAL;
	if (cmd->argc > 3 &&
	    mni_parse_long(cmd->argv[3], 0, MAX_SLEEP_US, &job->sleep_us))
		return -EINVAL;
	return mni_parse_range(cmd->argv[0], cmd->argv[1], mm, &job->range);
}

static int reap_once(struct reaper *reaper, const struct mni_range *range)
{
	struct mm_struct *mm = reaper->mm;
	int err;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	err = mni_core_start(mm, range);
	if (!err)
		mni_core_end(mm, range);
	mmap_read_unlock(mm);

	if (!err || err == -EAGAIN)
		atomic64_inc(&reaper->reaps);
	if (err == -EAGAIN)
		atomic64_inc(&reaper->refused);
	return err;
}

static void pause_us(long us)
{
	ktime_t timeout = ns_to_ktime(us * NSEC_PER_USEC);

	set_current_state(TASK_INTERRUPTIBLE);
	schedule_hrtimeout_range(&timeout, 0, HRTIMER_MODE_REL);
}

static int reap_many(struct reaper *reaper, const struct reap_job *job)
{
	long left = job->count;
	int err;

	for (;;) {
		err = reap_once(reaper, &job->range);
		if (err && err != -EAGAIN)
			return err;
		if (!--left)
			return 0;
		if (job->sleep_us)
			pause_us(job->sleep_us);
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
}

static ssize_t reap_write(struct file *file, const char __user *ubuf,
			  size_t len, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	struct reaper *reaper = seq->private;
	struct mni_command cmd;
	struct reap_job job;
	int err;

	if (current->mm != reaper->mm)
		return -EPERM;
	err = mni_command_get(&cmd, ubuf, len);
	if (!err)
		err = parse_job(&cmd, reaper->mm, &job);
	if (err)
		return err;

	err = job.count == 1 ? reap_once(reaper, &job.range) :
			       reap_many(reaper, &job);
	return err ?: len;
}

static int reap_show(struct seq_file *seq, void *unused)
{
	struct reaper *reaper = seq->private;

	seq_printf(seq, "reaps %lld\nrefused %lld\nevent %s\n",
		   atomic64_read(&reaper->reaps),
		   atomic64_read(&reaper->refused), mni_core_event());
	return 0;
}

static int reap_open(struct inode *inode, struct file *file)
{
	struct reaper *reaper;
	int err;

	if (!current->mm)
		return -EINVAL;
	reaper = kzalloc(sizeof(*reaper), GFP_KERNEL);
	if (!reaper)
		return -ENOMEM;
	err = single_open(file, reap_show, reaper);
	if (err) {
		kfree(reaper);
		return err;
	}
	mmgrab(current->mm);
	reaper->mm = current->mm;
	return 0;
}

static int reap_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct reaper *reaper = seq->private;

	mmdrop(reaper->mm);
	kfree(reaper);
	return single_release(inode, file);
}

const struct file_operations mni_reap_fops = {
	.owner = THIS_MODULE,
	.open = reap_open,
	.read = seq_read,
	.write = reap_write,
	.llseek = seq_lseek,
	.release = reap_release,
};

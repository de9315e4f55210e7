// SPDX-License-Identifier: GPL-2.0
/*
 * mn_noise - a driver that complains: in its timer, or in the task that loads it.
 *
 * It proves that a test tells whose a WARNING is.  It taints the kernel; only for a
 * virtual machine that will be thrown away.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/timer.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define timer_delete_sync del_timer_sync
#endif

#define PERIOD_MS	300
#define TIMES		5

static bool in_task;
module_param(in_task, bool, 0);
MODULE_PARM_DESC(in_task, "complain in the task that loads the module, once");

static struct timer_list timer;
static unsigned int times;

static void complain_in_timer(struct timer_list *unused)
{
	WARN(1, "a driver's timer complains\n");
	if (++times < TIMES)
		mod_timer(&timer, jiffies + msecs_to_jiffies(PERIOD_MS));
}

static int __init noise_init(void)
{
	timer_setup(&timer, complain_in_timer, 0);
	if (in_task)
		WARN(1, "a driver complains to its user\n");
	else
		mod_timer(&timer, jiffies + msecs_to_jiffies(PERIOD_MS));
	return 0;
}
module_init(noise_init);

static void __exit noise_exit(void)
{
	timer_delete_sync(&timer);
}
module_exit(noise_exit);

MODULE_DESCRIPTION("Complain, to prove that it is told who does");
MODULE_LICENSE("GPL");

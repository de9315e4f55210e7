// SPDX-License-Identifier: GPL-2.0
/*
 * mn_lockup - stop the kernel: every CPU spins with interrupts off.
 *
 * Loading it proves that the lab notices a kernel that has stopped.  It never
 * returns; only for a virtual machine that will be thrown away.
 */
#include <linux/module.h>
#include <linux/stop_machine.h>

static int spin(void *unused)
{
	for (;;)
		cpu_relax();
	return 0;
}

static int __init lockup_init(void)
{
	return stop_machine(spin, NULL, cpu_online_mask);
}
module_init(lockup_init);

MODULE_DESCRIPTION("Stop the kernel, to prove that a hang is noticed");
MODULE_LICENSE("GPL");

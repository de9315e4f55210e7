// SPDX-License-Identifier: GPL-2.0
/*
 * The switch of the regressions and the count of how often a broken site was
 * reached, which tells "the pressure is missing" from "the oracle is missing".
 *
 * The parameter counts=1 counts for all, also while they are off: which test comes
 * by which site?
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/init.h>
#include <linux/log2.h>
#include <linux/mn_regress.h>
#include <linux/notifier.h>
#include <linux/reboot.h>

/* Made when the tree is prepared: a definition for each entry, and a pointer to it. */
#include "mn_regress_entries.h"

static struct mn_regression * const regressions[] = {
#include "mn_regress_pointers.h"
};

static struct mn_regression *active;
static bool counting;

/* The console is what is left of a kernel that dies: say so early, then rarely. */
bool mn_regression_reached(struct mn_regression *regression)
{
	long n = atomic_long_inc_return(&regression->reached);

	if (!READ_ONCE(regression->on))
		return false;
	if (is_power_of_2(n))
		printk_deferred(KERN_NOTICE "mn_regress: %s reached %ld\n", regression->name, n);
	return true;
}
EXPORT_SYMBOL_GPL(mn_regression_reached);

static void set_watched(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(regressions); i++)
		WRITE_ONCE(regressions[i]->watched, counting || regressions[i] == active);
}

static int set_active(const char *value, const struct kernel_param *kp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(regressions); i++)
		if (sysfs_streq(value, regressions[i]->name))
			break;
	if (i == ARRAY_SIZE(regressions) && !sysfs_streq(value, "none")) {
		pr_err("mn_regress: no such regression: %s\n", value);
		return -EINVAL;
	}
	if (active)
		WRITE_ONCE(active->on, false);
	active = i < ARRAY_SIZE(regressions) ? regressions[i] : NULL;
	if (active)
		WRITE_ONCE(active->on, true);
	set_watched();
	return 0;
}

static int get_active(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%s\n", active ? active->name : "none");
}

static int get_reached(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%ld\n", active ? atomic_long_read(&active->reached) : 0);
}

static int set_counts(const char *value, const struct kernel_param *kp)
{
	int ret = kstrtobool(value, &counting);

	if (!ret)
		set_watched();
	return ret;
}

/* A line for each: its name, and how often its site was reached. */
static int get_counts(char *buffer, const struct kernel_param *kp)
{
	int len = 0;
	size_t i;

	for (i = 0; counting && i < ARRAY_SIZE(regressions); i++)
		len += scnprintf(buffer + len, PAGE_SIZE - len, "%s %ld\n", regressions[i]->name,
				 atomic_long_read(&regressions[i]->reached));
	return len;
}

static const struct kernel_param_ops active_ops = { .set = set_active, .get = get_active };
static const struct kernel_param_ops reached_ops = { .get = get_reached };
static const struct kernel_param_ops counts_ops = { .set = set_counts, .get = get_counts };

module_param_cb(active, &active_ops, NULL, 0644);
module_param_cb(reached, &reached_ops, NULL, 0444);
module_param_cb(counts, &counts_ops, NULL, 0644);

static int say_total(struct notifier_block *nb, unsigned long event, void *data)
{
	if (active)
		pr_notice("mn_regress: %s reached %ld in all\n", active->name,
			atomic_long_read(&active->reached));
	return NOTIFY_DONE;
}

static struct notifier_block at_reboot = { .notifier_call = say_total };

static int __init mn_regress_init(void)
{
	return register_reboot_notifier(&at_reboot);
}
core_initcall(mn_regress_init);

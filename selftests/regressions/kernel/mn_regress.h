/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Regressions put back on purpose: each breaks its site while it is the one
 * that the kernel parameter mn_regress.active names.
 */
#ifndef _LINUX_MN_REGRESS_H
#define _LINUX_MN_REGRESS_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

struct mn_regression {
	const char *name;
	bool on;
	bool watched;	/* on, or to be counted though it is off */
	atomic_long_t reached;
};

/* Counts; safe wherever the site is, under any lock.  Return: whether it is on. */
bool mn_regression_reached(struct mn_regression *regression);

/* Is this the site of the one that is on? What arm64 runs at EL2 cannot use the kernel's data. */
#ifdef __KVM_NVHE_HYPERVISOR__
#define mn_regress(id) false
#else
#define mn_regress(id) ({						\
	extern struct mn_regression mn_regression_##id;			\
	unlikely(READ_ONCE(mn_regression_##id.watched)) &&		\
		mn_regression_reached(&mn_regression_##id);		\
})
#endif

#endif

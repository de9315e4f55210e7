/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that the kernel has leaked, as kmemleak reports it.
 *
 * It is reported in the log too, where it counts as a splat whoever leaked it.  So
 * look for leaks only while no struct klog is open.
 */
#ifndef LEAKS_H
#define LEAKS_H

#include <stdbool.h>

#include <stdbool.h>

#include "base/result.h"

/* The code of a module that has been unloaded, which has no names any more. */
struct leaks_code {
	unsigned long start, end;
};

/*
 * leaks_forget() - do not report what has been leaked so far
 *
 * Return: whether this kernel has kmemleak, switched on, and it is allowed to.
 */
bool leaks_forget(void);

/*
 * leaks_find() - report what the injector or KVM has leaked since leaks_forget()
 * @code: where the injector's code was, or NULL
 *
 * Takes several seconds.  Return: 0, or -1 with a failure or an error.
 */
int leaks_find(const struct leaks_code *code, struct result *r);

#endif

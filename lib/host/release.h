/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The version that the kernel reports: for differences between kernels that cannot
 * be probed.  What can be probed is probed instead, since distributions backport
 * single changes.
 */
#ifndef RELEASE_H
#define RELEASE_H

#include <stdbool.h>

/* release_before() - Return: whether the running kernel is older than v@major.@minor */
bool release_before(unsigned int major, unsigned int minor);

#endif

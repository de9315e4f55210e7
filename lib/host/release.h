/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own word for how old it is: for what it does otherwise than newer
 * ones and cannot be asked about.  What can be tried is tried instead, since
 * distributions take over single changes.
 */
#ifndef RELEASE_H
#define RELEASE_H

#include <stdbool.h>

/* release_before() - Return: whether the running kernel is older than v@major.@minor */
bool release_before(unsigned int major, unsigned int minor);

#endif

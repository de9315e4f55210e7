/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Load on this machine's CPUs, on purpose.
 */
#ifndef LAB_BURNERS_H
#define LAB_BURNERS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/lab_error.h"

struct lab_burners {
	pid_t *pids;
	size_t nr;
};

/*
 * Start @nr processes that do nothing but use a CPU each. They die with the
 * lab. Returns 0 with @b to be ended by lab_burners_stop(), or -errno with none
 * of them left.
 */
int lab_burners_start(struct lab_burners *b, size_t nr, struct lab_error *e);
void lab_burners_stop(struct lab_burners *b);

#endif

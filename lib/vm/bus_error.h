/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SIGBUS for memory that is no more: a page of it was poisoned.
 *
 * A thread says where to write down what it is told; one that does not dies of
 * it, as without a handler.
 */
#ifndef BUS_ERROR_H
#define BUS_ERROR_H

#include <stdint.h>

#include "base/result.h"

struct bus_errors {
	uint64_t nr;	/* so far; the rest is of the last one */
	int code;	/* BUS_* of <signal.h> */
	char *addr;
};

/* bus_errors_init() - install the handler, once a process */
int bus_errors_init(struct result *r);

/*
 * bus_errors_catch() - from now on write this thread's into @errors; NULL: no more
 *
 * Only around system calls: after an access of the program itself the handler
 * would return to the same access.
 */
void bus_errors_catch(struct bus_errors *errors);

#endif

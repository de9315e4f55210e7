/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SIGBUS for poisoned memory.
 *
 * A thread says where to record its signals; a thread that does not is killed by
 * one, as without a handler.
 */
#ifndef BUS_ERROR_H
#define BUS_ERROR_H

#include <stdint.h>

#include "base/result.h"

struct bus_errors {
	uint64_t nr;	/* so far; the other fields are of the last one */
	int code;	/* BUS_* of <signal.h> */
	char *addr;
};

/* bus_errors_init() - install the handler, once per process */
int bus_errors_init(struct result *r);

/*
 * bus_errors_catch() - record this thread's signals in @errors from now on; NULL: stop
 *
 * Only around system calls: after an access of the program itself the handler
 * would return to the same access.
 */
void bus_errors_catch(struct bus_errors *errors);

#endif

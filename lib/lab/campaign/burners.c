// SPDX-License-Identifier: GPL-2.0
/*
 * Load on this machine's CPUs.
 */
#include <signal.h>
#include <stdlib.h>

#include "base/process.h"
#include "base/text.h"
#include "campaign/burners.h"

int lab_burners_start(struct lab_burners *b, size_t nr, struct lab_error *e)
{
	*b = (struct lab_burners){ .pids = lab_realloc(NULL, nr, sizeof(*b->pids)) };
	while (b->nr < nr) {
		pid_t pid = lab_process_fork(SIGKILL, e);

		while (!pid)
			__asm__ volatile ("");
		if (pid < 0) {
			lab_burners_stop(b);
			return pid;
		}
		b->pids[b->nr++] = pid;
	}
	return 0;
}

void lab_burners_stop(struct lab_burners *b)
{
	for (size_t i = 0; i < b->nr; i++)
		kill(b->pids[i], SIGKILL);
	for (size_t i = 0; i < b->nr; i++)
		lab_process_wait(b->pids[i]);
	free(b->pids);
	*b = (struct lab_burners){ NULL };
}

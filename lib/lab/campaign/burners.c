// SPDX-License-Identifier: GPL-2.0
/*
 * Load on this machine's CPUs.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "campaign/burners.h"

/* Child: never returns. */
static void __attribute__((noreturn)) burn(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(1);
	for (;;)
		__asm__ volatile ("");
}

int lab_burners_start(struct lab_burners *b, size_t nr, struct lab_error *e)
{
	pid_t parent = getpid();

	*b = (struct lab_burners){ .pids = lab_realloc(NULL, nr + 1, sizeof(*b->pids)) };
	while (b->nr < nr) {
		pid_t pid = fork();

		if (!pid)
			burn(parent);
		if (pid < 0) {
			int ret = lab_fail(e, -errno, "fork() for load: %s", strerror(errno));

			lab_burners_stop(b);
			return ret;
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
		while (waitpid(b->pids[i], NULL, 0) < 0 && errno == EINTR)
			;
	free(b->pids);
	*b = (struct lab_burners){ NULL };
}

// SPDX-License-Identifier: GPL-2.0
/*
 * neg_lockup_test - the kernel stops: a module that spins with interrupts off
 * on every CPU is loaded from beside this program.
 */
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "only_in_lab.h"

int main(int argc, char **argv)
{
	char path[256];
	int fd;

	(void)argc;
	only_in_lab("stops the kernel");
	puts("TAP version 13\n1..1");
	fflush(stdout);
	snprintf(path, sizeof(path), "%s/mn_lockup.ko", dirname(argv[0]));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		perror(path);
	return 1;
}

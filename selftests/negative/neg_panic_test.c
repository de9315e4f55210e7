// SPDX-License-Identifier: GPL-2.0
/*
 * neg_panic_test - the kernel panics in the middle of a test.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "only_in_lab.h"

int main(void)
{
	int fd;

	only_in_lab("crashes the kernel");
	puts("TAP version 13\n1..2\nok 1 negative.before_the_panic");
	fflush(stdout);
	fd = open("/proc/sysrq-trigger", O_WRONLY);
	if (fd < 0 || write(fd, "c", 1) != 1)
		perror("/proc/sysrq-trigger");
	return 1;
}

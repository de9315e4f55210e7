// SPDX-License-Identifier: GPL-2.0
/*
 * neg_stuck_test - a test that never ends: the lab must name it and go on.
 */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	puts("TAP version 13\n1..1");
	fflush(stdout);
	for (;;)
		pause();
}

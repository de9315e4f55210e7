/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guard for programs that stop or crash the machine on purpose.
 */
#ifndef ONLY_IN_LAB_H
#define ONLY_IN_LAB_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * only_in_lab() - end the program unless a machine of the lab runs it
 * @harm: what it would do, for the message
 *
 * First call of main(). The lab puts the programs into /suite of a machine that
 * exists for nothing else; anywhere else, whatever the arguments, it is a mistake
 * and exits 64.
 */
static inline void only_in_lab(const char *harm)
{
	char path[64] = "";

	if (readlink("/proc/self/exe", path, sizeof(path) - 1) > 0 &&
	    !strncmp(path, "/suite/", strlen("/suite/")))
		return;
	fprintf(stderr, "this program %s, so it runs in the lab only: build/lab run --profile negative\n",
		harm);
	exit(64);
}

#endif

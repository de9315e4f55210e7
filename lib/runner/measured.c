// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "runner/measured.h"

/* Printed at once, by whichever process of the test: the result's evidence has little room. */
void measured(const char *name, double value, const char *unit)
{
	printf("# measured: %s %.9g %s\n", name, value, unit);
	fflush(stdout);
}

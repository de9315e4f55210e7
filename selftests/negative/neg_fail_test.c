// SPDX-License-Identifier: GPL-2.0
/*
 * neg_fail_test - one test passes, one fails: the lab must report a failure.
 */
#include <stdio.h>

int main(void)
{
	puts("TAP version 13\n1..2\nok 1 negative.passes");
	puts("# broken: contract 0 (negative proof): this test fails on purpose");
	puts("not ok 2 negative.fails");
	return 1;
}

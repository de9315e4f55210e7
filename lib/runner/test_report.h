/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEST_REPORT_H
#define TEST_REPORT_H

#include "base/result.h"

/*
 * test_report() - print diagnostics and result line of one test, as KTAP
 * @number: of the test in its plan
 * @name: stable and unique
 * @whole: the name by which it can be had again, with all its parameters
 * @program: argv[0], for the replay command
 * @r: how it ended
 */
void test_report(unsigned int number, const char *name, const char *whole,
		 const char *program, const struct result *r);

#endif

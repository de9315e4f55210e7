/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a soak has shown so far, for people.
 */
#ifndef LAB_SOAK_REPORT_H
#define LAB_SOAK_REPORT_H

#include <stdio.h>

#include "campaign/soak_file.h"

/*
 * Print counts, and with which rates of failure they are compatible; @title
 * names the setup.
 */
void lab_soak_report(FILE *f, const char *title, const struct lab_soak_tally *t);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LAB_FROM_TEXT_H
#define LAB_FROM_TEXT_H

#include "base/paths.h"

/* "lab report FILE": the reports of a run, made of what a machine printed. */
int lab_report_main(int argc, char *argv[], const struct lab_paths *paths);

#endif

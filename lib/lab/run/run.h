/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab run": one kernel, one verdict.
 */
#ifndef LAB_RUN_H
#define LAB_RUN_H

#include "base/paths.h"

/* Do what the arguments behind "lab" say (argv[0] is "run"); returns the exit code. */
int lab_run_main(int argc, char *argv[], const struct lab_paths *paths);

#endif

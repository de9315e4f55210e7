/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab soak": the same run again and again, with and without load, and what so
 * many verdicts are worth.
 */
#ifndef LAB_SOAK_H
#define LAB_SOAK_H

#include "base/paths.h"


/* Do what the arguments behind "lab" say (argv[0] is "soak"); returns the exit code. */
int lab_soak_main(int argc, char *argv[], const struct lab_paths *paths);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab bisect": which commit broke it?
 */
#ifndef LAB_BISECT_H
#define LAB_BISECT_H

#include "base/paths.h"


/* Do what the arguments behind "lab" say (argv[0] is "bisect"); returns the exit code. */
int lab_bisect_main(int argc, char *argv[], const struct lab_paths *paths);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab matrix": the same programs on several kernels, in several modes.
 */
#ifndef LAB_MATRIX_H
#define LAB_MATRIX_H

#include "base/paths.h"


/* Do what the arguments behind "lab" say; returns the exit code. */
int lab_matrix_main(int argc, char *argv[], const struct lab_paths *paths);

#endif

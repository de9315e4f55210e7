/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab prove": a kernel into which known regressions were put back, one switched
 * on at a time, and which test notices.
 */
#ifndef LAB_PROVE_H
#define LAB_PROVE_H

#include "base/paths.h"


/* Returns 0 if all are caught and the kernel without any passes. */
int lab_prove_main(int argc, char *argv[], const struct lab_paths *paths);

#endif

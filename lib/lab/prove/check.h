/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab check": the project's own tests. Runs the unit programs, the suite in
 * the lab, and then the lab on tests and kernels that are broken on purpose,
 * each of which must be noticed.
 */
#ifndef LAB_CHECK_H
#define LAB_CHECK_H

#include "base/paths.h"


/* The arguments are handed to every "lab run"; returns 0 if all is as expected. */
int lab_check_main(int argc, char *argv[], const struct lab_paths *paths);

#endif

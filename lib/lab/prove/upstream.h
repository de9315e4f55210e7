/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab prove-upstream": what the kernel tree's own KVM selftests notice of the
 * catalogue of regressions.
 */
#ifndef LAB_UPSTREAM_H
#define LAB_UPSTREAM_H

#include "base/paths.h"


/* Do what the arguments behind "lab" say; returns the exit code. */
int lab_upstream_main(int argc, char *argv[], const struct lab_paths *paths);

#endif

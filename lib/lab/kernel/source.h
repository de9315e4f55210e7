/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's source, as Debian has it.
 */
#ifndef LAB_SOURCE_H
#define LAB_SOURCE_H

#include "base/paths.h"


/* "lab source": make sure that the source of a series is in the cache, print where. */
int lab_source_main(int argc, char *argv[], const struct lab_paths *paths);

#endif

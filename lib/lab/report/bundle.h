/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LAB_BUNDLE_H
#define LAB_BUNDLE_H

#include "base/paths.h"

/* "lab bundle RUN PROGRAM:TEST": an archive to attach to a bug report. */
int lab_bundle_main(int argc, char *argv[], const struct lab_paths *paths);

#endif

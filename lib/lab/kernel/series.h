/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel series, as 6.1, and where Debian has them.
 */
#ifndef LAB_SERIES_H
#define LAB_SERIES_H

#include "base/lab_error.h"

/* NULL, the system's own, and any MAJOR.MINOR are fine; -EINVAL with one line otherwise. */
int lab_series_check(const char *series, struct lab_error *e);

/* The suite of Debian that has @series; NULL for NULL. */
const char *lab_series_suite(const char *series);

#endif

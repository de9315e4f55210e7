/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel that a catalogue of regressions is proved with.
 */
#ifndef LAB_PROVE_KERNEL_H
#define LAB_PROVE_KERNEL_H

#include "base/lab_error.h"

/* The kernel parameter that names the regression to switch on, or "none". */
#define LAB_PROVE_PARAMETER	"mn_regress.active"
/* Set to 1, it has all of them counted, whether or not they are on. */
#define LAB_PROVE_COUNTS	"mn_regress.counts"

/*
 * Is the tree built in @kdir one that has the regressions? Any other would fail
 * nothing, and be found out only in the end. Returns 0 or -errno.
 */
int lab_prove_check_kernel(const char *kdir, struct lab_error *e);

/* Whether the regression @name has a site in that kernel: 1, 0 or -errno. */
int lab_prove_kernel_has(const char *kdir, const char *name, struct lab_error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a run is a run of: the suite and the kernel that its options name, and a description
 * of both, so that results of the same setup may be counted together, or stand for each
 * other.
 */
#ifndef LAB_SETUP_H
#define LAB_SETUP_H

#include <jansson.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "base/text.h"
#include "bed/machine.h"
#include "kernel/kernel.h"
#include "run/options.h"
#include "suite/suite.h"

/* Which of its members is the fingerprint of the programs. */
#define LAB_SETUP_PROGRAMS	"programs"

/*
 * The suite, with the programs that @options select, before anything is built or booted.
 * Returns 0 with @suite to be freed by lab_suite_free(), -EINVAL if an option names
 * nothing there is, or another -errno.
 */
int lab_setup_suite(const struct lab_paths *paths, const struct lab_options *options,
		    struct lab_suite *suite, struct lab_error *e);

/*
 * The kernel that @options name, fetched if it takes that and is no dry run. Returns 0,
 * -EINVAL if there is no such kernel, or another -errno.
 */
int lab_setup_kernel(const struct lab_paths *paths, const struct lab_options *options,
		     struct lab_kernel *kernel, struct lab_error *e);

/*
 * The setup of "lab run" with these options, an object: its choices, its kernel (release
 * and fingerprint of the image) and the fingerprint of its programs and modules. Returns
 * 0 with @setup the caller's, -EINVAL if an option names nothing there is, or another
 * -errno.
 */
int lab_setup_describe(const struct lab_paths *paths, const struct lab_options *options,
		       json_t **setup, struct lab_error *e);

/* One line for people; the caller frees it. */
char *lab_setup_title(json_t *setup);

/*
 * Are machines of @kind and @arch to be restored from snapshots? If that is asked for and cannot be,
 * a line of @notes says why.
 */
bool lab_setup_restores(const struct lab_options *options, const struct lab_bed_kind *kind,
			const struct lab_arch *arch, struct lab_text *notes);

#endif

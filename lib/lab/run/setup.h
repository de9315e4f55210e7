/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a run is a run of: results of the same setup may be counted together, or
 * stand for each other.
 */
#ifndef LAB_SETUP_H
#define LAB_SETUP_H

#include <jansson.h>

#include "base/paths.h"
#include "base/lab_error.h"
#include "run/options.h"

/* Which of its members is the fingerprint of the programs. */
#define LAB_SETUP_PROGRAMS	"programs"

/*
 * The setup of "lab run" with these options, an object: its choices, its
 * kernel (release and fingerprint of the image, which is fetched if it takes
 * that) and the fingerprint of its programs and modules. Returns 0 with @setup
 * the caller's, -EINVAL if an option names nothing there is, or another -errno.
 */
int lab_setup_describe(const struct lab_paths *paths, const struct lab_options *options,
		       json_t **setup, struct lab_error *e);

/* One line for people; the caller frees it. */
char *lab_setup_title(json_t *setup);

#endif

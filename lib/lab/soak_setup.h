/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a soak runs: which runs may be counted together.
 */
#ifndef LAB_SOAK_SETUP_H
#define LAB_SOAK_SETUP_H

#include <jansson.h>

#include "lab_error.h"
#include "options.h"
#include "run.h"

/*
 * The setup of "lab run" with these options, for soak_file.h: its choices, its
 * kernel (release and fingerprint of the image, which is fetched if it takes
 * that) and the fingerprint of its programs and modules. Returns 0 with @setup
 * the caller's, -EINVAL if an option names nothing there is, or another -errno.
 */
int lab_soak_setup(const struct lab_paths *paths, const struct lab_options *options,
		   json_t **setup, struct lab_error *e);

/* One line for people; the caller frees it. */
char *lab_soak_title(json_t *setup);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel tree's own KVM selftests without a regression: which ones mean
 * something, and by whose sites do they come?
 */
#ifndef LAB_UPSTREAM_WITHOUT_H
#define LAB_UPSTREAM_WITHOUT_H

#include "base/lab_error.h"
#include "prove/upstream_sound.h"
#include "prove/upstream_trial.h"

/* The directory of the programs for runs of @mode (NULL: default); the caller frees it. */
char *lab_upstream_sound_dir(const struct lab_upstream *u, const char *mode);

/*
 * What is known of the tests in @mode, from runs done now or before, and from the
 * file "leave-out" in that directory, to which lines may have been added since.
 * Returns 0 with @sound to be freed by lab_sound_free(), or -errno.
 */
int lab_upstream_find_sound(const struct lab_upstream *u, const char *mode,
			    struct lab_sound *sound, struct lab_error *e);

#endif

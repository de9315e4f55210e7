/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling one version of some files from another, by their contents.
 */
#ifndef LAB_FINGERPRINT_H
#define LAB_FINGERPRINT_H

#include <stdint.h>

#include "base/lab_error.h"

/* What a fingerprint of nothing is. */
#define LAB_FINGERPRINT_NONE	0xcbf29ce484222325ull

/*
 * Add all regular files that match the glob @pattern to @fingerprint, which
 * depends on their contents and their order. -ENOENT if there are none, or
 * another -errno.
 */
int lab_fingerprint_add(uint64_t *fingerprint, const char *pattern, struct lab_error *e);

#endif

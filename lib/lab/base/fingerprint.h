/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling one version of something from another by its contents, and what was
 * done with the one from what has to be done with the other.
 */
#ifndef LAB_FINGERPRINT_H
#define LAB_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lab_error.h"

/*
 * Depends on all that was added and on the order; { "" } has nothing. A copy can be
 * added to on its own. It is cut from SHA-256, to be a part of names.
 */
struct lab_fingerprint {
	char hex[17];
};

/* Add @len bytes of @data. */
void lab_fingerprint_add_bytes(struct lab_fingerprint *f, const void *data, size_t len);

/* Add the bytes of @text. */
void lab_fingerprint_add_text(struct lab_fingerprint *f, const char *text);

/* Add what the file @path holds; 0 or -errno. */
int lab_fingerprint_add_file(struct lab_fingerprint *f, const char *path, struct lab_error *e);

/*
 * Add all regular files that match the glob @pattern, where {A,B} is A and then B.
 * -ENOENT if nothing does, or another -errno.
 */
int lab_fingerprint_add(struct lab_fingerprint *f, const char *pattern, struct lab_error *e);

/* Is @dir complete, and made of what @f stands for? */
bool lab_stamp_is(const char *dir, const struct lab_fingerprint *f);

/* Stamp @dir, which is complete now; 0 or -errno. */
int lab_stamp(const char *dir, const struct lab_fingerprint *f, struct lab_error *e);

#endif

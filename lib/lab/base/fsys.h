/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small file system helpers of the lab. All of them name the call, the path
 * and the reason in the error text and return a negative errno.
 */
#ifndef LAB_FSYS_H
#define LAB_FSYS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/lab_error.h"

/* Format a path into @out; -ENAMETOOLONG when it does not fit. */
int lab_path(struct lab_error *e, char out[PATH_MAX], const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

bool lab_is_dir(const char *path);
bool lab_is_file(const char *path);
/* Whether there is a @dir/@name, of any kind. */
bool lab_has(const char *dir, const char *name);

/* Resolve @path into @out, which must not be @path itself. */
int lab_realpath(const char *path, char out[PATH_MAX], struct lab_error *e);

/*
 * Read the regular file @path into memory. *@data is the caller's to free; it
 * ends in a NUL byte that @len does not count, so text can be used as is.
 */
int lab_read_file(const char *path, char **data, size_t *len, struct lab_error *e);

/* The text of @dir/@name, or "" if it cannot be read; to be freed. */
char *lab_read_or_empty(const char *dir, const char *name);

/* Replace @path by @len bytes of @data: a reader sees the old or the new. */
int lab_write_file(const char *path, const void *data, size_t len, struct lab_error *e);

/* Point the symbolic link @path to @target, replacing what was there. */
int lab_symlink(const char *target, const char *path, struct lab_error *e);

/* Create the directory @path and all its parents. */
int lab_make_dirs(const char *path, struct lab_error *e);

/* What that would return: nothing is created. */
int lab_may_make_dirs(const char *path, struct lab_error *e);

/*
 * Wait until no other lab works in the directory @dir. Returns a descriptor that
 * keeps others waiting until it is closed, or a negative errno. Programs that we run
 * inherit it on purpose: if the lab is killed, it lasts until they have ended.
 */
int lab_lock_dir(const char *dir, struct lab_error *e);

/*
 * Is nobody at work in the directory @dir, who would have it locked? One that is empty goes at once:
 * whoever has just made it makes another.
 */
bool lab_dir_is_dead(const char *dir);

/* Remove @path with all below it; one that does not exist is fine. */
int lab_remove_tree(const char *path, struct lab_error *e);

#endif

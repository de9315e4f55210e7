/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A directory of what was fetched once. Things are put together in a stage of
 * their own inside it and renamed when they are complete, so that an
 * interrupted fetch leaves nothing that looks usable.
 */
#ifndef LAB_CACHE_H
#define LAB_CACHE_H

#include <limits.h>
#include <stdbool.h>

#include "base/lab_error.h"

/*
 * Wait for the right to change @cache, an existing directory; says on stderr
 * what it waits for unless @quiet. Returns a descriptor that holds the lock
 * until it is closed, also by the programs we run, which inherit it on purpose:
 * if the lab is killed, the lock lasts until they have stopped to write there.
 * Or a negative errno.
 */
int lab_cache_lock(const char *cache, bool quiet, struct lab_error *e);

/* Make a fresh @stage in the locked @cache; those that others left are removed. */
int lab_cache_stage(const char *cache, char stage[PATH_MAX], struct lab_error *e);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of procfs, sysfs and debugfs.
 */
#ifndef HOSTFILE_H
#define HOSTFILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/result.h"

/*
 * hostfile_read() - the start of a file, trailing newline removed
 * @path: file
 * @buf: filled, NUL-terminated
 * @size: of @buf
 *
 * Return: length, or -errno.
 */
int hostfile_read(const char *path, char *buf, size_t size);

/* hostfile_read_ulong() - a decimal or 0x number; Return: 0 or -errno */
int hostfile_read_ulong(const char *path, unsigned long long *value);

/* hostfile_write() - write @text in one write(2); Return: 0 or -errno */
int hostfile_write(const char *path, const char *text);

/*
 * hostfile_refused() - record that a file could not be changed
 * @what: the call, as in "write(/some/file, 1)"
 * @err: errno
 *
 * A host that does not let us is a skip: /proc or a cgroup mounted read-only, as in a
 * container, or no privilege.  Anything else is an error.  Return: -1.
 */
int hostfile_refused(const char *what, int err, struct result *r);

/*
 * hostfile_missing() - why a file cannot be written
 * @path: file
 * @without: what to say if there is none
 *
 * By opening it, for access(2) does not know of a kernel that is locked down.
 * Return: NULL if it can be, else a text that is valid until the next call.
 */
const char *hostfile_missing(const char *path, const char *without);

/*
 * hostfile_read_words() - a stretch of a binary file of 64-bit words
 * @path: e.g. /proc/kpageflags, which has a word for each page frame
 * @index: the first word to read
 * @words: filled with up to @nr of them
 *
 * Return: how many there are, fewer where the file ends; or -1 with an error.
 */
ssize_t hostfile_read_words(const char *path, uint64_t index, uint64_t *words, size_t nr,
			    struct result *r);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One-line files of the host: procfs, sysfs, debugfs.
 */
#ifndef HOSTFILE_H
#define HOSTFILE_H

#include <stddef.h>

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

#endif

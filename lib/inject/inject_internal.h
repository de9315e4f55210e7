/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of lib/inject share among themselves. */
#ifndef INJECT_INTERNAL_H
#define INJECT_INTERNAL_H

#include <stdarg.h>

#include "inject/inject.h"

#define INJECT_COMMAND_MAX	256	/* the module takes 127 bytes */
#define INJECT_DIR	"/sys/kernel/debug/mmu_notifier_inject"

/* Open one of the module's files; -1 with an error. */
int inject_open_file(const char *path, struct result *r);

/* Write one command; 0 or -errno. */
int inject_write(int fd, const char *command);

/* Format and write one command; -1 with an error that quotes it after @what. */
int inject_command(int fd, const char *what, struct result *r, const char *fmt, va_list ap);

/* Read a whole file from its start; length, or -errno. */
int inject_read_all(int fd, char *buf, size_t size);

/* The knob of that name, NR_KNOBS if there is none. */
enum injector_knob inject_find_knob(const char *name);

/* What values a knob takes, for people. */
const char *inject_knob_wants(enum injector_knob knob);

#endif

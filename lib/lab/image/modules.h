/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The modules of one kernel: which there are, and in what order a chosen few
 * must be loaded so that each finds what it depends on.
 *
 * The answer is taken from the module files themselves, since neither an
 * unpacked package nor a build tree holds what depmod(8) would have made.
 */
#ifndef LAB_MODULES_H
#define LAB_MODULES_H

#include <stddef.h>

#include "base/lab_error.h"

struct lab_module {
	char *name;	/* as lsmod shows it: '_' for '-' */
	char *data;	/* the module's file, uncompressed */
	size_t len;
};

struct lab_modules;

/*
 * Index the modules in @dir: a directory as /lib/modules/RELEASE, or a kernel
 * build tree, or "" for a kernel that has none. @release is the kernel's: a
 * wanted module built for another one is an error. *@m is to be closed by the
 * caller.
 */
int lab_modules_open(const char *dir, const char *release,
		     struct lab_modules **m, struct lab_error *e);
void lab_modules_close(struct lab_modules *m);

/*
 * Add @wanted, a module's name or (if it holds a '/') the path of its file,
 * and all that it depends on. One that is built into the kernel needs nothing;
 * one that the kernel has not got is noted as missing, together with what
 * depends on it. Both return 0: only damage is an error.
 */
int lab_modules_want(struct lab_modules *m, const char *wanted,
		     struct lab_error *e);

/* What lab_modules_want() found, in load order; valid until the next call. */
const struct lab_module *lab_modules_loads(const struct lab_modules *m,
					   size_t *n);
char *const *lab_modules_missing(const struct lab_modules *m, size_t *n);

#endif

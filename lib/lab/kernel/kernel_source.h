/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The places that kernels come from. Part of kernel.c: see kernel.h for what
 * the members of struct lab_kernel and the return values mean.
 */
#ifndef LAB_KERNEL_SOURCE_H
#define LAB_KERNEL_SOURCE_H

#include <stdbool.h>

#include "kernel/kernel.h"

/*
 * Set @k's image and release from the kernel file @path. What is unpacked from
 * it stays in @cache_dir.
 */
int lab_kernel_from_file(const char *path, const char *cache_dir,
			 struct lab_kernel *k, struct lab_error *e);

/* A built kernel tree. */
int lab_kernel_from_kdir(const char *kdir, const char *cache_dir,
			 struct lab_kernel *k, struct lab_error *e);

/* Whether @dir is a build tree rather than a directory of modules, or "". */
bool lab_kernel_is_kdir(const char *dir);

/* Whether the tree @dir is configured with the line @option, "CONFIG_X=y". */
bool lab_kernel_configured(const char *dir, const char *option);

/* Debian's kernel of the series, or the system's own Debian's for NULL. */
int lab_kernel_from_debian(const char *series, const char *cache_dir,
			   bool quiet, struct lab_kernel *k,
			   struct lab_error *e);

#endif

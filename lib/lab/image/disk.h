/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Disks of the VMs: sparse raw images in the directory of a run, each holding
 * one file system. Every bed has its own.
 */
#ifndef LAB_DISK_H
#define LAB_DISK_H

#include <stddef.h>

#include "base/lab_error.h"
#include "suite/suite.h"

/* Where the image of disk @n of @bed lies; the caller frees it. */
char *lab_disk_path(const char *out, unsigned int bed, size_t n);

/*
 * Make the image of disk @n of @bed in the directory @out, replacing an old one.
 * Returns 0, or a negative errno with what mke2fs had to say.
 */
int lab_disk_make(const char *out, unsigned int bed, size_t n, const struct lab_suite_disk *disk,
		  struct lab_error *e);

/* Remove it; one that was never made is fine. */
void lab_disk_remove(const char *out, unsigned int bed, size_t n);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Write an initramfs: a cpio archive in the "newc" format, uncompressed, since
 * unpacking costs an emulated guest more than a larger file.
 */
#ifndef LAB_CPIO_H
#define LAB_CPIO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lab_error.h"

struct lab_cpio;

/*
 * Begin an archive that will appear at @path when it is complete. Paths in it
 * are absolute; the directories above an entry are made with it. To add the
 * same path twice is -EEXIST. Owner root, times 0: same input, same bytes.
 */
int lab_cpio_open(const char *path, struct lab_cpio **cpio,
		  struct lab_error *e);
int lab_cpio_dir(struct lab_cpio *cpio, const char *path, struct lab_error *e);
int lab_cpio_file(struct lab_cpio *cpio, const char *path, bool executable,
		  const void *data, size_t len, struct lab_error *e);
int lab_cpio_chardev(struct lab_cpio *cpio, const char *path, unsigned int mode,
		     unsigned int major, unsigned int minor,
		     struct lab_error *e);

/* Finish the archive and put it in its place; @cpio is gone in any case. */
int lab_cpio_close(struct lab_cpio *cpio, struct lab_error *e);

/* Give up: nothing appears. NULL is fine. */
void lab_cpio_discard(struct lab_cpio *cpio);

#endif

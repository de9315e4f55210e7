/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The initramfs that a kernel under test boots into.
 */
#ifndef LAB_IMAGE_H
#define LAB_IMAGE_H

#include <stddef.h>

#include "base/lab_error.h"
#include "kernel/kernel.h"

struct lab_image {
	const struct lab_kernel *kernel;
	const char *init;		/* program that becomes /init */
	const char *modules_sh;		/* where that script lies */
	const char *const *modules;	/* names, or paths of .ko files */
	size_t nr_modules;
	const char *files;		/* all the rest, see mtree.h */
	const char *mounts;		/* text of /mounts */
	const char *out;		/* the archive to write */
};

/*
 * Write the image to @out. Besides @init and what @files says it holds empty
 * /dev, /proc, /sys and /tmp, the nodes console and null,
 *
 *   /modules/NAME.ko	the wanted modules and all that they depend on
 *   /modules.load	their NAMEs, one a line, in the order to load them
 *   /modules.missing	names of wanted modules that this kernel lacks,
 *			one a line; not an error, the tests decide
 *
 *   /mounts		what init is to mount when modules are loaded, one a
 *			line: "DEVICE TARGET FILESYSTEM"
 *
 * A wanted module that is built into the kernel is in neither list. From the same files
 * comes the same image, byte for byte. The directory @out.parts is used on the way; it
 * stays when something fails, for there are the messages.
 * Returns 0 or a negative errno with a text that names the file at fault.
 */
int lab_image_build(const struct lab_image *image, struct lab_error *e);

#endif

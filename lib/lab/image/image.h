/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a kernel under test boots with: an initramfs, and disks.
 */
#ifndef LAB_IMAGE_H
#define LAB_IMAGE_H

#include <stddef.h>

#include "base/lab_error.h"
#include "base/process.h"
#include "base/text.h"
#include "kernel/kernel.h"
#include "suite/suite.h"

struct lab_image {
	const struct lab_kernel *kernel;
	const char *init;		/* program that becomes /init */
	const char *modules_sh;		/* where that script lies */
	const char *cache;		/* what it finds out is kept below; NULL: nowhere */
	const char *const *modules;	/* names, or paths of .ko files */
	size_t nr_modules;
	const char *files;		/* all the rest, by lab_mtree_file() and so on */
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
 *			line: "DEVICE TARGET FILESYSTEM OPTIONS", "-" if none
 *
 * A wanted module that is built into the kernel is in neither list. From the same files
 * comes the same image, byte for byte. The directory @out.parts is used on the way; it
 * stays when something fails, for there are the messages. Which files modules take is found out
 * once for each list of them and kernel, as long as none of these files changes.
 * Returns 0 or a negative errno with a text that names the file at fault.
 */
int lab_image_build(const struct lab_image *image, struct lab_error *e);

/*
 * Write the same files and modules, without the rest, to @out, as a tar file; without @kernel
 * no modules. Returns as lab_image_build().
 */
int lab_image_tree(const struct lab_image *image, struct lab_error *e);

/*
 * What is to be in an image is text in the format of mtree(5), which libarchive reads.
 * A file may be added more than once; the last one counts.
 *
 * What follows the path of a directory: libarchive looks for what an entry without
 * contents is like in the working directory, which may have one of that name.
 */
#define LAB_MTREE_DIR	"type=dir mode=0755 contents=/"

/*
 * Add the file @from of this machine as @to, an absolute path in the image, and the
 * directories above it. It stays executable if it is, and belongs to root. The content
 * is read when the image is written. Returns 0, or a negative errno.
 */
int lab_mtree_file(struct lab_text *mtree, const char *from, const char *to,
		   struct lab_error *e);

/*
 * Add all files below the directory @from, as @to/... . Links are followed, since what
 * they lead to need not be in the image. Returns 0, or a negative errno with the name
 * of the file at fault.
 */
int lab_mtree_directory(struct lab_text *mtree, const char *from, const char *to,
			struct lab_error *e);

/*
 * Run @argv and add what it prints: lines of FROM, tab, TO. They go to the file @list, and
 * what else it has to say to @list.log. Returns 0, or a negative errno with the first error
 * that the program had to report.
 */
int lab_mtree_printed(struct lab_text *mtree, const struct lab_argv *argv,
		      const char *list, struct lab_error *e);

/*
 * Disks are sparse raw images in the directory of a run, @out, each holding one file
 * system. Every bed has its own. Where the image of disk @n of @bed lies; to be freed.
 */
char *lab_disk_path(const char *out, unsigned int bed, size_t n);

/* Make it, replacing an old one. Returns 0, or -errno with what mke2fs had to say. */
int lab_disk_make(const char *out, unsigned int bed, size_t n, const struct lab_suite_disk *disk,
		  struct lab_error *e);

/* Remove it; one that was never made is fine. */
void lab_disk_remove(const char *out, unsigned int bed, size_t n);

#endif

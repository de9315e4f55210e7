/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is to be in an image: text in the format of mtree(5), which libarchive reads.
 * A file may be added more than once; the last one counts.
 */
#ifndef LAB_MTREE_H
#define LAB_MTREE_H

#include "base/lab_error.h"
#include "base/process.h"
#include "base/text.h"

/*
 * What follows the path of a directory. libarchive looks for what an entry without
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

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files of an installed kselftest, and of the user space that it needs.
 */
#ifndef LAB_KSELFTEST_FILES_H
#define LAB_KSELFTEST_FILES_H

#include <stddef.h>

#include "base/lab_error.h"
#include "image/image.h"

/*
 * What the image needs: the files of @dir, and what /bin/sh and the like that
 * the scripts use consist of, as @script prints it. @list is a file to write
 * that to. Appends to @files of @nr; strings are the caller's to free, or to
 * leave to its end.
 */
int lab_kselftest_files(const char *dir, const char *script, const char *list,
			struct lab_image_file **files, size_t *nr, struct lab_error *e);

#endif

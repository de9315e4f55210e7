// SPDX-License-Identifier: GPL-2.0
/*
 * Disks of the VM.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/process.h"
#include "base/run_dir.h"
#include "base/text.h"
#include "image/disk.h"

/* By its path: the PATH of an ordinary user has no /sbin. */
#define MKE2FS	"/sbin/mke2fs"

char *lab_disk_path(const char *out, unsigned int bed, size_t n)
{
	char *name = lab_format("disk%zu", n), *path = lab_run_file(out, name, bed, "img");

	free(name);
	return path;
}

/*
 * Blocks are as large as pages, as on any disk of today (mke2fs takes smaller
 * ones for a small disk), and all tables are written at once, lest the kernel
 * does it in the background of a test.
 */
static int run_mke2fs(const char *path, const struct lab_suite_disk *disk, struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	const struct lab_process mke2fs = { .argv = &argv };
	int ret;

	lab_argv_add_all(&argv, MKE2FS, "-q", "-F", "-t", disk->filesystem, "-b", "4096",
			 "-E", "lazy_itable_init=0,lazy_journal_init=0", path, NULL);
	lab_argv_addf(&argv, "%ldM", disk->size_mib);
	ret = lab_process_must(&mke2fs, e);
	lab_argv_free(&argv);
	return ret;
}

int lab_disk_make(const char *out, unsigned int bed, size_t n, const struct lab_suite_disk *disk,
		  struct lab_error *e)
{
	char *path = lab_disk_path(out, bed, n);
	int ret;

	unlink(path);
	ret = run_mke2fs(path, disk, e);
	free(path);
	return ret;
}

void lab_disk_remove(const char *out, unsigned int bed, size_t n)
{
	char *path = lab_disk_path(out, bed, n);

	unlink(path);
	free(path);
}

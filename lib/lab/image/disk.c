// SPDX-License-Identifier: GPL-2.0
/*
 * Disks of the VM.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/run_dir.h"
#include "image/image.h"

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
int lab_disk_make(const char *out, unsigned int bed, size_t n, const struct lab_suite_disk *disk,
		  struct lab_error *e)
{
	char *path = lab_disk_path(out, bed, n);
	struct lab_argv argv = { NULL };
	const struct lab_process mke2fs = { .argv = &argv };
	int ret;

	unlink(path);
	lab_argv_add_all(&argv, MKE2FS, "-q", "-F", "-t", disk->filesystem, "-b", "4096",
			 "-E", "lazy_itable_init=0,lazy_journal_init=0", path, NULL);
	lab_argv_addf(&argv, "%lldM", (long long)disk->size_mib);
	ret = lab_process_must(&mke2fs, e);
	lab_argv_free(&argv);
	free(path);
	return ret;
}

void lab_disk_remove(const char *out, unsigned int bed, size_t n)
{
	char *path = lab_disk_path(out, bed, n);

	unlink(path);
	free(path);
}

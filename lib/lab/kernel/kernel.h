/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernels to put under test: from a Debian package, from a build tree, or from
 * files that someone names.
 */
#ifndef LAB_KERNEL_H
#define LAB_KERNEL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/lab_error.h"

struct lab_arch;

/*
 * Which kernel. At most one of @kernel, @kdir and @package is set; with none it
 * is the kernel that Debian's linux-image package for @arch stands for.
 */
struct lab_kernel_request {
	const struct lab_arch *arch;
	const char *kernel;	/* an image of this architecture */
	const char *modules;	/* its modules, as in /lib/modules/RELEASE */
	const char *kdir;	/* a built kernel tree, or its O= directory */
	const char *package;	/* a series of Debian: "5.10", "6.12" */
	const char *repo;	/* the repository, whose fetch.sh is called */
	const char *cache_dir;	/* where downloads and unpacked kernels stay */
	bool quiet;		/* no word about downloads on stderr */
	bool look_only;		/* nothing is fetched or written */
};

/* A kernel that is at hand. All paths are absolute; "" stands for none. */
struct lab_kernel {
	const struct lab_arch *arch;
	char release[128];		/* what uname -r will say */
	char image[PATH_MAX];		/* what QEMU's -kernel takes */
	char modules[PATH_MAX];		/* tree of modules, or build tree */
	char build[PATH_MAX];		/* make -C BUILD M=... builds modules */
};

/*
 * Get the kernel that is asked for.
 *
 * Only Debian's need the network, once: see fetch.sh for what becomes of them in
 * @cache_dir, which several labs may share.
 *
 * With @look_only a kernel of Debian's that would have to be fetched has no release, and of an
 * image that would have to be unpacked only the release is found out.
 *
 * Returns 0 or a negative errno: -EINVAL for a request or a file that makes no
 * sense, -ENOENT for something that is not there, -EIO when something could not
 * be fetched; the text says which and what to do.
 */
int lab_kernel_get(const struct lab_kernel_request *req, struct lab_kernel *k,
		   struct lab_error *e);

/*
 * Build the module whose sources are in @src_dir for @k, and return the path
 * of its .ko in @ko_path. Sources are copied to @out_dir first, and all products
 * and the output of make (build.log) stay there; a second call builds what has
 * changed, and nothing if neither sources nor kernel have. One @out_dir per kernel. @repo has
 * the script that does it.
 *
 * -ENOENT: the kernel's headers are not to be had, or of no use on this system.
 * -EIO: the build failed.
 */
int lab_kernel_build_module(const struct lab_kernel *k, const char *repo, const char *src_dir,
			    const char *out_dir, char ko_path[PATH_MAX], struct lab_error *e);

/*
 * One of @arch that runs already, of @release. Modules are built for it by its headers, if they are installed
 * here or, unless that is NULL, unpacked in @cache.
 */
void lab_kernel_of_release(const struct lab_arch *arch, const char *release, const char *cache,
			   struct lab_kernel *k);

/* For lab_kernel_get(): Debian's kernel of @req's series, or the one that is this Debian's own. */
int lab_kernel_from_debian(const struct lab_kernel_request *req, struct lab_kernel *k,
			   struct lab_error *e);

#endif

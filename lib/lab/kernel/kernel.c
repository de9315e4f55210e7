// SPDX-License-Identifier: GPL-2.0
/*
 * Kernels to put under test: which of the sources is asked for.
 */
#include <errno.h>
#include <string.h>

#include "kernel/kernel.h"

int lab_kernel_get(const struct lab_kernel_request *req, struct lab_kernel *k,
		   struct lab_error *e)
{
	memset(k, 0, sizeof(*k));
	if (!!req->kernel + !!req->kdir + !!req->package > 1)
		return lab_fail(e, -EINVAL,
				"a kernel file, a kernel tree and a Debian series are alternatives: choose one");
	if (req->modules && !req->kernel)
		return lab_fail(e, -EINVAL,
				"a directory of modules needs a kernel file to go with it");
	if (!req->cache_dir)
		return lab_fail(e, -EINVAL, "no directory to keep kernels in");
	if (req->kdir)
		return lab_kernel_from_kdir(req->kdir, req->cache_dir, k, e);
	if (req->kernel)
		return lab_kernel_from_files(req, k, e);
	return lab_kernel_from_debian(req, k, e);
}

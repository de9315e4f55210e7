// SPDX-License-Identifier: GPL-2.0
/*
 * Build a module for a kernel, outside its sources and the kernel's tree.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"
#include "kernel/kernel.h"

int lab_kernel_build_module(const struct lab_kernel *k, const char *repo, const char *src_dir,
			    const char *out_dir, char ko_path[PATH_MAX], struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	const struct lab_process p = { .argv = &argv };
	char out[PATH_MAX], *text;
	int ret;

	if (!k->build[0])
		return lab_fail(e, -ENOENT,
				"nothing to build modules with for kernel %s: install linux-headers-%s, or give a built kernel tree with CONFIG_MODULES=y",
				k->release, k->release);
	ret = lab_make_dirs(out_dir, e);
	if (!ret)
		ret = lab_realpath(out_dir, out, e);
	if (ret)
		return ret;
	lab_argv_add(&argv, "sh");
	lab_argv_addf(&argv, "%s/lib/lab/kernel/build_module.sh", repo);
	lab_argv_add_all(&argv, src_dir, out, k->build, NULL);
	ret = lab_process_output(&p, &text, e);
	lab_argv_free(&argv);
	if (ret < 0)
		return ret;
	if (!ret)
		ret = lab_path(e, ko_path, "%s", lab_last_line(text));
	else
		ret = lab_fail(e, ret == 2 ? -ENOENT : -EIO, "kernel %s: %s", k->release,
			       lab_last_line(text));
	free(text);
	return ret;
}

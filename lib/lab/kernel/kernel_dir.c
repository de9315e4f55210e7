// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel that someone has built: its tree, or its O= directory.
 *
 * Most of this is about trees that are not (yet) fit for use, since that is
 * how a wrong path or a forgotten step shows.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "kernel/kernel.h"
#include "kernel/vmlinux.h"

static bool has(const char *dir, const char *file)
{
	char path[PATH_MAX];

	return !lab_path(NULL, path, "%s/%s", dir, file) && lab_is_file(path);
}

/* Whether the tree @dir is configured with the line @option, "CONFIG_X=y". */
static bool configured(const char *dir, const char *option)
{
	char path[PATH_MAX];
	bool found = false;
	size_t len;
	char *text, *p;

	if (lab_path(NULL, path, "%s/.config", dir) ||
	    lab_read_file(path, &text, &len, NULL))
		return false;
	len = strlen(option);
	for (p = text; !found && (p = strstr(p, option)); p += len)
		found = (p == text || p[-1] == '\n') &&
			(p[len] == '\n' || !p[len]);
	free(text);
	return found;
}

/* Read the release; fails for all that is not a configured, built tree. */
static int read_release(const char *dir, struct lab_kernel *k,
			struct lab_error *e)
{
	char path[PATH_MAX];
	size_t len;
	char *text;
	int ret;

	if (!has(dir, "Makefile") && !has(dir, ".config"))
		return lab_fail(e, -EINVAL,
				"%s is not a kernel tree: there is no Makefile and no .config",
				dir);
	if (!has(dir, ".config"))
		return lab_fail(e, -EINVAL,
				"%s is not configured (or was built elsewhere with O=): run make -C %s defconfig, then make -C %s",
				dir, dir, dir);
	if (has(dir, ".kernelvariables"))
		return lab_fail(e, -EINVAL,
				"%s holds only the headers of a Debian kernel, not a tree that was built",
				dir);
	if (!has(dir, "include/config/kernel.release"))
		return lab_fail(e, -EINVAL, "%s is not built: run make -C %s",
				dir, dir);
	ret = lab_path(e, path, "%s/include/config/kernel.release", dir);
	if (!ret)
		ret = lab_read_file(path, &text, &len, e);
	if (ret)
		return ret;
	text[strcspn(text, "\n")] = '\0';
	if (!text[0] || strlen(text) >= sizeof(k->release))
		ret = lab_fail(e, -EINVAL, "%s holds no kernel release", path);
	else
		strcpy(k->release, text);
	free(text);
	return ret;
}

/* The uncompressed kernel lies in the tree anyway; with PVH it is what to boot. */
static int find_image(const char *dir, const char *cache_dir,
		      struct lab_kernel *k, struct lab_error *e)
{
	char path[PATH_MAX], release[sizeof(k->release)];
	int ret;

	ret = lab_path(e, path, "%s/vmlinux", dir);
	if (ret)
		return ret;
	if (lab_vmlinux_has_pvh(path)) {
		memcpy(k->image, path, sizeof(path));
		return 0;
	}
	if (!has(dir, "arch/x86/boot/bzImage"))
		return lab_fail(e, -ENOENT,
				"%s is not built: there is %s; run make -C %s",
				dir, lab_is_file(path) ?
				"a vmlinux without PVH entry, but no arch/x86/boot/bzImage" :
				"no vmlinux and no arch/x86/boot/bzImage", dir);
	ret = lab_path(e, path, "%s/arch/x86/boot/bzImage", dir);
	if (ret)
		return ret;
	memcpy(release, k->release, sizeof(release));
	ret = lab_kernel_unpack_file(path, cache_dir, k, e);
	if (!ret && strcmp(release, k->release))
		ret = lab_fail(e, -EINVAL,
			       "%s is of release %s, but the tree is %s by now: run make -C %s",
			       path, k->release, release, dir);
	return ret;
}

int lab_kernel_from_kdir(const char *kdir, const char *cache_dir,
			 struct lab_kernel *k, struct lab_error *e)
{
	char dir[PATH_MAX];
	int ret;

	if (!lab_is_dir(kdir))
		return lab_fail(e, -ENOENT, "no kernel tree %s: not a directory",
				kdir);
	ret = lab_realpath(kdir, dir, e);
	if (!ret)
		ret = read_release(dir, k, e);
	if (!ret)
		ret = find_image(dir, cache_dir, k, e);
	if (ret)
		return ret;
	memcpy(k->modules, dir, sizeof(dir));
	if (!configured(dir, "CONFIG_MODULES=y"))
		return 0;
	if (!has(dir, "modules.order"))
		return lab_fail(e, -ENOENT,
				"%s has no modules.order: run make -C %s modules",
				dir, dir);
	memcpy(k->build, dir, sizeof(dir));
	return 0;
}

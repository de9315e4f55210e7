// SPDX-License-Identifier: GPL-2.0
/*
 * Kernels given as a file, a bzImage or vmlinux, and the modules that go with it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fingerprint.h"
#include "base/fsys.h"
#include "kernel/kernel.h"
#include "kernel/vmlinux.h"

/*
 * What was unpacked before: @dir/release, written last, says that @dir is
 * complete; no vmlinux beside it means that the bzImage itself is to be booted.
 */
static bool from_cache(const char *dir, struct lab_kernel *k)
{
	char path[PATH_MAX];
	char *text;
	size_t len;
	bool ok;

	if (lab_path(NULL, path, "%s/release", dir) ||
	    lab_read_file(path, &text, &len, NULL))
		return false;
	ok = len && len < sizeof(k->release);
	if (ok) {
		memcpy(k->release, text, len + 1);
		if (!lab_path(NULL, path, "%s/vmlinux", dir) && lab_is_file(path))
			memcpy(k->image, path, sizeof(path));
	}
	free(text);
	return ok;
}

static int into_cache(const char *dir, const struct lab_vmlinux *v,
		      struct lab_kernel *k, struct lab_error *e)
{
	char path[PATH_MAX];
	int ret;

	ret = lab_make_dirs(dir, e);
	if (!ret && v->pvh) {
		ret = lab_path(e, path, "%s/vmlinux", dir);
		if (!ret)
			ret = lab_write_file(path, v->data, v->len, e);
		if (!ret)
			memcpy(k->image, path, sizeof(path));
	}
	if (!ret)
		ret = lab_path(e, path, "%s/release", dir);
	if (!ret)
		ret = lab_write_file(path, v->release, strlen(v->release), e);
	return ret;
}

int lab_kernel_unpack_file(const char *path, const char *cache_dir, struct lab_kernel *k,
			   struct lab_error *e)
{
	char dir[PATH_MAX];
	struct lab_vmlinux v;
	struct lab_fingerprint f = { "" };
	int ret;

	ret = lab_realpath(path, k->image, e);
	if (!ret)
		ret = lab_fingerprint_add_file(&f, path, e);
	if (!ret)
		ret = lab_path(e, dir, "%s/image-%s", cache_dir, f.hex);
	if (ret || from_cache(dir, k))
		return ret;
	ret = lab_vmlinux_read(path, &v, e);
	if (ret)
		return ret;
	memcpy(k->release, v.release, sizeof(k->release));
	if (v.unpacked)
		ret = into_cache(dir, &v, k, e);
	else if (!v.pvh)
		ret = lab_fail(e, -EINVAL,
			       "%s has no PVH entry (CONFIG_PVH is off): give the bzImage instead",
			       path);
	lab_vmlinux_free(&v);
	return ret;
}

static bool has_modules(const char *dir)
{
	char path[PATH_MAX];

	return (!lab_path(NULL, path, "%s/modules.builtin", dir) &&
		lab_is_file(path)) ||
	       (!lab_path(NULL, path, "%s/modules.order", dir) &&
		lab_is_file(path)) ||
	       (!lab_path(NULL, path, "%s/kernel", dir) && lab_is_dir(path));
}

/* Look for @release's modules in and below @top; false: not there. */
static bool find_modules(const char *top, struct lab_kernel *k)
{
	static const char *const below[] = {
		"/", "/lib/modules/", "/usr/lib/modules/"
	};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		if (!lab_path(NULL, path, "%s%s%s", top, below[i], k->release) &&
		    has_modules(path))
			return !lab_realpath(path, k->modules, NULL);
	}
	return false;
}

static int use_modules(const char *modules, struct lab_kernel *k,
		       struct lab_error *e)
{
	if (!lab_is_dir(modules))
		return lab_fail(e, -ENOENT, "no directory of modules %s", modules);
	if (has_modules(modules))
		return lab_realpath(modules, k->modules, e);
	if (find_modules(modules, k))
		return 0;
	return lab_fail(e, -ENOENT,
			"no modules of kernel %s in %s: neither modules.builtin nor kernel/ is there, in %s/%s or in %s/lib/modules/%s",
			k->release, modules, modules, k->release, modules,
			k->release);
}

/*
 * Without a word about modules take those that belong to the file: the lib/
 * beside its boot/, in an unpacked package as in a system.
 */
static void guess_modules(struct lab_kernel *k, const char *kernel)
{
	char path[PATH_MAX];

	if (lab_realpath(kernel, path, NULL))
		return;
	*strrchr(path, '/') = '\0';
	if (has_modules(path)) {
		memcpy(k->modules, path, sizeof(path));
		return;
	}
	if (strrchr(path, '/')) {
		*strrchr(path, '/') = '\0';
		find_modules(path, k);
	}
}

int lab_kernel_from_files(const struct lab_kernel_request *req, struct lab_kernel *k,
			  struct lab_error *e)
{
	char path[PATH_MAX];
	int ret;

	ret = lab_kernel_unpack_file(req->kernel, req->cache_dir, k, e);
	if (ret)
		return ret;
	if (req->modules)
		ret = use_modules(req->modules, k, e);
	else
		guess_modules(k, req->kernel);
	if (ret || !k->modules[0])
		return ret;
	if (!lab_path(NULL, path, "%s/build", k->modules) && lab_is_dir(path))
		ret = lab_realpath(path, k->build, e);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Kernels to put under test: which of the sources is asked for; and those that someone
 * has built, as a tree, its O= directory, or a file and the modules that go with it.
 *
 * Much of this is about trees that are not (yet) fit for use, since that is how a wrong
 * path or a forgotten step shows.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/fingerprint.h"
#include "base/fsys.h"
#include "base/text.h"
#include "kernel/kernel.h"

/*
 * What was unpacked before: @dir/release, written last, says that @dir is
 * complete; no vmlinux beside it means that the file itself is to be booted.
 */
static bool from_cache(const char *dir, struct lab_kernel *k)
{
	char *release = lab_read_or_empty(dir, "release");
	bool ok = sscanf(release, "%127s", k->release) == 1;

	if (ok && lab_has(dir, "vmlinux"))
		lab_path(NULL, k->image, "%s/vmlinux", dir);
	free(release);
	return ok;
}

static int into_cache(const char *dir, const struct lab_vmlinux *v, struct lab_kernel *k,
		      struct lab_error *e)
{
	char *release = lab_format("%s/release", dir);
	int ret = lab_make_dirs(dir, e);

	if (!ret && v->starts)
		ret = lab_path(e, k->image, "%s/vmlinux", dir);
	if (!ret && v->starts)
		ret = lab_write_file(k->image, v->data, v->len, e);
	if (!ret)
		ret = lab_write_file(release, v->release, strlen(v->release), e);
	free(release);
	return ret;
}

/* Set @k's image and release from the kernel file @path; what is unpacked is cached. */
static int use_file(const struct lab_kernel_request *req, const char *path, struct lab_kernel *k,
		    struct lab_error *e)
{
	struct lab_fingerprint f = { "" };
	struct lab_vmlinux v;
	char dir[PATH_MAX];
	int ret = lab_realpath(path, k->image, e);

	if (!ret)
		ret = lab_fingerprint_add_file(&f, path, e);
	if (!ret)
		ret = lab_path(e, dir, "%s/image-%s", req->cache_dir, f.hex);
	if (ret || from_cache(dir, k))
		return ret;
	ret = lab_vmlinux_read(req->arch, path, &v, e);
	if (ret)
		return ret;
	memcpy(k->release, v.release, sizeof(k->release));
	if (v.unpacked && !req->look_only)
		ret = into_cache(dir, &v, k, e);
	else if (!v.unpacked && !v.starts)
		ret = lab_fail(e, -EINVAL, "%s is %s: give the %s instead", path, req->arch->unfit,
			       strrchr(req->arch->image, '/') + 1);
	lab_vmlinux_free(&v);
	return ret;
}

static bool has_modules(const char *dir)
{
	return lab_has(dir, "modules.builtin") || lab_has(dir, "modules.order") ||
		lab_has(dir, "kernel");
}

/* Look for the modules of @k's release in and below @top; false: not there. */
static bool find_modules(const char *top, struct lab_kernel *k)
{
	static const char *const below[] = { "", "/lib/modules", "/usr/lib/modules" };
	bool found = false;

	for (size_t i = 0; !found && i < sizeof(below) / sizeof(below[0]); i++) {
		char *dir = lab_format("%s%s/%s", top, below[i], k->release);

		found = has_modules(dir) && !lab_realpath(dir, k->modules, NULL);
		free(dir);
	}
	return found;
}

static int use_modules(const char *modules, struct lab_kernel *k, struct lab_error *e)
{
	if (!lab_is_dir(modules))
		return lab_fail(e, -ENOENT, "no directory of modules %s", modules);
	if (has_modules(modules))
		return lab_realpath(modules, k->modules, e);
	if (find_modules(modules, k))
		return 0;
	return lab_fail(e, -ENOENT,
			"no modules of kernel %s in %s: neither modules.builtin nor kernel/ is there, in %s/%s or in %s/lib/modules/%s",
			k->release, modules, modules, k->release, modules, k->release);
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
	} else if (strrchr(path, '/')) {
		*strrchr(path, '/') = '\0';
		find_modules(path, k);
	}
}

static int from_files(const struct lab_kernel_request *req, struct lab_kernel *k,
		      struct lab_error *e)
{
	char *build;
	int ret = use_file(req, req->kernel, k, e);

	if (ret)
		return ret;
	if (req->modules)
		ret = use_modules(req->modules, k, e);
	else
		guess_modules(k, req->kernel);
	if (ret || !k->modules[0])
		return ret;
	build = lab_format("%s/build", k->modules);
	if (lab_is_dir(build))
		ret = lab_realpath(build, k->build, e);
	free(build);
	return ret;
}

/* Whether the tree @dir is configured with modules. */
static bool may_have_modules(const char *dir)
{
	char *text = lab_read_or_empty(dir, ".config");
	bool yes = strstr(text, "CONFIG_MODULES=y\n");

	free(text);
	return yes;
}

/* Read the release; fails for all that is not a configured, built tree. */
static int read_release(const char *dir, struct lab_kernel *k, struct lab_error *e)
{
	static const char file[] = "include/config/kernel.release";
	char *text;
	int ret = 0;

	if (!lab_has(dir, "Makefile") && !lab_has(dir, ".config"))
		return lab_fail(e, -EINVAL,
				"%s is not a kernel tree: there is no Makefile and no .config", dir);
	if (!lab_has(dir, ".config"))
		return lab_fail(e, -EINVAL,
				"%s is not configured (or was built elsewhere with O=): run make -C %s defconfig, then make -C %s",
				dir, dir, dir);
	if (lab_has(dir, ".kernelvariables"))
		return lab_fail(e, -EINVAL,
				"%s holds only the headers of a Debian kernel, not a tree that was built",
				dir);
	if (!lab_has(dir, file))
		return lab_fail(e, -EINVAL, "%s is not built: run make -C %s", dir, dir);
	text = lab_read_or_empty(dir, file);
	if (sscanf(text, "%127[^\n]", k->release) != 1)
		ret = lab_fail(e, -EINVAL, "%s/%s holds no kernel release", dir, file);
	free(text);
	return ret;
}

/* The uncompressed kernel lies in the tree anyway; if it can be started it is what to boot. */
static int find_image(const struct lab_kernel_request *req, const char *dir,
		      struct lab_kernel *k, struct lab_error *e)
{
	const struct lab_arch *arch = req->arch;
	char path[PATH_MAX], release[sizeof(k->release)];
	int ret = lab_path(e, k->image, "%s/vmlinux", dir);

	if (ret || (arch->starts && arch->starts(k->image)))
		return ret;
	if (!lab_has(dir, arch->image))
		return lab_fail(e, -ENOENT, "%s is not built for %s: there is no %s%s%s; run make -C %s",
				dir, arch->name, arch->image, !arch->starts ? "" :
				lab_is_file(k->image) ? ", but " : " and no vmlinux",
				arch->starts && lab_is_file(k->image) ? arch->unfit : "", dir);
	ret = lab_path(e, path, "%s/%s", dir, arch->image);
	memcpy(release, k->release, sizeof(release));
	if (!ret)
		ret = use_file(req, path, k, e);
	if (!ret && strcmp(release, k->release))
		ret = lab_fail(e, -EINVAL,
			       "%s is of release %s, but the tree is %s by now: run make -C %s",
			       path, k->release, release, dir);
	return ret;
}

static int from_tree(const struct lab_kernel_request *req, struct lab_kernel *k,
		     struct lab_error *e)
{
	char *dir = k->modules;
	int ret;

	if (!lab_is_dir(req->kdir))
		return lab_fail(e, -ENOENT, "no kernel tree %s: not a directory", req->kdir);
	ret = lab_realpath(req->kdir, dir, e);
	if (!ret)
		ret = read_release(dir, k, e);
	if (!ret)
		ret = find_image(req, dir, k, e);
	if (ret || !may_have_modules(dir))
		return ret;
	if (!lab_has(dir, "modules.order"))
		return lab_fail(e, -ENOENT, "%s has no modules.order: run make -C %s modules",
				dir, dir);
	memcpy(k->build, dir, sizeof(k->build));
	return 0;
}

int lab_kernel_get(const struct lab_kernel_request *req, struct lab_kernel *k, struct lab_error *e)
{
	memset(k, 0, sizeof(*k));
	k->arch = req->arch;
	if (!!req->kernel + !!req->kdir + !!req->package > 1)
		return lab_fail(e, -EINVAL,
				"a kernel file, a kernel tree and a Debian series are alternatives: choose one");
	if (req->modules && !req->kernel)
		return lab_fail(e, -EINVAL,
				"a directory of modules needs a kernel file to go with it");
	if (req->kdir)
		return from_tree(req, k, e);
	return req->kernel ? from_files(req, k, e) : lab_kernel_from_debian(req, k, e);
}

void lab_kernel_of_release(const struct lab_arch *arch, const char *release, const char *cache,
			   struct lab_kernel *k)
{
	struct lab_error e;

	memset(k, 0, sizeof(*k));
	k->arch = arch;
	snprintf(k->release, sizeof(k->release), "%s", release);
	lab_path(&e, k->build, "/lib/modules/%s/build", release);
	if (!lab_is_dir(k->build) && cache)
		lab_path(&e, k->build, "%s/%s/usr/src/linux-headers-%s", cache, release, release);
	if (!lab_is_dir(k->build))
		k->build[0] = '\0';
}

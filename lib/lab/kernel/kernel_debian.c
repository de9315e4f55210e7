// SPDX-License-Identifier: GPL-2.0
/*
 * Kernels of Debian, fetched as packages and unpacked into the cache: nothing
 * is installed, since that would run the hooks of a kernel that this machine
 * is going to boot.
 *
 * A kernel is put together in a directory of its own and renamed to
 * CACHE/RELEASE when it is complete. An interrupted run leaves only such a
 * directory, which the next one removes.
 */
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cache.h"
#include "base/fsys.h"
#include "base/tool.h"
#include "kernel/apt.h"
#include "kernel/kernel_source.h"
#include "kernel/series.h"
#include "kernel/vmlinux.h"

struct fetch {
	const char *series;		/* NULL: the default */
	char link[PATH_MAX];		/* CACHE/debian-SERIES */
	char cache[PATH_MAX];
	char stage[PATH_MAX];
	char root[PATH_MAX];		/* what becomes CACHE/RELEASE */
	char release[LAB_APT_NAME];
	struct lab_apt apt;
	struct lab_apt_packages packages;
	bool quiet;
};

static void __attribute__((format(printf, 2, 3)))
say(const struct fetch *f, const char *fmt, ...)
{
	va_list ap;

	if (f->quiet)
		return;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
}

/* The tree of modules is in lib/ or, by now, in usr/lib/. */
static int find_tree(const char *root, const char *release,
		     char modules[PATH_MAX], struct lab_error *e)
{
	static const char *const libs[] = { "lib", "usr/lib" };
	char path[PATH_MAX];
	int ret;

	for (size_t i = 0; i < sizeof(libs) / sizeof(libs[0]); i++) {
		ret = lab_path(e, modules, "%s/%s/modules/%s", root, libs[i],
			       release);
		if (!ret)
			ret = lab_path(e, path, "%s/kernel", modules);
		if (ret)
			return ret;
		if (lab_is_dir(path))
			return 0;
	}
	return lab_fail(e, -ENOENT, "%s holds no modules of kernel %s", root,
			release);
}

/* Describe the complete kernel in CACHE/@release. */
static int describe(const char *cache, const char *release,
		    struct lab_kernel *k, struct lab_error *e)
{
	char root[PATH_MAX], path[PATH_MAX];
	int ret;

	ret = lab_path(e, root, "%s/%s", cache, release);
	if (!ret)
		ret = lab_path(e, path, "%s/image", root);
	if (!ret)
		ret = lab_realpath(path, k->image, e);
	if (!ret)
		ret = find_tree(root, release, k->modules, e);
	if (!ret)
		ret = lab_path(e, k->build, "%s/usr/src/linux-headers-%s", root,
			       release);
	if (ret)
		return ret;
	snprintf(k->release, sizeof(k->release), "%s", release);
	if (!lab_is_dir(k->build))
		k->build[0] = '\0';
	return 0;
}

static bool is_complete(const struct fetch *f)
{
	char path[PATH_MAX];

	return !lab_path(NULL, path, "%s/%s/image", f->cache, f->release) &&
	       lab_is_file(path);
}

/* Follow CACHE/debian-SERIES; false: not fetched yet. */
static bool is_cached(struct fetch *f)
{
	ssize_t n;

	n = readlink(f->link, f->release, sizeof(f->release) - 1);
	if (n <= 0)
		return false;
	f->release[n] = '\0';
	return is_complete(f);
}

/* A fresh directory to work in, with one for what becomes the kernel's. */
static int make_stage(struct fetch *f, struct lab_error *e)
{
	int ret = lab_cache_stage(f->cache, f->stage, e);

	if (!ret)
		ret = lab_path(e, f->root, "%s/root", f->stage);
	return ret ? ret : lab_make_dirs(f->root, e);
}

/* Find the names of the packages and, in the image's, the kernel's release. */
static int resolve(struct fetch *f, struct lab_error *e)
{
	static const char image[] = "linux-image-";
	const size_t n = strlen(image);
	int ret;

	f->release[0] = '\0';
	ret = lab_apt_kernel_packages(&f->apt, &f->packages, e);
	if (ret)
		return ret;
	for (size_t i = 0; i < f->packages.nr; i++) {
		if (!strncmp(f->packages.names[i], image, n))
			strcpy(f->release, f->packages.names[i] + n);
	}
	if (!f->release[0])
		return lab_fail(e, -ENOENT,
				"apt knows no package behind linux-image-amd64");
	if (!f->series)
		return 0;
	if (strncmp(f->release, f->series, strlen(f->series)) ||
	    !strchr(".-+~", f->release[strlen(f->series)]))
		return lab_fail(e, -ENOENT,
				"%s has none of that series but %s; other suites have 5.10, 6.1 and 6.12",
				lab_series_suite(f->series), f->release);
	return 0;
}

static int download(struct fetch *f, struct lab_error *e)
{
	char debs[PATH_MAX];
	int ret;

	ret = lab_path(e, debs, "%s/debs", f->stage);
	if (!ret)
		ret = lab_make_dirs(debs, e);
	if (ret)
		return ret;
	say(f, "lab: downloading Debian's kernel %s (once) into %s\n",
	    f->release, f->cache);
	return lab_apt_download(&f->apt, &f->packages, debs, e);
}

/*
 * Get the packages' files, unless the release is there already. The system's
 * own lists come first, being at hand; they may be of another series, absent,
 * or out of date.
 */
static int get_packages(struct fetch *f, struct lab_error *e)
{
	const char *suite = lab_series_suite(f->series);
	struct lab_error why;
	int ret;

	if (!lab_apt_system(&f->apt, f->stage, NULL) && !resolve(f, NULL) &&
	    (is_complete(f) || !download(f, NULL)))
		return 0;
	say(f, "lab: updating package lists of %s\n",
	    suite ? suite : "the system's sources");
	ret = lab_apt_update(&f->apt, f->stage, suite, &why);
	if (!ret)
		ret = resolve(f, &why);
	if (!ret && !is_complete(f))
		ret = download(f, &why);
	if (!ret)
		return 0;
	return lab_fail(e, ret,
			"cannot fetch Debian's kernel%s%s: %s; without it, give a kernel file or a built kernel tree",
			f->series ? " " : "", f->series ? f->series : "",
			why.text);
}

static int unpack(const struct fetch *f, struct lab_error *e)
{
	char pattern[PATH_MAX], log[PATH_MAX];
	glob_t debs;
	int ret;

	ret = lab_path(e, pattern, "%s/debs/*.deb", f->stage);
	if (!ret)
		ret = lab_path(e, log, "%s/unpack", f->stage);
	if (ret)
		return ret;
	if (glob(pattern, 0, NULL, &debs))
		return lab_fail(e, -EIO, "apt-get download left no %s", pattern);
	for (size_t i = 0; i < debs.gl_pathc && !ret; i++) {
		const char *const argv[] = {
			"dpkg-deb", "-x", debs.gl_pathv[i], f->root, NULL
		};
		const struct lab_tool tool = { .argv = argv, .output = log };

		ret = lab_tool_run(&tool, e);
	}
	globfree(&debs);
	return ret;
}

/* The one file that one of these patterns below the root matches. */
static int find_vmlinuz(const struct fetch *f, char path[PATH_MAX],
			struct lab_error *e)
{
	static const char *const patterns[] = {
		"boot/vmlinuz-*", "lib/modules/*/vmlinuz*",
		"usr/lib/modules/*/vmlinuz*",
	};
	char pattern[PATH_MAX];
	glob_t found;
	int ret;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		ret = lab_path(e, pattern, "%s/%s", f->root, patterns[i]);
		if (ret)
			return ret;
		if (glob(pattern, 0, NULL, &found))
			continue;
		ret = lab_path(e, path, "%s", found.gl_pathv[0]);
		globfree(&found);
		return ret;
	}
	return lab_fail(e, -ENOENT, "no vmlinuz in the packages of kernel %s",
			f->release);
}

/* Make root/image: the uncompressed kernel, or a link to the packed one. */
static int make_image(const struct fetch *f, struct lab_error *e)
{
	char vmlinuz[PATH_MAX], path[PATH_MAX];
	struct lab_vmlinux v;
	int ret;

	ret = find_vmlinuz(f, vmlinuz, e);
	if (!ret)
		ret = lab_path(e, path, "%s/image", f->root);
	if (!ret)
		ret = lab_vmlinux_read(vmlinuz, &v, e);
	if (ret)
		return ret;
	if (strcmp(v.release, f->release))
		ret = lab_fail(e, -EINVAL, "%s is of release %s, not %s", vmlinuz,
			       v.release, f->release);
	else if (v.pvh)
		ret = lab_write_file(path, v.data, v.len, e);
	else
		ret = lab_symlink(vmlinuz + strlen(f->root) + 1, path, e);
	lab_vmlinux_free(&v);
	return ret;
}

/*
 * The headers' Makefile names other directories by their place in the system.
 * Have it look for them beside its own, so that the tree works where it is.
 */
static int make_headers_relative(const struct fetch *f, struct lab_error *e)
{
	static const char system[] = "/usr/src/";
	char path[PATH_MAX];
	char *old, *new = NULL, *p, *next;
	size_t len;
	FILE *out;
	int ret;

	ret = lab_path(e, path, "%s/usr/src/linux-headers-%s/Makefile", f->root,
		       f->release);
	if (ret || !lab_is_file(path))
		return ret;
	ret = lab_read_file(path, &old, &len, e);
	if (ret)
		return ret;
	out = open_memstream(&new, &len);
	if (!out) {
		free(old);
		return lab_fail(e, -errno, "open_memstream: %s", strerror(errno));
	}
	fputs("headers := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))..)\n", out);
	for (p = old; (next = strstr(p, system)); p = next + strlen(system))
		fprintf(out, "%.*s$(headers)/", (int)(next - p), p);
	fputs(p, out);
	if (fclose(out))
		ret = lab_fail(e, -ENOMEM, "no memory for %s", path);
	else
		ret = lab_write_file(path, new, len, e);
	free(old);
	free(new);
	return ret;
}

/* Fetch what CACHE/debian-SERIES is to stand for; the lock is held. */
static int fetch(struct fetch *f, struct lab_error *e)
{
	char final[PATH_MAX], tree[PATH_MAX];
	int ret;

	ret = make_stage(f, e);
	if (!ret)
		ret = get_packages(f, e);
	if (!ret)
		ret = lab_path(e, final, "%s/%s", f->cache, f->release);
	if (!ret && !is_complete(f)) {
		say(f, "lab: unpacking kernel %s\n", f->release);
		ret = unpack(f, e);
		if (!ret)
			ret = find_tree(f->root, f->release, tree, e);
		if (!ret)
			ret = make_image(f, e);
		if (!ret)
			ret = make_headers_relative(f, e);
		if (!ret)
			ret = lab_remove_tree(final, e);
		if (!ret && rename(f->root, final))
			ret = lab_fail(e, -errno, "rename(%s, %s): %s", f->root,
				       final, strerror(errno));
	}
	if (!ret)
		ret = lab_symlink(f->release, f->link, e);
	/* After a failure what the tools said stays there to be read. */
	return ret ? ret : lab_remove_tree(f->stage, e);
}

int lab_kernel_from_debian(const char *series, const char *cache_dir,
			   bool quiet, struct lab_kernel *k,
			   struct lab_error *e)
{
	struct fetch *f;
	int lock, ret;

	ret = lab_series_check(series, e);
	if (!ret)
		ret = lab_make_dirs(cache_dir, e);
	if (ret)
		return ret;
	f = calloc(1, sizeof(*f));
	if (!f)
		return lab_fail(e, -ENOMEM, "no memory to fetch a kernel");
	f->series = series;
	f->quiet = quiet;
	ret = lab_realpath(cache_dir, f->cache, e);
	if (!ret)
		ret = lab_path(e, f->link, "%s/debian-%s", f->cache,
			       series ? series : "default");
	if (!ret && !is_cached(f)) {
		lock = lab_cache_lock(f->cache, quiet, e);
		ret = lock < 0 ? lock : 0;
		if (!ret && !is_cached(f))
			ret = fetch(f, e);
		if (lock >= 0)
			close(lock);
	}
	if (!ret)
		ret = describe(f->cache, f->release, k, e);
	free(f);
	return ret;
}

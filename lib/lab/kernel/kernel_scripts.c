// SPDX-License-Identifier: GPL-2.0
/*
 * What shell scripts do: fetch.sh unpacks Debian's kernels, in which we find what is asked
 * for, and put what QEMU starts beside it, as CACHE/RELEASE/image; build_module.sh
 * builds a module, outside its sources and the kernel's tree.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arch/arch.h"
#include "base/fingerprint.h"
#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"
#include "kernel/kernel.h"

/*
 * Run lib/lab/kernel/@name in @repo for @arch with three words. Returns its exit code, with what it
 * printed in @text, to be freed, and the last line of that in @line; or -errno.
 */
static int run(const struct lab_arch *arch, const char *repo, const char *name,
	       const char *const words[3], char **text, char **line, struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	int code;

	lab_argv_add(&argv, "env");
	lab_argv_addf(&argv, "ARCH=%s", arch->name);
	lab_argv_add(&argv, "sh");
	lab_argv_addf(&argv, "%s/lib/lab/kernel/%s", repo, name);
	lab_argv_add_all(&argv, words[0], words[1], words[2], NULL);
	code = lab_process_output(&(struct lab_process){ .argv = &argv }, text, e);
	lab_argv_free(&argv);
	*line = *text ? lab_last_line(*text) : NULL;
	return code;
}

/* The first file below @root that matches @pattern, with {alternatives}; @what it is. */
static int find(const char *root, const char *pattern, const char *what, char path[PATH_MAX],
		struct lab_error *e)
{
	char *full = lab_format("%s/%s", root, pattern);
	glob_t found;
	int ret = glob(full, GLOB_BRACE, NULL, &found);

	free(full);
	if (ret)
		return lab_fail(e, -ENOENT, "%s holds no %s", root, what);
	ret = lab_path(e, path, "%s", found.gl_pathv[0]);
	globfree(&found);
	return ret;
}

/* Make @image: the uncompressed kernel, or a link to the one that QEMU can start. */
static int make_image(const struct lab_kernel *k, const char *root, const char *image,
		      struct lab_error *e)
{
	char vmlinuz[PATH_MAX];
	struct lab_vmlinux v;
	int ret = find(root, "{boot,{,usr/}lib/modules/*}/vmlinu[xz]*", "kernel image", vmlinuz, e);

	if (!ret)
		ret = lab_vmlinux_read(k->arch, vmlinuz, &v, e);
	if (ret)
		return ret;
	if (strcmp(v.release, k->release))
		ret = lab_fail(e, -EINVAL, "%s is of release %s, not %s", vmlinuz, v.release,
			       k->release);
	else if (v.unpacked && v.starts)
		ret = lab_write_file(image, v.data, v.len, e);
	else
		ret = lab_symlink(vmlinuz + strlen(root) + 1, image, e);
	lab_vmlinux_free(&v);
	return ret;
}

/* Describe the kernel that is unpacked in CACHE/RELEASE, @root. */
static int describe(const char *root, bool look_only, struct lab_kernel *k, struct lab_error *e)
{
	char *image = lab_format("%s/image", root);
	int ret = 0;

	snprintf(k->release, sizeof(k->release), "%s", strrchr(root, '/') + 1);
	if (!lab_is_file(image) && !look_only)
		ret = make_image(k, root, image, e);
	if (!ret && lab_is_file(image))
		ret = lab_realpath(image, k->image, e);
	if (!ret)
		ret = find(root, "{,usr/}lib/modules/*/kernel", "modules", k->modules, e);
	if (!ret)
		ret = lab_path(e, k->build, "%s/usr/src/linux-headers-%s", root, k->release);
	free(image);
	if (ret)
		return ret;
	*strrchr(k->modules, '/') = '\0';
	if (!lab_is_dir(k->build))
		k->build[0] = '\0';
	return 0;
}

int lab_kernel_from_debian(const struct lab_kernel_request *req, struct lab_kernel *k,
			   struct lab_error *e)
{
	const char *series = req->package ? req->package : "default";
	bool here = req->arch == lab_arch_here();
	char *link = lab_format("%s/debian-%s%s%s", req->cache_dir, series, here ? "" : "-",
				here ? "" : req->arch->name), *text, *line;
	int ret;

	/* Nothing is going to be fetched for a word that is no series. */
	if (!req->quiet && !req->look_only && !lab_is_dir(link) &&
	    (!req->package || (strchr(series, '.') && !series[strspn(series, "0123456789.")])))
		fprintf(stderr, "lab: fetching Debian's kernel %s%s%s (once) to %s\n", series,
			here ? "" : " for ", here ? "" : req->arch->name, req->cache_dir);
	free(link);
	ret = run(req->arch, req->repo, "fetch.sh", (const char *[]){ req->look_only ? "look" : "kernel", series,
		  req->cache_dir }, &text, &line, e);
	if (!ret && line[0])
		ret = describe(line, req->look_only, k, e);
	else if (ret > 0)
		ret = lab_fail(e, ret == 2 ? -EINVAL : -EIO, "%s",
			       line + (strncmp(line, "fetch.sh: ", 10) ? 0 : 10));
	free(text);
	return ret;
}

/*
 * What a module in @src_dir for @k is made of. What a kernel says of itself is made anew whenever
 * that is linked; @script is how it is done.
 */
static int fingerprint_module(const struct lab_kernel *k, const char *script, const char *src_dir,
			      struct lab_fingerprint *f, struct lab_error *e)
{
	char *sources = lab_format("%s/{,*/,*/*/}{*.[chS],Kbuild,Makefile}", src_dir);
	char *kernel = lab_format("%s/{Makefile,.config,.kernelvariables,Module.symvers,"
				  "include/generated/{autoconf,compile,utsrelease,utsversion}.h}", k->build);
	char *vmlinux = lab_format("%s/vmlinux", k->build), *linked;
	struct stat st = { .st_size = 0 };
	int ret = lab_fingerprint_add(f, sources, e);

	if (!ret)
		ret = lab_fingerprint_add(f, kernel, e);
	if (!ret)
		ret = lab_fingerprint_add_file(f, script, e);
	stat(vmlinux, &st);
	linked = lab_format("%s %lld %lld.%09ld", k->build, (long long)st.st_size,
			    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	lab_fingerprint_add_text(f, linked);
	free(linked);
	free(vmlinux);
	free(kernel);
	free(sources);
	return ret;
}

/* The one that was built in @out of what @f stands for; false: there is none. */
static bool is_built(const char *out, const struct lab_fingerprint *f, char ko_path[PATH_MAX])
{
	return lab_stamp_is(out, f) && !find(out, "*.ko", "module", ko_path, NULL);
}

/* Build it in @out. */
static int build(const struct lab_kernel *k, const char *repo, const char *src_dir, const char *out,
		 char ko_path[PATH_MAX], struct lab_error *e)
{
	char *text, *line;
	int ret = run(k->arch, repo, "build_module.sh", (const char *[]){ src_dir, out, k->build },
		      &text, &line, e);

	if (!ret)
		ret = lab_path(e, ko_path, "%s", line);
	else if (ret > 0)
		ret = lab_fail(e, ret == 2 ? -ENOENT : -EIO, "kernel %s: %s", k->release, line);
	free(text);
	return ret;
}

int lab_kernel_build_module(const struct lab_kernel *k, const char *repo, const char *src_dir,
			    const char *out_dir, char ko_path[PATH_MAX], struct lab_error *e)
{
	char *script = lab_format("%s/lib/lab/kernel/build_module.sh", repo), out[PATH_MAX];
	struct lab_fingerprint f = { "" };
	int ret, known;

	if (!k->build[0])
		ret = lab_fail(e, -ENOENT,
			"nothing to build modules with for kernel %s: install linux-headers-%s, or give a built kernel tree with CONFIG_MODULES=y",
			k->release, k->release);
	else
		ret = lab_make_dirs(out_dir, e);
	if (!ret)
		ret = lab_realpath(out_dir, out, e);
	/* Where something is missing it is for the script to say what. */
	known = ret ? ret : fingerprint_module(k, script, src_dir, &f, NULL);
	if (!ret && (known || !is_built(out, &f, ko_path))) {
		ret = lab_stamp(out, &(struct lab_fingerprint){ "" }, e);
		if (!ret)
			ret = build(k, repo, src_dir, out, ko_path, e);
		if (!ret && !known)
			ret = lab_stamp(out, &f, e);
	}
	free(script);
	return ret;
}

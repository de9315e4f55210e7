// SPDX-License-Identifier: GPL-2.0
/*
 * Build a module for a kernel, outside its sources and the kernel's tree.
 */
#include <ctype.h>
#include <errno.h>
#include <fts.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsys.h"
#include "base/tool.h"
#include "kernel/kernel_source.h"

#define LOG "build.log"

static bool is_source(const char *name)
{
	const char *end = strrchr(name, '.');

	if (end && strstr(name, ".mod.c"))
		return false;
	return !strcmp(name, "Kbuild") || !strcmp(name, "Makefile") ||
	       (end && (!strcmp(end, ".c") || !strcmp(end, ".h") ||
			!strcmp(end, ".S")));
}

/* Write @to only when it differs, or make would build it again. */
static int copy_changed(const char *from, const char *to, struct lab_error *e)
{
	char *new, *old = NULL;
	size_t new_len, old_len;
	bool same;
	int ret;

	ret = lab_read_file(from, &new, &new_len, e);
	if (ret)
		return ret;
	same = lab_is_file(to) && !lab_read_file(to, &old, &old_len, NULL) &&
	       old_len == new_len && !memcmp(old, new, new_len);
	if (!same)
		ret = lab_write_file(to, new, new_len, e);
	free(old);
	free(new);
	return ret;
}

/* Bring the copy of the sources up to date, directory by directory. */
static int copy_sources(const char *src, const char *out, struct lab_error *e)
{
	char *paths[] = { (char *)src, NULL };
	char to[PATH_MAX];
	FTSENT *ent;
	int ret = 0;
	FTS *fts;

	fts = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return lab_fail(e, -errno, "fts_open(%s): %s", src,
				strerror(errno));
	while (!ret && (ent = fts_read(fts))) {
		if (ent->fts_info == FTS_NS || ent->fts_info == FTS_DNR ||
		    ent->fts_info == FTS_ERR) {
			ret = lab_fail(e, -ent->fts_errno, "%s: %s",
				       ent->fts_path, strerror(ent->fts_errno));
			break;
		}
		if (ent->fts_level > 0 && ent->fts_name[0] == '.') {
			fts_set(fts, ent, FTS_SKIP);
			continue;
		}
		if (ent->fts_info != FTS_D && !(ent->fts_info == FTS_F &&
						is_source(ent->fts_name)))
			continue;
		ret = lab_path(e, to, "%s/%s", out, ent->fts_path + strlen(src));
		if (!ret)
			ret = ent->fts_info == FTS_D ?
			      lab_make_dirs(to, e) :
			      copy_changed(ent->fts_path, to, e);
	}
	fts_close(fts);
	return ret;
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char file[PATH_MAX];

	while (path && *path) {
		size_t n = strcspn(path, ":");

		if (!lab_path(NULL, file, "%.*s/%s", (int)n, path, program) &&
		    !access(file, X_OK))
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

static bool file_has(const char *dir, const char *name, const char *word,
		     char *rest, size_t size)
{
	char path[PATH_MAX];
	char *text, *p;
	size_t len;

	if (lab_path(NULL, path, "%s/%s", dir, name) ||
	    lab_read_file(path, &text, &len, NULL))
		return false;
	p = strstr(text, word);
	if (p && rest)
		snprintf(rest, size, "%s", p + strlen(word));
	free(text);
	return p;
}

struct compiler {
	const char *arg;	/* for make; NULL leaves it to the tree */
	char asked_for[32];	/* what the tree names, but is not there, or "" */
};

/*
 * Debian's headers ask for the very gcc that built the kernel; any gcc is
 * better than none. A kernel built with LLVM wants that for its modules too.
 */
static void choose_compiler(const char *build, struct compiler *cc)
{
	char rest[16] = "";
	size_t n;

	memset(cc, 0, sizeof(*cc));
	if (lab_kernel_configured(build, "CONFIG_CC_IS_CLANG=y"))
		cc->arg = "LLVM=1";
	if (cc->arg ||
	    !file_has(build, ".kernelvariables", "gcc-", rest, sizeof(rest)))
		return;
	for (n = 0; isdigit((unsigned char)rest[n]); n++)
		;
	snprintf(cc->asked_for, sizeof(cc->asked_for), "gcc-%.*s", (int)n, rest);
	if (in_path(cc->asked_for))
		cc->asked_for[0] = '\0';
	else
		cc->arg = "CC=gcc";
}

/*
 * Add to what make said what it cannot know. Headers that need another system
 * are as good as none; anything else may be the module's fault.
 */
static int explain(const struct lab_kernel *k, const char *out,
		   const struct compiler *cc, const struct lab_error *make,
		   struct lab_error *e)
{
	/* The programs in Debian's headers may come from a newer Debian. */
	if (file_has(out, LOG, "version `GLIBC_", NULL, 0))
		return lab_fail(e, -ENOENT,
				"the headers of %s need a newer C library than this system's (see %s/" LOG "): build this kernel from source and give its tree instead",
				k->release, out);
	if (cc->asked_for[0] && file_has(out, LOG, "unrecognized command-line option", NULL, 0))
		return lab_fail(e, -ENOENT,
				"kernel %s is built with %s, which is not installed, and gcc is too old for its headers (see %s/" LOG "): build this kernel from source and give its tree instead",
				k->release, cc->asked_for, out);
	if (cc->asked_for[0])
		return lab_fail(e, -EIO,
				"%s; kernel %s is built with %s, which is not installed: if gcc is too old for it, build this kernel from source and give its tree instead",
				make->text, k->release, cc->asked_for);
	return lab_fail(e, -EIO, "%s", make->text);
}

static int run_make(const struct lab_kernel *k, const char *out,
		    struct lab_error *e)
{
	char m[PATH_MAX], jobs[32], log[PATH_MAX];
	struct compiler cc;
	const char *argv[] = {
		/* We may be run by a make ourselves, even by kbuild. */
		"env", "-u", "MAKEFLAGS", "-u", "MFLAGS", "-u", "MAKELEVEL",
		"-u", "MAKEOVERRIDES", "-u", "GNUMAKEFLAGS", "-u", "ARCH",
		"-u", "CROSS_COMPILE", "-u", "KBUILD_EXTMOD", "-u", "O",
		"-u", "KBUILD_OUTPUT",
		"make", "-C", k->build, m, jobs, "modules", NULL, NULL
	};
	const size_t n = sizeof(argv) / sizeof(argv[0]);
	const struct lab_tool tool = { .argv = argv, .output = log };
	struct lab_error make;
	int ret;

	choose_compiler(k->build, &cc);
	argv[n - 2] = cc.arg;
	ret = lab_path(e, m, "M=%s", out);
	if (!ret)
		ret = lab_path(e, log, "%s/" LOG, out);
	if (ret)
		return ret;
	snprintf(jobs, sizeof(jobs), "-j%ld", sysconf(_SC_NPROCESSORS_ONLN));
	ret = lab_tool_run(&tool, &make);
	if (ret == -EIO)
		return explain(k, out, &cc, &make, e);
	return ret ? lab_fail(e, ret, "%s", make.text) : 0;
}

static int find_ko(const char *out, char *ko_path, size_t size,
		   struct lab_error *e)
{
	char pattern[PATH_MAX];
	int ret, n;
	glob_t g;

	ret = lab_path(e, pattern, "%s/*.ko", out);
	if (ret)
		return ret;
	if (glob(pattern, 0, NULL, &g))
		return lab_fail(e, -EIO, "make built no module in %s (see " LOG
				" there)", out);
	if (g.gl_pathc != 1) {
		ret = lab_fail(e, -EINVAL, "%zu modules in %s, expected one",
			       g.gl_pathc, out);
	} else {
		n = snprintf(ko_path, size, "%s", g.gl_pathv[0]);
		if (n < 0 || (size_t)n >= size)
			ret = lab_fail(e, -ENAMETOOLONG, "path too long: %s",
				       g.gl_pathv[0]);
	}
	globfree(&g);
	return ret;
}

int lab_kernel_build_module(const struct lab_kernel *k, const char *src_dir,
			    const char *out_dir, char *ko_path, size_t size,
			    struct lab_error *e)
{
	char src[PATH_MAX], out[PATH_MAX];
	int ret;

	if (!k->build[0] && lab_kernel_is_kdir(k->modules))
		return lab_fail(e, -ENOENT,
				"kernel %s cannot load modules: CONFIG_MODULES is off in %s",
				k->release, k->modules);
	if (!k->build[0])
		return lab_fail(e, -ENOENT,
				"no headers to build modules with for kernel %s: install linux-headers-%s, or give a built kernel tree",
				k->release, k->release);
	ret = lab_realpath(src_dir, src, e);
	if (!ret)
		ret = lab_make_dirs(out_dir, e);
	if (!ret)
		ret = lab_realpath(out_dir, out, e);
	if (!ret && strpbrk(out, " \t:"))
		ret = lab_fail(e, -EINVAL,
			       "kbuild cannot build in \"%s\": blanks and colons mean something to make",
			       out);
	if (!ret)
		ret = copy_sources(src, out, e);
	if (!ret)
		ret = run_make(k, out, e);
	return ret ? ret : find_ko(out, ko_path, size, e);
}

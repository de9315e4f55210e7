// SPDX-License-Identifier: GPL-2.0
/*
 * The initramfs that a kernel under test boots into: libarchive turns an mtree into a
 * cpio archive. Device nodes are mere entries in it, so no privilege is needed. It is
 * not compressed, since unpacking costs an emulated guest more than a larger file.
 */
#include <archive.h>
#include <archive_entry.h>
#include <ctype.h>
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fingerprint.h"
#include "base/fsys.h"
#include "image/image.h"

/* Tarballs of all the rest, which kselftest's gen_tar puts beside it. */
#define PACKAGES	"kselftest-packages"

static const char head[] = "#mtree\n/set type=file uid=0 gid=0 nlink=1 time=0.0\n";

/* Before init has mounted anything it needs a console to complain on. */
static const char base[] =
	"./dev " LAB_MTREE_DIR "\n"
	"./proc " LAB_MTREE_DIR "\n"
	"./sys " LAB_MTREE_DIR "\n"
	"./tmp " LAB_MTREE_DIR "\n"
	"./dev/console type=char mode=0600 device=linux,5,1\n"
	"./dev/null type=char mode=0666 device=linux,1,3\n";

/* A relative path with a slash in it is a whole path to mtree. */
static void add_path(struct lab_text *m, const char *path, size_t len)
{
	for (; len--; path++) {
		if (isalnum((unsigned char)*path) || strchr("/._-+", *path))
			lab_text_add(m, path, 1);
		else
			lab_text_addf(m, "\\%03o", (unsigned char)*path);
	}
}

int lab_mtree_file(struct lab_text *m, const char *from, const char *to, struct lab_error *e)
{
	struct stat st;

	if (stat(from, &st))
		return lab_fail(e, -errno, "for %s of the image: %s: %s", to, from,
				strerror(errno));
	for (const char *p = to; (p = strchr(p + 1, '/')); ) {
		lab_text_addf(m, ".");
		add_path(m, to, (size_t)(p - to));
		lab_text_addf(m, " " LAB_MTREE_DIR "\n");
	}
	lab_text_addf(m, ".");
	add_path(m, to, strlen(to));
	lab_text_addf(m, " mode=%s contents=", st.st_mode & 0111 ? "0755" : "0644");
	add_path(m, from, strlen(from));
	lab_text_addf(m, "\n");
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

int lab_mtree_directory(struct lab_text *m, const char *from, const char *to,
			struct lab_error *e)
{
	char *const roots[] = { (char *)from, NULL };
	FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	FTSENT *f;
	int ret = 0;

	if (!fts)
		return lab_fail(e, -errno, "fts_open(%s): %s", from, strerror(errno));
	while (!ret && (f = fts_read(fts))) {
		int err = f->fts_errno ? f->fts_errno : ENOENT;
		char *path = lab_format("%s%s", to, f->fts_path + strlen(from));

		if (f->fts_info == FTS_D && !strcmp(f->fts_name, PACKAGES))
			fts_set(fts, f, FTS_SKIP);
		else if (f->fts_info == FTS_F)
			ret = lab_mtree_file(m, f->fts_path, path, e);
		else if (f->fts_errno || f->fts_info == FTS_SLNONE)
			ret = lab_fail(e, -err, "%s: %s", f->fts_path, strerror(err));
		free(path);
	}
	fts_close(fts);
	return ret;
}

static bool is_newer(const struct stat *a, const struct stat *b)
{
	return a->st_ctim.tv_sec > b->st_mtim.tv_sec ||
		(a->st_ctim.tv_sec == b->st_mtim.tv_sec && a->st_ctim.tv_nsec > b->st_mtim.tv_nsec);
}

/* Add what the lines of the file @list say; -ESTALE for a file that changed later, if @fresh is set. */
static int add_listed(struct lab_text *m, const char *list, bool fresh, struct lab_error *e)
{
	char *text = NULL, *rest, *line;
	struct stat st, listed;
	size_t len;
	int ret = lab_read_file(list, &text, &len, e);

	if (!ret && stat(list, &listed))
		ret = lab_fail(e, -errno, "stat(%s): %s", list, strerror(errno));
	for (rest = text; !ret && (line = strsep(&rest, "\n")) && *line; ) {
		const char *from = strsep(&line, "\t");

		if (!line)
			ret = lab_fail(e, -EINVAL, "%s: not \"FROM, tab, TO\": %s", list, from);
		else if (fresh && (stat(from, &st) || is_newer(&st, &listed)))
			ret = -ESTALE;
		else
			ret = lab_mtree_file(m, from, line, e);
	}
	free(text);
	return ret;
}

int lab_mtree_printed(struct lab_text *m, const struct lab_argv *argv,
		      const char *list, struct lab_error *e)
{
	char *log = lab_format("%s.log", list);
	const struct lab_process script = { .argv = argv, .out = list, .err = log };
	int ret = lab_process_must(&script, e);

	free(log);
	return ret ? ret : add_listed(m, list, false, e);
}

static int copy_data(struct archive *from, struct archive *to)
{
	static char block[1 << 16];
	la_ssize_t n;

	while ((n = archive_read_data(from, block, sizeof(block))) > 0)
		if (archive_write_data(to, block, (size_t)n) != n)
			return ARCHIVE_FATAL;
	return (int)n;
}

/* ARCHIVE_EOF when all is copied. A file that cannot be opened is but a warning. */
static int copy_entry(struct archive *from, struct archive *to)
{
	struct archive_entry *entry;
	int ret = archive_read_next_header(from, &entry);

	if (ret != ARCHIVE_OK)
		return ret;
	archive_entry_set_pathname(entry, archive_entry_pathname(entry) + strlen("./"));
	/* Those of this machine's file system. */
	archive_entry_set_ino64(entry, 0);
	archive_entry_set_dev(entry, 0);
	ret = archive_write_header(to, entry);
	if (ret == ARCHIVE_OK && archive_entry_filetype(entry) == AE_IFREG)
		ret = copy_data(from, to);
	return ret;
}

/* As @format, one of libarchive's. */
static int write_archive(const struct lab_text *mtree, int (*format)(struct archive *to),
			 const char *out, struct lab_error *e)
{
	struct archive *from = archive_read_new(), *to = archive_write_new();
	int ret = ARCHIVE_FATAL;

	if (from && to && !archive_read_support_format_mtree(from) &&
	    !archive_read_set_options(from, "mtree:checkfs") &&
	    !format(to) &&
	    !archive_write_set_bytes_in_last_block(to, 1) &&
	    !archive_write_open_filename(to, out) &&
	    !archive_read_open_memory(from, mtree->s, mtree->len)) {
		do {
			ret = copy_entry(from, to);
		} while (ret == ARCHIVE_OK);
	}
	if (ret == ARCHIVE_EOF)
		ret = archive_write_close(to);
	if (ret != ARCHIVE_OK) {
		const char *why = archive_error_string(from) ?: archive_error_string(to);

		ret = lab_fail(e, -EIO, "cannot write %s: %s", out, why ? why : "unknown reason");
		unlink(out);
	}
	archive_read_free(from);
	archive_write_free(to);
	return ret;
}

/* Ask the script, which works in the directory @dir and prints to @list there. */
static int find_modules(const struct lab_image *image, const char *dir, const char *list,
			struct lab_text *mtree, struct lab_error *e)
{
	char *out = lab_format("%s/modules", dir);
	struct lab_argv argv = { NULL };
	int ret = lab_remove_tree(out, e);

	lab_argv_add_all(&argv, "sh", image->modules_sh, image->kernel->modules,
			 image->kernel->release, out, NULL);
	for (size_t i = 0; i < image->nr_modules; i++)
		lab_argv_add(&argv, image->modules[i]);
	if (!ret)
		ret = lab_mtree_printed(mtree, &argv, list, e);
	lab_argv_free(&argv);
	free(out);
	return ret;
}

/* What is wanted, and of what; what a tree says that it was built of may change. */
static int fingerprint_modules(const struct lab_image *image, struct lab_fingerprint *f,
			       struct lab_fingerprint *tree, struct lab_error *e)
{
	char *lists = lab_format("%s/{.config,include/config/kernel.release,modules.{builtin,dep,order}}",
				 image->kernel->modules);
	int ret = lab_fingerprint_add_file(tree, image->modules_sh, e);

	lab_fingerprint_add_text(f, image->kernel->release);
	lab_fingerprint_add_text(f, image->kernel->modules);
	for (size_t i = 0; i < image->nr_modules; i++)
		lab_fingerprint_add_text(f, image->modules[i]);
	/* An installed kernel need not have any. */
	lab_fingerprint_add(tree, lists, NULL);
	free(lists);
	return ret;
}

/* The lock on what is kept lasts until the process ends: the image is made of it. */
static int add_kept(const struct lab_image *image, struct lab_text *mtree, struct lab_error *e)
{
	struct lab_fingerprint f = { "" }, tree = { "" };
	size_t before = mtree->len;
	int ret = fingerprint_modules(image, &f, &tree, e);
	char *dir = lab_format("%s/%s", image->cache, f.hex), *list = lab_format("%s/list", dir);

	if (!ret)
		ret = lab_make_dirs(dir, e);
	if (!ret)
		ret = lab_lock_dir(dir, e);
	if (ret >= 0 && (!lab_stamp_is(dir, &tree) || add_listed(mtree, list, true, NULL))) {
		mtree->len = before;
		ret = lab_stamp(dir, &(struct lab_fingerprint){ "" }, e);
		if (!ret)
			ret = find_modules(image, dir, list, mtree, e);
		if (!ret)
			ret = lab_stamp(dir, &tree, e);
	}
	free(list);
	free(dir);
	return ret < 0 ? ret : 0;
}

static int add_modules(const struct lab_image *image, const char *parts,
		       struct lab_text *mtree, struct lab_error *e)
{
	char *list = lab_format("%s/modules.list", parts);
	int ret = image->cache ? add_kept(image, mtree, e) :
		find_modules(image, parts, list, mtree, e);

	free(list);
	return ret;
}

/* What @mtree has, and the modules, as @format; what @parts has is made on the way. */
static int write_parts(const struct lab_image *image, struct lab_text *mtree, const char *parts,
		       int (*format)(struct archive *to), struct lab_error *e)
{
	int ret = image->kernel ? add_modules(image, parts, mtree, e) : 0;

	if (!ret)
		ret = write_archive(mtree, format, image->out, e);
	return ret ? ret : lab_remove_tree(parts, e);
}

/* A new directory for them. */
static int make_parts(const char *parts, struct lab_error *e)
{
	int ret = lab_remove_tree(parts, e);

	return ret ? ret : lab_make_dirs(parts, e);
}

int lab_image_tree(const struct lab_image *image, struct lab_error *e)
{
	char *parts = lab_format("%s.parts", image->out);
	struct lab_text mtree = { NULL };
	int ret = make_parts(parts, e);

	lab_text_addf(&mtree, "%s%s", head, image->files);
	if (!ret)
		ret = write_parts(image, &mtree, parts, archive_write_set_format_pax_restricted, e);
	lab_text_clear(&mtree);
	free(parts);
	return ret;
}

int lab_image_build(const struct lab_image *image, struct lab_error *e)
{
	char *parts = lab_format("%s.parts", image->out);
	char *mounts = lab_format("%s/mounts", parts);
	struct lab_text mtree = { NULL };
	int ret = make_parts(parts, e);

	lab_text_addf(&mtree, "%s%s%s", head, base, image->files);
	if (!ret && lab_is_file(image->init) && access(image->init, X_OK))
		ret = lab_fail(e, -EACCES, "%s is to be /init but is not executable", image->init);
	if (!ret)
		ret = lab_mtree_file(&mtree, image->init, "/init", e);
	if (!ret)
		ret = lab_write_file(mounts, image->mounts, strlen(image->mounts), e);
	if (!ret)
		ret = lab_mtree_file(&mtree, mounts, "/mounts", e);
	if (!ret)
		ret = write_parts(image, &mtree, parts, archive_write_set_format_cpio_newc, e);
	lab_text_clear(&mtree);
	free(mounts);
	free(parts);
	return ret;
}

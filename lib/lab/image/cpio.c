// SPDX-License-Identifier: GPL-2.0
/*
 * Write an initramfs through libarchive. Device nodes are mere entries in the
 * archive, so no privilege is needed.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsys.h"
#include "image/cpio.h"

struct lab_cpio {
	struct archive *a;
	char path[PATH_MAX];
	char tmp[PATH_MAX];
	char **known;		/* paths written so far */
	size_t nr_known;
};

static int failed(struct lab_cpio *c, const char *what, struct lab_error *e)
{
	const char *why = archive_error_string(c->a);
	int err = archive_errno(c->a);

	return lab_fail(e, err > 0 ? -err : -EIO, "%s: cannot write %s: %s",
			c->tmp, what, why ? why : "unknown reason");
}

int lab_cpio_open(const char *path, struct lab_cpio **cpio,
		  struct lab_error *e)
{
	struct lab_cpio *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return lab_fail(e, -ENOMEM, "no memory for %s", path);
	ret = lab_path(e, c->path, "%s", path);
	if (!ret)
		ret = lab_path(e, c->tmp, "%s.%d", path, (int)getpid());
	if (ret)
		goto fail;
	c->a = archive_write_new();
	if (!c->a) {
		ret = lab_fail(e, -ENOMEM, "no memory for %s", path);
		goto fail;
	}
	if (archive_write_set_format_cpio_newc(c->a) ||
	    archive_write_add_filter_none(c->a) ||
	    archive_write_set_bytes_per_block(c->a, 1 << 20) ||
	    archive_write_set_bytes_in_last_block(c->a, 1) ||
	    archive_write_open_filename(c->a, c->tmp)) {
		ret = failed(c, "it", e);
		goto fail;
	}
	*cpio = c;
	return 0;
fail:
	lab_cpio_discard(c);
	return ret;
}

static bool is_known(const struct lab_cpio *c, const char *path)
{
	for (size_t i = 0; i < c->nr_known; i++) {
		if (!strcmp(c->known[i], path))
			return true;
	}
	return false;
}

static int remember(struct lab_cpio *c, const char *path, struct lab_error *e)
{
	char **list = realloc(c->known, (c->nr_known + 1) * sizeof(*list));

	if (!list)
		return lab_fail(e, -ENOMEM, "no memory for %s", c->path);
	c->known = list;
	list[c->nr_known] = strdup(path);
	if (!list[c->nr_known])
		return lab_fail(e, -ENOMEM, "no memory for %s", c->path);
	c->nr_known++;
	return 0;
}

struct entry {
	mode_t mode;
	unsigned int major, minor;
	const void *data;
	size_t len;
};

static int write_entry(struct lab_cpio *c, const char *path,
		       const struct entry *what, struct lab_error *e)
{
	struct archive_entry *ae = archive_entry_new();
	int ret = 0;

	if (!ae)
		return lab_fail(e, -ENOMEM, "no memory for %s", c->path);
	archive_entry_set_pathname(ae, path + 1);
	archive_entry_set_mode(ae, what->mode);
	archive_entry_set_size(ae, what->len);
	archive_entry_set_mtime(ae, 0, 0);
	archive_entry_set_nlink(ae, 1);
	if (S_ISCHR(what->mode)) {
		archive_entry_set_rdevmajor(ae, what->major);
		archive_entry_set_rdevminor(ae, what->minor);
	}
	if (archive_write_header(c->a, ae) != ARCHIVE_OK ||
	    (what->len && archive_write_data(c->a, what->data, what->len) !=
			  (la_ssize_t)what->len))
		ret = failed(c, path, e);
	archive_entry_free(ae);
	return ret ? ret : remember(c, path, e);
}

static int add_parents(struct lab_cpio *c, const char *path,
		       struct lab_error *e)
{
	const struct entry dir = { .mode = S_IFDIR | 0755 };
	char part[PATH_MAX];
	int ret = 0;

	for (const char *p = path + 1; !ret && (p = strchr(p, '/')); p++) {
		ret = lab_path(e, part, "%.*s", (int)(p - path), path);
		if (!ret && !is_known(c, part))
			ret = write_entry(c, part, &dir, e);
	}
	return ret;
}

static int add_entry(struct lab_cpio *c, const char *path,
		     const struct entry *what, struct lab_error *e)
{
	size_t n = strlen(path);
	int ret;

	if (path[0] != '/' || n < 2 || path[n - 1] == '/' || strstr(path, "//") ||
	    strstr(path, "/../"))
		return lab_fail(e, -EINVAL, "not a path for an image: \"%s\"", path);
	if (is_known(c, path))
		return lab_fail(e, -EEXIST, "image wants two files at %s", path);
	ret = add_parents(c, path, e);
	return ret ? ret : write_entry(c, path, what, e);
}

int lab_cpio_dir(struct lab_cpio *c, const char *path, struct lab_error *e)
{
	const struct entry what = { .mode = S_IFDIR | 0755 };

	return is_known(c, path) ? 0 : add_entry(c, path, &what, e);
}

int lab_cpio_file(struct lab_cpio *c, const char *path, bool executable,
		  const void *data, size_t len, struct lab_error *e)
{
	const struct entry what = {
		.mode = S_IFREG | (executable ? 0755 : 0644),
		.data = data,
		.len = len,
	};

	return add_entry(c, path, &what, e);
}

int lab_cpio_chardev(struct lab_cpio *c, const char *path, unsigned int mode,
		     unsigned int major, unsigned int minor,
		     struct lab_error *e)
{
	const struct entry what = {
		.mode = S_IFCHR | mode,
		.major = major,
		.minor = minor,
	};

	return add_entry(c, path, &what, e);
}

int lab_cpio_close(struct lab_cpio *c, struct lab_error *e)
{
	int ret = 0;

	if (archive_write_close(c->a) != ARCHIVE_OK)
		ret = failed(c, "its end", e);
	else if (rename(c->tmp, c->path))
		ret = lab_fail(e, -errno, "rename(%s, %s): %s", c->tmp, c->path,
			       strerror(errno));
	lab_cpio_discard(c);
	return ret;
}

void lab_cpio_discard(struct lab_cpio *c)
{
	if (!c)
		return;
	if (c->a) {
		archive_write_free(c->a);
		unlink(c->tmp);
	}
	for (size_t i = 0; i < c->nr_known; i++)
		free(c->known[i]);
	free(c->known);
	free(c);
}

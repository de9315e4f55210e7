// SPDX-License-Identifier: GPL-2.0
/*
 * Small file system helpers of the lab.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsys.h"

int lab_path(struct lab_error *e, char out[PATH_MAX], const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out, PATH_MAX, fmt, ap);
	va_end(ap);
	if (n < 0 || n >= PATH_MAX)
		return lab_fail(e, -ENAMETOOLONG, "path too long: %.200s...", out);
	return 0;
}

bool lab_is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

bool lab_is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

int lab_realpath(const char *path, char out[PATH_MAX], struct lab_error *e)
{
	if (!realpath(path, out))
		return lab_fail(e, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

static int read_all(int fd, const char *path, char *buf, size_t size,
		    struct lab_error *e)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, buf + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return lab_fail(e, -errno, "read(%s): %s", path,
					strerror(errno));
		if (!n)
			return lab_fail(e, -EIO, "%s shrank while it was read", path);
		done += n;
	}
	buf[size] = '\0';
	return 0;
}

int lab_read_file(const char *path, char **data, size_t *len,
		  struct lab_error *e)
{
	struct stat st;
	int fd, ret;
	char *buf;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return lab_fail(e, -errno, "open(%s): %s", path, strerror(errno));
	if (fstat(fd, &st)) {
		ret = lab_fail(e, -errno, "fstat(%s): %s", path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		ret = lab_fail(e, -EINVAL, "%s is not a regular file", path);
		goto out;
	}
	buf = malloc(st.st_size + 1);
	if (!buf) {
		ret = lab_fail(e, -ENOMEM, "no memory for the %lld bytes of %s",
			       (long long)st.st_size, path);
		goto out;
	}
	ret = read_all(fd, path, buf, st.st_size, e);
	if (ret) {
		free(buf);
		goto out;
	}
	*data = buf;
	*len = st.st_size;
out:
	close(fd);
	return ret;
}

char *lab_read_or_empty(const char *dir, const char *name)
{
	char path[PATH_MAX], *data = NULL;
	size_t len;

	if (lab_path(NULL, path, "%s/%s", dir, name) || lab_read_file(path, &data, &len, NULL))
		data = strdup("");
	return data;
}

static int write_all(int fd, const char *path, const char *data, size_t len,
		     struct lab_error *e)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return lab_fail(e, -errno, "write(%s): %s", path,
					strerror(errno));
		data += n;
		len -= n;
	}
	return 0;
}

int lab_write_file(const char *path, const void *data, size_t len,
		   struct lab_error *e)
{
	char tmp[PATH_MAX];
	int fd, ret;

	ret = lab_path(e, tmp, "%s.%d", path, (int)getpid());
	if (ret)
		return ret;
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return lab_fail(e, -errno, "open(%s): %s", tmp, strerror(errno));
	ret = write_all(fd, tmp, data, len, e);
	if (close(fd) && !ret)
		ret = lab_fail(e, -errno, "close(%s): %s", tmp, strerror(errno));
	if (!ret && rename(tmp, path))
		ret = lab_fail(e, -errno, "rename(%s, %s): %s", tmp, path,
			       strerror(errno));
	if (ret)
		unlink(tmp);
	return ret;
}

int lab_symlink(const char *target, const char *path, struct lab_error *e)
{
	char tmp[PATH_MAX];
	int ret;

	ret = lab_path(e, tmp, "%s.%d", path, (int)getpid());
	if (ret)
		return ret;
	unlink(tmp);
	if (symlink(target, tmp))
		return lab_fail(e, -errno, "symlink(%s, %s): %s", target, tmp,
				strerror(errno));
	if (!rename(tmp, path))
		return 0;
	ret = lab_fail(e, -errno, "rename(%s, %s): %s", tmp, path,
		       strerror(errno));
	unlink(tmp);
	return ret;
}

int lab_make_dirs(const char *path, struct lab_error *e)
{
	char part[PATH_MAX];
	char *p = part;
	bool last;
	int ret;

	ret = lab_path(e, part, "%s", path);
	if (ret)
		return ret;
	do {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		last = !*p;
		*p = '\0';
		if (mkdir(part, 0755) && errno != EEXIST)
			return lab_fail(e, -errno, "mkdir(%s): %s", part,
					strerror(errno));
		*p = '/';
	} while (!last);
	if (!lab_is_dir(path))
		return lab_fail(e, -ENOTDIR, "%s is not a directory", path);
	return 0;
}

int lab_remove_tree(const char *path, struct lab_error *e)
{
	char *paths[] = { (char *)path, NULL };
	FTSENT *ent;
	int ret = 0;
	FTS *fts;

	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return lab_fail(e, -errno, "fts_open(%s): %s", path,
				strerror(errno));
	while (!ret && (ent = fts_read(fts))) {
		if (ent->fts_info == FTS_D)
			continue;
		if (ent->fts_info == FTS_ERR || ent->fts_info == FTS_DNR)
			errno = ent->fts_errno;
		else if (!remove(ent->fts_accpath))
			continue;
		if (errno != ENOENT)
			ret = lab_fail(e, -errno, "remove(%s): %s", ent->fts_path,
				       strerror(errno));
	}
	fts_close(fts);
	return ret;
}

int lab_lock_dir(const char *dir, struct lab_error *e)
{
	char path[PATH_MAX];
	int fd, ret;

	ret = lab_path(e, path, "%s/.lock", dir);
	if (ret)
		return ret;
	fd = open(path, O_RDWR | O_CREAT, 0666);
	if (fd < 0)
		return lab_fail(e, -errno, "open(%s): %s", path, strerror(errno));
	while (flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		ret = lab_fail(e, -errno, "flock(%s): %s", path, strerror(errno));
		close(fd);
		return ret;
	}
	return fd;
}

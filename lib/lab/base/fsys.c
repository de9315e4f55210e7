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
#include "base/text.h"

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

bool lab_has(const char *dir, const char *name)
{
	char *path = lab_format("%s/%s", dir, name);
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

int lab_realpath(const char *path, char out[PATH_MAX], struct lab_error *e)
{
	if (!realpath(path, out))
		return lab_fail(e, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

static int failed(struct lab_error *e, const char *call, const char *path)
{
	return lab_fail(e, -errno, "%s(%s): %s", call, path, strerror(errno));
}

static int read_stream(FILE *f, const char *path, char **data, size_t *len, struct lab_error *e)
{
	struct stat st;
	char *buf;
	int ret;

	if (fstat(fileno(f), &st))
		return failed(e, "fstat", path);
	if (!S_ISREG(st.st_mode))
		return lab_fail(e, -EINVAL, "%s is not a regular file", path);
	*len = st.st_size;
	buf = malloc(*len + 1);
	if (!buf)
		return lab_fail(e, -ENOMEM, "no memory for the %zu bytes of %s", *len, path);
	if (fread(buf, 1, *len, f) == *len) {
		buf[*len] = '\0';
		*data = buf;
		return 0;
	}
	ret = ferror(f) ? failed(e, "read", path) :
		lab_fail(e, -EIO, "%s shrank while it was read", path);
	free(buf);
	return ret;
}

int lab_read_file(const char *path, char **data, size_t *len, struct lab_error *e)
{
	FILE *f = fopen(path, "re");
	int ret;

	if (!f)
		return failed(e, "open", path);
	ret = read_stream(f, path, data, len, e);
	fclose(f);
	return ret;
}

char *lab_read_or_empty(const char *dir, const char *name)
{
	char *path = lab_format("%s/%s", dir, name), *data;
	size_t len;

	if (lab_read_file(path, &data, &len, NULL))
		data = lab_strdup("");
	free(path);
	return data;
}

/* Give @tmp, made if @ret is 0, its name; else, or if that fails, remove it. Frees @tmp. */
static int put(char *tmp, const char *path, int ret, struct lab_error *e)
{
	if (!ret && rename(tmp, path))
		ret = lab_fail(e, -errno, "rename(%s, %s): %s", tmp, path, strerror(errno));
	if (ret)
		unlink(tmp);
	free(tmp);
	return ret;
}

int lab_write_file(const char *path, const void *data, size_t len, struct lab_error *e)
{
	char *tmp = lab_format("%s.%d", path, (int)getpid());
	FILE *f = fopen(tmp, "we");
	int ret = 0;

	if (!f)
		ret = failed(e, "open", tmp);
	else if (fwrite(data, 1, len, f) != len)
		ret = failed(e, "write", tmp);
	if (f && fclose(f) && !ret)
		ret = failed(e, "close", tmp);
	return put(tmp, path, ret, e);
}

int lab_symlink(const char *target, const char *path, struct lab_error *e)
{
	char *tmp = lab_format("%s.%d", path, (int)getpid());
	int ret = 0;

	unlink(tmp);
	if (symlink(target, tmp))
		ret = lab_fail(e, -errno, "symlink(%s, %s): %s", target, tmp, strerror(errno));
	return put(tmp, path, ret, e);
}

/* As mkdir(2), but nothing is made: 0 if it could be. */
static int may_mkdir(const char *path)
{
	char *parent = lab_strdup(path), *slash = strrchr(parent, '/');
	int ret;

	if (slash)
		slash[slash == parent] = '\0';
	ret = access(path, F_OK);
	if (!ret)
		errno = EEXIST;
	if (!ret || errno != ENOENT)
		ret = -1;
	else
		ret = access(slash ? parent : ".", W_OK | X_OK);
	free(parent);
	return ret;
}

static int make_dirs(const char *path, bool really, struct lab_error *e)
{
	char *part = lab_strdup(path), *p = part;
	bool last, is_new = false;
	int ret = 0;

	do {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		last = !*p;
		*p = '\0';
		if (!(really ? mkdir(part, 0755) : may_mkdir(part)))
			is_new = true;
		else if (errno != EEXIST)
			ret = failed(e, "mkdir", part);
		*p = '/';
		/* In one that could be made all the others could. */
	} while (!ret && !last && (really || !is_new));
	free(part);
	if (!ret && !is_new && !lab_is_dir(path))
		ret = lab_fail(e, -ENOTDIR, "%s is not a directory", path);
	return ret;
}

int lab_make_dirs(const char *path, struct lab_error *e)
{
	return make_dirs(path, true, e);
}

int lab_may_make_dirs(const char *path, struct lab_error *e)
{
	return make_dirs(path, false, e);
}

int lab_remove_tree(const char *path, struct lab_error *e)
{
	char *paths[] = { (char *)path, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *ent;
	int ret = 0;

	if (!fts)
		return failed(e, "fts_open", path);
	while (!ret && (ent = fts_read(fts))) {
		if (ent->fts_info == FTS_D)
			continue;
		if (ent->fts_info == FTS_ERR || ent->fts_info == FTS_DNR)
			errno = ent->fts_errno;
		else if (!remove(ent->fts_accpath))
			continue;
		if (errno != ENOENT)
			ret = failed(e, "remove", ent->fts_path);
	}
	fts_close(fts);
	return ret;
}

int lab_lock_dir(const char *dir, struct lab_error *e)
{
	char *path = lab_format("%s/.lock", dir);
	int fd = open(path, O_RDWR | O_CREAT, 0666), ret = fd;

	if (fd < 0)
		ret = failed(e, "open", path);
	while (ret >= 0 && flock(fd, LOCK_EX))
		if (errno != EINTR)
			ret = failed(e, "flock", path);
	if (ret < 0 && fd >= 0)
		close(fd);
	free(path);
	return ret;
}

bool lab_dir_is_dead(const char *dir)
{
	char *path = lab_format("%s/.lock", dir);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool dead = fd >= 0 ? !flock(fd, LOCK_EX | LOCK_NB) : errno == ENOENT && rmdir(dir);

	if (fd >= 0)
		close(fd);
	free(path);
	return dead;
}

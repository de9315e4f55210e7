// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and writing files of procfs, sysfs and debugfs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/hostfile.h"

int hostfile_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	err = errno;
	close(fd);
	if (n < 0)
		return -err;
	while (n > 0 && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return n;
}

int hostfile_read_ulong(const char *path, unsigned long long *value)
{
	char text[64], *end;
	int n = hostfile_read(path, text, sizeof(text));

	if (n < 0)
		return n;
	errno = 0;
	*value = strtoull(text, &end, 0);
	if (errno || end == text || *end)
		return -EINVAL;
	return 0;
}

int hostfile_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	err = errno;
	close(fd);
	return n < 0 ? -err : 0;
}

int hostfile_refused(const char *what, int err, struct result *r)
{
	if (err == EROFS || err == EACCES || err == EPERM)
		return result_skip(r, "%s: %s (not root, in a container, or locked down?)", what,
				   strerror(err));
	return result_error(r, "%s: %s", what, strerror(err));
}

const char *hostfile_missing(const char *path, const char *without)
{
	static char why[128];
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return NULL;
	}
	if (errno == ENOENT)
		return without;
	snprintf(why, sizeof(why), "%s: %s%s", path, strerror(errno),
		 geteuid() ? " (run as root)" :
		 errno == EPERM ? " (is the kernel locked down?)" : "");
	return why;
}

ssize_t hostfile_read_words(const char *path, uint64_t index, uint64_t *words, size_t nr,
			    struct result *r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return result_errno(r, "open(%s)", path);
	got = pread(fd, words, nr * sizeof(*words), index * sizeof(*words));
	if (got < 0)
		result_errno(r, "pread(%s, word %#llx)", path, (unsigned long long)index);
	close(fd);
	return got < 0 ? -1 : got / (ssize_t)sizeof(*words);
}

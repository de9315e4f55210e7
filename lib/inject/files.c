// SPDX-License-Identifier: GPL-2.0
/*
 * Access to the module's debugfs files, and what concerns VMs rather than
 * injectors.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "inject/inject_internal.h"

/* Room for the ring of destroyed VMs, the longest of the files. */
#define FILE_MAX	16384

int inject_available(struct result *r)
{
	const char *missing = hostfile_missing(INJECT_DIR "/attach", inject_module_loaded() ?
		"no " INJECT_DIR ": mount debugfs on /sys/kernel/debug" :
		"no " INJECT_DIR ": the module is not loaded (the first lines say why)");

	return missing ? result_skip(r, "%s", missing) : 0;
}

int inject_open_file(const char *path, struct result *r)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		result_errno(r, "open(%s)", path);
	return fd;
}

int inject_write(int fd, const char *command)
{
	size_t len = strlen(command);
	ssize_t n = pwrite(fd, command, len, 0);

	/* Only the attach file has pwrite(), by which threads do not wait for each other. */
	if (n < 0 && errno == ESPIPE)
		n = write(fd, command, len);
	return n < 0 ? -errno : 0;
}

int inject_command(int fd, const char *what, struct result *r, const char *fmt, va_list ap)
{
	char command[INJECT_COMMAND_MAX];
	int ret;

	vsnprintf(command, sizeof(command), fmt, ap);
	ret = inject_write(fd, command);
	if (ret)
		return result_error(r, "%s '%s': %s", what, command, strerror(-ret));
	return 0;
}

int inject_read_all(int fd, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t n;

	while (used < size - 1) {
		n = pread(fd, buf + used, size - 1 - used, used);
		if (n < 0)
			return -errno;
		if (!n)
			break;
		used += n;
	}
	buf[used] = '\0';
	return used;
}

static int __attribute__((format(printf, 2, 3)))
watch_command(struct result *r, const char *fmt, ...)
{
	int fd = inject_open_file(INJECT_DIR "/watch", r), ret;
	va_list ap;

	if (fd < 0)
		return -1;
	va_start(ap, fmt);
	ret = inject_command(fd, "watch command", r, fmt, ap);
	va_end(ap);
	close(fd);
	return ret;
}

int inject_watch(int vm_fd, struct result *r)
{
	return watch_command(r, "%d", vm_fd);
}

int inject_age(int vm_fd, unsigned long long seq, struct result *r)
{
	return watch_command(r, "%d %llu", vm_fd, seq);
}

/* One record: `ID NAME count=N seq=N active=N`; active is - if absent. */
static bool parse_destroyed(const char *line, const char *name,
			    struct inject_destroyed *d)
{
	char who[64], active[32];

	if (sscanf(line, "%*s %63s count=%lld seq=%llu active=%31s", who,
		   &d->count, &d->seq, active) != 4 || strcmp(who, name))
		return false;
	d->active = -1;
	return active[0] == '-' || sscanf(active, "%lld", &d->active) == 1;
}

int inject_find_destroyed(const char *name, struct inject_destroyed *d,
			  struct result *r)
{
	int fd = inject_open_file(INJECT_DIR "/destroyed", r);
	char text[FILE_MAX], *line, *rest = text;
	struct inject_destroyed one;
	bool found = false;
	int ret;

	if (fd < 0)
		return -1;
	ret = inject_read_all(fd, text, sizeof(text));
	close(fd);
	if (ret < 0)
		return result_error(r, "read(%s/destroyed): %s", INJECT_DIR, strerror(-ret));
	while ((line = strsep(&rest, "\n"))) {
		if (!parse_destroyed(line, name, &one))
			continue;
		*d = one;
		found = true;
	}
	if (!found)
		return result_error(r, "%s/destroyed has no record of VM %s", INJECT_DIR, name);
	return 0;
}

int inject_unsafe_open(struct result *r)
{
	int fd = inject_open_file(INJECT_DIR "/unsafe", r);

	if (fd >= 0 && inject_unsafe(fd, r, "unsafe 1")) {
		close(fd);
		return -1;
	}
	return fd;
}

int inject_unsafe(int fd, struct result *r, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = inject_command(fd, "unsafe command", r, fmt, ap);
	va_end(ap);
	return ret;
}

int injector_try(struct injector *i, const char *fmt, ...)
{
	char command[INJECT_COMMAND_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	return inject_write(i->fd, command);
}

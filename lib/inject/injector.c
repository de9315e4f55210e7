// SPDX-License-Identifier: GPL-2.0
/*
 * One injector: opening, commanding, reading, closing.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "inject/inject_internal.h"

#define STATUS_MAX	4096

int injector_open(struct injector *i, const char *kind, struct result *r)
{
	i->fd = -1;
	if (inject_available(r))
		return -1;
	i->fd = inject_open_file(INJECT_DIR "/attach", r);
	if (i->fd < 0)
		return -1;
	if (injector_set(i, r, "kind %s", kind)) {
		injector_close(i);
		return -1;
	}
	return 0;
}

int injector_set(struct injector *i, struct result *r, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = inject_command(i->fd, "injector command", r, fmt, ap);
	va_end(ap);
	return ret;
}

/* One read has all of it; between two, another thread's would move the file on. */
static ssize_t read_status(const struct injector *i, char text[STATUS_MAX])
{
	ssize_t n = pread(i->fd, text, STATUS_MAX - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	return n;
}

int injector_read(const struct injector *i, struct injector_status *s,
		  struct result *r)
{
	char text[STATUS_MAX];

	if (read_status(i, text) < 0)
		return result_errno(r, "read(%s/attach)", INJECT_DIR);
	if (injector_parse(text, s))
		return result_error(r, "%s/attach: cannot make sense of what follows '%.*s'",
				    INJECT_DIR, (int)strcspn(text, "\n"), text);
	return 0;
}

int injector_refused(const struct injector *i, unsigned long long *refused)
{
	char text[STATUS_MAX], *line;

	if (read_status(i, text) < 0)
		return -1;
	line = strstr(text, "\nrefused ");
	return line && sscanf(line, " refused %llu", refused) == 1 ? 0 : -1;
}

void injector_close(struct injector *i)
{
	if (i->fd >= 0)
		close(i->fd);
	i->fd = -1;
}

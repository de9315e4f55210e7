// SPDX-License-Identifier: GPL-2.0
/*
 * Page frames that belong to the module, as a driver's belong to it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "inject/inject_internal.h"

#define STATUS_MAX	512

int inject_frames_open(struct result *r)
{
	return inject_open_file(INJECT_DIR "/frames", r);
}

int inject_frames_set(int fd, struct result *r, const char *fmt, ...)
{
	char command[INJECT_COMMAND_MAX];
	va_list ap;
	int ret;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	ret = inject_write(fd, command);
	if (ret == -EOPNOTSUPP || ret == -ENOMEM)
		return result_skip(r, "frames '%s': %s", command, strerror(-ret));
	return ret ? result_error(r, "frames '%s': %s", command, strerror(-ret)) : 0;
}

int inject_frames(int fd, size_t nr, struct result *r)
{
	return inject_frames_set(fd, r, "replace %zu", nr);
}

int inject_frames_read(int fd, struct inject_frames_status *s, struct result *r)
{
	const struct {
		const char *key;
		unsigned long long *value;
	} wanted[] = {
		{ "\nblocks ", &s->blocks },
		{ "\nmkwrites ", &s->mkwrites },
		{ "\nrefused ", &s->refused },
	};
	char text[STATUS_MAX];
	const char *line;
	unsigned int n;
	int ret;

	ret = inject_read_all(fd, text, sizeof(text));
	if (ret < 0)
		return result_error(r, "read(%s/frames): %s", INJECT_DIR, strerror(-ret));
	for (n = 0; n < sizeof(wanted) / sizeof(wanted[0]); n++) {
		line = strstr(text, wanted[n].key);
		if (!line || sscanf(line + strlen(wanted[n].key), "%llu", wanted[n].value) != 1)
			return result_error(r, "%s/frames has no line '%s'", INJECT_DIR,
					    wanted[n].key + 1);
	}
	return 0;
}

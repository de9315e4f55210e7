// SPDX-License-Identifier: GPL-2.0
/*
 * Page frames that belong to the module, as a driver's belong to it.
 */
#include <stdio.h>
#include <string.h>

#include "inject/inject_internal.h"

int inject_frames_open(struct result *r)
{
	return inject_open_file(INJECT_DIR "/frames", r);
}

int inject_frames(int fd, size_t nr, struct result *r)
{
	char command[32];
	int ret;

	snprintf(command, sizeof(command), "replace %zu", nr);
	ret = inject_write(fd, command);
	return ret ? result_error(r, "frames '%s': %s", command, strerror(-ret)) : 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What the agent says on channel and console, and the one way out of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "agent/agent.h"

void agent_leave(const struct agent *ag, int code)
{
	if (ag->hosted)
		_exit(code);
	sync();
	reboot(RB_POWER_OFF);
	/* No power management in this kernel: QEMU ends on a reset as well. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

void agent_log(const struct agent *ag, const char *fmt, ...)
{
	char text[512], line[600];
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* One write(2) is one record; dprintf(3) would seek first, which kmsg refuses. */
	n = snprintf(line, sizeof(line), "<5>lab-agent: %s\n", text);
	if (ag->kmsg >= 0 && write(ag->kmsg, line, (size_t)n) < 0)
		return;		/* there is no one left to tell */
}

void agent_write(const struct agent *ag, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		agent_log(ag, "write(%s, %s): %s", path, text, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void agent_send(struct agent *ag, enum channel_kind kind, const char *text, size_t len)
{
	int ret = ag->port < 0 ? 0 : channel_send(ag->port, &ag->seq, kind, text, len);

	if (ret) {
		agent_log(ag, "write to the channel: %s", strerror(-ret));
		agent_leave(ag, 1);
	}
}

void agent_sayf(struct agent *ag, enum channel_kind kind, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	agent_send(ag, kind, text, strlen(text));
}

void agent_die(struct agent *ag, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	agent_log(ag, "fatal: %s", text);
	agent_sayf(ag, CHANNEL_ERROR, "%s", text);
	agent_leave(ag, 1);
}

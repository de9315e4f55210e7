// SPDX-License-Identifier: GPL-2.0
/*
 * What init says on channel and console, and the one way out of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "agent/init.h"

void init_power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	/* No power management in this kernel: QEMU ends on a reset as well. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

void init_log(const struct init *in, const char *fmt, ...)
{
	char text[512], line[600];
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* One write(2) is one record; dprintf(3) would seek first, which kmsg refuses. */
	n = snprintf(line, sizeof(line), "<5>lab-init: %s\n", text);
	if (in->kmsg >= 0 && write(in->kmsg, line, (size_t)n) < 0)
		return;		/* there is no one left to tell */
}

void init_write(const struct init *in, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		init_log(in, "write(%s, %s): %s", path, text, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void init_send(struct init *in, enum channel_kind kind, const char *text, size_t len)
{
	int ret = in->port < 0 ? 0 : channel_send(in->port, &in->seq, kind, text, len);

	if (ret) {
		init_log(in, "write to the channel: %s", strerror(-ret));
		init_power_off();
	}
}

void init_sayf(struct init *in, enum channel_kind kind, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	init_send(in, kind, text, strlen(text));
}

void init_die(struct init *in, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	init_log(in, "fatal: %s", text);
	init_sayf(in, CHANNEL_ERROR, "%s", text);
	init_power_off();
}

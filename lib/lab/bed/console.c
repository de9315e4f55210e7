// SPDX-License-Identifier: GPL-2.0
/*
 * Recognise what matters on a console.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/splats.h"
#include "bed/console.h"

static void take_line(struct lab_console *c)
{
	const char *s = c->line, *end;

	c->line[c->fill] = '\0';
	c->fill = 0;
	/* The kernel's "[    1.234567] " or "[    1.234567][   T12] ". */
	while (*s == '[' && (end = strchr(s, ']')))
		s = end + 1 + strspn(end + 1, " ");
	if (!strncmp(s, "---[ end Kernel panic", 21))
		c->panic_done = true;
	if (!c->init_said[0])
		sscanf(s, "lab-init: fatal: %255[^\n]", c->init_said);
	if (!strncmp(s, "Kernel panic - not syncing", 26) && !c->panic[0]) {
		/* "Fatal exception" says nothing without what came before it. */
		if (c->cause[0] && !strstr(s, c->cause))
			snprintf(c->panic, sizeof(c->panic), "%.150s (%.150s)", s, c->cause);
		else
			snprintf(c->panic, sizeof(c->panic), "%.300s", s);
	}
	/* A panic that follows has it as its cause. */
	if (!c->cause[0] && splat_is_oops(s))
		snprintf(c->cause, sizeof(c->cause), "%.250s", s);
}

void lab_console_feed(struct lab_console *c, const char *buf, size_t len)
{
	c->any |= len > 0;
	for (size_t i = 0; i < len; i++) {
		if (buf[i] == '\n')
			take_line(c);
		else if (isprint((unsigned char)buf[i]) && c->fill < sizeof(c->line) - 1)
			c->line[c->fill++] = buf[i];
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Recognise what matters on a console.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/splats.h"
#include "bed/console.h"

/* Behind the kernel's "[    1.234567] " or "[    1.234567][   T12] ". */
static const char *skip_stamp(const char *s)
{
	while (*s == '[') {
		const char *end = strchr(s, ']');

		if (!end)
			break;
		s = end + 1;
		s += strspn(s, " ");
	}
	return s;
}

static void keep(char *to, size_t size, const char *s)
{
	if (!to[0])
		snprintf(to, size, "%.*s", (int)size - 1, s);
}

static void panic(struct lab_console *c, const char *s)
{
	if (c->panic[0])
		return;
	/* "Fatal exception" says nothing without what came before it. */
	if (c->cause[0] && !strstr(s, c->cause))
		snprintf(c->panic, sizeof(c->panic), "%.150s (%.150s)", s, c->cause);
	else
		keep(c->panic, sizeof(c->panic), s);
}

static void take_line(struct lab_console *c)
{
	static const char fatal[] = "lab-init: fatal: ";
	const char *s;

	c->line[c->fill] = '\0';
	c->fill = 0;
	s = skip_stamp(c->line);
	if (!strncmp(s, "Kernel panic - not syncing", 26))
		panic(c, s);
	else if (!strncmp(s, "---[ end Kernel panic", 21))
		c->panic_done = true;
	else if (!strncmp(s, fatal, sizeof(fatal) - 1))
		keep(c->init_said, sizeof(c->init_said), s + sizeof(fatal) - 1);
	/* A panic that follows has it as its cause. */
	if (splat_is_oops(s))
		keep(c->cause, sizeof(c->cause), s);
}

void lab_console_feed(struct lab_console *c, const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char b = buf[i];

		c->any = true;
		if (b == '\n')
			take_line(c);
		else if (isprint((unsigned char)b) && c->fill < sizeof(c->line) - 1)
			c->line[c->fill++] = b;
	}
}

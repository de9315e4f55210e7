// SPDX-License-Identifier: GPL-2.0
/*
 * Recognise what matters on a console.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/channel.h"
#include "base/splats.h"
#include "verdict/console.h"

/* Lines kept of what follows a complaint: all of the first, then only those that say where. */
#define SPLAT_HEAD	4
#define SPLAT_LINES	24
/* A complaint within so many lines of another one belongs to it: an oops is several. */
#define SPLAT_REACH	80
#define SPLATS_KEPT	64

/* A complaint, "RIP: 0010:x+0x1/0x2", "CPU: 1 PID: 2 Comm: x", a frame of a call trace. */
static bool says_where(const char *s)
{
	return splat_is_in(s) || !strncmp(s, "RIP: ", 5) || !strncmp(s, "CPU: ", 5) || !strncmp(s, "Call Trace", 10) ||
		(strstr(s, "+0x") && strstr(s, "/0x"));
}

static void add_line(struct lab_splat *splat, const char *s)
{
	/* Frames that the unwinder is not sure of, and what is the same for all. */
	if (!strncmp(s, "? ", 2) || !strncmp(s, "Hardware name:", 14))
		return;
	if (splat->nr_lines < SPLAT_LINES && (splat->nr_lines < SPLAT_HEAD || says_where(s))) {
		lab_text_addf(&splat->trace, "%s\n", s);
		splat->nr_lines++;
	}
}

static void take_splat(struct lab_console *c, const char *s)
{
	bool begins = splat_is_in(s) && strncmp(s, "lab-agent:", 9);

	if (c->reach) {
		c->reach = begins ? SPLAT_REACH : c->reach - 1;
		add_line(&c->splats[c->nr_splats - 1], s);
	} else if (begins && c->nr_splats < SPLATS_KEPT) {
		c->splats = lab_realloc(c->splats, c->nr_splats + 1, sizeof(*c->splats));
		c->splats[c->nr_splats] = (struct lab_splat){ .program = c->begun };
		snprintf(c->splats[c->nr_splats].line, sizeof(c->splats->line), "%.250s", s);
		add_line(&c->splats[c->nr_splats++], s);
		c->reach = SPLAT_REACH;
	}
}

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
	if (!strncmp(s, LAB_CONSOLE_BEGINS, strlen(LAB_CONSOLE_BEGINS))) {
		c->begun++;
		c->reach = 0;
	}
	if (!c->init_said[0])
		sscanf(s, "lab-agent: fatal: %255[^\n]", c->init_said);
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
	take_splat(c, s);
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

void lab_console_panic_is_provoked(struct lab_console *c)
{
	c->cause[0] = c->panic[0] = '\0';
	c->panic_done = false;
	c->reach = 0;
}

const char *lab_console_trace(const struct lab_console *c)
{
	const struct lab_splat *last = c->nr_splats ? &c->splats[c->nr_splats - 1] : NULL;

	return last && last->program == c->begun ? last->trace.s : "";
}

char *lab_console_evidence(const char *trace, const char *path)
{
	struct lab_text t = { NULL };

	while (*trace) {
		size_t len = strcspn(trace, "\n");

		lab_text_addf(&t, "# kernel: %.*s\n", (int)len, trace);
		trace += len + (trace[len] == '\n');
	}
	if (path)
		lab_text_addf(&t, "# console: %s\n", path);
	return lab_text_take(&t);
}

void lab_console_clear(struct lab_console *c)
{
	for (size_t i = 0; i < c->nr_splats; i++)
		lab_text_clear(&c->splats[i].trace);
	free(c->splats);
	*c = (struct lab_console){ .fill = 0 };
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Live progress.
 */
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "progress.h"

/* Faster than this nobody reads. */
#define STATUS_MS	200

void lab_progress_init(struct lab_progress *p, FILE *out, bool quiet)
{
	*p = (struct lab_progress){
		.out = out,
		.tty = isatty(fileno(out)),
		.quiet = quiet,
		.started_ms = lab_now_ms(),
	};
}

void lab_progress_clear(struct lab_progress *p)
{
	if (p->shown)
		fputs("\r\033[K", p->out);
	p->shown = false;
}

static int columns(const struct lab_progress *p)
{
	struct winsize ws;

	if (ioctl(fileno(p->out), TIOCGWINSZ, &ws) || !ws.ws_col)
		return 80;
	return ws.ws_col;
}

void lab_progress_status(struct lab_progress *p, const char *fmt, ...)
{
	char text[256];
	long s, now = lab_now_ms();
	va_list ap;

	if (!p->tty || p->quiet || (p->shown && now - p->status_ms < STATUS_MS))
		return;
	p->status_ms = now;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s = (now - p->started_ms) / 1000;
	/* A line that wraps could not be rewritten. */
	fprintf(p->out, "\r\033[K%3ld:%02ld  %.*s", s / 60, s % 60, columns(p) - 9, text);
	fflush(p->out);
	p->shown = true;
}

void lab_progress_say(struct lab_progress *p, const char *fmt, ...)
{
	va_list ap;

	if (p->quiet)
		return;
	lab_progress_clear(p);
	va_start(ap, fmt);
	vfprintf(p->out, fmt, ap);
	va_end(ap);
	fputc('\n', p->out);
	fflush(p->out);
}

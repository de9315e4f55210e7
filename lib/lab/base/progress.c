// SPDX-License-Identifier: GPL-2.0
/*
 * Live progress.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/progress.h"
#include "base/text.h"

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

void lab_progress_end(struct lab_progress *p)
{
	lab_progress_clear(p);
	free(p->beds);
	p->beds = NULL;
	p->nr_beds = 0;
}

/* Columns behind the time: a line that wraps could not be rewritten. */
static int room(const struct lab_progress *p)
{
	const int time = 9;
	struct winsize ws;

	if (ioctl(fileno(p->out), TIOCGWINSZ, &ws) || !ws.ws_col)
		return 80 - time;
	return ws.ws_col > time ? ws.ws_col - time : 0;
}

/* Is it worth while to rewrite the status line now? */
static bool is_due(struct lab_progress *p)
{
	long now = lab_now_ms();

	if (!p->tty || p->quiet || (p->shown && now - p->status_ms < STATUS_MS))
		return false;
	p->status_ms = now;
	return true;
}

static void begin_line(struct lab_progress *p)
{
	long s = (p->status_ms - p->started_ms) / 1000;

	fprintf(p->out, "\r\033[K%3ld:%02ld  ", s / 60, s % 60);
	p->shown = true;
}

void lab_progress_status(struct lab_progress *p, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (!is_due(p))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	begin_line(p);
	fprintf(p->out, "%.*s", room(p), text);
	fflush(p->out);
}

static void show_beds(struct lab_progress *p)
{
	const int separator = 3;
	int nr = 0, width, shown = 0;

	for (unsigned int i = 0; i < p->nr_beds; i++)
		nr += p->beds[i][0] != '\0';
	if (!nr)
		return;
	width = (room(p) + separator) / nr - separator;
	begin_line(p);
	for (unsigned int i = 0; i < p->nr_beds; i++)
		if (p->beds[i][0])
			fprintf(p->out, "%s%.*s", shown++ ? " | " : "", width > 0 ? width : 0,
				p->beds[i]);
	fflush(p->out);
}

void lab_progress_bed(struct lab_progress *p, unsigned int bed, const char *fmt, ...)
{
	va_list ap;

	if (bed >= p->nr_beds) {
		p->beds = lab_realloc(p->beds, bed + 1, sizeof(*p->beds));
		memset(p->beds + p->nr_beds, 0, (bed + 1 - p->nr_beds) * sizeof(*p->beds));
		p->nr_beds = bed + 1;
	}
	va_start(ap, fmt);
	vsnprintf(p->beds[bed], sizeof(p->beds[bed]), fmt, ap);
	va_end(ap);
	if (is_due(p))
		show_beds(p);
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

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
#include "base/colour.h"
#include "base/progress.h"
#include "base/text.h"

/* Faster than this nobody reads. */
#define STATUS_MS	200

void lab_progress_init(struct lab_progress *p, FILE *out, bool quiet)
{
	*p = (struct lab_progress){
		.out = out,
		.tty = lab_is_screen(out),
		.quiet = quiet,
		.started_ms = lab_now_ms(),
		.done = -1,
		.left_ms = -1,
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

/* A line that wraps could not be rewritten, and some terminals wrap when it is just full. */
static int columns(const struct lab_progress *p)
{
	struct winsize ws;

	if (ioctl(fileno(p->out), TIOCGWINSZ, &ws) || !ws.ws_col)
		return 79;
	return ws.ws_col - 1;
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

/* The time elapsed, the bar, the time left, on @width columns; what is at work goes behind. */
static void begin_line(const struct lab_progress *p, struct lab_text *line, int width)
{
	long s = (p->status_ms - p->started_ms) / 1000;
	int bar = width < 60 ? 5 : (width - 40) / 4;
	char *left;

	lab_text_addf(line, "%3ld:%02ld  ", s / 60, s % 60);
	if (p->done >= 0) {
		lab_text_addf(line, "[");
		for (int i = 0; i < bar; i++)
			lab_text_addf(line, "%c", i < (int)(p->done * bar + 0.5) ? '#' : '-');
		lab_text_addf(line, "]  ");
	}
	if (p->left_ms >= 0) {
		left = lab_duration(p->left_ms);
		lab_text_addf(line, "%s left  ", left);
		free(left);
	}
}

static void show_line(struct lab_progress *p, struct lab_text *line, int width)
{
	fprintf(p->out, "\r\033[K%.*s", width > 0 ? width : 0, line->s);
	fflush(p->out);
	p->shown = true;
	lab_text_clear(line);
}

void lab_progress_status(struct lab_progress *p, const char *fmt, ...)
{
	struct lab_text line = { NULL };
	int width = columns(p);
	va_list ap;
	char *text;

	if (!is_due(p))
		return;
	va_start(ap, fmt);
	text = lab_vformat(fmt, ap);
	va_end(ap);
	begin_line(p, &line, width);
	lab_text_addf(&line, "%s", text);
	show_line(p, &line, width);
	free(text);
}

void lab_progress_estimate(struct lab_progress *p, double done, long left_ms)
{
	p->done = done < 1 ? done : 1;
	p->left_ms = left_ms;
}

/* Beds share what is left of the line, as many as it has room for. */
static void show_beds(struct lab_progress *p)
{
	const int separator = 3, least = 8;
	struct lab_text line = { NULL };
	int all = columns(p), nr = 0, room, most, width;

	for (unsigned int i = 0; i < p->nr_beds; i++)
		nr += p->beds[i][0] != '\0';
	if (!nr)
		return;
	begin_line(p, &line, all);
	room = all - (int)line.len + separator;
	most = room / (least + separator);
	nr = nr > most ? most : nr;
	width = nr > 0 ? room / nr - separator : 0;
	for (unsigned int i = 0, shown = 0; i < p->nr_beds && (int)shown < nr; i++)
		if (p->beds[i][0])
			lab_text_addf(&line, "%s%.*s", shown++ ? " | " : "", width, p->beds[i]);
	show_line(p, &line, all);
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

static void say(struct lab_progress *p, const char *fmt, va_list ap)
{
	lab_progress_clear(p);
	vfprintf(p->out, fmt, ap);
	fputc('\n', p->out);
	fflush(p->out);
}

void lab_progress_say(struct lab_progress *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!p->quiet)
		say(p, fmt, ap);
	va_end(ap);
}

void lab_progress_alert(struct lab_progress *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(p, fmt, ap);
	va_end(ap);
}

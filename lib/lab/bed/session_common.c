// SPDX-License-Identifier: GPL-2.0
/*
 * What all parts of a session do: speak to init, to the logs, and to people.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/run_dir.h"
#include "bed/session.h"

/* So often it is found out how long the run will take yet. */
#define FORECAST_MS	1000

void lab_session_enter(struct lab_session *s, enum lab_stage stage)
{
	s->stage = stage;
	lab_window_open(&s->stage_window, s->machine.pid);
}

void lab_session_interrupt(struct lab_session *s, int sig)
{
	if (!s->facts.interrupted)
		s->facts.interrupted = sig;
	lab_session_enter(s, LAB_END);
}

void lab_session_note(struct lab_session *s, const char *fmt, ...)
{
	char text[640];
	va_list ap;
	int n = snprintf(text, sizeof(text), "%s", s->name);

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	lab_text_addf(&s->plan->results->notes, "%s\n", text);
	lab_progress_say(s->plan->progress, "note: %s", text);
}

void lab_session_show(struct lab_session *s, const char *fmt, ...)
{
	struct lab_plan *plan = s->plan;
	struct lab_forecast *f = plan->forecast;
	long now = lab_now_ms();
	char *text;
	va_list ap;

	if (f && (!f->made_ms || now - f->made_ms > FORECAST_MS)) {
		lab_forecast_now(f, plan->results, plan->started_ms, now);
		lab_progress_estimate(plan->progress, f->done, f->left_ms);
	}
	va_start(ap, fmt);
	text = lab_vformat(fmt, ap);
	va_end(ap);
	lab_progress_bed(plan->progress, s->bed, "%s", text);
	free(text);
}

void lab_session_count(struct lab_session *s, const struct lab_program *p)
{
	s->facts.passed += p->passed;
	s->facts.failed += p->failed;
	s->facts.errors += p->errors;
	s->facts.skipped += p->skipped;
}

char *lab_session_evidence(const struct lab_session *s, const char *lines)
{
	char *path = lab_run_file(s->plan->results->out, "console", s->bed, "log");
	char *evidence = lab_console_evidence(lines, path);

	free(path);
	return evidence;
}

void lab_session_log(struct lab_session *s, char direction, enum channel_kind kind,
		     const char *text, size_t len)
{
	fprintf(s->channel_file, "%9.3f %c %-8s ",
		(double)(lab_now_ms() - s->whole.since_ms) / 1000, direction,
		channel_kind_name(kind));
	fwrite(text, 1, len, s->channel_file);
	fputc('\n', s->channel_file);
	if (kind != CHANNEL_OUT)
		fflush(s->channel_file);
	/* The machine that a program kills may be this one. */
	if (s->plan->kind->here && (kind == CHANNEL_RUN || kind == CHANNEL_EXIT) &&
	    (fdatasync(fileno(s->channel_file)) || fdatasync(fileno(s->console_file))))
		lab_fail(&s->trouble, -errno, "fdatasync(): %s", strerror(errno));
}

void lab_session_console(struct lab_session *s, const char *text, size_t len)
{
	size_t known = s->console.nr_splats;

	fwrite(text, 1, len, s->console_file);
	fflush(s->console_file);
	if (s->plan->snapshot && !s->resumed && !s->restored)
		lab_text_add(&s->console_said, text, len);
	lab_console_feed(&s->console, text, len);
	for (; known < s->console.nr_splats; known++)
		s->console.splats[known].starved = lab_window_percent(&s->whole) < 50;
	/* One that the lab provoked itself is no finding. */
	if (s->console.panic[0] && !s->panic_ms && !s->traced)
		s->panic_ms = lab_now_ms();
}

void lab_session_read_console(struct lab_session *s)
{
	char buf[65536];
	ssize_t n = read(s->machine.fds[LAB_CONSOLE], buf, sizeof(buf));

	s->console_ms = lab_now_ms();
	if (n <= 0)
		lab_machine_hang_up(&s->machine, LAB_CONSOLE);
	else
		lab_session_console(s, buf, (size_t)n);
}

static void send_frame(struct lab_session *s, enum channel_kind kind, const char *text, size_t len,
		       size_t logged)
{
	int ret;

	lab_session_log(s, '>', kind, text, logged);
	ret = channel_send(s->machine.fds[LAB_CHANNEL], &s->seq, kind, text, len);
	/* A machine going away shows up as such; the write need not say it again. */
	if (ret && ret != -EPIPE && ret != -ECONNRESET)
		lab_fail(&s->trouble, ret, "write to the channel: %s", strerror(-ret));
}

void lab_session_send(struct lab_session *s, enum channel_kind kind, const char *text)
{
	send_frame(s, kind, text, strlen(text), strlen(text));
}

void lab_session_send_bytes(struct lab_session *s, enum channel_kind kind, const char *bytes,
			    size_t len)
{
	send_frame(s, kind, bytes, len, 0);
}

void lab_session_leave(struct lab_session *s)
{
	lab_session_enter(s, LAB_LEAVE);
	lab_session_send(s, CHANNEL_QUIT, "");
}

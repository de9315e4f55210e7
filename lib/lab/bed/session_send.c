// SPDX-License-Identifier: GPL-2.0
/*
 * Programs are run. Those that are not in the image go to the machine over the channel before, so
 * that it is the same machine whatever is run there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bed/session.h"

/* So many frames are on their way: they fit into the buffer of a socket, and the lab never waits. */
#define WINDOW	2

static void give_up(struct lab_session *s, const char *call)
{
	lab_fail(&s->trouble, -errno, "%s of a program for the machine: %s", call, strerror(errno));
	lab_session_enter(s, LAB_END);
}

void lab_session_run(struct lab_session *s)
{
	const struct lab_suite_program *p = s->program;
	struct lab_text cmd = { NULL };

	if (p->runner)
		lab_text_addf(&cmd, "%s", p->runner);
	else
		lab_text_addf(&cmd, "%s/%s", s->plan->programs, p->name);
	for (size_t i = 0; i < p->args.nr; i++)
		lab_text_addf(&cmd, "%c%s", CHANNEL_FIELD, p->args.words[i]);
	s->record.program->since_ms = lab_now_ms();
	lab_session_enter(s, LAB_SERVE);
	lab_session_send(s, CHANNEL_RUN, cmd.s);
	lab_text_clear(&cmd);
}

/* The end is an empty frame. */
static void send_some(struct lab_session *s)
{
	char buf[CHANNEL_TEXT_MAX];

	while (s->sending && s->untaken < WINDOW) {
		size_t n = fread(buf, 1, sizeof(buf), s->sending);

		if (ferror(s->sending)) {
			give_up(s, "read()");
			return;
		}
		lab_session_send_bytes(s, CHANNEL_DATA, buf, n);
		s->untaken++;
		if (!n) {
			fclose(s->sending);
			s->sending = NULL;
		}
	}
}

void lab_session_bring(struct lab_session *s)
{
	char *from = lab_format("%s/%s", s->plan->send, s->program->name);
	char *to = lab_format("%s/%s", s->plan->programs, s->program->name);

	s->sending = fopen(from, "re");
	if (s->sending) {
		lab_session_enter(s, LAB_SERVE);
		lab_session_send(s, CHANNEL_FILE, to);
		s->untaken = 1;
		send_some(s);
	} else {
		give_up(s, "open()");
	}
	free(to);
	free(from);
}

void lab_session_taken(struct lab_session *s)
{
	if (!s->untaken) {
		snprintf(s->garbled, sizeof(s->garbled), "something was taken that was not sent");
		return;
	}
	s->untaken--;
	send_some(s);
	if (!s->untaken && !s->sending)
		lab_session_run(s);
}

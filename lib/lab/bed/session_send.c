// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that are not in the image: each goes to the machine over the channel before it is run,
 * so that the machine is the same whatever is run there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bed/session.h"

/* So many frames are on their way: they fit into the buffer of a socket, and the lab never waits. */
#define WINDOW	2

static void give_up(struct lab_session *s, const char *call)
{
	lab_fail(&s->trouble, -errno, "%s of a program for the machine: %s", call, strerror(errno));
	lab_session_enter(s, LAB_END);
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

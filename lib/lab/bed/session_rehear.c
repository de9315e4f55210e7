// SPDX-License-Identifier: GPL-2.0
/*
 * What a machine said before it was saved: heard once more from one that is restored.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "bed/session.h"

static void hear_frames(struct lab_session *s, const char *text, size_t len)
{
	static struct channel_reader r;
	struct channel_frame frame;
	char why[160];

	r.next_seq = 0;
	r.fill = 0;
	while (len || r.fill) {
		size_t n = sizeof(r.buf) - 1 - r.fill;

		n = n < len ? n : len;
		memcpy(r.buf + r.fill, text, n);
		r.fill += n;
		text += n;
		len -= n;
		if (channel_next(&r, &frame, why, sizeof(why)) <= 0)
			break;
		lab_session_log(s, '<', frame.kind, frame.text, frame.len);
		lab_session_frame(s, &frame);
	}
}

void lab_session_rehear(struct lab_session *s)
{
	char *console = lab_read_or_empty(s->plan->snapshot->dir, "console");
	char *frames = lab_read_or_empty(s->plan->snapshot->dir, "frames");

	fprintf(s->console_file, "---- what follows was said before a snapshot was taken ----\n");
	fprintf(s->channel_file, "---- what follows was said before a snapshot was taken ----\n");
	lab_session_console(s, console, strlen(console));
	hear_frames(s, frames, strlen(frames));
	fprintf(s->console_file, "---- restored from %s ----\n", s->plan->snapshot->dir);
	fprintf(s->channel_file, "---- restored from %s ----\n", s->plan->snapshot->dir);
	free(frames);
	free(console);
}

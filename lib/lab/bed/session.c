// SPDX-License-Identifier: GPL-2.0
/*
 * One boot of a machine: its beginning, its end, and what goes to and fro in between.
 * What init says is acted upon in session_frames.c, deadlines are in
 * session_watch.c.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/run_dir.h"
#include "bed/session.h"

#define POLL_MS		250
/* A serial console comes byte by byte: let some gather, QEMU needs the CPU more. */
#define CONSOLE_MS	20
/* So often is looked how QEMU fares, at most. */
#define HEARD_MS	250
/* What a machine wrote before its end is in the sockets; reading it takes no longer. */
#define DRAIN_MS	5000

/* What a shell prints is somebody's own, and no lines; the console's has a log of its own. */
static bool is_elsewhere(const struct lab_session *s, const struct channel_frame *frame)
{
	return frame->kind == CHANNEL_KLOG ||
		(s->plan->shell && (frame->kind == CHANNEL_OUT || frame->kind == CHANNEL_ERR));
}

/* What the agent said before it was ready is not said again by a machine that is restored. */
static void keep_for_snapshot(struct lab_session *s, const struct channel_frame *frame)
{
	char *buf;

	if (!s->plan->snapshot || s->facts.ready || s->resumed || s->restored ||
	    frame->kind == CHANNEL_READY || frame->kind == CHANNEL_TICK)
		return;
	buf = lab_realloc(NULL, CHANNEL_FRAME_MAX, 1);
	lab_text_add(&s->frames_said, buf, channel_format(buf, frame->kind, s->reader.next_seq - 1,
							  frame->text, frame->len));
	free(buf);
}

static void read_channel(struct lab_session *s)
{
	struct channel_frame frame;

	if (channel_fill(&s->reader, s->machine.fds[LAB_CHANNEL]) <= 0) {
		lab_machine_hang_up(&s->machine, LAB_CHANNEL);
		return;
	}
	if (lab_now_ms() - s->heard.since_ms > HEARD_MS)
		lab_window_open(&s->heard, s->machine.pid);
	while (!s->garbled[0] &&
	       channel_next(&s->reader, &frame, s->garbled, sizeof(s->garbled)) > 0) {
		lab_session_log(s, '<', frame.kind, frame.text,
				is_elsewhere(s, &frame) ? 0 : frame.len);
		keep_for_snapshot(s, &frame);
		lab_session_frame(s, &frame);
	}
	if (s->garbled[0]) {
		lab_machine_hang_up(&s->machine, LAB_CHANNEL);
		lab_session_enter(s, LAB_END);
	}
}

static void read_control(struct lab_session *s)
{
	struct lab_machine *m = &s->machine;

	lab_machine_control(m);
	if (m->refused[0])
		lab_session_note(s, "%s refuses: %s", m->kind->process, m->refused);
	m->refused[0] = '\0';
}

void lab_session_reap(struct lab_session *s)
{
	pid_t pid = s->machine.pid;

	if (pid && waitpid(pid, &s->status, WNOHANG) == pid) {
		s->machine.pid = 0;
		s->gone_ms = lab_now_ms();
	}
}

static FILE *open_log(struct lab_session *s, const char *name)
{
	char *path = lab_run_file(s->plan->results->out, name, s->bed, "log");
	FILE *f = fopen(path, "ae");

	if (!f)
		lab_fail(&s->trouble, -errno, "open(%s): %s", path, strerror(errno));
	free(path);
	return f;
}

void lab_session_start(struct lab_session *s)
{
	lab_machine_init(&s->machine, s->plan->kind);
	lab_session_find_snapshot(s);
	s->console_file = open_log(s, "console");
	s->channel_file = open_log(s, "channel");
	if (s->boots > 1 && s->console_file && s->channel_file) {
		fprintf(s->console_file, "\n---- machine %u of this bed ----\n", s->boots);
		fprintf(s->channel_file, "---- machine %u of this bed ----\n", s->boots);
	}
	if (s->trouble.text[0] || s->plan->kind->start(&s->machine, s->plan, s->bed, &s->trouble))
		return;
	lab_session_enter(s, LAB_BOOT);
	s->whole = s->stage_window;
	s->heard = s->stage_window;
	if (s->restored)
		lab_session_rehear(s);
}

int lab_session_poll(const struct lab_session *s, struct pollfd *fds)
{
	int poll_ms = s->stage == LAB_SAVE ? CONSOLE_MS : POLL_MS;
	long rest = s->console_ms + CONSOLE_MS - lab_now_ms();

	for (int i = 0; i < LAB_NR_STREAMS; i++)
		fds[i] = (struct pollfd){ .fd = s->machine.fds[i], .events = POLLIN };
	if (rest > 0)
		fds[LAB_CONSOLE].fd = -1;
	return rest > 0 ? (int)rest : poll_ms;
}

void lab_session_handle(struct lab_session *s, const struct pollfd *fds)
{
	if (fds[LAB_CONSOLE].revents)
		lab_session_read_console(s);
	if (fds[LAB_CHANNEL].revents)
		read_channel(s);
	if (fds[LAB_CONTROL].revents)
		read_control(s);
	if (!s->gone_ms && s->stage != LAB_END)
		lab_session_transfer(s);
	if (!s->gone_ms && s->stage != LAB_END)
		lab_session_watch(s);
}

bool lab_session_finished(const struct lab_session *s)
{
	/* The machine is gone: what it left in the sockets still counts. */
	if (s->gone_ms)
		return s->facts.interrupted ||
			(s->machine.fds[LAB_CONSOLE] < 0 && s->machine.fds[LAB_CHANNEL] < 0 &&
			 s->machine.fds[LAB_CONTROL] < 0) ||
			lab_now_ms() - s->gone_ms > DRAIN_MS;
	return s->stage == LAB_END || s->trouble.text[0];
}

static enum lab_machine_end how_it_ended(const struct lab_session *s, int *code)
{
	const struct lab_machine *m = &s->machine;

	if (m->unplugged)
		return LAB_MACHINE_UNPLUGGED;
	if (!s->gone_ms || s->traced)
		return LAB_MACHINE_STOPPED;
	if (WIFSIGNALED(s->status)) {
		*code = WTERMSIG(s->status);
		return LAB_MACHINE_SIGNALLED;
	}
	*code = WEXITSTATUS(s->status);
	return m->kind->ended(m, code);
}

static const char *unless_empty(const char *text)
{
	return text[0] ? text : NULL;
}

static void collect_facts(struct lab_session *s)
{
	struct lab_results *res = s->plan->results;
	struct lab_facts *f = &s->facts;

	f->process = s->machine.kind->process;
	f->end = how_it_ended(s, &f->end_code);
	f->panic = s->panic_ms && !f->end_marker ? s->console.panic : NULL;
	f->init_said = unless_empty(s->console.init_said);
	f->trouble = unless_empty(s->trouble.text);
	f->garbled = unless_empty(s->garbled);
	f->init_error = unless_empty(s->init_error);
	f->problem = unless_empty(s->problem);
	f->running = s->record.program ? s->record.program->name : NULL;
	if (s->machine.version[0])
		snprintf(res->qemu, sizeof(res->qemu), "%s%s", s->machine.version,
			 strcmp(s->plan->accel, LAB_ACCEL_KVM) ? "" : ", with KVM");
}

void lab_session_end(struct lab_session *s)
{
	if (s->plan->shell)
		lab_terminal_restore(&s->plan->shell->terminal);
	collect_facts(s);
	lab_machine_stop(&s->machine);
	if (s->console_file)
		fclose(s->console_file);
	if (s->channel_file)
		fclose(s->channel_file);
	if (s->sending)
		fclose(s->sending);
	lab_text_clear(&s->console_said);
	lab_text_clear(&s->frames_said);
	free(s->machine.incoming);
}

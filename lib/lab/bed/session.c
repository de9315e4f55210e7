// SPDX-License-Identifier: GPL-2.0
/*
 * One boot of the VM: its beginning, its end, and what goes to and fro in between.
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
/* What QEMU wrote before its end is in the sockets; reading it takes no longer. */
#define DRAIN_MS	5000

static void read_console(struct lab_session *s)
{
	char buf[65536];
	size_t known = s->console.nr_splats;
	ssize_t n = read(s->qemu.fds[LAB_CONSOLE], buf, sizeof(buf));

	s->console_ms = lab_now_ms();
	if (n <= 0) {
		lab_qemu_hang_up(&s->qemu, LAB_CONSOLE);
		return;
	}
	fwrite(buf, 1, (size_t)n, s->console_file);
	fflush(s->console_file);
	lab_console_feed(&s->console, buf, (size_t)n);
	for (; known < s->console.nr_splats; known++)
		s->console.splats[known].starved = lab_window_percent(&s->whole) < 50;
	/* One that the lab provoked itself is no finding. */
	if (s->console.panic[0] && !s->panic_ms && !s->traced)
		s->panic_ms = s->console_ms;
}

/* What a shell prints is somebody's own, and no lines. */
static bool is_bytes(const struct lab_session *s, const struct channel_frame *frame)
{
	return s->plan->shell && (frame->kind == CHANNEL_OUT || frame->kind == CHANNEL_ERR);
}

static void read_channel(struct lab_session *s)
{
	struct channel_frame frame;

	if (channel_fill(&s->reader, s->qemu.fds[LAB_CHANNEL]) <= 0) {
		lab_qemu_hang_up(&s->qemu, LAB_CHANNEL);
		return;
	}
	if (lab_now_ms() - s->heard.since_ms > HEARD_MS)
		lab_window_open(&s->heard, s->qemu.pid);
	while (!s->garbled[0] &&
	       channel_next(&s->reader, &frame, s->garbled, sizeof(s->garbled)) > 0) {
		lab_session_log(s, '<', frame.kind, frame.text, is_bytes(s, &frame) ? 0 : frame.len);
		lab_session_frame(s, &frame);
	}
	if (s->garbled[0]) {
		lab_qemu_hang_up(&s->qemu, LAB_CHANNEL);
		lab_session_enter(s, LAB_END);
	}
}

static void read_qmp(struct lab_session *s)
{
	lab_qemu_read(&s->qemu);
	if (s->qemu.refused[0])
		lab_session_note(s, "QEMU refuses: %s", s->qemu.refused);
	s->qemu.refused[0] = '\0';
}

void lab_session_reap(struct lab_session *s)
{
	pid_t pid = s->qemu.pid;

	if (pid && waitpid(pid, &s->status, WNOHANG) == pid) {
		s->qemu.pid = 0;
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
	s->qemu = (struct lab_qemu){ .fds = { -1, -1, -1 } };
	s->console_file = open_log(s, "console");
	s->channel_file = open_log(s, "channel");
	if (s->boots > 1 && s->console_file && s->channel_file) {
		fprintf(s->console_file, "\n---- machine %u of this bed ----\n", s->boots);
		fprintf(s->channel_file, "---- machine %u of this bed ----\n", s->boots);
	}
	if (s->trouble.text[0] || lab_qemu_start(&s->qemu, s->plan, s->bed, &s->trouble))
		return;
	lab_session_enter(s, LAB_BOOT);
	s->whole = s->stage_window;
	s->heard = s->stage_window;
}

int lab_session_poll(const struct lab_session *s, struct pollfd *fds)
{
	long rest = s->console_ms + CONSOLE_MS - lab_now_ms();

	for (int i = 0; i < LAB_NR_SOCKETS; i++)
		fds[i] = (struct pollfd){ .fd = s->qemu.fds[i], .events = POLLIN };
	if (rest > 0)
		fds[LAB_CONSOLE].fd = -1;
	return rest > 0 ? (int)rest : POLL_MS;
}

void lab_session_handle(struct lab_session *s, const struct pollfd *fds)
{
	if (fds[LAB_CONSOLE].revents)
		read_console(s);
	if (fds[LAB_CHANNEL].revents)
		read_channel(s);
	if (fds[LAB_QMP].revents)
		read_qmp(s);
	if (!s->gone_ms && s->stage != LAB_END)
		lab_session_watch(s);
}

bool lab_session_finished(const struct lab_session *s)
{
	/* QEMU is gone: what it left in the sockets still counts. */
	if (s->gone_ms)
		return s->facts.interrupted ||
			(s->qemu.fds[LAB_CONSOLE] < 0 && s->qemu.fds[LAB_CHANNEL] < 0 &&
			 s->qemu.fds[LAB_QMP] < 0) ||
			lab_now_ms() - s->gone_ms > DRAIN_MS;
	return s->stage == LAB_END || s->trouble.text[0];
}

static enum lab_qemu_end how_it_ended(const struct lab_session *s, int *code)
{
	const char *reason = s->qemu.shutdown;

	if (!s->gone_ms || s->traced)
		return LAB_QEMU_STOPPED;
	if (WIFSIGNALED(s->status)) {
		*code = WTERMSIG(s->status);
		return LAB_QEMU_SIGNALLED;
	}
	*code = WEXITSTATUS(s->status);
	if (!s->qemu.version[0])
		return LAB_QEMU_NOT_STARTED;
	if (*code)
		return LAB_QEMU_EXITED;
	if (!strcmp(reason, "guest-reset"))
		return LAB_QEMU_RESET;
	if (!strcmp(reason, "guest-shutdown"))
		return LAB_QEMU_POWER_OFF;
	if (!strcmp(reason, "host-signal")) {
		*code = SIGTERM;
		return LAB_QEMU_SIGNALLED;
	}
	return LAB_QEMU_EXITED;
}

static const char *unless_empty(const char *text)
{
	return text[0] ? text : NULL;
}

static void collect_facts(struct lab_session *s)
{
	struct lab_results *res = s->plan->results;
	struct lab_facts *f = &s->facts;

	f->qemu_end = how_it_ended(s, &f->qemu_code);
	f->panic = s->panic_ms && !f->end_marker ? s->console.panic : NULL;
	f->init_said = unless_empty(s->console.init_said);
	f->trouble = unless_empty(s->trouble.text);
	f->garbled = unless_empty(s->garbled);
	f->init_error = unless_empty(s->init_error);
	f->problem = unless_empty(s->problem);
	f->running = s->record.program ? s->record.program->name : NULL;
	if (s->qemu.version[0])
		snprintf(res->qemu, sizeof(res->qemu), "%s", s->qemu.version);
}

void lab_session_end(struct lab_session *s)
{
	if (s->plan->shell)
		lab_terminal_restore(&s->plan->shell->terminal);
	collect_facts(s);
	lab_qemu_stop(&s->qemu);
	if (s->console_file)
		fclose(s->console_file);
	if (s->channel_file)
		fclose(s->channel_file);
}

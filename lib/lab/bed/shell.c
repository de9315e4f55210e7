// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes to and fro between our streams and the shell in the machine.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bed/session.h"

/* Rows and columns of our terminal, behind @words. */
static char *with_size(const char *words)
{
	struct winsize ws = { .ws_row = 24, .ws_col = 80 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || !ws.ws_row || !ws.ws_col)
		ws = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	return lab_format("%s%hu%c%hu", words, ws.ws_row, CHANNEL_FIELD, ws.ws_col);
}

void lab_shell_start(struct lab_session *s)
{
	struct lab_shell *shell = s->plan->shell;
	const char *term = getenv("TERM");
	char *size = with_size(""), *words;

	/* Whatever becomes of the machine, there is nothing to boot another one for. */
	s->plan->closed = true;
	shell->runs = true;
	lab_progress_clear(s->plan->progress);
	if (shell->greeting)
		lab_progress_say(s->plan->progress, "%s", shell->greeting);
	words = shell->tty ? lab_format("tty%c%s%c%.40s", CHANNEL_FIELD, size, CHANNEL_FIELD,
					term && term[0] ? term : "dumb") : lab_strdup("pipe");
	lab_session_enter(s, LAB_SERVE);
	lab_session_send(s, CHANNEL_SHELL, words);
	if (shell->tty)
		lab_terminal_raw(&shell->terminal, STDIN_FILENO, &s->trouble);
	free(words);
	free(size);
}

/* Is there a shell, and a machine around it? */
static bool is_there(const struct lab_session *s)
{
	return s->plan->shell && s->plan->shell->runs && !s->gone_ms &&
		s->machine.fds[LAB_CHANNEL] >= 0;
}

int lab_shell_fd(const struct lab_session *s)
{
	return is_there(s) && !s->plan->shell->closed && !s->plan->shell->given ? STDIN_FILENO : -1;
}

void lab_shell_input(struct lab_session *s)
{
	struct lab_shell *shell = s->plan->shell;
	char buf[CHANNEL_TEXT_MAX];
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0 && shell->tty && memchr(buf, LAB_SHELL_ESCAPE, (size_t)n)) {
		lab_session_interrupt(s, SIGINT);
		return;
	}
	shell->closed = n <= 0;
	shell->given = true;
	lab_session_send_bytes(s, CHANNEL_INPUT, buf, n > 0 ? (size_t)n : 0);
}

void lab_shell_resized(struct lab_session *s)
{
	char *size = with_size("");

	if (is_there(s))
		lab_session_send(s, CHANNEL_SIZE, size);
	free(size);
}

/* All of it, though whoever gave us @fd may have made it one that does not block. */
static bool write_all(int fd, const char *buf, size_t len)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };

	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n > 0) {
			buf += n;
			len -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			poll(&wait, 1, -1);
		} else if (n < 0 && errno != EINTR) {
			return false;
		}
	}
	return true;
}

static void take_output(struct lab_session *s, int fd, const struct channel_frame *frame)
{
	/* Nobody reads it any more: as to others, this is the end. */
	if (!write_all(fd, frame->text, frame->len) && !s->facts.interrupted)
		lab_session_interrupt(s, SIGPIPE);
}

static void end(struct lab_session *s, const struct channel_frame *frame)
{
	struct lab_shell *shell = s->plan->shell;
	struct channel_exit x;

	if (channel_parse_exit(frame->text, &x)) {
		snprintf(s->garbled, sizeof(s->garbled), "not an exit: %.200s", frame->text);
		return;
	}
	shell->runs = false;
	shell->ended = true;
	shell->code = x.signal ? 128 + x.signal : x.code;
	lab_terminal_restore(&shell->terminal);
	lab_session_leave(s);
}

bool lab_shell_frame(struct lab_session *s, const struct channel_frame *frame)
{
	switch (frame->kind) {
	case CHANNEL_OUT:
		take_output(s, STDOUT_FILENO, frame);
		return true;
	case CHANNEL_ERR:
		take_output(s, STDERR_FILENO, frame);
		return true;
	case CHANNEL_TAKEN:
		s->plan->shell->given = false;
		return true;
	case CHANNEL_EXIT:
		end(s, frame);
		return true;
	default:
		return false;
	}
}

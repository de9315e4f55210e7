// SPDX-License-Identifier: GPL-2.0
/*
 * Raw terminals, which nobody wants to be left with.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/process.h"
#include "base/terminal.h"

/*
 * Child: the socket ends when the parent does. In a session of its own no signal from the
 * terminal reaches it, and it may set the terminal though it is not in the foreground there.
 */
static void __attribute__((noreturn)) restorer(const struct lab_terminal *t, int alive)
{
	char done = 0;

	setsid();
	if (write(alive, &done, 1) != 1)
		_exit(1);
	while (read(alive, &done, 1) < 0 && errno == EINTR)
		;
	tcsetattr(t->fd, TCSANOW, &t->before);
	_exit(0);
}

int lab_terminal_raw(struct lab_terminal *t, int fd, struct lab_error *e)
{
	struct termios raw;
	char ready;
	int fds[2];

	*t = (struct lab_terminal){ .fd = fd };
	if (tcgetattr(fd, &t->before))
		return lab_fail(e, -errno, "tcgetattr(): %s", strerror(errno));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return lab_fail(e, -errno, "socketpair(): %s", strerror(errno));
	t->restorer = lab_process_fork(0, e);
	if (!t->restorer) {
		close(fds[1]);
		restorer(t, fds[0]);
	}
	close(fds[0]);
	t->alive = fds[1];
	if (t->restorer < 0) {
		int ret = t->restorer;

		close(fds[1]);
		t->restorer = 0;
		return ret;
	}
	/* Not before it is there: we may be killed right after. */
	while (read(t->alive, &ready, 1) < 0 && errno == EINTR)
		;
	raw = t->before;
	cfmakeraw(&raw);
	if (!tcsetattr(fd, TCSADRAIN, &raw))
		return 0;
	lab_fail(e, 0, "tcsetattr(): %s", strerror(errno));
	lab_terminal_restore(t);
	return -EIO;
}

void lab_terminal_restore(struct lab_terminal *t)
{
	if (!t->restorer)
		return;
	close(t->alive);
	lab_process_wait(t->restorer);
	t->restorer = 0;
}

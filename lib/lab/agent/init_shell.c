// SPDX-License-Identifier: GPL-2.0
/*
 * A shell inside the VM, for people on a terminal of its own, for scripts on pipes. What goes
 * in and comes out is bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/init.h"
#include "base/clock.h"

#define SHELL		"/bin/bash"

static char *const argv[] = { SHELL, "--norc", "--noprofile", NULL };

/* The words of @frame, up to four; those that are not there are "". */
static void split(struct channel_frame *frame, const char *words[4])
{
	const char sep[] = { CHANNEL_FIELD, '\0' };
	char *rest = frame->text;

	for (int i = 0; i < 4; i++)
		words[i] = rest ? strsep(&rest, sep) : "";
}

static void set_size(const struct init *in, const char *rows, const char *columns)
{
	const struct winsize ws = {
		.ws_row = (unsigned short)atoi(rows), .ws_col = (unsigned short)atoi(columns),
	};

	if (ioctl(in->program.in, TIOCSWINSZ, &ws))
		init_log(in, "ioctl(TIOCSWINSZ): %s", strerror(errno));
}

/* Child: the terminal becomes ours as we open it. */
static void __attribute__((noreturn)) be_shell(struct init *in, const char *slave,
					       const char *term, int fds[3])
{
	char term_is[64];
	char *env[] = {
		"PATH=" INIT_PATH, "HOME=/tmp", "TMPDIR=/tmp", "PS1=lab:\\w\\$ ", term_is, NULL
	};

	snprintf(term_is, sizeof(term_is), "TERM=%s", term);
	if (slave) {
		setsid();
		fds[0] = fds[1] = fds[2] = open(slave, O_RDWR | O_CLOEXEC);
		if (fds[0] < 0)
			_exit(127);
	}
	init_run_exec(in, (char **)argv, env, fds, "/suite");
}

/* A new pseudo-terminal: its descriptor, and the path of the other side in @slave. */
static int open_terminal(struct init *in, char *slave, size_t size)
{
	int fd;

	if (mkdir("/dev/pts", 0755) && errno != EEXIST)
		init_die(in, "mkdir(/dev/pts): %s", strerror(errno));
	if (mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666") && errno != EBUSY)
		init_die(in, "mount(devpts): %s: does the kernel have CONFIG_UNIX98_PTYS?",
			 strerror(errno));
	fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || unlockpt(fd) || ptsname_r(fd, slave, size))
		init_die(in, "no pseudo-terminal: %s", strerror(errno));
	return fd;
}

static void start_on_terminal(struct init *in, const char *words[4])
{
	struct init_program *p = &in->program;
	char slave[64];
	int fds[3];

	p->out.fd = open_terminal(in, slave, sizeof(slave));
	p->in = fcntl(p->out.fd, F_DUPFD_CLOEXEC, 0);
	if (p->in < 0)
		init_die(in, "fcntl(F_DUPFD_CLOEXEC): %s", strerror(errno));
	set_size(in, words[1], words[2]);
	p->pid = fork();
	if (!p->pid)
		be_shell(in, slave, words[3], fds);
}

static void start_on_pipes(struct init *in)
{
	struct init_program *p = &in->program;
	int input[2], out[2], err[2];

	init_run_pipe(in, input, &input[1]);
	init_run_pipe(in, out, out);
	init_run_pipe(in, err, err);
	p->in = input[1];
	p->out.fd = out[0];
	p->err.fd = err[0];
	p->pid = fork();
	if (!p->pid)
		be_shell(in, NULL, "dumb", (int[]){ input[0], out[1], err[1] });
	close(input[0]);
	close(out[1]);
	close(err[1]);
}

void init_shell_start(struct init *in, struct channel_frame *frame)
{
	struct init_program *p = &in->program;
	const char *words[4];

	split(frame, words);
	*p = (struct init_program){
		.is_shell = true,
		.started_ms = lab_now_ms(),
		.deadline_ms = LONG_MAX,
		.out = { .fd = -1, .kind = CHANNEL_OUT },
		.err = { .fd = -1, .kind = CHANNEL_ERR },
	};
	if (!strcmp(words[0], "tty"))
		start_on_terminal(in, words);
	else
		start_on_pipes(in);
	if (p->pid < 0)
		init_die(in, "fork(): %s", strerror(errno));
	init_sayf(in, CHANNEL_START, "%d", p->pid);
}

void init_shell_size(struct init *in, struct channel_frame *frame)
{
	const char *words[4];

	split(frame, words);
	if (in->program.pid && in->program.in >= 0)
		set_size(in, words[0], words[1]);
}

static void end_input(struct init_program *p)
{
	if (p->in >= 0)
		close(p->in);
	p->in = -1;
}

void init_shell_feed(struct init *in)
{
	struct init_program *p = &in->program;
	ssize_t n = write(p->in, p->input + p->taken, p->given - p->taken);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0)
		end_input(p);		/* whoever read it is gone */
	else
		p->taken += (size_t)n;
	if (n >= 0 && p->taken < p->given)
		return;
	p->taken = p->given = 0;
	init_send(in, CHANNEL_TAKEN, "", 0);
}

void init_shell_input(struct init *in, const struct channel_frame *frame)
{
	struct init_program *p = &in->program;

	if (!p->pid || !p->is_shell)
		return;			/* it ended while this was on its way */
	if (p->given)
		init_die(in, "input for the shell before it has taken the last");
	if (!frame->len)
		end_input(p);
	if (!frame->len || p->in < 0) {
		init_send(in, CHANNEL_TAKEN, "", 0);
		return;
	}
	memcpy(p->input, frame->text, frame->len);
	p->given = frame->len;
	init_shell_feed(in);
}

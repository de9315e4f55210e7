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

#include "agent/agent.h"
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

static void set_size(const struct agent *ag, const char *rows, const char *columns)
{
	const struct winsize ws = {
		.ws_row = (unsigned short)atoi(rows), .ws_col = (unsigned short)atoi(columns),
	};

	if (ioctl(ag->program.in, TIOCSWINSZ, &ws))
		agent_log(ag, "ioctl(TIOCSWINSZ): %s", strerror(errno));
}

/* Child: the terminal becomes ours as we open it. */
static void __attribute__((noreturn)) be_shell(struct agent *ag, const char *slave,
					       const char *term, int fds[3])
{
	char term_is[64];
	char *env[] = {
		"PATH=" AGENT_PATH, "HOME=/tmp", "TMPDIR=/tmp", "PS1=lab:\\w\\$ ", term_is, NULL
	};

	snprintf(term_is, sizeof(term_is), "TERM=%s", term);
	if (slave) {
		setsid();
		fds[0] = fds[1] = fds[2] = open(slave, O_RDWR | O_CLOEXEC);
		if (fds[0] < 0)
			_exit(127);
	}
	agent_run_exec(ag, (char **)argv, env, fds, "/suite");
}

/* A new pseudo-terminal: its descriptor, and the path of the other side in @slave. */
static int open_terminal(struct agent *ag, char *slave, size_t size)
{
	int fd;

	if (mkdir("/dev/pts", 0755) && errno != EEXIST)
		agent_die(ag, "mkdir(/dev/pts): %s", strerror(errno));
	if (mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666") && errno != EBUSY)
		agent_die(ag, "mount(devpts): %s: does the kernel have CONFIG_UNIX98_PTYS?",
			 strerror(errno));
	fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || unlockpt(fd) || ptsname_r(fd, slave, size))
		agent_die(ag, "no pseudo-terminal: %s", strerror(errno));
	return fd;
}

static void start_on_terminal(struct agent *ag, const char *words[4])
{
	struct agent_program *p = &ag->program;
	char slave[64];
	int fds[3];

	p->out.fd = open_terminal(ag, slave, sizeof(slave));
	p->in = fcntl(p->out.fd, F_DUPFD_CLOEXEC, 0);
	if (p->in < 0)
		agent_die(ag, "fcntl(F_DUPFD_CLOEXEC): %s", strerror(errno));
	set_size(ag, words[1], words[2]);
	p->pid = fork();
	if (!p->pid)
		be_shell(ag, slave, words[3], fds);
}

static void start_on_pipes(struct agent *ag)
{
	struct agent_program *p = &ag->program;
	int input[2], out[2], err[2];

	agent_run_pipe(ag, input, &input[1]);
	agent_run_pipe(ag, out, out);
	agent_run_pipe(ag, err, err);
	p->in = input[1];
	p->out.fd = out[0];
	p->err.fd = err[0];
	p->pid = fork();
	if (!p->pid)
		be_shell(ag, NULL, "dumb", (int[]){ input[0], out[1], err[1] });
	close(input[0]);
	close(out[1]);
	close(err[1]);
}

void agent_shell_start(struct agent *ag, struct channel_frame *frame)
{
	struct agent_program *p = &ag->program;
	const char *words[4];

	split(frame, words);
	*p = (struct agent_program){
		.is_shell = true,
		.started_ms = lab_now_ms(),
		.deadline_ms = LONG_MAX,
		.out = { .fd = -1, .kind = CHANNEL_OUT },
		.err = { .fd = -1, .kind = CHANNEL_ERR },
	};
	if (!strcmp(words[0], "tty"))
		start_on_terminal(ag, words);
	else
		start_on_pipes(ag);
	if (p->pid < 0)
		agent_die(ag, "fork(): %s", strerror(errno));
	agent_sayf(ag, CHANNEL_START, "%d", p->pid);
}

void agent_shell_size(struct agent *ag, struct channel_frame *frame)
{
	const char *words[4];

	split(frame, words);
	if (ag->program.pid && ag->program.in >= 0)
		set_size(ag, words[0], words[1]);
}

static void end_input(struct agent_program *p)
{
	if (p->in >= 0)
		close(p->in);
	p->in = -1;
}

void agent_shell_feed(struct agent *ag)
{
	struct agent_program *p = &ag->program;
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
	agent_send(ag, CHANNEL_TAKEN, "", 0);
}

void agent_shell_input(struct agent *ag, const struct channel_frame *frame)
{
	struct agent_program *p = &ag->program;

	if (!p->pid || !p->is_shell)
		return;			/* it ended while this was on its way */
	if (p->given)
		agent_die(ag, "input for the shell before it has taken the last");
	if (!frame->len)
		end_input(p);
	if (!frame->len || p->in < 0) {
		agent_send(ag, CHANNEL_TAKEN, "", 0);
		return;
	}
	memcpy(p->input, frame->text, frame->len);
	p->given = frame->len;
	agent_shell_feed(ag);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * One test program inside the VM: start it in a session of its own, forward its
 * output line by line, and end it when told: by SIGTERM, then by SIGKILL. What
 * survives that is reported as stuck, for nothing but a kernel that does not let
 * go survives SIGKILL. The time limit is the lab's business, which knows how
 * much CPU time the VM was granted.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/init.h"
#include "base/clock.h"

/* Tests put sysctls, swap and cgroups back on SIGTERM; emulation is slow. */
#define TERM_GRACE_MS	10000
#define KILL_GRACE_MS	15000
/* Children that are just about to exit are not left behind. */
#define STRAY_GRACE_MS	2000
/* A program gone wild must not fill the host's disk. */
#define OUTPUT_MAX	(32u << 20)

static void send_line(struct init *in, struct init_stream *s)
{
	struct init_program *p = &in->program;

	if (s->fill > p->budget) {
		p->dropped++;
	} else {
		p->budget -= s->fill;
		init_send(in, s->kind, s->line, s->fill);
		if (s->cut)
			init_sayf(in, CHANNEL_NOTE, "a line of %lu bytes was cut to %zu",
				  s->fill + s->cut, s->fill);
	}
	s->fill = 0;
	s->cut = 0;
}

static void close_stream(struct init *in, struct init_stream *s)
{
	if (s->fill)
		send_line(in, s);
	close(s->fd);
	s->fd = -1;
}

bool init_run_output(struct init *in, struct init_stream *s)
{
	char buf[16384];
	ssize_t n = read(s->fd, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n <= 0) {
		close_stream(in, s);
		return false;
	}
	for (ssize_t i = 0; i < n && in->program.is_shell; i += CHANNEL_TEXT_MAX)
		init_send(in, s->kind, buf + i, MIN((size_t)(n - i), (size_t)CHANNEL_TEXT_MAX));
	for (ssize_t i = 0; i < n && !in->program.is_shell; i++) {
		if (buf[i] == '\n')
			send_line(in, s);
		else if (s->fill < sizeof(s->line))
			s->line[s->fill++] = buf[i];
		else
			s->cut++;
	}
	return true;
}

void init_run_exec(struct init *in, char **argv, char **env, const int fds[3], const char *dir)
{
	const struct rlimit no_core = { 0, 0 };
	sigset_t none;

	setsid();
	init_write(in, "/proc/self/oom_score_adj", "0");
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setrlimit(RLIMIT_CORE, &no_core);
	if (dup2(fds[0], 0) < 0 || dup2(fds[1], 1) < 0 || dup2(fds[2], 2) < 0 ||
	    (chdir(dir) && chdir("/tmp")))
		dprintf(fds[2], "lab-init: setting up %s: %s\n", argv[0], strerror(errno));
	execve(argv[0], argv, env);
	dprintf(2, "lab-init: execve(%s): %s\n", argv[0], strerror(errno));
	_exit(127);
}

void init_run_pipe(struct init *in, int fds[2], const int *ours)
{
	if (pipe2(fds, O_CLOEXEC))
		init_die(in, "pipe2(): %s", strerror(errno));
	if (fcntl(*ours, F_SETFL, O_NONBLOCK))
		init_die(in, "fcntl(O_NONBLOCK): %s", strerror(errno));
}

void init_run_start(struct init *in, struct channel_frame *frame)
{
	static char *env[] = {
		"PATH=" INIT_PATH, "HOME=/tmp", "TMPDIR=/tmp", "MN_SAMPLES=1", NULL
	};
	/* As many words as fit into a frame, and NULL. */
	char *argv[CHANNEL_TEXT_MAX / 2 + 2], sep[] = { CHANNEL_FIELD, '\0' };
	struct init_program *p = &in->program;
	int out[2], err[2];

	argv[0] = strtok(frame->text, sep);
	if (!argv[0])
		init_die(in, "a run command without a program");
	for (size_t i = 0; argv[i]; i++)
		argv[i + 1] = strtok(NULL, sep);
	init_run_pipe(in, out, out);
	init_run_pipe(in, err, err);
	init_log(in, "start %s", argv[0]);

	*p = (struct init_program){
		.started_ms = lab_now_ms(),
		.deadline_ms = LONG_MAX,
		.budget = OUTPUT_MAX,
		.out = { .fd = out[0], .kind = CHANNEL_OUT },
		.err = { .fd = err[0], .kind = CHANNEL_ERR },
	};
	p->pid = fork();
	if (p->pid < 0)
		init_die(in, "fork(): %s", strerror(errno));
	if (!p->pid)
		init_run_exec(in, argv, env, (int[]){ open("/dev/null", O_RDONLY), out[1], err[1] },
			      "/tmp");
	close(out[1]);
	close(err[1]);
	init_sayf(in, CHANNEL_START, "%d", p->pid);
}

void init_run_reap(struct init *in)
{
	struct init_program *p = &in->program;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != p->pid)
			continue;
		p->reaped = true;
		p->status = status;
	}
}

/* The output that is already in the pipe, though a process left behind may hold it open. */
static void drain(struct init *in, struct init_stream *s)
{
	while (s->fd >= 0 && init_run_output(in, s))
		;
	if (s->fd >= 0)
		close_stream(in, s);
}

static void kill_stray(struct init *in, pid_t pid, const char *comm, char state)
{
	init_sayf(in, CHANNEL_NOTE, "left behind: process %d (%s), state %c", pid, comm, state);
	kill(pid, SIGKILL);
}

static unsigned int wait_strays(struct init *in, long ms)
{
	long deadline = lab_now_ms() + ms;
	unsigned int left;

	for (;;) {
		init_run_reap(in);
		left = init_each_process(NULL, in);
		if (!left || lab_now_ms() >= deadline)
			return left;
		usleep(20000);
	}
}

static void finish(struct init *in)
{
	struct init_program *p = &in->program;
	struct channel_exit x = { .code = -1, .over_limit = p->over_limit };
	char text[160];

	x.ms = (unsigned long)(lab_now_ms() - p->started_ms);
	x.left = wait_strays(in, STRAY_GRACE_MS);
	if (x.left) {
		x.left = init_each_process(kill_stray, in);
		x.stuck = wait_strays(in, KILL_GRACE_MS) > 0;
		if (x.stuck)
			init_evidence(in, "processes survive SIGKILL");
	}
	drain(in, &p->out);
	drain(in, &p->err);
	if (p->reaped && WIFEXITED(p->status))
		x.code = WEXITSTATUS(p->status);
	else if (p->reaped)
		x.signal = WTERMSIG(p->status);
	x.dropped = p->dropped;
	if (p->is_shell && p->in >= 0)
		close(p->in);
	p->given = 0;
	p->pid = 0;
	p->deadline_ms = LONG_MAX;
	init_send(in, CHANNEL_EXIT, text, channel_format_exit(text, sizeof(text), &x));
}

void init_run_step(struct init *in)
{
	struct init_program *p = &in->program;
	bool due = lab_now_ms() >= p->deadline_ms;

	if (!p->pid)
		return;
	if (p->reaped || (p->killed && due)) {
		finish(in);
	} else if (due) {
		kill(-p->pid, SIGKILL);
		p->killed = true;
		p->deadline_ms = lab_now_ms() + KILL_GRACE_MS;
	}
}

void init_run_stop(struct init *in)
{
	struct init_program *p = &in->program;

	/* It may have ended while the command was on its way. */
	if (!p->pid || p->reaped || p->over_limit)
		return;
	p->over_limit = true;
	init_evidence(in, "time limit");
	kill(-p->pid, SIGTERM);
	p->deadline_ms = lab_now_ms() + TERM_GRACE_MS;
}

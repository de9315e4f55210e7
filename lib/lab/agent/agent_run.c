// SPDX-License-Identifier: GPL-2.0
/*
 * One test program on the machine: start it in a session of its own, forward its
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

#include "agent/agent.h"
#include "base/clock.h"

/* Tests put sysctls, swap and cgroups back on SIGTERM; emulation is slow. */
#define TERM_GRACE_MS	10000
#define KILL_GRACE_MS	15000
/* Children that are just about to exit are not left behind. */
#define STRAY_GRACE_MS	2000
/* A program gone wild must not fill the host's disk. */
#define OUTPUT_MAX	(32u << 20)

void agent_run_signals(struct agent *ag, sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	if (ag->hosted) {
		sigaddset(set, SIGTERM);
		sigaddset(set, SIGINT);
		sigaddset(set, SIGHUP);
	}
	if (sigprocmask(SIG_BLOCK, set, NULL))
		agent_die(ag, "sigprocmask(): %s", strerror(errno));
}

static void send_line(struct agent *ag, struct agent_stream *s)
{
	struct agent_program *p = &ag->program;

	if (s->fill > p->budget) {
		p->dropped++;
	} else {
		p->budget -= s->fill;
		agent_send(ag, s->kind, s->line, s->fill);
		if (s->cut)
			agent_sayf(ag, CHANNEL_NOTE, "a line of %lu bytes was cut to %zu",
				  s->fill + s->cut, s->fill);
	}
	s->fill = 0;
	s->cut = 0;
}

static void close_stream(struct agent *ag, struct agent_stream *s)
{
	if (s->fill)
		send_line(ag, s);
	close(s->fd);
	s->fd = -1;
}

bool agent_run_output(struct agent *ag, struct agent_stream *s)
{
	char buf[16384];
	ssize_t n = read(s->fd, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n <= 0) {
		close_stream(ag, s);
		return false;
	}
	for (ssize_t i = 0; i < n && ag->program.is_shell; i += CHANNEL_TEXT_MAX)
		agent_send(ag, s->kind, buf + i, MIN((size_t)(n - i), (size_t)CHANNEL_TEXT_MAX));
	for (ssize_t i = 0; i < n && !ag->program.is_shell; i++) {
		if (buf[i] == '\n')
			send_line(ag, s);
		else if (s->fill < sizeof(s->line))
			s->line[s->fill++] = buf[i];
		else
			s->cut++;
	}
	return true;
}

void agent_run_exec(struct agent *ag, char **argv, char **env, const int fds[3], const char *dir)
{
	const struct rlimit no_core = { 0, 0 };
	sigset_t none;

	setsid();
	agent_write(ag, "/proc/self/oom_score_adj", "0");
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setrlimit(RLIMIT_CORE, &no_core);
	if (dup2(fds[0], 0) < 0 || dup2(fds[1], 1) < 0 || dup2(fds[2], 2) < 0 ||
	    (chdir(dir) && chdir("/tmp")))
		dprintf(fds[2], "lab-agent: setting up %s: %s\n", argv[0], strerror(errno));
	execve(argv[0], argv, env);
	dprintf(2, "lab-agent: execve(%s): %s\n", argv[0], strerror(errno));
	_exit(127);
}

void agent_run_pipe(struct agent *ag, int fds[2], const int *ours)
{
	if (pipe2(fds, O_CLOEXEC))
		agent_die(ag, "pipe2(): %s", strerror(errno));
	if (fcntl(*ours, F_SETFL, O_NONBLOCK))
		agent_die(ag, "fcntl(O_NONBLOCK): %s", strerror(errno));
}

void agent_run_start(struct agent *ag, struct channel_frame *frame)
{
	static char *env[] = {
		"PATH=" AGENT_PATH, "HOME=/tmp", "TMPDIR=/tmp", "MN_SAMPLES=1", NULL
	};
	/* As many words as fit into a frame, and NULL. */
	char *argv[CHANNEL_TEXT_MAX / 2 + 2], sep[] = { CHANNEL_FIELD, '\0' };
	struct agent_program *p = &ag->program;
	int out[2], err[2];

	argv[0] = strtok(frame->text, sep);
	if (!argv[0])
		agent_die(ag, "a run command without a program");
	for (size_t i = 0; argv[i]; i++)
		argv[i + 1] = strtok(NULL, sep);
	agent_run_pipe(ag, out, out);
	agent_run_pipe(ag, err, err);
	agent_log(ag, "start %s", argv[0]);

	*p = (struct agent_program){
		.started_ms = lab_now_ms(),
		.deadline_ms = LONG_MAX,
		.budget = OUTPUT_MAX,
		.out = { .fd = out[0], .kind = CHANNEL_OUT },
		.err = { .fd = err[0], .kind = CHANNEL_ERR },
	};
	p->pid = fork();
	if (p->pid < 0)
		agent_die(ag, "fork(): %s", strerror(errno));
	if (!p->pid)
		agent_run_exec(ag, argv, env, (int[]){ open("/dev/null", O_RDONLY), out[1], err[1] },
			      "/tmp");
	close(out[1]);
	close(err[1]);
	agent_sayf(ag, CHANNEL_START, "%d", p->pid);
}

void agent_run_reap(struct agent *ag)
{
	struct agent_program *p = &ag->program;
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
static void drain(struct agent *ag, struct agent_stream *s)
{
	while (s->fd >= 0 && agent_run_output(ag, s))
		;
	if (s->fd >= 0)
		close_stream(ag, s);
}

static void kill_stray(struct agent *ag, pid_t pid, const char *comm, char state)
{
	agent_sayf(ag, CHANNEL_NOTE, "left behind: process %d (%s), state %c", pid, comm, state);
	kill(pid, SIGKILL);
}

unsigned int agent_run_wait(struct agent *ag, long ms)
{
	long deadline = lab_now_ms() + ms;
	unsigned int left;

	for (;;) {
		agent_run_reap(ag);
		left = agent_each_process(NULL, ag);
		if (!left || lab_now_ms() >= deadline)
			return left;
		usleep(20000);
	}
}

static void finish(struct agent *ag)
{
	struct agent_program *p = &ag->program;
	struct channel_exit x = { .code = -1, .over_limit = p->over_limit };
	char text[160];

	x.ms = (unsigned long)(lab_now_ms() - p->started_ms);
	x.left = agent_run_wait(ag, STRAY_GRACE_MS);
	if (x.left) {
		x.left = agent_each_process(kill_stray, ag);
		x.stuck = agent_run_wait(ag, KILL_GRACE_MS) > 0;
		if (x.stuck)
			agent_evidence(ag, "processes survive SIGKILL");
	}
	drain(ag, &p->out);
	drain(ag, &p->err);
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
	agent_send(ag, CHANNEL_EXIT, text, channel_format_exit(text, sizeof(text), &x));
}

void agent_run_step(struct agent *ag)
{
	struct agent_program *p = &ag->program;
	bool due = lab_now_ms() >= p->deadline_ms;

	if (!p->pid)
		return;
	if (p->reaped || (p->killed && due)) {
		finish(ag);
	} else if (due) {
		kill(-p->pid, SIGKILL);
		p->killed = true;
		p->deadline_ms = lab_now_ms() + KILL_GRACE_MS;
	}
}

void agent_run_stop(struct agent *ag)
{
	struct agent_program *p = &ag->program;

	/* It may have ended while the command was on its way. */
	if (!p->pid || p->reaped || p->over_limit)
		return;
	p->over_limit = true;
	agent_evidence(ag, "time limit");
	kill(-p->pid, SIGTERM);
	p->deadline_ms = lab_now_ms() + TERM_GRACE_MS;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The agent, static: what runs in the machine under test and does what the lab tells it over
 * the channel: run a program, end it, leave.
 *
 * As process 1 of a virtual machine it makes a booted system of it (agent_init.c); a machine
 * that is up it changes as little as it can, and puts back (agent_host.c). It is an ordinary
 * SCHED_OTHER process on purpose: when user space starves, its ticks stop, and that is how
 * the lab notices.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/clock.h"

static void __attribute__((noreturn)) leave(struct agent *ag, int code)
{
	if (ag->hosted)
		agent_host_leave(ag, code);
	agent_leave(ag, code);
}

static void command(struct agent *ag, struct channel_frame *frame)
{
	switch (frame->kind) {
	case CHANNEL_RESUME:
		agent_resume(ag, frame);
		break;
	case CHANNEL_FILE:
		agent_take_file(ag, frame);
		break;
	case CHANNEL_DATA:
		agent_take_data(ag, frame);
		break;
	case CHANNEL_RUN:
		if (ag->program.pid)
			agent_die(ag, "told to run a program while one runs");
		agent_run_start(ag, frame);
		break;
	case CHANNEL_STOP:
		agent_run_stop(ag);
		break;
	case CHANNEL_SHELL:
		if (ag->program.pid)
			agent_die(ag, "told to start a shell while a program runs");
		agent_shell_start(ag, frame);
		break;
	case CHANNEL_INPUT:
		agent_shell_input(ag, frame);
		break;
	case CHANNEL_SIZE:
		agent_shell_size(ag, frame);
		break;
	case CHANNEL_QUIT:
		agent_send(ag, CHANNEL_BYE, "", 0);
		leave(ag, 0);
	default:
		agent_die(ag, "not a command: %s", channel_kind_name(frame->kind));
	}
}

static void read_commands(struct agent *ag)
{
	struct channel_frame frame;
	char why[160];
	ssize_t n = channel_fill(&ag->reader, ag->from);
	int ret;

	if (n <= 0) {
		agent_log(ag, "read from the channel: %s", n ? strerror((int)-n) : "closed");
		leave(ag, 1);
	}
	while ((ret = channel_next(&ag->reader, &frame, why, sizeof(why))) > 0)
		command(ag, &frame);
	if (ret < 0)
		agent_die(ag, "channel from the lab: %s", why);
}

static void read_signal(struct agent *ag)
{
	struct signalfd_siginfo info;

	if (read(ag->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo != SIGCHLD)
		leave(ag, 1);
	agent_run_reap(ag);
}

static void open_signals(struct agent *ag)
{
	sigset_t mask;

	agent_run_signals(ag, &mask);
	ag->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (ag->signals < 0)
		agent_die(ag, "signalfd(): %s", strerror(errno));
}

static void __attribute__((noreturn)) serve(struct agent *ag)
{
	long now, wait, next_tick = 0;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = ag->from, .events = POLLIN },
			{ .fd = ag->signals, .events = POLLIN },
			{ .fd = ag->program.out.fd, .events = POLLIN },
			{ .fd = ag->program.err.fd, .events = POLLIN },
			{ .fd = ag->program.given ? ag->program.in : -1, .events = POLLOUT },
			{ .fd = ag->klog, .events = POLLIN },
		};

		now = lab_now_ms();
		if (now >= next_tick) {
			agent_sayf(ag, CHANNEL_TICK, "%ld", now);
			next_tick = now + CHANNEL_TICK_SECONDS * 1000;
		}
		wait = MIN(next_tick, ag->program.deadline_ms) - now;
		if (poll(fds, 6, (int)MAX(wait, 0L)) < 0 && errno != EINTR)
			agent_die(ag, "poll(): %s", strerror(errno));

		/* Output first: a result must not arrive after the exit. */
		if (fds[2].revents)
			agent_run_output(ag, &ag->program.out);
		if (fds[3].revents)
			agent_run_output(ag, &ag->program.err);
		if (fds[4].revents)
			agent_shell_feed(ag);
		if (fds[5].revents)
			agent_klog(ag);
		if (fds[1].revents)
			read_signal(ag);
		agent_run_step(ag);
		if (fds[0].revents)
			read_commands(ag);
	}
}

int main(int argc, char *argv[])
{
	static struct agent ag = {
		.from = -1,
		.port = -1,
		.kmsg = -1,
		.klog = -1,
		.file = -1,
		.program.deadline_ms = LONG_MAX,
		.program.out.fd = -1,
		.program.err.fd = -1,
	};

	ag.hosted = argc > 1 && !strcmp(argv[1], "--host");
	if (getpid() != 1 && !ag.hosted) {
		fprintf(stderr, "lab-agent: the lab starts this, as process 1 of a machine or as root with --host\n");
		return 64;
	}
	umask(022);
	if (ag.hosted)
		agent_host(&ag, argv + 2);
	open_signals(&ag);
	if (!ag.hosted)
		agent_init(&ag);
	agent_sayf(&ag, CHANNEL_READY, "%ld", lab_now_ms());
	serve(&ag);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A board as the bed. What takes steps, one after the other, is a process of its own
 * (board_visit.h); the console stands beside it.
 */
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/process.h"
#include "base/run_dir.h"
#include "bed/board.h"
#include "bed/board_visit.h"

static int connect_tcp(const char *where, struct lab_error *e)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char *host = lab_strdup(where), *port = strrchr(host, ':');
	struct addrinfo *all = NULL;
	int fd = -1, ret;

	if (port)
		*port++ = '\0';
	ret = getaddrinfo(host, port, &hints, &all);
	for (struct addrinfo *a = ret ? NULL : all; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen)) {
			ret = errno;
			close(fd);
			fd = -1;
		}
	}
	if (all)
		freeaddrinfo(all);
	free(host);
	return fd >= 0 ? fd : lab_fail(e, -EIO, "console tcp:%s: %s", where,
				       ret < 0 ? gai_strerror(ret) : strerror(ret));
}

static int start_console(struct lab_machine *m, const char *console, const char *log,
			 struct lab_error *e)
{
	struct lab_argv argv = { NULL };
	int theirs, ret;
	struct lab_process p = {
		.argv = &argv, .out = log, .append = true, .keep = &theirs, .nr_keep = 1,
		.group = true,
	};

	if (!strncmp(console, "tcp:", 4)) {
		ret = connect_tcp(console + 4, e);
		m->fds[LAB_CONSOLE] = ret;
		return ret < 0 ? ret : 0;
	}
	ret = lab_machine_stream(m, LAB_CONSOLE, &theirs, e);
	if (ret)
		return ret;
	lab_argv_add_all(&argv, "sh", "-c", NULL);
	lab_argv_addf(&argv, "exec >&%d; %s", theirs, console);
	ret = lab_process_start(&p, e);
	lab_argv_free(&argv);
	close(theirs);
	if (ret < 0)
		return ret;
	m->helper = ret;
	return 0;
}

static int start_visit(struct lab_machine *m, const struct lab_plan *plan, const char *log,
		       struct lab_error *e)
{
	int channel, ret = lab_machine_stream(m, LAB_CHANNEL, &channel, e);
	pid_t pid;

	if (ret)
		return ret;
	pid = lab_process_fork(SIGKILL, e);
	if (!pid) {
		setpgid(0, 0);
		if (!freopen(log, "ae", stderr))
			_exit(LAB_VISIT_FAILED);
		setvbuf(stderr, NULL, _IOLBF, 0);
		dup2(fileno(stderr), STDOUT_FILENO);
		lab_board_visit(plan, channel);
	}
	close(channel);
	if (pid < 0)
		return pid;
	setpgid(pid, pid);
	m->pid = pid;
	return 0;
}

/* Of a board that is off there is no console to connect to. */
static int start(struct lab_machine *m, const struct lab_plan *plan, unsigned int bed,
		 struct lab_error *e)
{
	char *log = lab_run_file(plan->results->out, "agent", bed, "log");
	const struct lab_board *b = plan->board;
	int ret = 0;

	m->board = b;
	if (b->on && lab_board_is_off(b))
		ret = lab_board_power(b->on, e);
	if (!ret && b->console)
		ret = start_console(m, b->console, log, e);
	if (!ret)
		ret = start_visit(m, plan, log, e);
	free(log);
	return ret;
}

static int trace(struct lab_machine *m, struct lab_error *e)
{
	m->unplugged = lab_board_is_off(m->board);
	if (m->unplugged)
		return lab_fail(e, -EHOSTDOWN, "its power is off");
	return lab_board_power(m->board->nmi, e);
}

static enum lab_machine_end ended(const struct lab_machine *m, int *code)
{
	(void)m;
	switch (*code) {
	case 0:
	case LAB_VISIT_NO_BOOT:
		return LAB_MACHINE_STOPPED;
	case LAB_VISIT_RESET:
		return LAB_MACHINE_RESET;
	case LAB_VISIT_DISCONNECTED:
		return LAB_MACHINE_DISCONNECTED;
	case LAB_VISIT_UNPLUGGED:
		return LAB_MACHINE_UNPLUGGED;
	default:
		return LAB_MACHINE_EXITED;
	}
}

const struct lab_bed_kind lab_bed_ssh = {
	.name = "ssh",
	.process = "the agent",
	.up = true,
	/* The visit has deadlines of its own for each of its steps. */
	.boot_seconds = 7200,
	.start = start,
	.trace = trace,
	.ended = ended,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * What all kinds of beds have in common.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "bed/machine.h"

void lab_machine_init(struct lab_machine *m, const struct lab_bed_kind *kind)
{
	*m = (struct lab_machine){ .kind = kind, .fds = { -1, -1, -1 }, .memory = { -1, -1 } };
}

int lab_machine_stream(struct lab_machine *m, enum lab_stream stream, int *theirs,
		       struct lab_error *e)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return lab_fail(e, -errno, "socketpair(): %s", strerror(errno));
	m->fds[stream] = pair[0];
	*theirs = pair[1];
	return 0;
}

void lab_machine_hang_up(struct lab_machine *m, enum lab_stream stream)
{
	if (m->fds[stream] >= 0)
		close(m->fds[stream]);
	m->fds[stream] = -1;
}

void lab_machine_control(struct lab_machine *m)
{
	ssize_t n = read(m->fds[LAB_CONTROL], m->buf + m->fill, sizeof(m->buf) - m->fill);

	if (n <= 0) {
		lab_machine_hang_up(m, LAB_CONTROL);
		return;
	}
	m->fill += (size_t)n;
	m->kind->control(m);
	if (m->fill == sizeof(m->buf))
		m->fill = 0;	/* nothing that anybody wants is so long */
}

/* Let it clean up; it may be at it already, as its channel was closed. */
static void end_gently(struct lab_machine *m)
{
	long deadline = lab_now_ms() + m->kind->grace_seconds * 1000L;

	kill(-m->pid, SIGTERM);
	while (lab_now_ms() < deadline) {
		if (waitpid(m->pid, NULL, WNOHANG)) {
			m->pid = 0;
			return;
		}
		usleep(20000);
	}
}

void lab_machine_stop(struct lab_machine *m)
{
	for (int i = 0; i < LAB_NR_STREAMS; i++)
		lab_machine_hang_up(m, i);
	for (int i = 0; i < LAB_MAX_NODES; i++) {
		if (m->memory[i] >= 0)
			close(m->memory[i]);
		m->memory[i] = -1;
	}
	if (m->pid && m->kind->grace_seconds)
		end_gently(m);
	if (m->pid) {
		kill(-m->pid, SIGKILL);
		lab_process_wait(m->pid);
	}
	m->pid = 0;
	if (m->helper) {
		kill(-m->helper, SIGTERM);
		lab_process_wait(m->helper);
	}
	m->helper = 0;
}

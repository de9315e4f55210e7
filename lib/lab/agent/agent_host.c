// SPDX-License-Identifier: GPL-2.0
/*
 * The agent on a machine that is up, and that others use as well.
 *
 * Three processes see to it that the machine is put back. The one that serves the lab may die
 * with the program that it runs; its parent, the keeper, then ends what is left of that
 * program; and the restorer undoes what was changed when both are gone, killed or not. All of
 * them hold the lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "host/hoststate.h"

/* An abstract name of a socket: it leaves no file behind. */
#define LOCK		"mn-lab"
/* Programs put the host back on SIGTERM; what is left then is killed, and has time to go. */
#define TERM_GRACE_MS	20000
#define KILL_GRACE_MS	15000

static void open_channel(struct agent *ag, char ***words)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (**words && !strcmp(**words, "--fd") && (*words)[1]) {
		ag->from = ag->port = atoi((*words)[1]);
		fcntl(ag->port, F_SETFD, FD_CLOEXEC);
		*words += 2;
	} else {
		ag->from = fcntl(0, F_DUPFD_CLOEXEC, 3);
		ag->port = fcntl(1, F_DUPFD_CLOEXEC, 3);
		/* What programs print goes elsewhere, and nothing of ours may get in between. */
		dup2(null, 0);
		dup2(2, 1);
	}
	if (null >= 0)
		close(null);
	if (ag->port < 0 || ag->from < 0)
		agent_leave(ag, 1);	/* nobody to tell */
}

/* Whoever changes the whole machine is to be alone with it; one may be cleaning up yet. */
static void lock(struct agent *ag)
{
	const struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "\0" LOCK };
	const socklen_t len = offsetof(struct sockaddr_un, sun_path) + sizeof(LOCK);
	long deadline = lab_now_ms() + TERM_GRACE_MS + KILL_GRACE_MS;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	while (fd < 0 || bind(fd, (const struct sockaddr *)&name, len)) {
		if (fd < 0 || errno != EADDRINUSE)
			agent_die(ag, "a socket as a lock: %s", strerror(errno));
		if (lab_now_ms() > deadline)
			agent_die(ag, "another run is under way on this machine");
		usleep(100000);
	}
}

/* Of what tests read, what this machine has not mounted; only for us and what we start. */
static void mount_missing(struct agent *ag)
{
	static const char *const missing[][2] = {
		{ "debugfs", "/sys/kernel/debug" }, { "tracefs", "/sys/kernel/tracing" },
	};

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL)) {
		agent_log(ag, "no mount namespace: %s", strerror(errno));
		return;
	}
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
		if (mount(missing[i][0], missing[i][1], missing[i][0], 0, NULL) && errno != EBUSY)
			agent_log(ag, "mount(%s): %s", missing[i][0], strerror(errno));
}

void agent_klog(struct agent *ag)
{
	char record[8192], *text;
	unsigned long long us;
	unsigned int level;
	ssize_t n = read(ag->klog, record, sizeof(record) - 1);

	if (n < 0 && errno == EPIPE)
		agent_sayf(ag, CHANNEL_NOTE, "the kernel log came faster than it could be read");
	if (n <= 0)
		return;
	record[n] = '\0';
	text = strchr(record, ';');
	if (!text || sscanf(record, "%u,%*u,%llu", &level, &us) != 2 ||
	    (level & 7) >= (unsigned int)atoi(AGENT_LOGLEVEL))
		return;
	text++;
	agent_sayf(ag, CHANNEL_KLOG, "[%5llu.%06llu] %.*s", us / 1000000, us % 1000000,
		   (int)strcspn(text, "\n"), text);
}

static void open_logs(struct agent *ag, bool console)
{
	ag->kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (console)
		return;
	ag->klog = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	/* What was there before is not our doing. */
	if (ag->klog >= 0 && lseek(ag->klog, 0, SEEK_END) < 0)
		agent_die(ag, "lseek(/dev/kmsg): %s", strerror(errno));
	if (ag->klog < 0)
		agent_sayf(ag, CHANNEL_NOTE, "the kernel log cannot be read: %s", strerror(errno));
}

static void outlive_tests(struct agent *ag)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		agent_log(ag, "mlockall(): %s", strerror(errno));
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		agent_die(ag, "prctl(PR_SET_CHILD_SUBREAPER): %s", strerror(errno));
}

static void end(struct agent *ag, pid_t pid, const char *comm, char state)
{
	(void)ag;
	(void)comm;
	(void)state;
	kill(pid, SIGTERM);
}

static void end_at_once(struct agent *ag, pid_t pid, const char *comm, char state)
{
	agent_log(ag, "left behind: process %d (%s), state %c", pid, comm, state);
	kill(pid, SIGKILL);
}

/* End what is left of a program, then let the restorer put the machine back. */
static void clean_up(struct agent *ag)
{
	ag->port = -1;		/* what was said there belongs to the one who said it */
	agent_each_process(end, ag);
	if (agent_run_wait(ag, TERM_GRACE_MS)) {
		agent_each_process(end_at_once, ag);
		agent_run_wait(ag, KILL_GRACE_MS);
	}
	hoststate_close(ag->host);
}

/* Signals that are meant for the one who serves go there; when that has ended, clean up. */
static void __attribute__((noreturn)) keep(struct agent *ag, pid_t server, const sigset_t *set)
{
	int sig, status = 0;

	while (!sigwait(set, &sig)) {
		if (sig != SIGCHLD)
			kill(server, SIGTERM);
		else if (waitpid(server, &status, WNOHANG) == server)
			break;
	}
	clean_up(ag);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

void agent_host_leave(struct agent *ag, int code)
{
	if (getppid() != ag->keeper)
		clean_up(ag);
	agent_leave(ag, code);
}

void agent_host(struct agent *ag, char **words)
{
	static struct hoststate host;
	struct result r;
	pid_t server;
	sigset_t set;
	bool console;

	open_channel(ag, &words);
	if (geteuid())
		agent_die(ag, "a run on a machine that is up changes it: this takes root");
	lock(ag);
	console = *words && !strcmp(*words, "--console");
	words += console;
	open_logs(ag, console);
	mount_missing(ag);
	/* Before the first fork: who puts the machine back is to survive tests as well. */
	agent_write(ag, "/proc/self/oom_score_adj", "-1000");
	result_init(&r);
	hoststate_allow();
	if (hoststate_open(&host, "how the kernel panics, and which modules there are", &r))
		agent_die(ag, "%s", r.reason);
	ag->host = &host;
	ag->restorer = host.restorer;

	agent_run_signals(ag, &set);
	ag->keeper = getpid();
	server = fork();
	if (server < 0)
		agent_die(ag, "fork(): %s", strerror(errno));
	outlive_tests(ag);
	if (server)
		keep(ag, server, &set);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != ag->keeper)
		agent_die(ag, "nobody is left who would put the machine back");
	agent_hello(ag);
	agent_set_panics(ag, console);
	agent_write_parameters(ag);
	agent_load_words(ag, words);
}

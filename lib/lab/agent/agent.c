// SPDX-License-Identifier: GPL-2.0
/*
 * init of the VM under test, static, process 1.
 *
 * It sets up what tests expect of a booted system, loads modules, and then does
 * what the lab tells it over the channel: run a program, power off. The lab
 * drives, so that a snapshot can be taken while init waits for its first
 * command. init is an ordinary SCHED_OTHER process on purpose: when user space
 * starves, its ticks stop, and that is how the lab notices.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/clock.h"

/* The port appears when its driver has probed; a loaded host makes that slow. */
#define PORT_WAIT_MS	30000

static const struct {
	const char *type, *target, *options;
	bool needed;
} mounts[] = {
	{ "proc",	"/proc",		NULL, true },
	{ "sysfs",	"/sys",			NULL, true },
	{ "devtmpfs",	"/dev",			NULL, true },
	{ "tmpfs",	"/dev/shm",		"mode=1777", false },
	{ "tmpfs",	"/tmp",			"mode=1777", true },
	{ "tmpfs",	"/run",			"mode=0755", false },
	{ "debugfs",	"/sys/kernel/debug",	NULL, false },
	{ "tracefs",	"/sys/kernel/tracing",	NULL, false },
	{ "cgroup2",	"/sys/fs/cgroup",	NULL, false },
};

static void mount_all(struct agent *ag)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		if (mkdir(mounts[i].target, 0755) && errno != EEXIST && mounts[i].needed)
			agent_die(ag, "mkdir(%s): %s", mounts[i].target, strerror(errno));
		if (!mount(mounts[i].type, mounts[i].target, mounts[i].type, 0,
			   mounts[i].options) || errno == EBUSY)
			continue;
		if (mounts[i].needed)
			agent_die(ag, "mount(%s, %s): %s", mounts[i].type,
				 mounts[i].target, strerror(errno));
		agent_log(ag, "mount(%s, %s): %s", mounts[i].type, mounts[i].target,
			 strerror(errno));
	}
}

/* devtmpfs has none of these, and shell scripts count on them. */
static void link_streams(struct agent *ag)
{
	static const struct {
		const char *to, *path;
	} links[] = {
		{ "/proc/self/fd",	"/dev/fd" },
		{ "/proc/self/fd/0",	"/dev/stdin" },
		{ "/proc/self/fd/1",	"/dev/stdout" },
		{ "/proc/self/fd/2",	"/dev/stderr" },
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i].to, links[i].path) && errno != EEXIST)
			agent_log(ag, "symlink(%s, %s): %s", links[i].to, links[i].path,
				 strerror(errno));
}

/* Open the channel as soon as its driver is there, and greet. */
static void try_port(struct agent *ag)
{
	static const char class[] = "/sys/class/virtio-ports";
	DIR *dir = ag->port < 0 ? opendir(class) : NULL;
	struct dirent *d;

	while (dir && ag->port < 0 && (d = readdir(dir))) {
		char path[PATH_MAX], name[64];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s/name", class, d->d_name);
		f = fopen(path, "re");
		if (f && fscanf(f, "%63s", name) == 1 && !strcmp(name, CHANNEL_PORT)) {
			snprintf(path, sizeof(path), "/dev/%s", d->d_name);
			ag->port = open(path, O_RDWR | O_CLOEXEC);
			agent_hello(ag);
		}
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
}

static void open_channel(struct agent *ag)
{
	long deadline;

	agent_load_modules(ag, try_port);
	deadline = lab_now_ms() + PORT_WAIT_MS;
	for (try_port(ag); ag->port < 0; try_port(ag)) {
		if (lab_now_ms() > deadline)
			agent_die(ag, "no virtio port named %s after %d s: does the kernel have virtio_pci and virtio_console?",
				 CHANNEL_PORT, PORT_WAIT_MS / 1000);
		usleep(20000);
	}
}

static void setup(struct agent *ag)
{
	sigset_t mask;

	/* Before /dev is mounted the node has to be made in the initramfs. */
	ag->kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (ag->kmsg < 0 && !mknod("/kmsg", S_IFCHR | 0600, makedev(1, 11))) {
		ag->kmsg = open("/kmsg", O_WRONLY | O_CLOEXEC);
		unlink("/kmsg");
	}
	mount_all(ag);
	link_streams(ag);

	/* Tests make the system reclaim and kill: not this process. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		agent_log(ag, "mlockall(): %s", strerror(errno));
	agent_write(ag, "/proc/self/oom_score_adj", "-1000");

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &mask, NULL))
		agent_die(ag, "sigprocmask(): %s", strerror(errno));
	ag->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (ag->signals < 0)
		agent_die(ag, "signalfd(): %s", strerror(errno));
}

static void command(struct agent *ag, struct channel_frame *frame)
{
	switch (frame->kind) {
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
		agent_power_off();
	default:
		agent_die(ag, "not a command: %s", channel_kind_name(frame->kind));
	}
}

static void read_commands(struct agent *ag)
{
	struct channel_frame frame;
	char why[160];
	ssize_t n = channel_fill(&ag->reader, ag->port);
	int ret;

	if (n <= 0) {
		agent_log(ag, "read from the channel: %s", n ? strerror((int)-n) : "closed");
		agent_power_off();
	}
	while ((ret = channel_next(&ag->reader, &frame, why, sizeof(why))) > 0)
		command(ag, &frame);
	if (ret < 0)
		agent_die(ag, "channel from the lab: %s", why);
}

static void serve(struct agent *ag)
{
	struct signalfd_siginfo info;
	long now, wait, next_tick = 0;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = ag->port, .events = POLLIN },
			{ .fd = ag->signals, .events = POLLIN },
			{ .fd = ag->program.out.fd, .events = POLLIN },
			{ .fd = ag->program.err.fd, .events = POLLIN },
			{ .fd = ag->program.given ? ag->program.in : -1, .events = POLLOUT },
		};

		now = lab_now_ms();
		if (now >= next_tick) {
			agent_sayf(ag, CHANNEL_TICK, "%ld", now);
			next_tick = now + CHANNEL_TICK_SECONDS * 1000;
		}
		wait = MIN(next_tick, ag->program.deadline_ms) - now;
		if (poll(fds, 5, (int)MAX(wait, 0L)) < 0 && errno != EINTR)
			agent_die(ag, "poll(): %s", strerror(errno));

		/* Output first: a result must not arrive after the exit. */
		if (fds[2].revents)
			agent_run_output(ag, &ag->program.out);
		if (fds[3].revents)
			agent_run_output(ag, &ag->program.err);
		if (fds[4].revents)
			agent_shell_feed(ag);
		if (fds[1].revents && read(ag->signals, &info, sizeof(info)) > 0)
			agent_run_reap(ag);
		agent_run_step(ag);
		if (fds[0].revents)
			read_commands(ag);
	}
}

int main(void)
{
	static struct agent ag = {
		.port = -1,
		.kmsg = -1,
		.program.deadline_ms = LONG_MAX,
		.program.out.fd = -1,
		.program.err.fd = -1,
	};

	if (getpid() != 1) {
		fprintf(stderr, "lab-agent: this is the init of the lab's virtual machine; it runs as process 1 only\n");
		return 64;
	}
	umask(022);
	setup(&ag);
	open_channel(&ag);
	agent_mount_disks(&ag);
	agent_sayf(&ag, CHANNEL_READY, "%ld", lab_now_ms());
	serve(&ag);
}

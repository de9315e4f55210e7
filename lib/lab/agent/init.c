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

#include "agent/init.h"
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

static void mount_all(struct init *in)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		if (mkdir(mounts[i].target, 0755) && errno != EEXIST && mounts[i].needed)
			init_die(in, "mkdir(%s): %s", mounts[i].target, strerror(errno));
		if (!mount(mounts[i].type, mounts[i].target, mounts[i].type, 0,
			   mounts[i].options) || errno == EBUSY)
			continue;
		if (mounts[i].needed)
			init_die(in, "mount(%s, %s): %s", mounts[i].type,
				 mounts[i].target, strerror(errno));
		init_log(in, "mount(%s, %s): %s", mounts[i].type, mounts[i].target,
			 strerror(errno));
	}
}

/* devtmpfs has none of these, and shell scripts count on them. */
static void link_streams(struct init *in)
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
			init_log(in, "symlink(%s, %s): %s", links[i].to, links[i].path,
				 strerror(errno));
}

/* Open the channel as soon as its driver is there, and greet. */
static void try_port(struct init *in)
{
	static const char class[] = "/sys/class/virtio-ports";
	DIR *dir = in->port < 0 ? opendir(class) : NULL;
	struct dirent *d;

	while (dir && in->port < 0 && (d = readdir(dir))) {
		char path[PATH_MAX], name[64];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s/name", class, d->d_name);
		f = fopen(path, "re");
		if (f && fscanf(f, "%63s", name) == 1 && !strcmp(name, CHANNEL_PORT)) {
			snprintf(path, sizeof(path), "/dev/%s", d->d_name);
			in->port = open(path, O_RDWR | O_CLOEXEC);
			init_hello(in);
		}
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
}

static void open_channel(struct init *in)
{
	long deadline;

	init_load_modules(in, try_port);
	deadline = lab_now_ms() + PORT_WAIT_MS;
	for (try_port(in); in->port < 0; try_port(in)) {
		if (lab_now_ms() > deadline)
			init_die(in, "no virtio port named %s after %d s: does the kernel have virtio_pci and virtio_console?",
				 CHANNEL_PORT, PORT_WAIT_MS / 1000);
		usleep(20000);
	}
}

static void setup(struct init *in)
{
	sigset_t mask;

	/* Before /dev is mounted the node has to be made in the initramfs. */
	in->kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (in->kmsg < 0 && !mknod("/kmsg", S_IFCHR | 0600, makedev(1, 11))) {
		in->kmsg = open("/kmsg", O_WRONLY | O_CLOEXEC);
		unlink("/kmsg");
	}
	mount_all(in);
	link_streams(in);

	/* Tests make the system reclaim and kill: not this process. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		init_log(in, "mlockall(): %s", strerror(errno));
	init_write(in, "/proc/self/oom_score_adj", "-1000");

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &mask, NULL))
		init_die(in, "sigprocmask(): %s", strerror(errno));
	in->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (in->signals < 0)
		init_die(in, "signalfd(): %s", strerror(errno));
}

static void command(struct init *in, struct channel_frame *frame)
{
	switch (frame->kind) {
	case CHANNEL_RUN:
		if (in->program.pid)
			init_die(in, "told to run a program while one runs");
		init_run_start(in, frame);
		break;
	case CHANNEL_STOP:
		init_run_stop(in);
		break;
	case CHANNEL_SHELL:
		if (in->program.pid)
			init_die(in, "told to start a shell while a program runs");
		init_shell_start(in, frame);
		break;
	case CHANNEL_INPUT:
		init_shell_input(in, frame);
		break;
	case CHANNEL_SIZE:
		init_shell_size(in, frame);
		break;
	case CHANNEL_QUIT:
		init_send(in, CHANNEL_BYE, "", 0);
		init_power_off();
	default:
		init_die(in, "not a command: %s", channel_kind_name(frame->kind));
	}
}

static void read_commands(struct init *in)
{
	struct channel_frame frame;
	char why[160];
	ssize_t n = channel_fill(&in->reader, in->port);
	int ret;

	if (n <= 0) {
		init_log(in, "read from the channel: %s", n ? strerror((int)-n) : "closed");
		init_power_off();
	}
	while ((ret = channel_next(&in->reader, &frame, why, sizeof(why))) > 0)
		command(in, &frame);
	if (ret < 0)
		init_die(in, "channel from the lab: %s", why);
}

static void serve(struct init *in)
{
	struct signalfd_siginfo info;
	long now, wait, next_tick = 0;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = in->port, .events = POLLIN },
			{ .fd = in->signals, .events = POLLIN },
			{ .fd = in->program.out.fd, .events = POLLIN },
			{ .fd = in->program.err.fd, .events = POLLIN },
			{ .fd = in->program.given ? in->program.in : -1, .events = POLLOUT },
		};

		now = lab_now_ms();
		if (now >= next_tick) {
			init_sayf(in, CHANNEL_TICK, "%ld", now);
			next_tick = now + CHANNEL_TICK_SECONDS * 1000;
		}
		wait = MIN(next_tick, in->program.deadline_ms) - now;
		if (poll(fds, 5, (int)MAX(wait, 0L)) < 0 && errno != EINTR)
			init_die(in, "poll(): %s", strerror(errno));

		/* Output first: a result must not arrive after the exit. */
		if (fds[2].revents)
			init_run_output(in, &in->program.out);
		if (fds[3].revents)
			init_run_output(in, &in->program.err);
		if (fds[4].revents)
			init_shell_feed(in);
		if (fds[1].revents && read(in->signals, &info, sizeof(info)) > 0)
			init_run_reap(in);
		init_run_step(in);
		if (fds[0].revents)
			read_commands(in);
	}
}

int main(void)
{
	static struct init in = {
		.port = -1,
		.kmsg = -1,
		.program.deadline_ms = LONG_MAX,
		.program.out.fd = -1,
		.program.err.fd = -1,
	};

	if (getpid() != 1) {
		fprintf(stderr, "lab-init: this is the init of the lab's virtual machine; it runs as process 1 only\n");
		return 64;
	}
	umask(022);
	setup(&in);
	open_channel(&in);
	init_mount_disks(&in);
	init_sayf(&in, CHANNEL_READY, "%ld", lab_now_ms());
	serve(&in);
}

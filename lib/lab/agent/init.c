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
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "agent/init.h"

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

long init_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Through a reset, if powering off is refused. */
static void __attribute__((noreturn)) power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	/* No power management in this kernel: QEMU ends on a reset as well. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

void init_log(const struct init *in, const char *fmt, ...)
{
	char text[512], line[600];
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* One write(2) is one record; dprintf(3) would seek first, which kmsg refuses. */
	n = snprintf(line, sizeof(line), "<5>lab-init: %s\n", text);
	if (in->kmsg >= 0 && write(in->kmsg, line, (size_t)n) < 0)
		return;		/* there is no one left to tell */
}

void init_send(struct init *in, enum channel_kind kind, const char *text, size_t len)
{
	int ret;

	if (in->port < 0)
		return;
	ret = channel_send(in->port, &in->seq, kind, text, len);
	if (ret) {
		init_log(in, "write to the channel: %s", strerror(-ret));
		power_off();
	}
}

void init_sayf(struct init *in, enum channel_kind kind, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof(text))
		n = sizeof(text) - 1;
	init_send(in, kind, text, (size_t)n);
}

void init_die(struct init *in, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	init_log(in, "fatal: %s", text);
	init_sayf(in, CHANNEL_ERROR, "%s", text);
	power_off();
}

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

/* Find the port by its name; returns 0 with its device node in @dev. */
static int find_port(char *dev, size_t size)
{
	static const char class[] = "/sys/class/virtio-ports";
	DIR *dir = opendir(class);
	struct dirent *d;
	int ret = -ENOENT;

	if (!dir)
		return -errno;
	while (ret && (d = readdir(dir))) {
		char path[PATH_MAX], name[64] = "";
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s/name", class, d->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(name, sizeof(name), f))
			name[strcspn(name, "\n")] = '\0';
		fclose(f);
		if (!strcmp(name, CHANNEL_PORT)) {
			snprintf(dev, size, "/dev/%s", d->d_name);
			ret = 0;
		}
	}
	closedir(dir);
	return ret;
}

/* Open the channel as soon as its driver is there, and greet. */
static void try_port(struct init *in)
{
	char dev[PATH_MAX];
	struct utsname u;

	if (in->port >= 0 || find_port(dev, sizeof(dev)))
		return;
	in->port = open(dev, O_RDWR | O_CLOEXEC);
	if (in->port < 0)
		return;
	uname(&u);
	init_sayf(in, CHANNEL_HELLO, "%s", u.release);
}

static void report_module(struct init *in, const char *name, const char *reason)
{
	init_log(in, "module %s: %s", name, reason);
	init_sayf(in, CHANNEL_MODULE, "%s: %s", name, reason);
}

static void open_channel(struct init *in)
{
	static const struct init_modules ops = { try_port, report_module };
	long deadline;

	init_load_modules(in, &ops);
	deadline = init_now_ms() + PORT_WAIT_MS;
	for (try_port(in); in->port < 0; try_port(in)) {
		if (init_now_ms() > deadline)
			init_die(in, "no virtio port named %s after %d s: does the kernel have virtio_pci and virtio_console?",
				 CHANNEL_PORT, PORT_WAIT_MS / 1000);
		usleep(20000);
	}
}

static void setup(struct init *in)
{
	sigset_t mask;
	int fd;

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
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "-1000", 5) != 5)
		init_log(in, "write(oom_score_adj): %s", strerror(errno));
	if (fd >= 0)
		close(fd);

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &mask, NULL))
		init_die(in, "sigprocmask(): %s", strerror(errno));
	in->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (in->signals < 0)
		init_die(in, "signalfd(): %s", strerror(errno));
}

static void command(struct init *in, const struct channel_frame *frame)
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
	case CHANNEL_QUIT:
		init_send(in, CHANNEL_BYE, "", 0);
		power_off();
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
		power_off();
	}
	while ((ret = channel_next(&in->reader, &frame, why, sizeof(why))) > 0)
		command(in, &frame);
	if (ret < 0)
		init_die(in, "channel from the lab: %s", why);
}

static void drain_signals(struct init *in)
{
	struct signalfd_siginfo info;

	while (read(in->signals, &info, sizeof(info)) == sizeof(info))
		;
	init_run_reap(in);
}

static void serve(struct init *in)
{
	long next_tick = 0;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = in->port, .events = POLLIN },
			{ .fd = in->signals, .events = POLLIN },
			{ .fd = in->program.out.fd, .events = POLLIN },
			{ .fd = in->program.err.fd, .events = POLLIN },
		};
		long now = init_now_ms();
		int wait, due;

		if (now >= next_tick) {
			init_sayf(in, CHANNEL_TICK, "%ld", now);
			next_tick = now + CHANNEL_TICK_SECONDS * 1000;
		}
		wait = (int)(next_tick - now);
		due = init_run_wait_ms(in);
		if (due >= 0 && due < wait)
			wait = due;
		if (poll(fds, 4, wait) < 0 && errno != EINTR)
			init_die(in, "poll(): %s", strerror(errno));

		/* Output first: a result must not arrive after the exit. */
		if (fds[2].revents)
			init_run_output(in, &in->program.out);
		if (fds[3].revents)
			init_run_output(in, &in->program.err);
		if (fds[1].revents)
			drain_signals(in);
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
	init_sayf(&in, CHANNEL_READY, "%ld", init_now_ms());
	serve(&in);
}

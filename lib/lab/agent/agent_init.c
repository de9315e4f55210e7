// SPDX-License-Identifier: GPL-2.0
/*
 * The agent as process 1: it sets up what tests expect of a booted system. The lab drives, so
 * that a snapshot can be taken while the agent waits for its first command (agent_snapshot.c).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
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
static void try_port(struct agent *ag, const char *module)
{
	static const char class[] = "/sys/class/virtio-ports";
	DIR *dir = ag->port < 0 ? opendir(class) : NULL;
	struct dirent *d;

	(void)module;
	while (dir && ag->port < 0 && (d = readdir(dir))) {
		char path[PATH_MAX], name[64];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s/name", class, d->d_name);
		f = fopen(path, "re");
		if (f && fscanf(f, "%63s", name) == 1 && !strcmp(name, CHANNEL_PORT)) {
			snprintf(path, sizeof(path), "/dev/%s", d->d_name);
			ag->port = ag->from = open(path, O_RDWR | O_CLOEXEC);
			agent_hello(ag);
		}
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
}

static void open_port(struct agent *ag)
{
	long deadline;

	agent_load_modules(ag, "", try_port);
	deadline = lab_now_ms() + PORT_WAIT_MS;
	for (try_port(ag, NULL); ag->port < 0; try_port(ag, NULL)) {
		if (lab_now_ms() > deadline)
			agent_die(ag, "no virtio port named %s after %d s: does the kernel have virtio_pci and virtio_console?",
				 CHANNEL_PORT, PORT_WAIT_MS / 1000);
		usleep(20000);
	}
}

static void setup(struct agent *ag)
{
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
}

void agent_init(struct agent *ag)
{
	setup(ag);
	agent_pause(ag);
	open_port(ag);
	if (!ag->pausing)
		agent_mount_disks(ag);
	agent_write_parameters(ag);
}

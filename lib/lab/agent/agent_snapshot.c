// SPDX-License-Identifier: GPL-2.0
/*
 * A machine of which a snapshot is taken while we wait for commands: before, what cannot be in
 * it, and afterwards, what a machine that is restored days later lacks.
 *
 * Disks are not mounted before, so none of their contents are in the snapshot: those of each
 * machine are new. QEMU saves no state of virtio-pmem, not even that of a PCI device. So the
 * kernel is told that it is gone, and finds it as it was switched on when it looks again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/clock.h"

#define PCI		"/sys/bus/pci"
#define PCI_VIRTIO	0x1af4
#define PCI_PMEM	0x105b		/* virtio devices since 1.0: 0x1040 and their id, which is 27 */
/* Its driver probes in the background. */
#define PMEM		"/dev/pmem0"
#define PMEM_WAIT_MS	10000

#define SEED_BYTES	32

static unsigned int read_id(const char *device, const char *name)
{
	char path[PATH_MAX];
	unsigned int id = 0;
	FILE *f;

	snprintf(path, sizeof(path), PCI "/devices/%s/%s", device, name);
	f = fopen(path, "re");
	if (f && fscanf(f, "%x", &id) != 1)
		id = 0;
	if (f)
		fclose(f);
	return id;
}

static void hide_pmem(struct agent *ag)
{
	DIR *dir = opendir(PCI "/devices");
	char path[PATH_MAX];
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		if (read_id(d->d_name, "vendor") != PCI_VIRTIO ||
		    read_id(d->d_name, "device") != PCI_PMEM)
			continue;
		snprintf(path, sizeof(path), PCI "/devices/%s/remove", d->d_name);
		agent_write(ag, path, "1");
	}
	if (dir)
		closedir(dir);
}

/* Is there a driver for all of it? Without one nothing will come. */
static bool drives_pmem(void)
{
	return !access("/sys/bus/virtio/drivers/virtio_pmem", F_OK) &&
		!access("/sys/bus/nd/drivers/nd_pmem", F_OK);
}

static bool has_pmem(void)
{
	char line[256];
	bool has = false;
	FILE *f = fopen("/mounts", "re");

	while (f && fgets(line, sizeof(line), f))
		has |= !strncmp(line, PMEM, strlen(PMEM));
	if (f)
		fclose(f);
	return has;
}

static void find_pmem(struct agent *ag)
{
	long deadline = lab_now_ms() + PMEM_WAIT_MS;

	if (!has_pmem())
		return;
	agent_write(ag, PCI "/rescan", "1");
	while (drives_pmem() && access(PMEM, F_OK) && lab_now_ms() < deadline)
		usleep(5000);
}

void agent_pause(struct agent *ag)
{
	char cmdline[4096] = "";
	FILE *f = fopen("/proc/cmdline", "re");

	if (f && fgets(cmdline, sizeof(cmdline), f))
		ag->pausing = strstr(cmdline, " " CHANNEL_SNAPSHOT);
	if (f)
		fclose(f);
	if (ag->pausing)
		hide_pmem(ag);
}

/* Its own clock stood still. */
static void set_clock(struct agent *ag, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);
	struct timespec now = { .tv_sec = (time_t)seconds };

	now.tv_nsec = (long)((seconds - (double)now.tv_sec) * 1e9);
	if (end == text || clock_settime(CLOCK_REALTIME, &now))
		agent_log(ag, "clock_settime(%s): %s", text, strerror(errno));
}

/*
 * All that are restored have the same random state: what tests draw, and where the kernel puts
 * things, must not be the same in all of them.
 */
static void add_randomness(struct agent *ag, const char *hex)
{
	struct {
		struct rand_pool_info info;
		unsigned char bytes[SEED_BYTES];
	} pool = { .info = { .entropy_count = SEED_BYTES * 8, .buf_size = SEED_BYTES } };
	int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

	for (size_t i = 0; i < SEED_BYTES; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &pool.bytes[i]) != 1)
			agent_die(ag, "not %d random bytes: %s", SEED_BYTES, hex);
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &pool) || ioctl(fd, RNDRESEEDCRNG))
		agent_die(ag, "/dev/urandom takes no bytes: %s", strerror(errno));
	close(fd);
}

void agent_resume(struct agent *ag, struct channel_frame *frame)
{
	char sep[] = { CHANNEL_FIELD, '\0' }, *rest = frame->text, *word = strsep(&rest, sep), *text;

	set_clock(ag, word);
	word = strsep(&rest, sep);
	if (!word || strlen(word) != 2 * SEED_BYTES)
		agent_die(ag, "told to resume without random bytes");
	add_randomness(ag, word);
	find_pmem(ag);
	agent_mount_disks(ag);
	while ((word = strsep(&rest, sep))) {
		text = strchr(word, ':');
		if (!text)
			agent_die(ag, "not FILE:TEXT: %s", word);
		*text++ = '\0';
		agent_write(ag, word, text);
	}
	agent_log(ag, "resumed");
	agent_sayf(ag, CHANNEL_READY, "%ld", lab_now_ms());
}

void agent_take_file(struct agent *ag, const struct channel_frame *frame)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.*s", PATH_MAX - 1, frame->text);
	for (char *p = path; (p = strchr(p + 1, '/')); *p = '/') {
		*p = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			agent_die(ag, "mkdir(%s): %s", path, strerror(errno));
	}
	ag->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (ag->file < 0)
		agent_die(ag, "open(%s): %s", path, strerror(errno));
	agent_send(ag, CHANNEL_TAKEN, "", 0);
}

void agent_take_data(struct agent *ag, const struct channel_frame *frame)
{
	if (!frame->len && close(ag->file))
		agent_die(ag, "close() of a file from the lab: %s", strerror(errno));
	for (size_t done = 0; done < frame->len; ) {
		ssize_t n = write(ag->file, frame->text + done, frame->len - done);

		if (n < 0)
			agent_die(ag, "write to a file from the lab: %s", strerror(errno));
		done += (size_t)n;
	}
	agent_send(ag, CHANNEL_TAKEN, "", 0);
}

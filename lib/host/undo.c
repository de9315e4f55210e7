// SPDX-License-Identifier: GPL-2.0
/*
 * Undoing one change to the host, kind by kind.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/page.h"
#include "host/hostfile.h"
#include "host/page_flags.h"
#include "host/restorer.h"

#define UNDO_TRIES	100
#define UNDO_PAUSE_NS	20000000ULL

#define UNPOISON	"/sys/kernel/debug/hwpoison/unpoison-pfn"

/* Processes may take a while to leave a cgroup. */
static int remove_directory(const char *path)
{
	char kill_file[300];
	int i;

	snprintf(kill_file, sizeof(kill_file), "%s/cgroup.kill", path);
	for (i = 0; i < UNDO_TRIES; i++) {
		if (!rmdir(path) || errno == ENOENT)
			return 0;
		hostfile_write(kill_file, "1");
		sleep_ns(UNDO_PAUSE_NS);
	}
	fprintf(stderr, "cannot remove %s: %s\n", path, strerror(errno));
	return -1;
}

/*
 * Kernels before v5.16 do not say that they refused: the flag does.  A frame
 * that is held for good stays out of service, which is not for us to change.
 */
static int unpoison(const char *frame)
{
	struct result ignored;
	uint64_t flags;
	int i;

	result_init(&ignored);
	for (i = 0; i < UNDO_TRIES; i++) {
		if (page_flags(strtoull(frame, NULL, 0), &flags, &ignored) ||
		    !(flags & 1ULL << KPF_HWPOISON) || hostfile_missing(UNPOISON, ""))
			return 0;
		if (i) {
			sleep_ns(UNDO_PAUSE_NS);
			page_queues_clear();
		}
		hostfile_write(UNPOISON, frame);
	}
	fprintf(stderr, "page frame %s stays out of service: still in use\n", frame);
	return 0;
}

static int swap_off(const char *path)
{
	/* EINVAL: it was never on, or is off again. */
	if (!swapoff(path) || errno == EINVAL)
		return 0;
	fprintf(stderr, "cannot stop swapping to %s: %s\n", path, strerror(errno));
	return -1;
}

/* The last VMs that it knew may take a while to go; others may use it as well. */
static int unload(const char *module)
{
	char path[300];
	int i;

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	if (access(path, F_OK))
		return 0;
	for (i = 0; i < UNDO_TRIES; i++) {
		if (!syscall(SYS_delete_module, module, O_NONBLOCK))
			return 0;
		if (errno != EAGAIN && errno != EBUSY)
			break;
		sleep_ns(UNDO_PAUSE_NS);
	}
	fprintf(stderr, "cannot unload %s: %s\n", module, strerror(errno));
	return -1;
}

void current_choice(char *value)
{
	char *open = strchr(value, '['), *close = strchr(value, ']');

	if (!open || !close || close < open)
		return;
	*close = '\0';
	memmove(value, open + 1, close - open);
}

static int write_back(const struct record *record)
{
	char now[sizeof(record->value)];
	int ret;

	/* The change itself may have been refused. */
	if (hostfile_read(record->path, now, sizeof(now)) >= 0) {
		current_choice(now);
		if (!strcmp(now, record->unless))
			return 0;
	}
	ret = hostfile_write(record->path, record->value);
	/* A process that was to be moved back is gone. */
	if (!ret || ret == -ESRCH)
		return 0;
	fprintf(stderr, "cannot restore %s to '%s': %s\n", record->path,
		record->value, strerror(-ret));
	return -1;
}

int record_undo(const struct record *record)
{
	switch (record->kind) {
	case RECORD_WRITE:
		return write_back(record);
	case RECORD_DIRECTORY:
		return remove_directory(record->path);
	case RECORD_SWAP:
		return swap_off(record->path);
	case RECORD_FRAME:
		return unpoison(record->value);
	case RECORD_MODULE:
		return unload(record->path);
	default:
		return 0;
	}
}

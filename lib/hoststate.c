// SPDX-License-Identifier: GPL-2.0
/*
 * The keeper of host settings: records what to restore before anything
 * changes, acknowledges, and restores at the end of its input.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"
#include "hostfile.h"
#include "hoststate.h"

#define MAX_RECORDS	32
#define RMDIR_TRIES	100
#define RMDIR_PAUSE_NS	20000000ULL

/* One thing to undo: write @value to @path, or remove the directory @path. */
struct record {
	char remove_directory;
	char path[255];
	char value[256];
};

/* Processes may take a while to leave a cgroup. */
static void remove_directory(const char *path)
{
	char kill_file[300];
	int i;

	snprintf(kill_file, sizeof(kill_file), "%s/cgroup.kill", path);
	for (i = 0; i < RMDIR_TRIES; i++) {
		if (!rmdir(path) || errno == ENOENT)
			return;
		hostfile_write(kill_file, "1");
		sleep_ns(RMDIR_PAUSE_NS);
	}
	fprintf(stderr, "cannot remove %s: %s\n", path, strerror(errno));
}

/* sysfs shows a choice as "always [madvise] never"; only the choice is written. */
static void keep_choice(char *value)
{
	char *open = strchr(value, '['), *close = strchr(value, ']');

	if (!open || !close || close < open)
		return;
	*close = '\0';
	memmove(value, open + 1, close - open);
}

static void undo(const struct record *record)
{
	char now[sizeof(record->value)];
	int ret;

	if (record->remove_directory) {
		remove_directory(record->path);
		return;
	}
	/* The change itself may have been refused. */
	if (hostfile_read(record->path, now, sizeof(now)) >= 0) {
		keep_choice(now);
		if (!strcmp(now, record->value))
			return;
	}
	ret = hostfile_write(record->path, record->value);
	if (ret)
		fprintf(stderr, "cannot restore %s to '%s': %s\n", record->path,
			record->value, strerror(-ret));
}

static void __attribute__((noreturn)) keeper(int fd)
{
	struct record records[MAX_RECORDS + 1];
	unsigned int n = 0;
	char ack;

	/* Ctrl-C is for the tests; the keeper has to outlive them. */
	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* One slot more than it keeps: that record is refused. */
	while (recv(fd, &records[n], sizeof(records[n]), 0) == sizeof(records[n])) {
		ack = n < MAX_RECORDS;
		n += ack;
		if (send(fd, &ack, 1, 0) != 1)
			break;
	}
	while (n--)
		undo(&records[n]);
	_exit(0);
}

int hoststate_open(struct hoststate *h, struct result *r)
{
	int pair[2];

	h->fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return result_errno(r, "socketpair()");
	fflush(stdout);
	h->keeper = fork();
	if (h->keeper < 0) {
		result_errno(r, "fork(keeper)");
		close(pair[0]);
		close(pair[1]);
		return -1;
	}
	if (!h->keeper) {
		close(pair[0]);
		keeper(pair[1]);
	}
	close(pair[1]);
	h->fd = pair[0];
	return 0;
}

/* The change may only follow once the keeper knows how to undo it. */
static int remember(struct hoststate *h, const struct record *record, struct result *r)
{
	char ack;

	if (send(h->fd, record, sizeof(*record), MSG_NOSIGNAL) != sizeof(*record) ||
	    recv(h->fd, &ack, 1, 0) != 1)
		return result_error(r, "the keeper of host settings is gone; %s not changed",
				    record->path);
	if (!ack)
		return result_error(r, "more than %d host settings changed; %s not changed",
				    MAX_RECORDS, record->path);
	return 0;
}

int hoststate_write(struct hoststate *h, const char *path, const char *value,
		    struct result *r)
{
	char old[sizeof(((struct record *)0)->value)];
	int ret = hostfile_read(path, old, sizeof(old));

	if (ret == -ENOENT)
		return 0;
	if (ret < 0)
		return result_error(r, "read(%s): %s", path, strerror(-ret));
	keep_choice(old);
	if (!strcmp(old, value))
		return 0;
	return hoststate_write_undo(h, path, value, old, r);
}

int hoststate_write_undo(struct hoststate *h, const char *path, const char *value,
			 const char *undo, struct result *r)
{
	struct record record = { 0 };
	int ret;

	snprintf(record.path, sizeof(record.path), "%s", path);
	snprintf(record.value, sizeof(record.value), "%s", undo);
	if (remember(h, &record, r))
		return -1;
	ret = hostfile_write(path, value);
	if (ret)
		return result_error(r, "write(%s, '%s'): %s", path, value, strerror(-ret));
	return 0;
}

int hoststate_mkdir(struct hoststate *h, const char *path, struct result *r)
{
	struct record record = { .remove_directory = 1 };

	snprintf(record.path, sizeof(record.path), "%s", path);
	if (remember(h, &record, r))
		return -1;
	if (mkdir(path, 0755))
		return result_errno(r, "mkdir(%s)", path);
	return 0;
}

void hoststate_close(struct hoststate *h)
{
	if (h->fd < 0)
		return;
	/* Ends the keeper's input also if a stuck test still holds our end. */
	shutdown(h->fd, SHUT_RDWR);
	close(h->fd);
	h->fd = -1;
	while (waitpid(h->keeper, NULL, 0) < 0 && errno == EINTR)
		;
}

int hoststate_quiet(struct hoststate *h, struct result *r)
{
	if (hoststate_write(h, "/sys/kernel/mm/ksm/run", "0", r) ||
	    hoststate_write(h, "/proc/sys/kernel/numa_balancing", "0", r) ||
	    /* Else a guest that reads first never gets a huge page of its own. */
	    hoststate_write(h, "/sys/kernel/mm/transparent_hugepage/use_zero_page", "0", r))
		return -1;
	return 0;
}

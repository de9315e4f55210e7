// SPDX-License-Identifier: GPL-2.0
/*
 * The keeper of host settings: records what to restore before anything
 * changes, acknowledges, and restores at the end of its input.
 */
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"
#include "hostfile.h"
#include "hoststate.h"
#include "pagemap.h"

#define MAX_RECORDS	32
#define UNDO_TRIES	100
#define UNDO_PAUSE_NS	20000000ULL

#define UNPOISON	"/sys/kernel/debug/hwpoison/unpoison-pfn"

enum record_kind {
	RECORD_WRITE,		/* to undo: write @value to @path */
	RECORD_DIRECTORY,	/* to undo: remove the directory @path */
	RECORD_FRAME,		/* to undo: take the poison off page frame @value */
	RECORD_MARK,		/* nothing to undo; a pop goes back to here */
	RECORD_POP,		/* is not kept: undo what came after the last mark */
};

struct record {
	enum record_kind kind;
	char path[256];
	char value[256];
	char unless[256];	/* in the file: then there is nothing to undo */
};

/* The keeper's answers. */
enum answer {
	ANSWER_FULL,
	ANSWER_DONE,
	ANSWER_NOT_UNDONE,
};

/* Processes may take a while to leave a cgroup.  Return: 0 or -1. */
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
 * Whoever still holds the frame for a moment must let go of it first, and
 * kernels before v5.16 do not say that they refused: the flag does.
 * Return: 0 or -1.
 */
static int unpoison(const char *frame)
{
	struct result ignored;
	uint64_t flags;
	int i;

	result_init(&ignored);
	for (i = 0; i < UNDO_TRIES; i++) {
		if (pageflags(strtoull(frame, NULL, 0), &flags, &ignored) ||
		    !(flags & 1ULL << KPF_HWPOISON) || access(UNPOISON, W_OK))
			return 0;
		if (i)
			sleep_ns(UNDO_PAUSE_NS);
		hostfile_write(UNPOISON, frame);
	}
	fprintf(stderr, "cannot give page frame %s back to the kernel\n", frame);
	return -1;
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

static int undo(const struct record *record)
{
	char now[sizeof(record->value)];
	int ret;

	if (record->kind == RECORD_MARK)
		return 0;
	if (record->kind == RECORD_DIRECTORY)
		return remove_directory(record->path);
	if (record->kind == RECORD_FRAME)
		return unpoison(record->value);
	/* The change itself may have been refused. */
	if (hostfile_read(record->path, now, sizeof(now)) >= 0) {
		keep_choice(now);
		if (!strcmp(now, record->unless))
			return 0;
	}
	ret = hostfile_write(record->path, record->value);
	if (ret)
		fprintf(stderr, "cannot restore %s to '%s': %s\n", record->path,
			record->value, strerror(-ret));
	return ret;
}

/* Undo, last first, until a mark or all is undone; that mark goes as well. */
static enum answer undo_to_mark(const struct record *records, unsigned int *n)
{
	enum answer answer = ANSWER_DONE;
	const struct record *record;

	while (*n) {
		record = &records[--*n];
		if (record->kind == RECORD_MARK)
			break;
		if (undo(record))
			answer = ANSWER_NOT_UNDONE;
	}
	return answer;
}

static void __attribute__((noreturn)) keeper(int fd)
{
	struct record records[MAX_RECORDS + 1];
	unsigned int n = 0;
	char answer;

	/* Ctrl-C is for the tests; the keeper has to outlive them. */
	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* One slot more than it keeps: that record is refused. */
	while (recv(fd, &records[n], sizeof(records[n]), 0) == sizeof(records[n])) {
		answer = ANSWER_FULL;
		if (records[n].kind == RECORD_POP) {
			answer = undo_to_mark(records, &n);
		} else if (n < MAX_RECORDS) {
			n++;
			answer = ANSWER_DONE;
		}
		if (send(fd, &answer, 1, 0) != 1)
			break;
	}
	while (n)
		undo_to_mark(records, &n);
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

static int ask(struct hoststate *h, const struct record *record, char *answer,
	       struct result *r)
{
	if (send(h->fd, record, sizeof(*record), MSG_NOSIGNAL) != sizeof(*record) ||
	    recv(h->fd, answer, 1, 0) != 1)
		return result_error(r, "the keeper of host settings is gone; %s not changed",
				    record->path);
	return 0;
}

/* The change may only follow once the keeper knows how to undo it. */
static int remember(struct hoststate *h, const struct record *record, struct result *r)
{
	char answer;

	if (ask(h, record, &answer, r))
		return -1;
	if (answer == ANSWER_FULL)
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
	int ret;

	if (hoststate_at_end(h, path, undo, undo, r))
		return -1;
	ret = hostfile_write(path, value);
	if (ret)
		return result_error(r, "write(%s, '%s'): %s", path, value, strerror(-ret));
	return 0;
}

int hoststate_at_end(struct hoststate *h, const char *path, const char *value,
		     const char *unless, struct result *r)
{
	struct record record = { .kind = RECORD_WRITE };

	snprintf(record.path, sizeof(record.path), "%s", path);
	snprintf(record.value, sizeof(record.value), "%s", value);
	snprintf(record.unless, sizeof(record.unless), "%s", unless);
	return remember(h, &record, r);
}

int hoststate_push(struct hoststate *h, struct result *r)
{
	struct record record = { .kind = RECORD_MARK };

	return remember(h, &record, r);
}

int hoststate_pop(struct hoststate *h, struct result *r)
{
	struct record record = { .kind = RECORD_POP };
	char answer;

	if (ask(h, &record, &answer, r))
		return -1;
	if (answer == ANSWER_NOT_UNDONE)
		return result_error(r, "a change to the host could not be undone: see the console");
	return 0;
}

int hoststate_unpoison_at_end(struct hoststate *h, uint64_t frame, struct result *r)
{
	struct record record = { .kind = RECORD_FRAME };

	snprintf(record.path, sizeof(record.path), "page frame");
	snprintf(record.value, sizeof(record.value), "%#llx", (unsigned long long)frame);
	return remember(h, &record, r);
}

int hoststate_mkdir(struct hoststate *h, const char *path, struct result *r)
{
	struct record record = { .kind = RECORD_DIRECTORY };

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

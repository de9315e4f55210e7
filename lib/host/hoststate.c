// SPDX-License-Identifier: GPL-2.0
/*
 * Changing settings of the host: first the restorer is told how to undo the change,
 * then it is made.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "host/hoststate.h"
#include "host/restorer.h"

int hoststate_open(struct hoststate *h, struct result *r)
{
	int pair[2];

	h->fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return result_errno(r, "socketpair()");
	fflush(stdout);
	h->restorer = fork();
	if (h->restorer < 0) {
		result_errno(r, "fork(restorer)");
		close(pair[0]);
		close(pair[1]);
		return -1;
	}
	if (!h->restorer) {
		close(pair[0]);
		restorer_run(pair[1]);
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
		return result_error(r, "the restorer of host settings is gone; %s not changed",
				    record->path);
	return 0;
}

/* The change may only follow once the restorer knows how to undo it. */
static int remember(struct hoststate *h, const struct record *record, struct result *r)
{
	char answer;

	if (ask(h, record, &answer, r))
		return -1;
	if (answer == ANSWER_FULL)
		return result_error(r, "more than %d host settings changed; %s not changed",
				    RESTORER_MAX_RECORDS, record->path);
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
	current_choice(old);
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

int hoststate_unload_at_end(struct hoststate *h, const char *module, struct result *r)
{
	struct record record = { .kind = RECORD_MODULE };

	snprintf(record.path, sizeof(record.path), "%s", module);
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

int hoststate_swapon(struct hoststate *h, const char *path, int flags, struct result *r)
{
	struct record record = { .kind = RECORD_SWAP };

	snprintf(record.path, sizeof(record.path), "%s", path);
	if (remember(h, &record, r))
		return -1;
	if (swapon(path, flags))
		return result_errno(r, "swapon(%s, %#x)", path, flags);
	return 0;
}

void hoststate_close(struct hoststate *h)
{
	if (h->fd < 0)
		return;
	/* Ends the restorer's input also if a stuck test still holds our end. */
	shutdown(h->fd, SHUT_RDWR);
	close(h->fd);
	h->fd = -1;
	while (waitpid(h->restorer, NULL, 0) < 0 && errno == EINTR)
		;
}

int hoststate_quiet(struct hoststate *h, struct result *r)
{
	/*
	 * Each VM, notifier and cgroup that goes waits for grace periods, on an idle
	 * machine for tens of milliseconds of nothing.
	 */
	if (hoststate_write(h, "/sys/kernel/rcu_expedited", "1", r) ||
	    hoststate_write(h, "/sys/kernel/mm/ksm/run", "0", r) ||
	    hoststate_write(h, "/proc/sys/kernel/numa_balancing", "0", r) ||
	    /* Else a guest that reads first never gets a huge page of its own. */
	    hoststate_write(h, "/sys/kernel/mm/transparent_hugepage/use_zero_page", "0", r))
		return -1;
	return 0;
}

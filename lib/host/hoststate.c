// SPDX-License-Identifier: GPL-2.0
/*
 * Changing settings of the host: first the restorer is told how to undo the change,
 * then it is made.
 */
#include <errno.h>
#include <numaif.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "host/hoststate.h"
#include "host/restorer.h"

#ifndef PR_SET_MEMORY_MERGE		/* since v6.4 */
#define PR_SET_MEMORY_MERGE	67
#endif

static bool allowed;

void hoststate_allow(void)
{
	allowed = true;
}

bool hoststate_allowed(void)
{
	return allowed;
}

const char *hoststate_refusal(const char *changes)
{
	static char why[256];

	if (!changes || allowed)
		return NULL;
	snprintf(why, sizeof(why), "changes the whole host (%s): allow it with -D", changes);
	return why;
}

int hoststate_may_change(const struct hoststate *h, const char *what, struct result *r)
{
	if (!h->changes)
		return result_error(r, "%s of the whole host is about to be changed, which the test does not declare",
				    what);
	return allowed ? 0 : result_skip(r, "%s", hoststate_refusal(what));
}

int hoststate_open(struct hoststate *h, const char *changes, struct result *r)
{
	int pair[2];

	h->changes = changes;
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
	char what[300];
	int ret;

	if (hoststate_at_end(h, path, undo, undo, r))
		return -1;
	ret = hostfile_write(path, value);
	if (!ret)
		return 0;
	snprintf(what, sizeof(what), "write(%.200s, '%.60s')", path, value);
	return hostfile_refused(what, -ret, r);
}

int hoststate_set(const struct hoststate *h, const char *path, const char *value,
		  struct result *r)
{
	if (hoststate_may_change(h, path, r))
		return -1;
	return -hostfile_write(path, value);
}

static bool is_own(const char *path)
{
	const char *name = strrchr(path, '/');

	return name && !strcmp(name, "/cgroup.procs");
}

int hoststate_at_end(struct hoststate *h, const char *path, const char *value,
		     const char *unless, struct result *r)
{
	struct record record = { .kind = RECORD_WRITE };

	if (!is_own(path) && hoststate_may_change(h, path, r))
		return -1;
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

	if (hoststate_may_change(h, "page frames", r))
		return -1;
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
	char what[300];

	snprintf(record.path, sizeof(record.path), "%s", path);
	if (remember(h, &record, r))
		return -1;
	if (!mkdir(path, 0755))
		return 0;
	snprintf(what, sizeof(what), "mkdir(%.250s)", path);
	return hostfile_refused(what, errno, r);
}

int hoststate_swapon(struct hoststate *h, const char *path, int flags, struct result *r)
{
	struct record record = { .kind = RECORD_SWAP };

	if (hoststate_may_change(h, path, r))
		return -1;
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
	 * A policy that says nothing new, but is one: NUMA balancing leaves what has it
	 * alone.  No such policies, and no merging, is as good.
	 */
	set_mempolicy(MPOL_LOCAL, NULL, 0);
	prctl(PR_SET_MEMORY_MERGE, 0, 0, 0, 0);
	if (!allowed)
		return 0;
	/*
	 * Each VM, notifier and cgroup that goes waits for grace periods, on an idle
	 * machine for tens of milliseconds of nothing.
	 */
	return hoststate_write(h, "/sys/kernel/rcu_expedited", "1", r);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Children that share the guest's memory copy-on-write: how their parent starts
 * them, gives them orders and ends them.  What they do is in cow_child_body.c.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "oracle/oracle.h"
#include "pressure/cow_child_body.h"

int cow_child_prepare(struct press *p, struct result *r)
{
	const struct area *system = &p->vm->system;

	if (madvise(system->hva, system->size, MADV_DONTFORK))
		return result_errno(r, "madvise(%p, %zu, MADV_DONTFORK)", system->hva,
				    system->size);
	return 0;
}

/* Its end of the connection is closed. */
static int died(struct cow_child *f, struct result *r)
{
	int status = 0;

	while (waitpid(f->pid, &status, 0) < 0 && errno == EINTR)
		;
	f->pid = 0;
	return result_error(r, "the child of fork() ended by itself: %s %d",
			    WIFSIGNALED(status) ? "signal" : "exit code",
			    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* The child's next word. */
static int await(struct cow_child *f, const struct press *p, struct result *r)
{
	struct pollfd poll_fd = { .fd = f->fd, .events = POLLIN };
	struct deadline deadline;
	char word;

	deadline_start(&deadline, p->budget_ns);
	while (!poll(&poll_fd, 1, 0)) {
		if (!deadline_poll(&deadline))
			return result_error(r, "the child of fork() did not answer in %llu ms",
					    (unsigned long long)p->budget_ns / 1000000);
	}
	return recv(f->fd, &word, 1, 0) == 1 ? 0 : died(f, r);
}

/* Between what was there for sure before fork() and what was announced after it. */
static int judge_snapshot(const struct cow_child *f, struct result *r)
{
	const struct cow_child_memory *m = f->memory;
	unsigned int i;

	for (i = 0; i < f->nr_pages; i++) {
		guest_u64 seen = m->snapshot[i];

		if (guest_stamp_counter(seen) < guest_stamp_counter(m->floor[i]))
			return result_fail(r, CONTRACT_CONTENTS,
					   "a write was lost: the child of fork() has %#llx in page %u, where %#llx was written before",
					   seen, i, m->floor[i]);
		if (guest_stamp_counter(seen) > guest_stamp_counter(m->ceiling[i]))
			return result_fail(r, CONTRACT_CONTENTS,
					   "the child of fork() has %#llx in page %u, which was written after fork(), when %#llx was there",
					   seen, i, m->ceiling[i]);
	}
	return 0;
}

static int judge_end(const struct cow_child *f, struct result *r)
{
	const struct cow_child_memory *m = f->memory;

	if (m->error)
		return result_error(r, "the child of fork(): %s: %s", m->call, strerror(m->error));
	if (!m->wrong)
		return 0;
	return result_fail(r, CONTRACT_CONTENTS,
			   "what was written here became visible in the child of fork(): in %u of %u pages, first in page %u: %#llx instead of %#llx",
			   m->wrong, f->nr_pages, m->page, m->seen, m->expected);
}

static int connect_child(struct cow_child *f, int *theirs, struct result *r)
{
	int pair[2];

	f->memory = mmap(NULL, sizeof(*f->memory), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (f->memory == MAP_FAILED) {
		f->memory = NULL;
		return result_errno(r, "mmap(%zu)", sizeof(*f->memory));
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return result_errno(r, "socketpair()");
	f->fd = pair[0];
	*theirs = pair[1];
	return 0;
}

static int start(struct cow_child *f, struct press *p, int theirs, struct result *r)
{
	const struct guest_page *records = vm_records(p->vm);
	struct cow_child_body child = {
		.job = f->job,
		.fd = theirs,
		.hva = p->area->hva,
		.size = p->area->size,
		.stride = vm_shared(p->vm)->stride,
		.nr_pages = p->nr_pages,
		.memory = f->memory,
		.parent = getpid(),
	};
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++)
		f->memory->floor[i] = guest_load(&records[i].floor);
	f->pid = fork();
	if (f->pid < 0) {
		f->pid = 0;
		return result_errno(r, "fork()");
	}
	if (!f->pid)
		cow_child_body_run(&child);
	for (i = 0; i < p->nr_pages; i++)
		f->memory->ceiling[i] = guest_load(&records[i].ceiling);
	return 0;
}

int cow_child_start(struct cow_child *f, struct press *p, enum cow_child_job job, struct result *r)
{
	int theirs = -1, ret;

	*f = (struct cow_child) { .fd = -1, .job = job, .nr_pages = p->nr_pages };
	ret = connect_child(f, &theirs, r) || start(f, p, theirs, r) ? -1 : 0;
	/* Now an end of the child is an end of file here. */
	if (theirs >= 0)
		close(theirs);
	if (!ret && (await(f, p, r) || judge_end(f, r) || judge_snapshot(f, r)))
		ret = -1;
	if (ret)
		cow_child_kill(f);
	return ret;
}

static int ask(struct cow_child *f, const struct press *p, char word, struct result *r)
{
	if (send(f->fd, &word, 1, MSG_NOSIGNAL) != 1)
		return died(f, r);
	return await(f, p, r);
}

int cow_child_write(struct cow_child *f, struct press *p, const struct remote_access *words,
		    int mem, struct result *r)
{
	struct remote_access *theirs = &f->memory->words;

	theirs->offset = words->offset;
	memcpy(theirs->value, words->value, f->nr_pages * sizeof(words->value[0]));
	f->memory->mem = mem;
	if (ask(f, p, COW_CHILD_WRITE, r))
		return -1;
	if (f->memory->error == EPERM)
		return result_skip(r, "%s: not permitted: see kernel.yama.ptrace_scope",
				   f->memory->call);
	return judge_end(f, r);
}

int cow_child_end(struct cow_child *f, struct press *p, uint64_t *copies, struct result *r)
{
	int ret = ask(f, p, COW_CHILD_LOOK, r) || judge_end(f, r) ? -1 : 0;
	unsigned int i;

	for (i = 0; !ret && copies && i < f->nr_pages; i++)
		*copies += f->memory->expect[i] != guest_load(press_page(p, i));
	cow_child_kill(f);
	return ret;
}

void cow_child_leave(struct cow_child *f)
{
	char word = COW_CHILD_LEAVE;

	/* One that is gone already needs not be told. */
	if (send(f->fd, &word, 1, MSG_NOSIGNAL) != 1)
		kill(f->pid, SIGKILL);
}

void cow_child_kill(struct cow_child *f)
{
	if (f->pid > 0) {
		kill(f->pid, SIGKILL);
		while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (f->fd >= 0)
		close(f->fd);
	if (f->memory)
		munmap(f->memory, sizeof(*f->memory));
	*f = (struct cow_child) { .fd = -1 };
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The parent sends a byte, which says what to do, and gets one back when that is done.  What went
 * wrong is in the process's result, in shared memory.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test_process.h"
#include "support/more_vm.h"
#include "support/vm_processes.h"

enum order { BEFORE_CALL, AFTER_CALL, AFTER_ROUND, END };

struct vm_process {
	pid_t pid;
	int fd;
	struct result *result;	/* shared with it */
};

struct vm_processes {
	unsigned int nr;
	struct vm_process one[];
};

static int obey(enum order order, struct more_vm *m, struct scenario_run *run, struct result *r)
{
	switch (order) {
	case BEFORE_CALL:
		return more_vm_before_call(m, run, r);
	case AFTER_CALL:
		more_vm_after_call(m, run);
		return 0;
	case AFTER_ROUND:
		return more_vm_after_round(m, run, r);
	default:
		return more_vm_unmake(m, run, false, r);
	}
}

/* The first byte it sends says that it has a guest at work. */
static void __attribute__((noreturn))
be_process(struct scenario_run *run, unsigned int first, unsigned int share, int fd,
	   struct result *r)
{
	struct more_vm m = { 0 };
	unsigned char order = END;
	int ret;

	test_process_bind();
	ret = more_vm_make(&m, run, first, share, r);
	while (send(fd, "", 1, MSG_NOSIGNAL) == 1 && !ret && read(fd, &order, 1) == 1)
		ret = obey(order, &m, run, r);
	vm_destroy(&m.vm);
	_exit(0);
}

/* Return: 0, or -1 with what it says, or an error: it is gone. */
static int await(struct vm_process *p, struct result *r)
{
	char done;

	if (read(p->fd, &done, 1) != 1)
		return result_error(r, "the process %d of a VM died", p->pid);
	if (p->result->kind == RESULT_PASS)
		return 0;
	result_adopt(r, p->result);
	return -1;
}

static int start(struct vm_process *p, struct scenario_run *run, unsigned int first,
		 unsigned int share, struct result *r)
{
	int pair[2];

	p->result = mmap(NULL, sizeof(*p->result), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p->result == MAP_FAILED) {
		p->result = NULL;
		return result_errno(r, "mmap(%zu)", sizeof(*p->result));
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return result_errno(r, "socketpair()");
	p->fd = pair[0];
	p->pid = fork();
	if (!p->pid) {
		close(pair[0]);
		be_process(run, first, share, pair[1], p->result);
	}
	close(pair[1]);
	if (p->pid < 0)
		return result_errno(r, "fork()");
	return await(p, r);
}

static int tell(struct vm_processes *all, enum order order, struct result *r)
{
	unsigned char byte = order;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < all->nr; i++)
		if (send(all->one[i].fd, &byte, 1, MSG_NOSIGNAL) != 1)
			ret = result_error(r, "the process %d of a VM is gone", all->one[i].pid);
	for (i = 0; !ret && i < all->nr; i++)
		ret = await(&all->one[i], r);
	return ret;
}

static void release(struct vm_processes *all)
{
	struct vm_process *p = all->one, *end = p + all->nr;

	for (; p < end; p++) {
		if (p->pid > 0) {
			kill(p->pid, SIGKILL);
			while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
				;
		}
		if (p->fd >= 0)
			close(p->fd);
		if (p->result)
			munmap(p->result, sizeof(*p->result));
	}
	free(all);
}

struct vm_processes *vm_processes_start(struct scenario_run *run, unsigned int nr,
					unsigned int share, struct result *r)
{
	struct vm_processes *all = calloc(1, sizeof(*all) + nr * sizeof(all->one[0]));

	if (!all) {
		result_errno(r, "calloc(%u processes)", nr);
		return NULL;
	}
	for (; all->nr < nr; all->nr++)
		all->one[all->nr].fd = -1;
	for (nr = 0; nr < all->nr; nr++)
		if (start(&all->one[nr], run, (nr + 1) * share, share, r)) {
			release(all);
			return NULL;
		}
	return all;
}

int vm_processes_before_call(struct vm_processes *all, struct result *r)
{
	return tell(all, BEFORE_CALL, r);
}

int vm_processes_after_call(struct vm_processes *all, struct result *r)
{
	return tell(all, AFTER_CALL, r);
}

int vm_processes_after_round(struct vm_processes *all, struct result *r)
{
	return tell(all, AFTER_ROUND, r);
}

int vm_processes_end(struct vm_processes *all, struct result *r)
{
	int ret;

	if (!all)
		return 0;
	ret = r->kind == RESULT_PASS ? tell(all, END, r) : 0;
	release(all);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Reclaim on request: the process, or another one on its behalf, names the pages to
 * be reclaimed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/memcg.h"
#include "host/swap.h"
#include "memory/pagemap.h"
#include "pressure/reclaim.h"

static const char *advice_missing(int advice)
{
	/* Nothing is advised about no bytes; only unknown advice fails. */
	return memory_advice_missing() ?: madvise(NULL, 0, advice) ? "kernel before v5.4" : NULL;
}

const char *reclaim_pageout_missing(void)
{
	return advice_missing(MADV_PAGEOUT) ?: memcg_swap_missing();
}

static const char *cold_missing(void)
{
	return advice_missing(MADV_COLD);
}

/* Reclaim does not write the dirty pages of a file: that is left to writeback. */
static int clean(const struct press *p, struct result *r)
{
	if (backing_bit(p->area->backing) != BACKING_BIT(BACKING_FILE))
		return 0;
	if (msync(p->area->hva, p->area->size, MS_SYNC))
		return result_errno(r, "msync(%p, %zu)", p->area->hva, p->area->size);
	return 0;
}

int reclaim_pageout(struct press *p, struct result *r)
{
	const struct area *a = p->area;

	if (clean(p, r))
		return -1;
	if (madvise(a->hva, a->size, MADV_PAGEOUT) && errno != EAGAIN)
		return result_errno(r, "madvise(%p, %zu, MADV_PAGEOUT)", a->hva, a->size);
	return 0;
}

static int apply_pageout(struct press *p, struct result *r)
{
	return reclaim_out(p, reclaim_pageout, r);
}

PRESSURE(reclaim_by_process) = {
	.name = "pageout",
	.family = PRESSURE_RECLAIM,
	.calls = "madvise(MADV_PAGEOUT), with the guest at work and with the guest paused",
	.events = "clear",
	.proof = RECLAIM_OUT_PROOF,
	.preserves = ON_RECLAIMABLE,
	.frees = ON_RECLAIMABLE,
	.allows_others = true,
	.may_change = SWAP_MAY_CHANGE,
	.needs = { reclaim_pageout_missing, pagemap_missing, swap_missing },
	.set_up = reclaim_set_up,
	.apply = apply_pageout,
};

/* Another process that pages our memory out. */
struct outsider {
	pid_t pid;
	int pidfd;
	int ask, answer;	/* pipes: a byte to ask, an errno back */
};

#define PROCESS_MADVISE_SINCE	"v5.10"

static const char *process_madvise_missing(void)
{
	if (syscall(SYS_process_madvise, -1, NULL, 0, MADV_PAGEOUT, 0) && errno == ENOSYS)
		return "kernel before " PROCESS_MADVISE_SINCE;
	return NULL;
}

/* In the other process.  It holds on to the VM's files, and has to end before them. */
static void __attribute__((noreturn))
outside(int ask, int answer, int pidfd, const struct area *a)
{
	struct iovec iov = { .iov_base = a->hva, .iov_len = a->size };
	char byte;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(ask, &byte, 1) == 1) {
		err = syscall(SYS_process_madvise, pidfd, &iov, 1, MADV_PAGEOUT, 0) < 0 ? errno : 0;
		if (write(answer, &err, sizeof(err)) != sizeof(err))
			break;
	}
	_exit(0);
}

static int start_outsider(struct outsider *o, const struct area *area, struct result *r)
{
	int ask[2] = { -1, -1 }, answer[2] = { -1, -1 };

	o->pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	if (o->pidfd < 0)
		return result_errno(r, "pidfd_open(self)");
	if (pipe2(ask, O_CLOEXEC) || pipe2(answer, O_CLOEXEC))
		return result_errno(r, "pipe2()");
	o->pid = fork();
	if (o->pid < 0)
		return result_errno(r, "fork(outsider)");
	if (!o->pid) {
		/* Else it would not notice that nobody asks any more. */
		close(ask[1]);
		close(answer[0]);
		outside(ask[0], answer[1], o->pidfd, area);
	}
	close(ask[0]);
	close(answer[1]);
	o->ask = ask[1];
	o->answer = answer[0];
	return 0;
}

static int set_up_outsider(struct press *p, struct result *r)
{
	struct outsider *o = calloc(1, sizeof(*o));

	if (!o)
		return result_errno(r, "calloc(outsider)");
	p->state = o;
	return start_outsider(o, p->area, r) || reclaim_set_up(p, r) ? -1 : 0;
}

static void tear_down_outsider(struct press *p)
{
	struct outsider *o = p->state;

	if (!o)
		return;
	if (o->pid > 0) {
		kill(o->pid, SIGKILL);
		waitpid(o->pid, NULL, 0);
		close(o->ask);
		close(o->answer);
	}
	close(o->pidfd);
	free(o);
}

static int pageout_by_outsider(struct press *p, struct result *r)
{
	struct outsider *o = p->state;
	int err;

	if (clean(p, r))
		return -1;
	if (write(o->ask, "", 1) != 1 || read(o->answer, &err, sizeof(err)) != sizeof(err))
		return result_error(r, "the process that calls process_madvise() is gone");
	errno = err;
	if (err && err != EAGAIN)
		return result_errno(r, "process_madvise(%p, %zu, MADV_PAGEOUT)",
				    p->area->hva, p->area->size);
	return 0;
}

static int apply_outsider(struct press *p, struct result *r)
{
	return reclaim_out(p, pageout_by_outsider, r);
}

PRESSURE(reclaim_by_other) = {
	.name = "process_madvise_pageout",
	.family = PRESSURE_RECLAIM,
	.calls = "process_madvise(MADV_PAGEOUT) by another process",
	.since = PROCESS_MADVISE_SINCE,
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = RECLAIM_OUT_PROOF,
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		 BACKING_BIT(BACKING_MEMFD),
	.allows_others = true,
	.may_change = SWAP_MAY_CHANGE,
	.needs = { reclaim_pageout_missing, process_madvise_missing, pagemap_missing,
		   swap_missing },
	.set_up = set_up_outsider,
	.apply = apply_outsider,
	.tear_down = tear_down_outsider,
};

static int apply_cold(struct press *p, struct result *r)
{
	const struct area *a = p->area;

	if (madvise(a->hva, a->size, MADV_COLD))
		return result_errno(r, "madvise(%p, %zu, MADV_COLD)", a->hva, a->size);
	return 0;
}

PRESSURE(reclaim_cold) = {
	.name = "madvise_cold",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_SPARES,
	.calls = "madvise(MADV_COLD)",
	.events = "none",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD),
	.can_join = true,
	.needs = { cold_missing },
	.apply = apply_cold,
};

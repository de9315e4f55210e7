// SPDX-License-Identifier: GPL-2.0
/*
 * mn_interval_hole_test - does a refusal leave the interval notifiers begun?
 *
 * Contract 1 for mmu_interval_notifier.  The core begins an invalidation with
 * the interval notifiers and goes on to the hlist.  When a notifier of the
 * hlist refuses, the core ends the hlist itself, the caller ends nothing, and
 * nobody ends the interval notifiers: the mm takes that invalidation to last
 * forever.  Whoever then removes an interval, or begins to use its range,
 * sleeps, and not even SIGKILL ends that.
 *
 * So on kernels that have this hole the tests named *refused* fail, and leave
 * processes behind that nothing but a reboot removes.  That is why no default
 * run has them.  interval-hole.md says more, and how to fix it.
 */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../mn_harness.h"
#include "base/deadline.h"
#include "host/hostfile.h"
#include "inject/inject.h"
#include "oracle/oracle.h"

MN_ABOUT("a refusal leaves interval notifiers begun: fails on kernels that have the bug", 1);

#ifndef SYS_process_mrelease
#define SYS_process_mrelease	448
#endif

#define NR_PAGES	8
#define NR_BYTES	(NR_PAGES * PAGE_BYTES)
#define HALF_BYTES	(NR_BYTES / 2)
#define NR_REFERENCES	5
#define PREPARE_NS	30000000000ULL	/* of time in which the bed runs us */
#define MIN_WAIT_NS	2000000000ULL
#define MAX_WAIT_NS	30000000000ULL
#define PATIENCE	1000		/* times what it takes without a refusal */

/* Who refuses what, before somebody waits. */
enum story {
	NOT_REFUSED,		/* an interval alone, which agrees */
	REFUSED_BEFORE,		/* by the hlist, when the mm had had no interval */
	REFUSED_BY_INTERVAL,	/* which the core does end */
	REFUSED,		/* by the hlist, when the interval had agreed */
	REFUSED_AFTER,		/* by the hlist, when the interval had gone */
	REFUSED_ELSEWHERE,	/* by the hlist, where the interval is not */
};

enum wait {
	WAIT_REMOVE,		/* mmu_interval_notifier_remove() */
	WAIT_READ,		/* mmu_interval_read_begin() */
	WAIT_EXIT,		/* to be gone: files are closed, intervals removed */
};

static const char *const wait_names[] = {
	[WAIT_REMOVE] = "mmu_interval_notifier_remove()",
	[WAIT_READ] = "mmu_interval_read_begin()",
	[WAIT_EXIT] = "the exit of a process with an interval",
};

enum step { PREPARING, WAITING, OVER, FAILED };

/* A process with notifiers, and what it says of itself in shared memory. */
struct subject {
	enum story story;
	enum wait wait;
	pid_t pid;
	uint32_t step;		/* enum step */
	uint64_t began_ns, over_ns;
	struct result result;	/* if it failed */
};

static void set_step(struct subject *s, enum step step)
{
	__atomic_store_n(&s->step, step, __ATOMIC_RELEASE);
}

static enum step get_step(const struct subject *s)
{
	return __atomic_load_n(&s->step, __ATOMIC_ACQUIRE);
}

/* ---- in the subject ---- */

/* @willing: never refuses, though it could */
static int attach(struct injector *i, const char *kind, bool willing, char *mem, size_t len,
		  struct result *r)
{
	return injector_open(i, kind, r) || injector_range(i, mem, len, r) ||
	       injector_knob(i, KNOB_MIXED, 1, r) ||
	       (willing && injector_knob(i, KNOB_TIMES, 0, r)) || injector_attach(i, r) ? -1 : 0;
}

static int reap(char *mem, size_t len, bool refused, struct result *r)
{
	int fd = inject_reap_open(r), ret;

	if (fd < 0)
		return -1;
	ret = inject_reap(fd, mem, len);
	close(fd);
	if (ret == (refused ? -EAGAIN : 0))
		return 0;
	return result_error(r, "no effect: reap(%p, %zu) returned %d, expected %s", mem, len, ret,
			    refused ? "-EAGAIN" : "0");
}

/* Act the story; there is an interval at the end of each. */
static int act(enum story story, struct injector *interval, char *mem, struct result *r)
{
	struct injector eagain;	/* goes with the process */

	switch (story) {
	case NOT_REFUSED:
		return attach(interval, "interval", true, mem, NR_BYTES, r) ||
		       reap(mem, NR_BYTES, false, r);
	case REFUSED_BEFORE:
		return attach(&eagain, "eagain", false, mem, NR_BYTES, r) ||
		       reap(mem, NR_BYTES, true, r) ||
		       attach(interval, "interval", true, mem, NR_BYTES, r);
	case REFUSED_BY_INTERVAL:
		return attach(interval, "interval", false, mem, NR_BYTES, r) ||
		       reap(mem, NR_BYTES, true, r);
	case REFUSED:
		return attach(interval, "interval", true, mem, NR_BYTES, r) ||
		       attach(&eagain, "eagain", false, mem, NR_BYTES, r) ||
		       reap(mem, NR_BYTES, true, r);
	case REFUSED_AFTER:
		return attach(interval, "interval", true, mem, NR_BYTES, r) ||
		       injector_detach(interval, r) ||
		       attach(&eagain, "eagain", false, mem, NR_BYTES, r) ||
		       reap(mem, NR_BYTES, true, r) || injector_attach(interval, r);
	case REFUSED_ELSEWHERE:
		if (attach(interval, "interval", true, mem + HALF_BYTES, HALF_BYTES, r) ||
		    attach(&eagain, "eagain", false, mem, HALF_BYTES, r) ||
		    reap(mem, HALF_BYTES, true, r))
			return -1;
		/* The next invalidation of the interval, refused by nobody. */
		if (madvise(mem + HALF_BYTES, HALF_BYTES, MADV_DONTNEED))
			return result_errno(r, "madvise(%p, %lu, MADV_DONTNEED)",
					    mem + HALF_BYTES, HALF_BYTES);
		return 0;
	}
	return result_error(r, "no such story: %d", story);
}

/* Have notifiers like the story, and be killed: the real reaper does the rest. */
static int be_victim(enum story story, struct injector *interval, char *mem, struct result *r)
{
	struct injector eagain;

	return attach(interval, "interval", true, mem, NR_BYTES, r) ||
	       (story == REFUSED && attach(&eagain, "eagain", false, mem, NR_BYTES, r));
}

static int prepare(const struct subject *s, struct injector *interval, struct result *r)
{
	/* Private: the reaper passes over shared memory. */
	char *mem = mmap(NULL, NR_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (mem == MAP_FAILED)
		return result_errno(r, "mmap(%lu)", NR_BYTES);
	return s->wait == WAIT_EXIT ? be_victim(s->story, interval, mem, r) :
				      act(s->story, interval, mem, r);
}

static void __attribute__((noreturn)) subject_main(struct subject *s)
{
	struct result *r = &s->result;
	struct injector interval;
	int ret;

	test_process_bind();
	if (prepare(s, &interval, r)) {
		set_step(s, FAILED);
		_exit(1);
	}
	s->began_ns = now_ns();
	set_step(s, WAITING);
	if (s->wait == WAIT_EXIT) {
		for (;;)
			pause();
	}
	ret = s->wait == WAIT_REMOVE ? injector_detach(&interval, r) :
				       injector_seq_begin(&interval, r);
	s->over_ns = now_ns();
	set_step(s, ret ? FAILED : OVER);
	_exit(ret != 0);
}

/* ---- and outside ---- */

static bool await_step(const struct subject *s, enum step step, uint64_t budget_ns)
{
	struct deadline deadline;

	deadline_start(&deadline, budget_ns);
	while (get_step(s) < step) {
		if (!deadline_poll(&deadline))
			return false;
	}
	return true;
}

static int subject_start(struct subject *s, enum story story, enum wait wait, struct result *r)
{
	pid_t pid;

	memset(s, 0, sizeof(*s));
	result_init(&s->result);
	s->story = story;
	s->wait = wait;
	pid = fork();
	if (!pid)
		subject_main(s);
	if (pid < 0)
		return result_errno(r, "fork()");
	s->pid = pid;
	if (!await_step(s, WAITING, PREPARE_NS))
		return result_error(r, "process %d gets no further than its preparations", s->pid);
	result_adopt(r, &s->result);
	return get_step(s) == FAILED ? -1 : 0;
}

static bool is_gone(struct subject *s)
{
	int status;

	if (waitpid(s->pid, &status, WNOHANG | __WALL) != s->pid || WIFSTOPPED(status))
		return false;
	s->over_ns = now_ns();
	return true;
}

static bool await_gone(struct subject *s, uint64_t budget_ns)
{
	struct deadline deadline;

	deadline_start(&deadline, budget_ns);
	while (!is_gone(s)) {
		if (!deadline_poll(&deadline))
			return false;
	}
	return true;
}

/*
 * Kill it and process_mrelease() it while it is held at its exit, as user
 * space OOM killers do, if not at so well chosen a time.
 */
static int reap_victim(struct subject *s, struct result *r)
{
	int err = s->story == REFUSED ? EAGAIN : 0;
	int pidfd, status;

	if (ptrace(PTRACE_SEIZE, s->pid, NULL, PTRACE_O_TRACEEXIT) || kill(s->pid, SIGKILL) ||
	    waitpid(s->pid, &status, __WALL) != s->pid)
		return result_errno(r, "holding process %d at its exit", s->pid);
	if (!WIFSTOPPED(status))
		return result_error(r, "process %d was not held at its exit, wait status %#x",
				    s->pid, status);
	pidfd = syscall(SYS_pidfd_open, s->pid, 0);
	if (pidfd < 0)
		return result_errno(r, "pidfd_open(%d)", s->pid);
	errno = 0;
	syscall(SYS_process_mrelease, pidfd, 0);
	close(pidfd);
	if (errno == ENOSYS)
		return result_skip(r, "no process_mrelease(2) in this kernel (v5.15)");
	if (errno != err)
		return result_error(r, "no effect: process_mrelease(%d): %s, expected %s", s->pid,
				    strerror(errno), strerror(err));
	s->began_ns = now_ns();
	if (ptrace(PTRACE_CONT, s->pid, NULL, NULL))
		return result_errno(r, "ptrace(PTRACE_CONT, %d)", s->pid);
	return 0;
}

/* Let it wait; Return: 0 with the time it took, 1 if it waits on, or -1. */
static int subject_wait(struct subject *s, uint64_t budget_ns, uint64_t *took_ns,
			struct result *r)
{
	if (s->wait == WAIT_EXIT) {
		if (reap_victim(s, r))
			return -1;
		if (!await_gone(s, budget_ns))
			return 1;
	} else {
		if (!await_step(s, OVER, budget_ns))
			return 1;
		result_adopt(r, &s->result);
		if (get_step(s) == FAILED)
			return -1;
	}
	*took_ns = s->over_ns - s->began_ns;
	if (s->wait != WAIT_EXIT && !await_gone(s, PREPARE_NS))
		return result_error(r, "process %d waits no more and does not end", s->pid);
	return 0;
}

/* What the wait takes on this bed when nobody has refused: the longest of some. */
static int reference(struct subject *s, enum wait wait, uint64_t *longest_ns, struct result *r)
{
	uint64_t took_ns;
	int i, ret;

	*longest_ns = 0;
	for (i = 0; i < NR_REFERENCES; i++) {
		if (subject_start(s, NOT_REFUSED, wait, r))
			return -1;
		ret = subject_wait(s, MAX_WAIT_NS, &took_ns, r);
		if (ret > 0)
			return result_error(r, "%s: not over within %llu ms, and nobody refused",
					    wait_names[wait], MAX_WAIT_NS / 1000000);
		if (ret)
			return -1;
		if (took_ns > *longest_ns)
			*longest_ns = took_ns;
	}
	return 0;
}

static char state_of(pid_t pid)
{
	char path[64], stat[256], *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (hostfile_read(path, stat, sizeof(stat)) <= 0)
		return '?';
	end = strrchr(stat, ')');
	return end && end[1] ? end[2] : '?';
}

static void note_stack(pid_t pid, struct result *r)
{
	char path[64], text[2048], *line, *save = NULL;

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	if (hostfile_read(path, text, sizeof(text)) > 0)
		result_note(r, "wchan: %s", text);
	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	if (hostfile_read(path, text, sizeof(text)) <= 0) {
		result_note(r, "%s tells nothing", path);
		return;
	}
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		result_note(r, "  %s", line);
}

/* It waits on: say where, and whether a signal that cannot be blocked helps. */
static void note_waiter(struct subject *s, struct result *r)
{
	char before = state_of(s->pid);

	result_note(r, "process %d, state %c, has waited for %llu ms", s->pid, before,
		    (unsigned long long)(now_ns() - s->began_ns) / 1000000);
	note_stack(s->pid, r);
	kill(s->pid, SIGKILL);
	if (await_gone(s, MIN_WAIT_NS))
		result_note(r, "SIGKILL ended it");
	else
		result_note(r, "SIGKILL did not end it: state %c after another %llu ms",
			    state_of(s->pid), MIN_WAIT_NS / 1000000);
}

static void run(struct subject *s, enum story story, enum wait wait, struct result *r)
{
	uint64_t usual_ns, budget_ns, took_ns;
	int ret;

	if (r->kind != RESULT_PASS || reference(s, wait, &usual_ns, r) ||
	    subject_start(s, story, wait, r))
		return;
	budget_ns = usual_ns * PATIENCE;
	if (budget_ns < MIN_WAIT_NS)
		budget_ns = MIN_WAIT_NS;
	if (budget_ns > MAX_WAIT_NS)
		budget_ns = MAX_WAIT_NS;
	ret = subject_wait(s, budget_ns, &took_ns, r);
	if (ret >= 0)
		result_judged(r, ORACLE_PAIRING);
	if (!ret)
		result_note(r, "%s took %llu us, and at most %llu us when nobody has refused",
			    wait_names[wait], (unsigned long long)took_ns / 1000,
			    (unsigned long long)usual_ns / 1000);
	if (ret <= 0)
		return;
	result_fail(r, CONTRACT_PAIRING,
		    "known upstream hole: %s is not over after %llu ms, and takes %llu us when nobody has refused: interval notifiers had no end after an hlist notifier refused",
		    wait_names[wait], (unsigned long long)budget_ns / 1000000,
		    (unsigned long long)usual_ns / 1000);
	note_waiter(s, r);
}

struct hole {
	struct subject *subject;
	struct klog klog;
};

static void hole_set_up(struct hole *h, struct result *r)
{
	h->klog.fd = -1;
	h->subject = mmap(NULL, sizeof(*h->subject), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (h->subject == MAP_FAILED)
		result_errno(r, "mmap(%zu)", sizeof(*h->subject));
	else if (!inject_available(r))
		klog_open(&h->klog, r);
}

static void hole_tear_down(struct hole *h, struct result *r)
{
	if (h->klog.fd >= 0)
		klog_check(&h->klog, r);
	klog_close(&h->klog);
}

FIXTURE(interval) {
	struct hole hole;
};

FIXTURE_VARIANT(interval) {
	enum story story;
};

FIXTURE_VARIANT_ADD(interval, not_refused) { .story = NOT_REFUSED };
FIXTURE_VARIANT_ADD(interval, refused_before) { .story = REFUSED_BEFORE };
FIXTURE_VARIANT_ADD(interval, refused_by_interval) { .story = REFUSED_BY_INTERVAL };
FIXTURE_VARIANT_ADD(interval, refused) { .story = REFUSED };
FIXTURE_VARIANT_ADD(interval, refused_after) { .story = REFUSED_AFTER };
FIXTURE_VARIANT_ADD(interval, refused_elsewhere) { .story = REFUSED_ELSEWHERE };

FIXTURE_SETUP(interval)
{
	hole_set_up(&self->hole, mn.result);
}

FIXTURE_TEARDOWN(interval)
{
	hole_tear_down(&self->hole, mn.result);
}

TEST_F(interval, remove)
{
	run(self->hole.subject, variant->story, WAIT_REMOVE, mn.result);
}

TEST_F(interval, read_begin)
{
	run(self->hole.subject, variant->story, WAIT_READ, mn.result);
}

FIXTURE(victim) {
	struct hole hole;
};

FIXTURE_VARIANT(victim) {
	enum story story;
};

FIXTURE_VARIANT_ADD(victim, not_refused) { .story = NOT_REFUSED };
FIXTURE_VARIANT_ADD(victim, refused) { .story = REFUSED };

FIXTURE_SETUP(victim)
{
	hole_set_up(&self->hole, mn.result);
}

FIXTURE_TEARDOWN(victim)
{
	hole_tear_down(&self->hole, mn.result);
}

TEST_F(victim, exit)
{
	run(self->hole.subject, variant->story, WAIT_EXIT, mn.result);
}

int main(int argc, char **argv)
{
	mn.needs = inject_available;
	return mn_main(argc, argv, NULL);
}

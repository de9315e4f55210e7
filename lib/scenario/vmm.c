// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a VMM process as the test sees it, and looking into its memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test_process.h"
#include "memory/pagemap.h"
#include "scenario/vmm_internal.h"

#ifndef SYS_process_mrelease
#define SYS_process_mrelease	448
#endif

#define REPORT_TIMEOUT_MS	120000
#define END_TIMEOUT_MS		30000

/* Descriptors come with the report. */
static int receive_report(struct vmm *v, struct vmm_report *report, struct result *r)
{
	char space[CMSG_SPACE(VMM_NR_FDS * sizeof(int))];
	struct iovec iov = { .iov_base = report, .iov_len = sizeof(*report) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = space, .msg_controllen = sizeof(space),
	};
	struct pollfd p = { .fd = v->control, .events = POLLIN };
	struct cmsghdr *cmsg;
	int fds[VMM_NR_FDS] = { -1, -1, -1 };

	if (poll(&p, 1, REPORT_TIMEOUT_MS) != 1)
		return result_error(r, "the VMM process did not report within %d s",
				    REPORT_TIMEOUT_MS / 1000);
	if (recvmsg(v->control, &msg, MSG_CMSG_CLOEXEC) != sizeof(*report))
		return result_error(r, "the VMM process ended before its guest ran");
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(cmsg), cmsg->cmsg_len - CMSG_LEN(0));
	v->vm_fd = fds[VMM_FD_VM];
	v->vcpu_fd = fds[VMM_FD_VCPU];
	v->injector.fd = fds[VMM_FD_INJECTOR];
	return 0;
}

static int adopt_report(struct vmm *v, const struct vmm_report *report, struct result *r)
{
	result_adopt(r, &report->result);
	if (report->result.kind != RESULT_PASS)
		return -1;
	v->nr_vms = report->nr_vms;
	memcpy(v->names, report->names, sizeof(v->names));
	v->hva = report->hva;
	v->stride = report->stride;
	v->nr_pages = report->nr_pages;
	return 0;
}

static int await_byte(const struct vmm *v, const char *otherwise, struct result *r)
{
	struct pollfd p = { .fd = v->control, .events = POLLIN };
	char ready;

	if (poll(&p, 1, REPORT_TIMEOUT_MS) != 1 || recv(v->control, &ready, 1, 0) != 1)
		return result_error(r, "%s", otherwise);
	return 0;
}

/* Only when the process has closed its injector is ours the last. */
static int await_ready(const struct vmm *v, struct result *r)
{
	return await_byte(v, "the VMM process ended after its report", r);
}

static int hold_at_exit(struct vmm *v, struct result *r)
{
	if (ptrace(PTRACE_SEIZE, v->pid, NULL, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL))
		return result_errno(r, "ptrace(SEIZE, %d)", v->pid);
	v->held = true;
	return 0;
}

int vmm_start(struct vmm *v, const struct vmm_spec *spec, struct result *r)
{
	struct vmm_report report;
	int pair[2];

	test_process_bind();
	memset(v, 0, sizeof(*v));
	v->control = v->vm_fd = v->vcpu_fd = v->injector.fd = v->pidfd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return result_errno(r, "socketpair()");
	v->pid = fork();
	if (v->pid < 0) {
		close(pair[0]);
		close(pair[1]);
		v->pid = 0;
		return result_errno(r, "fork(VMM)");
	}
	if (!v->pid) {
		close(pair[0]);
		vmm_process(spec, pair[1]);
	}
	close(pair[1]);
	v->control = pair[0];
	v->pidfd = syscall(SYS_pidfd_open, v->pid, 0);
	if (v->pidfd < 0)
		result_errno(r, "pidfd_open(%d)", v->pid);
	else if (!receive_report(v, &report, r) && !adopt_report(v, &report, r) &&
		 !await_ready(v, r) && (!spec->hold || !hold_at_exit(v, r)))
		return 0;
	vmm_end(v);
	return -1;
}

static int tell(struct vmm *v, char what, struct result *r)
{
	if (send(v->control, &what, 1, MSG_NOSIGNAL) != 1)
		return result_errno(r, "send(VMM, %c)", what);
	return 0;
}

int vmm_grow(struct vmm *v, struct result *r)
{
	return tell(v, VMM_GROW, r);
}

int vmm_discard(struct vmm *v, struct result *r)
{
	return tell(v, VMM_DISCARD, r);
}

int vmm_press(struct vmm *v, struct result *r)
{
	if (tell(v, VMM_PRESS, r))
		return -1;
	return await_byte(v, "the VMM process could not start its threads", r);
}

int vmm_die(struct vmm *v, enum vmm_way way, struct result *r)
{
	static const char words[] = {
		[VMM_EXITS] = VMM_EXIT,
		[VMM_EXITS_BY_VCPU] = VMM_EXIT_BY_VCPU,
		[VMM_EXECS] = VMM_EXEC,
	};

	if (way != VMM_KILLED)
		return tell(v, words[way], r);
	if (kill(v->pid, SIGKILL))
		return result_errno(r, "kill(%d)", v->pid);
	return 0;
}

static bool wait_in_time(struct vmm *v, int *status, unsigned int timeout_ms)
{
	struct deadline deadline;
	pid_t pid;

	deadline_start(&deadline, timeout_ms * 1000000ULL);
	do {
		pid = waitpid(v->pid, status, WNOHANG | __WALL);
		if (pid == v->pid || (pid < 0 && errno != EINTR))
			return pid == v->pid;
	} while (deadline_poll(&deadline));
	return false;
}

/* Threads that still run could change what is about to be compared. */
static int await_single_thread(const struct vmm *v, unsigned int timeout_ms,
			       struct result *r)
{
	struct deadline deadline;
	char path[64], line[128];
	int threads = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", v->pid);
	deadline_start(&deadline, timeout_ms * 1000000ULL);
	do {
		f = fopen(path, "re");
		while (f && fgets(line, sizeof(line), f))
			sscanf(line, "Threads: %d", &threads);
		if (f)
			fclose(f);
		if (threads == 1)
			return 0;
	} while (deadline_poll(&deadline));
	return result_fail(r, CONTRACT_DEATH, "%d threads of the killed VMM are left after %u ms",
			   threads, timeout_ms);
}

int vmm_await_exit(struct vmm *v, unsigned int timeout_ms, struct result *r)
{
	int status;

	if (!wait_in_time(v, &status, timeout_ms))
		return result_error(r, "the VMM process did not begin to exit within %u ms",
				    timeout_ms);
	if (!WIFSTOPPED(status) || status >> 8 != (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
		v->reaped = !WIFSTOPPED(status);
		return result_error(r, "the VMM process was not held at its exit, wait status %#x",
				    status);
	}
	v->at_exit = true;
	return await_single_thread(v, timeout_ms, r);
}

int vmm_release(struct vmm *v, unsigned int timeout_ms, struct result *r)
{
	int status;

	if (v->at_exit && ptrace(PTRACE_CONT, v->pid, NULL, NULL))
		return result_errno(r, "ptrace(CONT, %d)", v->pid);
	if (!wait_in_time(v, &status, timeout_ms))
		return result_fail(r, CONTRACT_DEATH, "the VMM process cannot exit within %u ms",
				   timeout_ms);
	v->reaped = true;
	return 0;
}

void vmm_end(struct vmm *v)
{
	struct result ignored;

	if (!v->pid)
		return;
	if (!v->reaped) {
		result_init(&ignored);
		kill(v->pid, SIGKILL);
		/* A held one stops once more on its way out. */
		if (v->held && !v->at_exit)
			vmm_await_exit(v, END_TIMEOUT_MS, &ignored);
		if (!v->reaped)
			vmm_release(v, END_TIMEOUT_MS, &ignored);
	}
	injector_close(&v->injector);
	if (v->vcpu_fd >= 0)
		close(v->vcpu_fd);
	if (v->vm_fd >= 0)
		close(v->vm_fd);
	if (v->control >= 0)
		close(v->control);
	if (v->pidfd >= 0)
		close(v->pidfd);
	memset(v, 0, sizeof(*v));
}

int vmm_mrelease(const struct vmm *v)
{
	return syscall(SYS_process_mrelease, v->pidfd, 0) ? -errno : 0;
}

static int open_proc(const struct vmm *v, const char *file, struct result *r)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", v->pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		result_errno(r, "open(%s)", path);
	return fd;
}

static int look_at_pages(const struct vmm *v, int pagemap, int mem,
			 struct vmm_memory *m, struct result *r)
{
	unsigned int i;

	for (i = 0; i < v->nr_pages; i++) {
		uintptr_t at = v->hva + i * v->stride;
		uint64_t entry;

		if (pread(pagemap, &entry, 8, at / PAGE_BYTES * 8) != 8)
			return result_errno(r, "pread(pagemap of %d, %#lx)", v->pid, at);
		m->pages[i].kept = entry & (PAGEMAP_PRESENT | PAGEMAP_SWAPPED);
		m->kept += m->pages[i].kept;
		if (!(entry & PAGEMAP_PRESENT))
			continue;
		m->pages[i].frame = pagemap_pfn(entry);
		if (pread(mem, &m->pages[i].word, 8, at) != 8)
			return result_errno(r, "pread(mem of %d, %#lx)", v->pid, at);
	}
	return 0;
}

int vmm_look(const struct vmm *v, struct vmm_memory *m, struct result *r)
{
	int pagemap = open_proc(v, "pagemap", r);
	int mem = open_proc(v, "mem", r);
	int ret = -1;

	m->kept = 0;
	m->pages = calloc(v->nr_pages, sizeof(*m->pages));
	if (!m->pages)
		result_errno(r, "calloc(%u pages)", v->nr_pages);
	else if (pagemap >= 0 && mem >= 0)
		ret = look_at_pages(v, pagemap, mem, m, r);
	if (pagemap >= 0)
		close(pagemap);
	if (mem >= 0)
		close(mem);
	return ret;
}

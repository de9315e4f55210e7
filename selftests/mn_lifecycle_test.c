// SPDX-License-Identifier: GPL-2.0
/*
 * mn_lifecycle_test - VMs and mms end in any order, during invalidations.
 *
 *   death	a VMM ends in one of many ways while its vCPUs run and its threads
 *		discard, move, reap (with a failing notifier) and fork; its VM fd stays open;
 *   reused	the page frames of a VMM that was killed belong to others, and
 *		its orphaned VM, when it goes, writes to none of them;
 *   foreign	a child that has the descriptors, by fork() or through exec, can
 *		do nothing with them, and the parent's guest does not notice;
 *
 * VMs that come and go during invalidations are in mn_lifecycle_churn_test, a
 * VM that is closed while an invalidation is held open is in mn_delay_vm_test.
 * Contracts 1, 5, 6 and 8.
 */
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "host/hostfile.h"
#include "host/memcg.h"
#include "mn_harness.h"
#include "scenario/scenario.h"
#include "scenario/vmm.h"

MN_ABOUT("VMs and their processes end in any order while invalidations fly", 1, 5, 6, 8);
MN_MAY_CHANGE(MEMCG_MAY_CHANGE);

#define NR_PAGES	64
#define NR_VCPUS	2
#define BALLAST		(8UL << 20)
#define WAIT_MS		30000	/* of time in which the bed runs us */
#define WAIT_NS		(WAIT_MS * 1000000ULL)
#define NR_CHILDREN	3
#define LEAST_STARTS	20	/* invalidations before the end comes */

/* The first argument of this program where it takes a VMM's place. */
#define AFTER_EXEC	"after-exec"

/* ---- a VM of another mm ---- */

/* All of these are about the mm that made the VM; the last one enters the guest. */
static const struct {
	const char *name;
	unsigned long request;
	bool of_vcpu;
} requests[] = {
	{ "KVM_CHECK_EXTENSION", KVM_CHECK_EXTENSION, false },
	{ "KVM_SET_USER_MEMORY_REGION", KVM_SET_USER_MEMORY_REGION, false },
	{ "KVM_CREATE_VCPU", KVM_CREATE_VCPU, false },
	{ "KVM_GET_REGS", KVM_GET_REGS, true },
	{ "KVM_RUN", KVM_RUN, true },
};

static int judge_foreign(int vm_fd, int vcpu_fd, const char *who, struct result *r)
{
	size_t i;
	int ret;

	result_judged(r, ORACLE_DEATH);
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		ret = ioctl(requests[i].of_vcpu ? vcpu_fd : vm_fd, requests[i].request, 0);
		if (ret < 0 && errno == EIO)
			continue;
		return result_fail(r, CONTRACT_DEATH, "%s by %s: %s, not EIO", requests[i].name,
				   who, ret < 0 ? strerror(errno) : "success");
	}
	return 0;
}

/* In place of a VMM or of its child: what can a new mm do with the VM? */
static int after_exec(char **argv)
{
	struct result r;

	test_process_bind();
	result_init(&r);
	judge_foreign(atoi(argv[2]), atoi(argv[3]), "the program that was executed", &r);
	if (send(atoi(argv[4]), &r, sizeof(r), MSG_NOSIGNAL) != sizeof(r))
		return KSFT_FAIL;
	for (;;)
		pause();
}

/* What such a process, or another child, has found out. */
static int adopt_verdict(int socket, struct result *r)
{
	struct pollfd p = { .fd = socket, .events = POLLIN };
	struct result theirs;

	if (poll(&p, 1, WAIT_MS) != 1 || recv(socket, &theirs, sizeof(theirs), 0) != sizeof(theirs))
		return result_error(r, "the other process did not say what KVM answered it");
	if (theirs.kind == RESULT_PASS)
		return 0;
	result_adopt(r, &theirs);
	return -1;
}

/* ---- the mm dies first ---- */

FIXTURE(death) {
	struct vmm vmm;
	struct klog klog;
	struct hoststate host;
	char cgroup[128];
};

FIXTURE_VARIANT(death) {
	enum vmm_way way;
	struct injector_setup injector;
};

FIXTURE_SETUP(death)
{
	struct result absent;

	self->klog.fd = -1;
	self->host.fd = -1;
	if (vm_available(mn.result) || inject_available(mn.result) ||
	    klog_open(&self->klog, mn.result) || hoststate_open(&self->host, test_may_change, mn.result))
		return;
	result_init(&absent);
	if (memcg_create(&self->host, "mn_lifecycle", 0, self->cgroup, sizeof(self->cgroup),
			 &absent)) {
		result_note(mn.result, "memory not judged: %s", absent.reason);
		self->cgroup[0] = '\0';
	}
}

FIXTURE_TEARDOWN(death)
{
	vmm_end(&self->vmm);
	hoststate_close(&self->host);
	if (self->klog.fd >= 0)
		klog_check(&self->klog, mn.result);
	klog_close(&self->klog);
}

static int memory_of(const char *cgroup, unsigned long long *bytes, struct result *r)
{
	char path[160];
	int ret;

	snprintf(path, sizeof(path), "%s/memory.current", cgroup);
	ret = hostfile_read_ulong(path, bytes);
	return ret ? result_error(r, "read(%s): %s", path, strerror(-ret)) : 0;
}

/* The VM still lives, and must not keep the memory that it was lent. */
static int judge_memory(const char *cgroup, unsigned long long before, struct result *r)
{
	struct deadline deadline;
	unsigned long long now;

	deadline_start(&deadline, WAIT_NS);
	do {
		if (memory_of(cgroup, &now, r))
			return -1;
	} while (now > before / 4 && deadline_poll(&deadline));
	if (now > before / 4)
		return result_fail(r, CONTRACT_DEATH,
				   "%llu KiB of the dead VMM's %llu KiB are still in use",
				   now / 1024, before / 1024);
	return 0;
}

/* Invalidations and refusals are under way when the end comes. */
static int await_effect(const struct vmm *vmm, struct result *r)
{
	struct injector_status seen;
	struct deadline deadline;

	deadline_start(&deadline, WAIT_NS);
	do {
		if (injector_read(&vmm->injector, &seen, r))
			return -1;
		if (seen.starts >= LEAST_STARTS && seen.refused)
			return 0;
	} while (deadline_poll(&deadline));
	return result_error(r, "no effect: %llu invalidations and %llu refusals in the VMM",
			    (unsigned long long)seen.starts, (unsigned long long)seen.refused);
}

/* By another road than the socket that the other descriptors came through. */
static int judge_fetched(const struct vmm *vmm, struct result *r)
{
	int number = atoi(strchr(vmm->names[0], '-') + 1), ret;
	int fd = syscall(SYS_pidfd_getfd, vmm->pidfd, number, 0);

	if (fd < 0)
		return result_errno(r, "pidfd_getfd(%d of %d)", number, vmm->pid);
	ret = judge_foreign(fd, vmm->vcpu_fd, "a process that fetched the descriptor", r);
	close(fd);
	return ret;
}

static int await_end(struct vmm *vmm, enum vmm_way way, struct result *r)
{
	return way == VMM_EXECS ? adopt_verdict(vmm->control, r) :
				  vmm_release(vmm, WAIT_MS, r);
}

static void note_seen(const struct injector_status *seen, struct result *r)
{
	if (!seen->released)
		result_fail(r, CONTRACT_DEATH,
			    "the mm is gone, and its notifiers were not released");
	result_note(r, "invalidations %llu, refusals %llu", (unsigned long long)seen->starts,
		    (unsigned long long)seen->refused);
}

TEST_F(death, under_invalidation)
{
	struct vmm *vmm = &self->vmm;
	const struct vmm_spec spec = {
		.backing = &backings[BACKING_MEMFD],
		.injector = &variant->injector,
		.nr_pages = NR_PAGES,
		.ballast = BALLAST,
		.cgroup = self->cgroup[0] ? self->cgroup : NULL,
		.becomes = AFTER_EXEC,
	};
	struct result *r = mn.result;
	unsigned long long memory = 0;
	struct injector_status seen;

	if (r->kind != RESULT_PASS || vmm_start(vmm, &spec, r) ||
	    judge_foreign(vmm->vm_fd, vmm->vcpu_fd, "another process", r) ||
	    judge_fetched(vmm, r) || vmm_press(vmm, r) || await_effect(vmm, r) ||
	    (spec.cgroup && memory_of(spec.cgroup, &memory, r)) ||
	    vmm_die(vmm, variant->way, r) || await_end(vmm, variant->way, r) ||
	    judge_foreign(vmm->vm_fd, vmm->vcpu_fd, "another process, after the mm's death", r) ||
	    (spec.cgroup && judge_memory(spec.cgroup, memory, r)) ||
	    vmm_judge_orphans(vmm, true, &seen, r))
		return;
	note_seen(&seen, r);
}

static void add_variants(void)
{
	static const char * const ways[] = {
		[VMM_KILLED] = "sigkill",
		[VMM_EXITS] = "exit",
		[VMM_EXITS_BY_VCPU] = "exit_by_vcpu",
		[VMM_EXECS] = "exec",
	};
	FIXTURE_VARIANT(death) variant;
	unsigned int way, before;

	for (way = 0; way < ARRAY_SIZE(ways); way++)
	for (before = 0; before < 2; before++) {
		variant.way = way;
		variant.injector = (struct injector_setup) {
			.kind = "eagain", .count = 1, .before_kvm = before,
		};
		mn_case_add(death, ways[way], before ? "before_kvm" : "after_kvm", MN_CASE_CORE,
			    &variant);
	}
}

/* ---- its frames belong to others ---- */

FIXTURE(reused) {
	struct vmm vmm;
	struct klog klog;
	struct isolation isolation;
};

FIXTURE_SETUP(reused)
{
	self->klog.fd = -1;
	if (vm_available(mn.result) || inject_available(mn.result))
		return;
	klog_open(&self->klog, mn.result);
}

FIXTURE_TEARDOWN(reused)
{
	isolation_release(&self->isolation);
	vmm_end(&self->vmm);
	if (self->klog.fd >= 0)
		klog_check(&self->klog, mn.result);
	klog_close(&self->klog);
}

/* Where the guest's memory is, at the last moment. */
static int adopt_frames(struct isolation *i, const struct vmm *vmm, struct result *r)
{
	struct vmm_memory m = { 0 };
	uint64_t *frames = NULL;
	unsigned int n;

	if (!vmm_look(vmm, &m, r)) {
		frames = calloc(vmm->nr_pages, sizeof(*frames));
		if (!frames)
			result_errno(r, "calloc(%u frames)", vmm->nr_pages);
	}
	for (n = 0; frames && n < vmm->nr_pages; n++)
		frames[n] = m.pages[n].frame;
	if (frames)
		isolation_adopt(i, frames, vmm->nr_pages);
	free(m.pages);
	return frames ? 0 : -1;
}

/* Held at its exit, so that nothing moves any more when the frames are read. */
TEST_F(reused, frames)
{
	struct area shape = { .backing = &backings[BACKING_ANON], .size = NR_PAGES * PAGE_BYTES };
	const struct injector_setup observer = { .kind = "observer", .count = 1 };
	const struct vmm_spec spec = {
		.backing = &backings[BACKING_ANON],
		.injector = &observer,
		.nr_pages = NR_PAGES,
		.hold = true,
	};
	struct isolation *i = &self->isolation;
	struct vmm *vmm = &self->vmm;
	struct injector_status seen;
	struct result *r = mn.result;

	isolation_init(i, &shape, true, r);
	if (r->kind != RESULT_PASS || vmm_start(vmm, &spec, r) ||
	    vmm_die(vmm, VMM_KILLED, r) || vmm_await_exit(vmm, WAIT_MS, r) ||
	    adopt_frames(i, vmm, r) || vmm_release(vmm, WAIT_MS, r) || isolation_after(i, r) ||
	    vmm_judge_orphans(vmm, true, &seen, r))
		return;
	isolation_check(i, r);
	result_note(r, "%llu of %d freed frames watched%s", (unsigned long long)i->total,
		    NR_PAGES, i->total ? "" : ": not exercised");
}

/* ---- children ---- */

FIXTURE(foreign) {
	struct scenario spec;
	struct scenario_run run;
	bool ready;
	int sockets[2];
};

FIXTURE_SETUP(foreign)
{
	struct result absent;

	result_init(&absent);
	self->spec = (struct scenario) {
		.backing = &backings[BACKING_ANON],
		.injector = &injector_setups[inject_available(&absent) ? 0 : 1],
		.workload = workload_find("sweep_write"),
		.nr_vcpus = NR_VCPUS,
		.nr_pages = NR_PAGES,
	};
	self->sockets[0] = self->sockets[1] = -1;
	self->ready = !scenario_begin(&self->run, &self->spec, mn.result);
	/* An executed child is to find its end. */
	if (self->ready && socketpair(AF_UNIX, SOCK_SEQPACKET, 0, self->sockets)) {
		result_errno(mn.result, "socketpair()");
		self->ready = false;
	}
}

FIXTURE_TEARDOWN(foreign)
{
	scenario_end(&self->run, self->ready && mn.result->kind == RESULT_PASS, mn.result);
	if (self->sockets[0] >= 0) {
		close(self->sockets[0]);
		close(self->sockets[1]);
	}
}

static int end_child(pid_t pid, struct result *r)
{
	if (kill(pid, SIGKILL) || waitpid(pid, NULL, 0) != pid)
		return result_errno(r, "kill() or waitpid() of %d", pid);
	return 0;
}

static void __attribute__((noreturn)) be_child(const struct scenario_run *run, int socket)
{
	const struct vm *vm = &run->vm;
	struct result r;

	test_process_bind();
	result_init(&r);
	judge_foreign(vm->fd, vm->vcpus[0].fd, "a child", &r);
	_exit(send(socket, &r, sizeof(r), MSG_NOSIGNAL) != sizeof(r));
}

TEST_F(foreign, forked)
{
	struct scenario_run *run = &self->run;
	struct result *r = mn.result;
	unsigned int n;
	pid_t pid;

	for (n = 0; self->ready && n < NR_CHILDREN && r->kind == RESULT_PASS; n++) {
		pid = fork();
		if (!pid)
			be_child(run, self->sockets[1]);
		if (pid < 0) {
			result_errno(r, "fork()");
			return;
		}
		adopt_verdict(self->sockets[0], r);
		if (!end_child(pid, r))
			progress_await(&run->progress, run->visits, run->budget_ns,
				       "after a child used its VM", r);
	}
}

/* Between vfork() and exec it has our mm, and KVM cannot tell it from us. */
TEST_F(foreign, executed)
{
	struct scenario_run *run = &self->run;
	char vm_fd[16], vcpu_fd[16], socket[16];
	char *const argv[] = {
		"/proc/self/exe", AFTER_EXEC, vm_fd, vcpu_fd, socket, NULL
	};
	volatile int shared_mm = -1;
	struct result *r = mn.result;
	pid_t pid;

	if (!self->ready)
		return;
	/* Copies: they are not closed by exec. */
	snprintf(vm_fd, sizeof(vm_fd), "%d", dup(run->vm.fd));
	snprintf(vcpu_fd, sizeof(vcpu_fd), "%d", dup(run->vm.vcpus[0].fd));
	snprintf(socket, sizeof(socket), "%d", self->sockets[1]);
	pid = vfork();
	if (!pid) {
		shared_mm = ioctl(run->vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_USER_MEMORY);
		execv(argv[0], argv);
		_exit(1);
	}
	if (pid < 0) {
		result_errno(r, "vfork()");
		return;
	}
	adopt_verdict(self->sockets[0], r);
	if (shared_mm < 0)
		result_fail(r, CONTRACT_DEATH, "KVM does not answer a child that shares the mm");
	end_child(pid, r);
	close(atoi(vm_fd));
	close(atoi(vcpu_fd));
	progress_await(&run->progress, run->visits, run->budget_ns,
		       "after an executed child used its VM", r);
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], AFTER_EXEC))
		return after_exec(argv);
	return mn_main(argc, argv, add_variants);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Inside the VMM process: set a guest to work, report, and wait to be killed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hostfile.h"
#include "test_process.h"
#include "vmm_internal.h"

#define NR_VCPUS	2
#define GROW_STEP	(1UL << 20)

static int join_cgroup(const char *cgroup, struct result *r)
{
	char path[300], pid[16];
	int ret;

	if (!cgroup)
		return 0;
	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	snprintf(pid, sizeof(pid), "%d", getpid());
	ret = hostfile_write(path, pid);
	if (ret)
		return result_error(r, "write(%s, %s): %s", path, pid, strerror(-ret));
	return 0;
}

/* Memory that makes the exit of this process last, one page at a time. */
static int touch_ballast(size_t bytes, struct result *r)
{
	size_t i;
	char *p;

	if (!bytes)
		return 0;
	if (memory_enough(bytes, r))
		return -1;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return result_errno(r, "mmap(%zu bytes of ballast)", bytes);
	madvise(p, bytes, MADV_NOHUGEPAGE);
	for (i = 0; i < bytes; i += PAGE_BYTES)
		p[i] = 1;
	return 0;
}

static int start_guest(const struct vmm_spec *spec, struct vm *vm, struct area *area,
		       struct injector *injectors, struct result *r)
{
	struct progress progress;

	if (join_cgroup(spec->cgroup, r) ||
	    scenario_bring_up(spec->injector, spec->backing, NR_VCPUS, spec->nr_pages, spec->nr_pages * PAGE_BYTES,
			      area, injectors, vm, r) ||
	    touch_ballast(spec->ballast, r))
		return -1;
	vm_set_workload(vm, workload_find("sweep_write"));
	progress_init(&progress, vm);
	if (vm_start(vm, r))
		return -1;
	vm_resume(vm);
	return progress_await(&progress, spec->nr_pages, CALIBRATION_NS,
			      "in the VMM process", r);
}

static void report(int control, const struct vmm_report *what, int vm_fd, int injector_fd)
{
	char space[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = (void *)what, .iov_len = sizeof(*what) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[2] = { vm_fd, injector_fd };
	struct cmsghdr *cmsg;

	if (what->result.kind == RESULT_PASS) {
		msg.msg_control = space;
		msg.msg_controllen = sizeof(space);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(fds));
		memcpy(CMSG_DATA(cmsg), fds, sizeof(fds));
	}
	if (sendmsg(control, &msg, MSG_NOSIGNAL) < 0)
		_exit(1);
}

/* Touch more and more memory: the cgroup's limit is somewhere ahead. */
static void grow(void)
{
	char *p;

	for (;;) {
		p = mmap(NULL, GROW_STEP, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (p == MAP_FAILED)
			return;
	}
}

void vmm_process(const struct vmm_spec *spec, int control)
{
	struct injector injectors[SCENARIO_MAX_INJECTORS];
	struct vmm_report what = { 0 };
	struct area area;
	struct vm vm;
	char go;

	test_process_bind();
	if (!start_guest(spec, &vm, &area, injectors, &what.result)) {
		memcpy(what.name, vm.name, sizeof(what.name));
		what.hva = (uintptr_t)area.hva;
		what.stride = vm_shared(&vm)->stride;
		what.nr_pages = spec->nr_pages;
	}
	report(control, &what, vm.fd, injectors[0].fd);
	if (what.result.kind != RESULT_PASS)
		_exit(1);
	/* From here on the test alone holds it, and ends refusals by closing it. */
	injector_close(&injectors[0]);
	if (send(control, "", 1, MSG_NOSIGNAL) != 1)
		_exit(1);
	if (recv(control, &go, 1, 0) == 1)
		grow();
	for (;;)
		pause();
}

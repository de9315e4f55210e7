// SPDX-License-Identifier: GPL-2.0
/*
 * Inside the VMM process: set guests to work, and report.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test_process.h"
#include "host/hostfile.h"
#include "scenario/vmm_internal.h"

#define NR_VCPUS	2

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
	if (memory_available(bytes, r))
		return -1;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return result_errno(r, "mmap(%zu bytes of ballast)", bytes);
	madvise(p, bytes, MADV_NOHUGEPAGE);
	for (i = 0; i < bytes; i += PAGE_BYTES)
		p[i] = 1;
	return 0;
}

/* Advice that every other piece gets keeps neighbours from being one VMA. */
static int split(const struct area *area, unsigned int nr_vmas, struct result *r)
{
	size_t bytes = nr_vmas ? area->size / nr_vmas : area->size;
	size_t at;

	for (at = bytes; at < area->size; at += 2 * bytes) {
		if (madvise(area->hva + at, bytes, MADV_DONTDUMP))
			return result_errno(r, "madvise(%p, %zu, MADV_DONTDUMP)", area->hva + at,
					    bytes);
	}
	return 0;
}

static int aim(const struct vmm_spec *spec, struct injector *injector, const struct area *area,
	       struct result *r)
{
	if (!spec->aim_pages)
		return 0;
	return injector_range(injector, area->hva + spec->aim_first * PAGE_BYTES,
			      spec->aim_pages * PAGE_BYTES, r);
}

/* More VMs over the same memory, one vCPU each. */
static int add_vms(struct vm *vms, unsigned int nr_vms, const struct area *area,
		   unsigned int nr_pages, struct result *r)
{
	unsigned int share = nr_pages / nr_vms, i;

	for (i = 1; i < nr_vms; i++) {
		if (vm_create(&vms[i], 1, nr_pages, r) || inject_watch(vms[i].fd, r) ||
		    vm_use_area(&vms[i], area, nr_pages, r))
			return -1;
	}
	for (i = 0; i < nr_vms; i++)
		vm_visit(&vms[i], i * share, share);
	return 0;
}

static int run_guests(struct vm *vms, unsigned int nr_vms, struct result *r)
{
	struct progress progress;
	unsigned int i;

	for (i = 0; i < nr_vms; i++) {
		vm_set_workload(&vms[i], workload_find("sweep_write"));
		if (vm_start(&vms[i], r))
			return -1;
		progress_init(&progress, &vms[i]);
		vm_resume(&vms[i]);
		if (progress_await(&progress, vm_shared(&vms[i])->nr_pages, CALIBRATION_NS,
				   "in the VMM process", r))
			return -1;
	}
	/* Nothing has been done to them yet. */
	r->judged.by = 0;
	return 0;
}

static int start_guests(const struct vmm_spec *spec, struct vm *vms, unsigned int nr_vms,
			struct area *area, struct injector *injectors, struct result *r)
{
	if (join_cgroup(spec->cgroup, r) ||
	    scenario_bring_up(spec->injector, NULL, spec->backing, NR_VCPUS, spec->nr_pages,
			      spec->nr_pages * PAGE_BYTES, area, injectors, &vms[0], r) ||
	    split(area, spec->nr_vmas, r) || aim(spec, &injectors[0], area, r) ||
	    add_vms(vms, nr_vms, area, spec->nr_pages, r) || touch_ballast(spec->ballast, r))
		return -1;
	return run_guests(vms, nr_vms, r);
}

static void report(int control, const struct vmm_report *what, const int fds[VMM_NR_FDS])
{
	char space[CMSG_SPACE(VMM_NR_FDS * sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = (void *)what, .iov_len = sizeof(*what) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (what->result.kind == RESULT_PASS) {
		msg.msg_control = space;
		msg.msg_controllen = sizeof(space);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(VMM_NR_FDS * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, VMM_NR_FDS * sizeof(int));
	}
	if (sendmsg(control, &msg, MSG_NOSIGNAL) < 0)
		_exit(1);
}

void vmm_process(const struct vmm_spec *spec, int control)
{
	struct injector injectors[SCENARIO_MAX_INJECTORS];
	struct vmm_report what = { .nr_vms = spec->nr_vms ? spec->nr_vms : 1 };
	struct vm vms[VMM_MAX_VMS];
	struct area area;
	int fds[VMM_NR_FDS];
	unsigned int i;

	test_process_bind();
	if (!start_guests(spec, vms, what.nr_vms, &area, injectors, &what.result)) {
		for (i = 0; i < what.nr_vms; i++)
			memcpy(what.names[i], vms[i].name, sizeof(what.names[i]));
		what.hva = (uintptr_t)area.hva;
		what.stride = vm_shared(&vms[0])->stride;
		what.nr_pages = spec->nr_pages;
	}
	fds[VMM_FD_VM] = vms[0].fd;
	fds[VMM_FD_VCPU] = vms[0].vcpus[0].fd;
	fds[VMM_FD_INJECTOR] = injectors[0].fd;
	report(control, &what, fds);
	if (what.result.kind != RESULT_PASS)
		_exit(1);
	/* From here on the test alone holds it, and ends refusals by closing it. */
	injector_close(&injectors[0]);
	if (send(control, "", 1, MSG_NOSIGNAL) != 1)
		_exit(1);
	vmm_obey(spec, control, &vms[0], &area);
}

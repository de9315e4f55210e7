// SPDX-License-Identifier: GPL-2.0
/*
 * Counting a tracepoint of KVM's in the threads of vCPUs.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "vm/arch.h"
#include "vm/fault_events.h"

int fault_events_open(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	unsigned long long event;
	char text[128];
	int fd;

	snprintf(text, sizeof(text), "/sys/kernel/tracing/events/kvm/%s/id", vm_arch.fault_event);
	if (hostfile_read_ulong(text, &event))
		return -1;
	attr.config = event;
	fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -1;
	snprintf(text, sizeof(text), vm_arch.fault_filter,
		 GUEST_AREA_GPA >> vm_arch.fault_shift, GUEST_DEVICE_GPA >> vm_arch.fault_shift);
	if (!ioctl(fd, PERF_EVENT_IOC_SET_FILTER, text))
		return fd;
	close(fd);
	return -1;
}

int fault_events_count(const struct vm *vm, unsigned long long *faults)
{
	unsigned long long one;
	unsigned int id;

	for (*faults = 0, id = 0; id < vm->nr_vcpus; id++) {
		if (read(vm->vcpus[id].faults_fd, &one, sizeof(one)) != sizeof(one))
			return -ENOENT;
		*faults += one;
	}
	return 0;
}

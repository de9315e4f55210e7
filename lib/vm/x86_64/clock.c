// SPDX-License-Identifier: GPL-2.0
/*
 * kvmclock, for which a guest names a page by MSR_KVM_SYSTEM_TIME_NEW.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "vm/clock.h"

#define SYSTEM_TIME_MSR	0x4b564d01
#define ENABLE		1

/* What KVM writes, as far as we read it. */
struct clock_page {
	uint32_t version;		/* odd while KVM is at it */
	uint32_t pad;
	uint64_t tsc, system_time;
	uint32_t multiplier;		/* never 0 in a clock that goes */
};

int vm_clock_enable(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = {
		.head.nmsrs = 1,
		.entry = { .index = SYSTEM_TIME_MSR, .data = gpa | ENABLE },
	};
	int ret = ioctl(vm->vcpus[vcpu].fd, KVM_SET_MSRS, &msrs);

	if (ret < 0)
		return result_errno(r, "KVM_SET_MSRS(MSR_KVM_SYSTEM_TIME_NEW) of vCPU %u", vcpu);
	return ret ? 0 : result_skip(r, "KVM has no kvmclock for its guests");
}

/* Setting the clock to what it says has every vCPU write it before it goes on. */
int vm_clock_tick(struct vm *vm)
{
	struct kvm_clock_data data = { 0 };

	if (ioctl(vm->fd, KVM_GET_CLOCK, &data))
		return errno;
	data.flags = 0;
	return ioctl(vm->fd, KVM_SET_CLOCK, &data) ? errno : 0;
}

uint64_t vm_clock_read(const void *clock)
{
	const struct clock_page *page = clock;
	uint32_t version = guest_load(&page->version);

	return version & 1 || !page->multiplier ? 0 : version;
}

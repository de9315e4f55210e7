// SPDX-License-Identifier: GPL-2.0
/*
 * Stolen time (Arm DEN0057): KVM adds up how long the thread of a vCPU waited for a CPU, and
 * writes that when the vCPU is put on one again.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/deadline.h"
#include "vm/clock.h"

#define STEAL_NS	200000ULL

struct stolen_time {
	uint32_t revision, attributes;
	uint64_t stolen_ns;
};

/* The CPU that a vCPU's thread is kept on, and then waits for: one of those we may use. */
static int cpu_of(unsigned int vcpu, cpu_set_t *set)
{
	cpu_set_t allowed;
	int cpu = -1, nth;

	if (sched_getaffinity(getpid(), sizeof(allowed), &allowed))
		return errno;
	for (nth = vcpu % CPU_COUNT(&allowed); nth >= 0; nth--)
		do
			cpu++;
		while (!CPU_ISSET(cpu, &allowed));
	CPU_ZERO(set);
	CPU_SET(cpu, set);
	return 0;
}

static int enable(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r)
{
	const struct kvm_device_attr attr = {
		.group = KVM_ARM_VCPU_PVTIME_CTRL,
		.attr = KVM_ARM_VCPU_PVTIME_IPA,
		.addr = (uintptr_t)&gpa,
	};
	const struct vcpu *v = &vm->vcpus[vcpu];
	cpu_set_t cpu;

	if (ioctl(v->fd, KVM_HAS_DEVICE_ATTR, &attr))
		return result_skip(r, "KVM has no stolen time for its guests: kernel without CONFIG_SCHED_INFO, or booted with no-steal-acc");
	if (ioctl(v->fd, KVM_SET_DEVICE_ATTR, &attr))
		return result_errno(r, "KVM_SET_DEVICE_ATTR(KVM_ARM_VCPU_PVTIME_IPA) of vCPU %u",
				    vcpu);
	errno = cpu_of(vcpu, &cpu);
	if (errno || sched_setaffinity(v->tid, sizeof(cpu), &cpu))
		return result_errno(r, "sched_setaffinity(thread of vCPU %u)", vcpu);
	return 0;
}

/* Take its CPU away for a while. */
static int steal_from(unsigned int vcpu)
{
	uint64_t until;
	cpu_set_t cpu;
	int err = cpu_of(vcpu, &cpu);

	if (err)
		return err;
	if (sched_setaffinity(0, sizeof(cpu), &cpu))
		return errno;
	for (until = now_ns() + STEAL_NS; now_ns() < until; )
		;
	return 0;
}

static int tick(struct vm *vm)
{
	unsigned int id;
	int err = 0;

	for (id = 0; !err && id < vm->nr_vcpus; id++)
		err = steal_from(id);
	return err;
}

static uint64_t read_stolen(void *clock)
{
	const struct stolen_time *time = clock;

	return guest_load(&time->stolen_ns);
}

/* By the name that tests have had from the beginning. */
const struct vm_clock vm_clocks[] = {
	{ .name = "kvmclock", .at = 2048, .enable = enable, .tick = tick, .read = read_stolen },
	{ 0 },
};

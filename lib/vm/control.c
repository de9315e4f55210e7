// SPDX-License-Identifier: GPL-2.0
/*
 * Starting, parking, resuming and stopping the vCPUs, and saying where they
 * are when one of these does not work.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hostfile.h"
#include "vm_internal.h"

#define POLL_US		200

static const char *state_name(uint32_t state)
{
	static const char * const names[] = {
		[VCPU_NEW] = "new", [VCPU_RUNNING] = "running",
		[VCPU_PARKED] = "parked", [VCPU_FAILED] = "failed",
		[VCPU_STOPPED] = "stopped",
	};

	return names[state];
}

static uint32_t state_of(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->state, __ATOMIC_ACQUIRE);
}

static bool parked(const struct vcpu *vcpu)
{
	return state_of(vcpu) == VCPU_PARKED || state_of(vcpu) == VCPU_FAILED;
}

static bool stopped(const struct vcpu *vcpu)
{
	return state_of(vcpu) == VCPU_STOPPED || state_of(vcpu) == VCPU_FAILED;
}

static void pause_briefly(void)
{
	struct timespec ts = { .tv_nsec = POLL_US * 1000L };

	nanosleep(&ts, NULL);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* Wait until @done holds for every vCPU; the first that does not, or NULL. */
static struct vcpu *wait_for_all(struct vm *vm, bool (*done)(const struct vcpu *),
				 bool kick, unsigned int timeout_ms)
{
	uint64_t deadline = now_ms() + timeout_ms;
	unsigned int id;

	for (id = 0; id < vm->nr_vcpus; ) {
		if (done(&vm->vcpus[id])) {
			id++;
			continue;
		}
		if (now_ms() > deadline)
			return &vm->vcpus[id];
		/* Again and again: a kick before KVM_RUN began may be lost. */
		if (kick)
			vcpu_kick(&vm->vcpus[id]);
		pause_briefly();
	}
	return NULL;
}

int vm_start(struct vm *vm, struct result *r)
{
	struct vcpu *late;
	unsigned int id;
	int err;

	guest_store(&vm_shared(vm)->cmd, GUEST_CMD_PARK);
	for (id = 0; id < vm->nr_vcpus; id++) {
		/* Counts as running at once, so that vm_stop() joins it. */
		vm->vcpus[id].state = VCPU_RUNNING;
		err = pthread_create(&vm->vcpus[id].thread, NULL, vcpu_thread,
				     &vm->vcpus[id]);
		if (err) {
			vm->vcpus[id].state = VCPU_NEW;
			errno = err;
			return result_errno(r, "pthread_create(vCPU %u)", id);
		}
	}
	late = wait_for_all(vm, parked, false, 30000);
	if (late) {
		vm_describe(vm, r);
		return result_error(r, "vCPU %u did not reach the guest's main loop within 30 s",
				    late->id);
	}
	return vm_check(vm, r);
}

void vm_resume(struct vm *vm)
{
	guest_store(&vm_shared(vm)->cmd, GUEST_CMD_RUN);
	__atomic_add_fetch(&vm->resume, 1, __ATOMIC_ACQ_REL);
	futex_wake(&vm->resume);
}

int vm_park(struct vm *vm, unsigned int timeout_ms, struct result *r)
{
	struct vcpu *late;

	guest_store(&vm_shared(vm)->cmd, GUEST_CMD_PARK);
	late = wait_for_all(vm, parked, false, timeout_ms);
	if (!late)
		return 0;
	vm_describe(vm, r);
	return result_fail(r, CONTRACT_PROGRESS,
			   "vCPU %u did not leave the guest within %u ms of being told to",
			   late->id, timeout_ms);
}

int vm_stop(struct vm *vm, unsigned int timeout_ms, struct result *r)
{
	struct vcpu *late;
	unsigned int id;

	__atomic_store_n(&vm->stopping, 1, __ATOMIC_RELEASE);
	futex_wake(&vm->resume);
	futex_wake(&vm->hole);
	for (id = 0; id < vm->nr_vcpus; id++) {
		if (vm->vcpus[id].state == VCPU_NEW)
			vm->vcpus[id].state = VCPU_STOPPED;
	}
	late = wait_for_all(vm, stopped, true, timeout_ms);
	if (late) {
		vm_describe(vm, r);
		return result_fail(r, CONTRACT_FAULTS,
				   "vCPU %u cannot be got out of KVM_RUN by a signal in %u ms",
				   late->id, timeout_ms);
	}
	for (id = 0; id < vm->nr_vcpus; id++) {
		if (!vm->vcpus[id].thread)
			continue;
		pthread_join(vm->vcpus[id].thread, NULL);
		vm->vcpus[id].thread = 0;
	}
	return 0;
}

void vm_hole_open(struct vm *vm)
{
	__atomic_add_fetch(&vm->hole, 1, __ATOMIC_ACQ_REL);
}

void vm_hole_close(struct vm *vm)
{
	__atomic_add_fetch(&vm->hole, 1, __ATOMIC_ACQ_REL);
	futex_wake(&vm->hole);
}

static void describe_vcpu(const struct vcpu *vcpu, struct result *r)
{
	const struct guest_vcpu *guest = &vm_shared(vcpu->vm)->vcpu[vcpu->id];
	char path[64], stack[512], *line, *rest = stack;

	result_note(r, "vCPU %u: %s%s%s, %llu visits, %llu sweeps, last page %llu, %llu holes waited out",
		    vcpu->id, state_name(state_of(vcpu)), vcpu->error[0] ? ": " : "",
		    vcpu->error, guest_load(&guest->visits), guest->sweeps,
		    guest->last_page, (unsigned long long)vcpu->holes);
	if (state_of(vcpu) != VCPU_RUNNING)
		return;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stack", vcpu->tid);
	if (hostfile_read(path, stack, sizeof(stack)) <= 0)
		return;
	while ((line = strsep(&rest, "\n")))
		result_note(r, "  vCPU %u kernel stack: %s", vcpu->id, line);
}

void vm_describe(const struct vm *vm, struct result *r)
{
	unsigned int id;

	for (id = 0; id < vm->nr_vcpus; id++)
		describe_vcpu(&vm->vcpus[id], r);
}

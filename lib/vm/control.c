// SPDX-License-Identifier: GPL-2.0
/*
 * Starting, parking, resuming and stopping the vCPUs, and reporting where they are
 * when one of these fails.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "vm/arch.h"
#include "vm/vm_internal.h"

#define GAP_WAIT_NS	20000000ULL
#define START_NS	30000000000ULL
#define KICK_NS		10000000000ULL
#define DESCRIBED	4	/* vCPUs; evidence has no room for all of a large guest */

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

/* Wait until @done holds for every vCPU; the first that does not, or NULL. */
static struct vcpu *wait_for_all(struct vm *vm, bool (*done)(const struct vcpu *),
				 bool kick, uint64_t budget_ns)
{
	struct deadline deadline;
	unsigned int id = 0;

	deadline_start(&deadline, budget_ns);
	for (;;) {
		while (id < vm->nr_vcpus && done(&vm->vcpus[id]))
			id++;
		if (id == vm->nr_vcpus)
			return NULL;
		/* Again and again: a kick before KVM_RUN began may be lost. */
		if (kick)
			vcpu_kick(&vm->vcpus[id]);
		if (!deadline_poll(&deadline))
			return &vm->vcpus[id];
	}
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
	late = wait_for_all(vm, parked, false, START_NS);
	if (late) {
		vm_describe(vm, r);
		return result_error(r, "vCPU %u did not reach the guest's main loop within %llu s",
				    late->id, START_NS / 1000000000);
	}
	return vm_check(vm, r);
}

void vm_resume(struct vm *vm)
{
	unsigned int id;
	uint32_t state;

	guest_store(&vm_shared(vm)->cmd, GUEST_CMD_RUN);
	/* Here and not in the thread: who parks next must not find it parked. */
	for (id = 0; id < vm->nr_vcpus; id++) {
		state = VCPU_PARKED;
		__atomic_compare_exchange_n(&vm->vcpus[id].state, &state, VCPU_RUNNING, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	}
	__atomic_add_fetch(&vm->resume, 1, __ATOMIC_ACQ_REL);
	futex_wake(&vm->resume);
}

int vm_park(struct vm *vm, uint64_t budget_ns, struct result *r)
{
	struct vcpu *late;
	unsigned int id;

	guest_store(&vm_shared(vm)->cmd, GUEST_CMD_PARK);
	for (id = 0; vm->has_apics && id < vm->nr_vcpus; id++) {
		errno = vm_arch.async_pf->wake(vm, id);
		if (errno)
			return result_errno(r, "waking vCPU %u", id);
	}
	late = wait_for_all(vm, parked, false, budget_ns);
	if (!late)
		return 0;
	vm_describe(vm, r);
	return result_fail(r, CONTRACT_PROGRESS,
			   "vCPU %u did not leave the guest within %llu ms of being told to",
			   late->id, (unsigned long long)budget_ns / 1000000);
}

int vm_stop(struct vm *vm, uint64_t budget_ns, struct result *r)
{
	struct vcpu *late;
	unsigned int id;

	__atomic_store_n(&vm->stopping, 1, __ATOMIC_RELEASE);
	futex_wake(&vm->resume);
	futex_wake(&vm->gap);
	for (id = 0; id < vm->nr_vcpus; id++) {
		if (vm->vcpus[id].state == VCPU_NEW)
			vm->vcpus[id].state = VCPU_STOPPED;
	}
	late = wait_for_all(vm, stopped, true, budget_ns);
	if (late) {
		vm_describe(vm, r);
		return result_fail(r, CONTRACT_FAULTS,
				   "vCPU %u cannot be got out of KVM_RUN by a signal in %llu ms",
				   late->id, (unsigned long long)budget_ns / 1000000);
	}
	for (id = 0; id < vm->nr_vcpus; id++) {
		if (!vm->vcpus[id].thread)
			continue;
		pthread_join(vm->vcpus[id].thread, NULL);
		vm->vcpus[id].thread = 0;
	}
	return 0;
}

/* Is it out of KVM_RUN, or has it been meanwhile? */
static bool has_left(const struct vcpu *vcpu)
{
	uint64_t runs = guest_load(&vcpu->runs);

	return !(runs & 1) || runs != vcpu->runs_before;
}

int vm_kick(struct vm *vm, struct result *r)
{
	struct vcpu *late;
	unsigned int id;

	for (id = 0; id < vm->nr_vcpus; id++)
		vm->vcpus[id].runs_before = guest_load(&vm->vcpus[id].runs);
	late = wait_for_all(vm, has_left, true, KICK_NS);
	if (!late)
		return 0;
	vm_describe(vm, r);
	return result_fail(r, CONTRACT_FAULTS,
			   "vCPU %u cannot be got out of KVM_RUN by a signal in %llu ms",
			   late->id, KICK_NS / 1000000);
}

/* The guest is told as well; when it knows, the vCPU threads do. */
/* The guest first: what vCPU threads do when a gap is closed comes after it knows of that. */
static void move_gap(struct vm *vm)
{
	guest_store(&vm_shared(vm)->gap, vm->gap + 1);
	__atomic_add_fetch(&vm->gap, 1, __ATOMIC_ACQ_REL);
}

void vm_gap_open(struct vm *vm)
{
	unsigned int id;

	for (id = 0; id < vm->nr_vcpus; id++)
		vm->vcpus[id].gaps_before = guest_load(&vm->vcpus[id].gaps);
	move_gap(vm);
}

void vm_gap_close(struct vm *vm)
{
	move_gap(vm);
	futex_wake(&vm->gap);
}

void vm_readonly_begin(struct vm *vm)
{
	__atomic_add_fetch(&vm->readonly, 1, __ATOMIC_ACQ_REL);
}

void vm_readonly_end(struct vm *vm)
{
	__atomic_add_fetch(&vm->readonly, 1, __ATOMIC_ACQ_REL);
}

/* Has the vCPU run into the gap that is open now, or will it never? */
static bool in_gap(const struct vcpu *vcpu)
{
	return guest_load(&vcpu->gaps) != vcpu->gaps_before ||
	       state_of(vcpu) != VCPU_RUNNING;
}

int vm_gap_check(struct vm *vm, struct result *r)
{
	const struct guest_vcpu *guest = vm_shared(vm)->vcpu;
	uint64_t before[GUEST_MAX_VCPUS];
	unsigned int id;
	int ret = 0;

	for (id = 0; id < vm->nr_vcpus; id++)
		before[id] = guest_load(&guest[id].visits);
	wait_for_all(vm, in_gap, false, GAP_WAIT_NS);
	for (id = 0; id < vm->nr_vcpus; id++) {
		uint64_t made = guest_load(&guest[id].visits) - before[id];

		/* One whose access was over may still have been uncounted. */
		if (made > 1)
			ret = result_fail(r, CONTRACT_NO_STALE,
					  "vCPU %u made %llu visits while no memory was mapped",
					  id, (unsigned long long)made);
	}
	return ret;
}

static void describe_vcpu(const struct vcpu *vcpu, struct result *r)
{
	const struct guest_vcpu *guest = &vm_shared(vcpu->vm)->vcpu[vcpu->id];
	char path[64], stack[512], *line, *rest = stack;

	result_note(r, "vCPU %u: %s%s%s, %llu visits, %llu sweeps, %llu passes begun, last page %llu, %llu unmapped gaps waited out",
		    vcpu->id, state_name(state_of(vcpu)), vcpu->error[0] ? ": " : "",
		    vcpu->error, guest_load(&guest->visits), guest->sweeps,
		    guest->heartbeat, guest->last_page, (unsigned long long)vcpu->gaps);
	if (state_of(vcpu) != VCPU_RUNNING)
		return;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stack", vcpu->tid);
	if (hostfile_read(path, stack, sizeof(stack)) <= 0)
		return;
	while ((line = strsep(&rest, "\n")))
		result_note(r, "  vCPU %u kernel stack: %s", vcpu->id, line);
}

static uint64_t visits_of(const struct vm *vm, unsigned int id)
{
	return guest_load(&vm_shared(vm)->vcpu[id].visits);
}

/* Does a vCPU have fewer visits than all others, but for so many? */
static bool is_among_slowest(const struct vm *vm, unsigned int id, unsigned int nr)
{
	unsigned int other, slower = 0;

	for (other = 0; other < vm->nr_vcpus; other++)
		slower += visits_of(vm, other) < visits_of(vm, id);
	return slower < nr;
}

/* Of many the slowest: those that stall are among them. */
void vm_describe(const struct vm *vm, struct result *r)
{
	unsigned int id, left = DESCRIBED;

	for (id = 0; id < vm->nr_vcpus && left; id++) {
		if (!is_among_slowest(vm, id, DESCRIBED))
			continue;
		describe_vcpu(&vm->vcpus[id], r);
		left--;
	}
	if (vm->nr_vcpus > DESCRIBED)
		result_note(r, "and %u other vCPUs", vm->nr_vcpus - (DESCRIBED - left));
}

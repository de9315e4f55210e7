// SPDX-License-Identifier: GPL-2.0
/*
 * The vCPU thread: KVM_RUN, what it returns, and kicking a thread out of it.
 *
 * A thread only records what happened; judging is up to the main thread.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/deadline.h"
#include "vm/arch.h"
#include "vm/fault_events.h"
#include "vm/vm_internal.h"

#define KICK_SIGNAL	SIGUSR1
#define RING_WAIT_NS	1000000ULL
#define MANY_ON_A_CPU	2
#define GIVE_WAY_NICE	10
#define WAIT_SLICE_MS	100	/* how often a waiting vCPU looks for `stopping` */

static __thread struct kvm_run *current_run;

/*
 * The signal may arrive between the last look at `stopping` and KVM_RUN;
 * immediate_exit, set here, makes that KVM_RUN return at once.
 */
static void on_kick(int signal)
{
	(void)signal;
	if (current_run)
		current_run->immediate_exit = 1;
}

int vcpu_signals_init(struct result *r)
{
	struct sigaction action = { .sa_handler = on_kick };

	if (sigaction(KICK_SIGNAL, &action, NULL))
		return result_errno(r, "sigaction(SIGUSR1)");
	return bus_errors_init(r);
}

void vcpu_kick(const struct vcpu *vcpu)
{
	pthread_kill(vcpu->thread, KICK_SIGNAL);
}

static void set_state(struct vcpu *vcpu, enum vcpu_state state)
{
	__atomic_store_n(&vcpu->state, state, __ATOMIC_RELEASE);
}

static bool stopping(const struct vm *vm)
{
	return __atomic_load_n(&vm->stopping, __ATOMIC_ACQUIRE);
}

static bool __attribute__((format(printf, 2, 3)))
fail(struct vcpu *vcpu, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(vcpu->error, sizeof(vcpu->error), fmt, ap);
	va_end(ap);
	if (!vcpu->contract)
		vcpu->contract = CONTRACT_FAULTS;
	set_state(vcpu, VCPU_FAILED);
	return false;
}

/* Wait for vm_resume(), which bumps `resume` after setting the command. */
static void park(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;
	uint32_t ticket = __atomic_load_n(&vm->resume, __ATOMIC_ACQUIRE);

	if (guest_load(&vm_shared(vm)->cmd) == GUEST_CMD_RUN)
		return;
	set_state(vcpu, VCPU_PARKED);
	while (!stopping(vm) &&
	       __atomic_load_n(&vm->resume, __ATOMIC_ACQUIRE) == ticket)
		futex_wait(&vm->resume, ticket, WAIT_SLICE_MS);
	/* Again: vm_resume() may have come before we were marked as parked. */
	set_state(vcpu, VCPU_RUNNING);
}

/* Was, or is, the area's slot read-only since? */
static bool was_readonly(const struct vcpu *vcpu, uint32_t before)
{
	return (before & 1) ||
	       __atomic_load_n(&vcpu->vm->readonly, __ATOMIC_ACQUIRE) != before;
}

/*
 * EFAULT and MMIO are legal if an unmapped gap was open at any time since KVM_RUN was
 * called.  Then wait for it to close instead of faulting again and again.
 * Return: whether that was so.
 */
static bool wait_out_gap(struct vcpu *vcpu, uint32_t gap_before)
{
	struct vm *vm = vcpu->vm;
	uint32_t gap = __atomic_load_n(&vm->gap, __ATOMIC_ACQUIRE);

	if (!(gap_before & 1) && gap == gap_before)
		return false;
	guest_store(&vcpu->gaps, vcpu->gaps + 1);
	while ((gap & 1) && !stopping(vm)) {
		futex_wait(&vm->gap, gap, WAIT_SLICE_MS);
		gap = __atomic_load_n(&vm->gap, __ATOMIC_ACQUIRE);
	}
	return true;
}

/*
 * An access that crosses into another page comes out page by page.  KVM does not look again
 * at what is there in between, so for all parts counts how things stood for the first one.
 */
static const struct epochs *access_began(const struct vcpu *vcpu, const struct mmio_part *last,
					 const struct epochs *before)
{
	const struct kvm_run *run = vcpu->run;

	return last->end == run->mmio.phys_addr && last->is_write == run->mmio.is_write ?
	       &last->before : before;
}

/*
 * An access that KVM emulates comes out of an unmapped gap as MMIO, and so does a write to
 * a slot that is read-only.  The instruction is not run again, so the access is
 * carried out here, once the gap is closed.
 */
bool vcpu_handle_mmio(struct vcpu *vcpu, const struct mmio_part *last,
		      const struct epochs *began)
{
	struct kvm_run *run = vcpu->run;
	const struct area *area = vcpu->vm->area;
	uint64_t offset = run->mmio.phys_addr - vcpu->vm->area_gpa;
	const struct epochs *before = access_began(vcpu, last, began);

	if (!area || run->mmio.phys_addr < vcpu->vm->area_gpa ||
	    offset + run->mmio.len > area->size ||
	    !(wait_out_gap(vcpu, before->gap) ||
	      (run->mmio.is_write && was_readonly(vcpu, before->readonly))))
		return fail(vcpu, "KVM_RUN: MMIO at %#llx, where memory should be",
			    run->mmio.phys_addr);
	if (stopping(vcpu->vm))
		return false;
	vcpu->part = (struct mmio_part) {
		.end = run->mmio.phys_addr + run->mmio.len,
		.is_write = run->mmio.is_write,
		.before = *before,
	};
	if (!run->mmio.is_write) {
		memcpy(run->mmio.data, area_host(area) + offset, run->mmio.len);
		return true;
	}
	memcpy(area_host(area) + offset, run->mmio.data, run->mmio.len);
	guest_store(&vcpu->emulated_mmio, vcpu->emulated_mmio + 1);
	return true;
}

/* The guest uses no such port; was it in the pages under pressure that it came to run this? */
static bool fail_port(struct vcpu *vcpu, unsigned int port)
{
	unsigned long long pc = vcpu_arch_where(vcpu);
	const struct area *area = vcpu->vm->area;

	if (!area || pc - GUEST_AREA_GPA >= area->size)
		return fail(vcpu, "KVM_RUN: unexpected port %#x at PC %#llx", port, pc);
	vcpu->contract = CONTRACT_NO_STALE;
	return fail(vcpu, "runs what was never written to the pages under pressure: port %#x at PC %#llx (stale translation)",
		    port, pc);
}

static bool handle_port(struct vcpu *vcpu, const struct port_access *access)
{
	uint32_t gap_before;

	switch (access->port) {
	case GUEST_PORT_PARKED:
		park(vcpu);
		return true;
	case GUEST_PORT_ERROR:
		return fail(vcpu, "the guest reported an error");
	case GUEST_PORT_GAP:
		memcpy(&gap_before, access->data, sizeof(gap_before));
		return wait_out_gap(vcpu, gap_before) ||
		       fail(vcpu, "the guest saw an unmapped gap where there was none");
	default:
		return device_port(vcpu, access) || fail_port(vcpu, access->port);
	}
}

/* Code in an unmapped gap cannot be emulated; the instruction is then run again. */
static bool handle_internal_error(struct vcpu *vcpu, uint32_t gap_before)
{
	const struct kvm_run *run = vcpu->run;

	return (run->internal.suberror == KVM_INTERNAL_ERROR_EMULATION &&
		wait_out_gap(vcpu, gap_before)) ||
	       fail(vcpu, "KVM_RUN: INTERNAL_ERROR, suberror %u, at PC %#llx",
		    run->internal.suberror, (unsigned long long)vcpu_arch_where(vcpu));
}

static bool handle_exit(struct vcpu *vcpu, const struct mmio_part *last,
			const struct epochs *before)
{
	struct kvm_run *run = vcpu->run;
	struct port_access access;

	if (vcpu_arch_port(vcpu, &access))
		return handle_port(vcpu, &access);
	switch (run->exit_reason) {
	case KVM_EXIT_INTR:
		return true;
	case KVM_EXIT_DIRTY_RING_FULL:
		/* Whoever harvests the ring makes room. */
		sleep_ns(RING_WAIT_NS);
		return true;
	case KVM_EXIT_MMIO:
		return device_mmio(vcpu) || vcpu_handle_mmio(vcpu, last, before);
	case KVM_EXIT_INTERNAL_ERROR:
		return handle_internal_error(vcpu, before->gap);
	case KVM_EXIT_FAIL_ENTRY:
		return fail(vcpu, "KVM_RUN: FAIL_ENTRY, hardware reason %#llx",
			    run->fail_entry.hardware_entry_failure_reason);
	default:
		return fail(vcpu, "KVM_RUN: unexpected exit %u (%s)",
			    run->exit_reason, exit_name(run->exit_reason));
	}
}

/*
 * One KVM_RUN, and whether it met poisoned memory: then a signal was sent to
 * this thread, and is taken before the call is over.
 * Return: as the call.
 */
static int run_guest(struct vcpu *vcpu, bool *poisoned)
{
	uint64_t before = vcpu->bus.nr;
	int ret, err;

	bus_errors_catch(&vcpu->bus);
	guest_store(&vcpu->runs, vcpu->runs + 1);
	ret = ioctl(vcpu->fd, KVM_RUN, 0);
	err = errno;
	guest_store(&vcpu->runs, vcpu->runs + 1);
	bus_errors_catch(NULL);
	/* Whoever kicked us for good says so elsewhere, too, and before. */
	vcpu->run->immediate_exit = 0;
	*poisoned = vcpu->bus.nr != before;
	errno = err;
	return ret;
}

/* Run the guest once; false when the vCPU is done for good. */
static bool run_once(struct vcpu *vcpu)
{
	const struct epochs before = {
		.gap = __atomic_load_n(&vcpu->vm->gap, __ATOMIC_ACQUIRE),
		.readonly = __atomic_load_n(&vcpu->vm->readonly, __ATOMIC_ACQUIRE),
	};
	const struct mmio_part last = vcpu->part;
	bool poisoned;
	int err;

	vcpu->part = (struct mmio_part) { 0 };
	err = run_guest(vcpu, &poisoned) ? errno : 0;
	if (poisoned && !wait_out_gap(vcpu, before.gap))
		return fail(vcpu, "KVM_RUN: SIGBUS, code %d, at %p", vcpu->bus.code,
			    (void *)vcpu->bus.addr);
	switch (err) {
	case 0:
		return handle_exit(vcpu, &last, &before);
	case EINTR:
	case EAGAIN:
		return true;
	case EFAULT:
	case ENOSYS:		/* no slot, and an access that this KVM cannot carry out */
	case EOPNOTSUPP:
	case EIO:
	case EHWPOISON:		/* of a guest_memfd: no signal is sent */
		vcpu->gap_error = err;
		return wait_out_gap(vcpu, before.gap) ||
		       fail(vcpu, "KVM_RUN: %s though all guest memory is mapped",
			    strerrorname_np(err));
	default:
		return fail(vcpu, "KVM_RUN: %s", strerror(err));
	}
}

/*
 * Where many vCPUs share each CPU, who tells them what to do and judges them would have to
 * wait for all of them whenever it needs one.
 */
static void give_way(const struct vcpu *vcpu)
{
	cpu_set_t cpus;

	if (!sched_getaffinity(0, sizeof(cpus), &cpus) &&
	    vcpu->vm->nr_vcpus > MANY_ON_A_CPU * (unsigned int)CPU_COUNT(&cpus))
		setpriority(PRIO_PROCESS, vcpu->tid, GIVE_WAY_NICE);
}

void *vcpu_thread(void *arg)
{
	struct vcpu *vcpu = arg;

	vcpu->tid = syscall(SYS_gettid);
	give_way(vcpu);
	current_run = vcpu->run;
	if (vm_arch.fault_event)
		vcpu->faults_fd = fault_events_open();
	set_state(vcpu, VCPU_RUNNING);
	while (!stopping(vcpu->vm) && run_once(vcpu))
		;
	current_run = NULL;
	if (vcpu->state != VCPU_FAILED)
		set_state(vcpu, VCPU_STOPPED);
	return NULL;
}

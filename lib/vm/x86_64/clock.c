// SPDX-License-Identifier: GPL-2.0
/*
 * kvmclock and the stolen time, for each of which a guest names a page by an MSR; and what a
 * Xen guest has of both, and of events.
 */
#include <asm/kvm_para.h>
#include <errno.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "base/deadline.h"
#include "vm/clock.h"
#include "vm/vm_internal.h"
#include "vm/x86_64/x86_64.h"

#define IN_PAGE		2048	/* KVM wants them aligned to their 64 bytes */

/* What KVM writes, as far as we read it; so is the time in a vCPU's Xen page. */
struct clock_page {
	uint32_t version;		/* odd while KVM is at it */
	uint32_t pad;
	uint64_t tsc, system_time;
	uint32_t multiplier;		/* never 0 in a clock that goes */
};

static int enable_clock(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r)
{
	return vcpu_set_msr(vm, vcpu, MSR_KVM_SYSTEM_TIME_NEW, gpa | KVM_MSR_ENABLED, r);
}

/* Setting the clock to what it says has every vCPU write it before it goes on. */
static int set_clock(struct vm *vm)
{
	struct kvm_clock_data data = { 0 };

	if (ioctl(vm->fd, KVM_GET_CLOCK, &data))
		return errno;
	data.flags = 0;
	return ioctl(vm->fd, KVM_SET_CLOCK, &data) ? errno : 0;
}

static uint64_t read_clock(void *clock)
{
	const struct clock_page *page = clock;
	uint32_t version = guest_load(&page->version);

	return version & 1 || !page->multiplier ? 0 : version;
}

static int enable_steal_time(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r)
{
	return vcpu_set_msr(vm, vcpu, MSR_KVM_STEAL_TIME, gpa | KVM_MSR_ENABLED, r);
}

/* What is stolen is added up whenever a vCPU comes to a CPU, and so at each KVM_RUN. */
static int run_again(struct vm *vm)
{
	unsigned int id;

	for (id = 0; id < vm->nr_vcpus; id++)
		vcpu_kick(&vm->vcpus[id]);
	return 0;
}

static uint64_t read_steal_time(void *clock)
{
	const struct kvm_steal_time *time = clock;
	uint32_t version = guest_load(&time->version);

	return version & 1 ? 0 : version;
}

/* ---- Xen ---- */

#define XEN_HYPERCALL_MSR	0x40000000	/* any, that is not used otherwise */
#define XEN_NEEDS		(KVM_XEN_HVM_CONFIG_SHARED_INFO | KVM_XEN_HVM_CONFIG_RUNSTATE)
#define XEN_PAGE_SHIFT		12

static int set_long_mode(const struct vm *vm)
{
	struct kvm_xen_hvm_attr attr = {
		.type = KVM_XEN_ATTR_TYPE_LONG_MODE,
		.u.long_mode = 1,
	};

	return ioctl(vm->fd, KVM_XEN_HVM_SET_ATTR, &attr) ? errno : 0;
}

static int prepare_xen(struct vm *vm, struct result *r)
{
	struct kvm_xen_hvm_config config = {
		.flags = KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL,
		.msr = XEN_HYPERCALL_MSR,
	};

	if ((vm_capability(KVM_CAP_XEN_HVM) & XEN_NEEDS) != XEN_NEEDS)
		return result_skip(r, "KVM has no pages for Xen guests (CONFIG_KVM_XEN, v5.12)");
	if (ioctl(vm->fd, KVM_XEN_HVM_CONFIG, &config))
		return result_errno(r, "KVM_XEN_HVM_CONFIG");
	errno = set_long_mode(vm);
	return errno ? result_errno(r, "KVM_XEN_HVM_SET_ATTR(long mode)") : 0;
}

static const struct vm_kind xen = { .prepare = prepare_xen };

/* @invalid: why it may be so, or NULL */
static int set_attr(struct vm *vm, unsigned int vcpu, unsigned int type, uint64_t gpa,
		    const char *invalid, struct result *r)
{
	struct kvm_xen_vcpu_attr attr = { .type = type, .u.gpa = gpa };

	if (!ioctl(vm->vcpus[vcpu].fd, KVM_XEN_VCPU_SET_ATTR, &attr))
		return 0;
	if (errno != EINVAL || !invalid)
		return result_errno(r, "KVM_XEN_VCPU_SET_ATTR(%u, gpa %#llx) of vCPU %u", type,
				    (unsigned long long)gpa, vcpu);
	return result_skip(r, "%s", invalid);
}

static int enable_runstate(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r)
{
	return set_attr(vm, vcpu, KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_ADDR, gpa, NULL, r);
}

static int enable_split_runstate(struct vm *vm, unsigned int vcpu, uint64_t gpa,
				 struct result *r)
{
	return set_attr(vm, vcpu, KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_ADDR, gpa,
			"KVM takes no runstate of a Xen guest that crosses into another page", r);
}

/* What has been written as a whole adds up; the guest has asked for no mark meanwhile. */
static uint64_t read_runstate(void *clock)
{
	const struct {
		uint32_t state, pad;
		uint64_t since, times[4];
	} *runstate = clock;
	uint64_t since = guest_load(&runstate->since), sum = 0;
	unsigned int n;

	for (n = 0; n < 4; n++)
		sum += guest_load(&runstate->times[n]);
	return sum == since && since == guest_load(&runstate->since) ? since : 0;
}

static int enable_vcpu_info(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r)
{
	return set_attr(vm, vcpu, KVM_XEN_VCPU_ATTR_TYPE_VCPU_INFO, gpa, NULL, r);
}

/* Behind the events. */
static uint64_t read_vcpu_info(void *clock)
{
	return read_clock((char *)clock + 32);
}

/* The wall clock, in a page of its own. */
#define XEN_WALL_CLOCK		0xc00
/* KVM_XEN_HVM_CONFIG_SHARED_INFO_HVA: came when KVM began to write it more than once. */
#define XEN_WRITES_AGAIN	(1 << 8)

static int set_shared_info(struct vm *vm, uint64_t gpa, struct result *r)
{
	struct kvm_xen_hvm_attr attr = {
		.type = KVM_XEN_ATTR_TYPE_SHARED_INFO,
		.u.shared_info.gfn = gpa >> XEN_PAGE_SHIFT,
	};

	if (!ioctl(vm->fd, KVM_XEN_HVM_SET_ATTR, &attr))
		return 0;
	return result_errno(r, "KVM_XEN_HVM_SET_ATTR(shared info, gpa %#llx)",
			    (unsigned long long)gpa);
}

static int enable_shared_info(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r)
{
	(void)vcpu;
	if (!(vm_capability(KVM_CAP_XEN_HVM) & XEN_WRITES_AGAIN))
		return result_skip(r, "KVM writes the wall clock of a Xen guest but once");
	return set_shared_info(vm, gpa, r);
}

static uint64_t read_wall_clock(void *clock)
{
	uint32_t version = guest_load((const uint32_t *)clock);

	return version & 1 ? 0 : version;
}

/*
 * The guest is in long mode still, and KVM writes its wall clock anew.  Not in an unmapped
 * gap.
 */
static int tick_shared_info(struct vm *vm)
{
	int err = set_long_mode(vm);

	return err == EFAULT ? 0 : err;
}

/* ---- events of a Xen guest ---- */

#define XEN_EVENTS		0x800	/* in the page of shared info */
#define XEN_EVENT_WORDS		64	/* of 64 events */
/* Between these two the page has room for vCPUs that we do not have. */
#define XEN_VCPU_INFO		0x400
#define XEN_SENDS		(1 << 5)	/* KVM_XEN_HVM_CONFIG_EVTCHN_SEND */

struct xen_events {
	uint64_t pending[XEN_EVENT_WORDS];
	uint64_t masked[XEN_EVENT_WORDS - 1];
	uint64_t taken;		/* ours: the last word of masks, of events that are never sent */
};

static int enable_events(struct vm *vm, unsigned int vcpu, uint64_t gpa, struct result *r)
{
	if (!(vm_capability(KVM_CAP_XEN_HVM) & XEN_SENDS))
		return result_skip(r, "KVM sends no events to Xen guests for their VMM (v5.18)");
	return set_shared_info(vm, gpa, r) ||
	       enable_vcpu_info(vm, vcpu, gpa - XEN_EVENTS + XEN_VCPU_INFO, r) ? -1 : 0;
}

/* Any but 0 will do; one that is pending already adds nothing.  Not in an unmapped gap. */
static int send_event(struct vm *vm)
{
	struct kvm_irq_routing_xen_evtchn event = {
		.port = 1 + now_ns() / 1000 % ((XEN_EVENT_WORDS - 1) * 64 - 1),
		.priority = KVM_IRQ_ROUTING_XEN_EVTCHN_PRIO_2LEVEL,
	};

	return ioctl(vm->fd, KVM_XEN_HVM_EVTCHN_SEND, &event) && errno != EFAULT ? errno : 0;
}

/* As a guest does: each is taken, and then there is room for it again. */
static uint64_t take_events(void *clock)
{
	struct xen_events *events = clock;
	unsigned int n;

	for (n = 0; n < XEN_EVENT_WORDS; n++)
		events->taken += __builtin_popcountll(__atomic_exchange_n(&events->pending[n], 0,
									  __ATOMIC_ACQ_REL));
	return events->taken;
}

const struct vm_clock vm_clocks[] = {
	{ .name = "kvmclock", .at = IN_PAGE, .enable = enable_clock, .tick = set_clock,
	  .read = read_clock },
	{ .name = "steal_time", .at = IN_PAGE, .enable = enable_steal_time, .tick = run_again,
	  .read = read_steal_time },
	{ .name = "xen_runstate", .kind = &xen, .at = IN_PAGE, .enable = enable_runstate,
	  .tick = run_again, .read = read_runstate },
	/* Half of the times are in the next page. */
	{ .name = "xen_runstate_split", .kind = &xen, .at = PAGE_BYTES - 32, .crosses = true,
	  .enable = enable_split_runstate, .tick = run_again, .read = read_runstate },
	{ .name = "xen_vcpu_info", .kind = &xen, .at = IN_PAGE, .enable = enable_vcpu_info,
	  .tick = set_clock, .read = read_vcpu_info },
	{ .name = "xen_shared_info", .kind = &xen, .is_one = true, .at = XEN_WALL_CLOCK,
	  .enable = enable_shared_info, .tick = tick_shared_info, .read = read_wall_clock },
	{ .name = "xen_events", .kind = &xen, .is_one = true, .at = XEN_EVENTS,
	  .enable = enable_events, .tick = send_event, .read = take_events },
	{ 0 },
};

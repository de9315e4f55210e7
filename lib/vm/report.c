// SPDX-License-Identifier: GPL-2.0
/*
 * Turning what vCPU threads and the guest recorded into findings.
 */
#include "vm/vm_internal.h"

static const char *what_name(uint32_t what)
{
	static const char * const names[GUEST_NR_ERRORS] = {
		[GUEST_ERR_LOST] = "reads zero though nothing discarded it (lost write)",
		[GUEST_ERR_STALE] = "holds an older stamp than was there before (stale translation or lost write)",
		[GUEST_ERR_UNDEAD] = "still holds the stamp that a completed discard took away (stale translation)",
		[GUEST_ERR_FOREIGN] = "holds what was never written to it (someone else's memory)",
		[GUEST_ERR_FUTURE] = "holds a stamp nobody announced",
		[GUEST_ERR_UNMARKED] = "lacks the marks that a walk left in a page table's entry (lost write)",
	};

	return what < GUEST_NR_ERRORS && names[what] ? names[what] : "is reported wrong";
}

static const char *async_name(guest_u64 what)
{
	static const char * const names[GUEST_NR_ASYNC_ERRORS] = {
		[GUEST_ASYNC_NONE] = "says of a page that it is not there, under a token that says that there is none",
		[GUEST_ASYNC_TOO_MANY] = "has more pages fetched than it may",
		[GUEST_ASYNC_UNKNOWN] = "says of a page that it is there, and never said that it was not",
	};

	return what < GUEST_NR_ASYNC_ERRORS ? names[what] : "says what it may not";
}

static void note_stamp(const char *label, guest_u64 stamp, struct result *r)
{
	result_note(r, "  %s %#018llx: page %u, generation %u, counter %llu", label,
		    stamp, guest_stamp_page(stamp), guest_stamp_generation(stamp),
		    guest_stamp_counter(stamp));
}

/* What was expected and what was found, as the workload's pages hold it. */
static void note_values(const struct vm *vm, const struct guest_error *e, struct result *r)
{
	switch (vm_workload(vm)->form) {
	case GUEST_FORM_SUM:
		result_note(r, "  counted %llu additions, found %#llx: page %u, %llu additions",
			    e->expected, e->seen, guest_stamp_page(e->seen),
			    e->seen & ((1ULL << GUEST_STAMP_PAGE_SHIFT) - 1));
		return;
	case GUEST_FORM_TABLE:
		result_note(r, "  written %#018llx, found %#018llx", e->expected, e->seen);
		return;
	default:
		note_stamp("last known", e->expected, r);
		note_stamp("found     ", e->seen, r);
		result_note(r, "  discards of this page: %llu begun, %llu ended",
			    e->detail >> 32, e->detail & 0xffffffff);
	}
}

static int check_mailbox(const struct vm *vm, struct result *r)
{
	const struct guest_error *e = &vm_shared(vm)->error;
	uint32_t what = guest_load(&e->what);

	if (what != GUEST_ERR_NONE)
		result_judged(r, ORACLE_CONTENTS);
	switch (what) {
	case GUEST_ERR_NONE:
		return 0;
	case GUEST_ERR_EXCEPTION:
		return result_fail(r, CONTRACT_CONTENTS,
				   "vCPU %u: unexpected exception, vector %llu at PC %#llx, address %#llx, code %#llx",
				   e->vcpu, e->detail, e->where, e->expected, e->seen);
	case GUEST_ERR_COMMAND:
		return result_error(r, "vCPU %u does not know workload %llu of %llu",
				    e->vcpu, e->seen, e->expected);
	case GUEST_ERR_WALK:
		return result_fail(r, CONTRACT_CONTENTS,
				   "vCPU %u: a walk by the page table in page %u at gpa %#llx leads to %#llx, not to %#llx",
				   e->vcpu, e->page, e->where, e->seen, e->expected);
	case GUEST_ERR_NO_WAY:
		return result_fail(r, CONTRACT_CONTENTS,
				   "vCPU %u: the walk that begins with the page table in page %u leads nowhere: fault at %#llx, code %#llx, PC %#llx",
				   e->vcpu, e->page, e->expected, e->seen, e->where);
	case GUEST_ERR_DEVICE:
		return result_fail(r, CONTRACT_CONTENTS,
				   "vCPU %u: the device has %#llx, not %#llx that was written by code in page %u",
				   e->vcpu, e->seen, e->expected, e->page);
	case GUEST_ERR_ASYNC:
		return result_fail(r, CONTRACT_CONTENTS, "vCPU %u: KVM %s (token %#llx)", e->vcpu,
				   async_name(e->detail), e->seen);
	}
	if (e->seen == GUEST_CANARY)
		return result_fail(r, CONTRACT_NO_STALE,
				   "vCPU %u: page %u at gpa %#llx is read from a frame that left the guest and was given to the host (stale translation)",
				   e->vcpu, e->page, e->where);
	result_fail(r, CONTRACT_CONTENTS, "vCPU %u: page %u at gpa %#llx %s",
		    e->vcpu, e->page, e->where, what_name(what));
	note_values(vm, e, r);
	return -1;
}

int vm_check(const struct vm *vm, struct result *r)
{
	const struct vcpu *failed = NULL;
	unsigned int id;

	/* States before the mailbox: a vCPU that failed has filled it before. */
	for (id = 0; id < vm->nr_vcpus; id++) {
		if (__atomic_load_n(&vm->vcpus[id].state, __ATOMIC_ACQUIRE) == VCPU_FAILED)
			failed = &vm->vcpus[id];
	}
	if (check_mailbox(vm, r))
		return -1;
	if (failed)
		return result_fail(r, failed->contract, "vCPU %u: %s", failed->id,
				   failed->error);
	return 0;
}

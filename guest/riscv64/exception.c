// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions: those that end code in a page, and those that are due to an unmapped gap, are
 * part of a workload; all others are reported.
 */
#include "guest.h"

#define CAUSE_FETCH	1	/* access faults: KVM found no memory */
#define CAUSE_ILLEGAL	2
#define CAUSE_LOAD	5
#define CAUSE_STORE	7

/* Saved by the entry code. */
struct exception_frame {
	guest_u64 ra, a[8], t[7];
	guest_u64 sepc, scause;
};

void guest_exception(struct exception_frame *frame, guest_u64 stval);

/* Zeroes behind the code end it; in its place, it has been emptied. */
static int ran_zeroes(struct exception_frame *frame)
{
	if (frame->scause != CAUSE_ILLEGAL || !guest_in_area(frame->sepc))
		return 0;
	if (!(frame->sepc / sizeof(guest_u64) & 1))
		frame->a[0] = 0;
	frame->sepc = frame->ra;
	return 1;
}

static int met_gap(const struct exception_frame *frame)
{
	return (frame->scause == CAUSE_FETCH || frame->scause == CAUSE_LOAD ||
		frame->scause == CAUSE_STORE) && guest_met_gap();
}

void guest_exception(struct exception_frame *frame, guest_u64 stval)
{
	struct guest_error error = {
		.what = GUEST_ERR_EXCEPTION,
		.where = frame->sepc,
		.expected = stval,
		.detail = frame->scause,
	};

	if (!ran_zeroes(frame) && !met_gap(frame))
		guest_report(&error);
}

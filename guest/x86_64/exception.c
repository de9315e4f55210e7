// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions and interrupts: three kinds are part of a workload, all others are reported.
 *
 * Code in a page that was emptied is all zeroes, which is an instruction that
 * writes to where RAX points: to nowhere, see guest_short_stamp().  And an access
 * that KVM carries out, because it walks page tables or emulates, finds no
 * memory in an unmapped gap.  What KVM says of pages that it fetches is in async.c.
 */
#include "exception.h"
#include "windows.h"

void guest_exception(struct exception_frame *frame, guest_u64 cr2);

/* What arch_call() went to has been emptied: return 0 from there. */
static int ran_zeroes(struct exception_frame *frame, guest_u64 cr2)
{
	if (frame->vector != VECTOR_PAGE_FAULT || cr2 != frame->rax || !guest_in_area(frame->rip))
		return 0;
	frame->rax = 0;
	frame->rip = *(const guest_u64 *)frame->rsp;
	frame->rsp += sizeof(guest_u64);
	return 1;
}

static int met_gap(const struct exception_frame *frame)
{
	return (frame->vector == VECTOR_PAGE_FAULT || frame->vector == VECTOR_INVALID_OPCODE) &&
	       guest_met_gap();
}

void guest_exception(struct exception_frame *frame, guest_u64 cr2)
{
	struct guest_error error = {
		.what = GUEST_ERR_EXCEPTION,
		.where = frame->rip,
		.expected = cr2,
		.seen = frame->error_code,
		.detail = frame->vector,
	};

	if (async_event(frame, cr2) || ran_zeroes(frame, cr2) || met_gap(frame))
		return;
	error.page = window_page(cr2);
	if (frame->vector == VECTOR_PAGE_FAULT && error.page < GUEST_MAX_PAGES)
		error.what = GUEST_ERR_NO_WAY;
	guest_report(&error);
}

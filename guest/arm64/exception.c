// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions: those that end code in a page, and those that are due to an unmapped gap, are
 * part of a workload; all others are reported.
 */
#include "windows.h"

#define VECTOR_SYNC	4	/* of the current exception level, on its own stack */

/* KVM up to v6.1 at least sets what lies above the class, too, when it injects an abort. */
#define ESR_CLASS_SHIFT	26
#define ESR_CLASS_MASK	0x3f
#define ESR_BRK_MASK	0xffff
#define CLASS_UNKNOWN	0x00
#define CLASS_FETCH	0x21	/* aborts, taken from the same exception level */
#define CLASS_DATA	0x25
#define CLASS_BRK	0x3c

/* Saved by the entry code. */
struct exception_frame {
	guest_u64 x[19];	/* x0 to x18 */
	guest_u64 lr;
	guest_u64 elr, spsr;
	guest_u64 vector, esr;
};

void guest_exception(struct exception_frame *frame, guest_u64 far);

static guest_u32 class_of(const struct exception_frame *frame)
{
	return frame->vector == VECTOR_SYNC ? frame->esr >> ESR_CLASS_SHIFT & ESR_CLASS_MASK : ~0U;
}

/*
 * The halves of a stamp come one after the other.  What has been emptied is all zeroes, an
 * undefined instruction: then as much is returned as came before.
 */
static int ran_code(struct exception_frame *frame)
{
	guest_u32 class = class_of(frame);
	int second = frame->elr / sizeof(guest_u32) & 1;

	if ((class != CLASS_BRK && class != CLASS_UNKNOWN) || !guest_in_area(frame->elr))
		return 0;
	if (!second)
		frame->x[0] = 0;
	if (class == CLASS_BRK)
		frame->x[0] |= (frame->esr & ESR_BRK_MASK) << (second ? 16 : 0);
	if (class == CLASS_BRK && !second)
		frame->elr += sizeof(guest_u32);
	else
		frame->elr = frame->lr;
	return 1;
}

static int met_gap(const struct exception_frame *frame)
{
	guest_u32 class = class_of(frame);

	return (class == CLASS_FETCH || class == CLASS_DATA) && guest_met_gap();
}

void guest_exception(struct exception_frame *frame, guest_u64 far)
{
	struct guest_error error = {
		.what = GUEST_ERR_EXCEPTION,
		.where = frame->elr,
		.expected = far,
		.seen = frame->esr,
		.detail = frame->vector,
	};

	if (ran_code(frame) || met_gap(frame))
		return;
	error.page = window_page(far);
	if (class_of(frame) == CLASS_DATA && error.page < GUEST_MAX_PAGES)
		error.what = GUEST_ERR_NO_WAY;
	guest_report(&error);
}

/* SPDX-License-Identifier: GPL-2.0 */
/* What the handlers of exceptions and interrupts share. */
#ifndef GUEST_EXCEPTION_H
#define GUEST_EXCEPTION_H

#include "guest.h"

#define VECTOR_INVALID_OPCODE	6
#define VECTOR_PAGE_FAULT	14

/* Pushed by the CPU and by the entry code. */
struct exception_frame {
	guest_u64 r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax;
	guest_u64 vector;
	guest_u64 error_code;
	guest_u64 rip, cs, rflags, rsp, ss;
};

/* async.c: was it KVM, about a page of an async page fault?  Then it is dealt with. */
int async_event(struct exception_frame *frame, guest_u64 cr2);

#endif

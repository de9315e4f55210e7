/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of exceptions and of interrupts, up to GUEST_VECTOR_WAKE.
 */
#define NR_VECTORS	34

	.text
/* Every entry leaves vector and error code above the CPU's own frame. */
	.altmacro
	.macro	exception_entry vector
	.if	\vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17 || \vector == 21 || \vector == 29 || \vector == 30
	.else
	pushq	$0
	.endif
	pushq	$\vector
	jmp	exception
	.balign	16
	.endm

	.balign	16
	.globl	exception_entries
exception_entries:
	.set	vector, 0
	.rept	NR_VECTORS
	exception_entry	%vector
	.set	vector, vector + 1
	.endr

/* As struct exception_frame; the handler keeps the other registers. */
exception:
	.irp	reg, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11
	pushq	%\reg
	.endr
	mov	%rsp, %rdi
	mov	%cr2, %rsi
	pushq	%rbp
	mov	%rsp, %rbp
	and	$-16, %rsp
	call	guest_exception
	mov	%rbp, %rsp
	popq	%rbp
	.irp	reg, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax
	popq	%\reg
	.endr
	add	$16, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entry of every vCPU, and of exceptions; and the page table.
 *
 * The host starts each vCPU in supervisor mode at the entry of the header, on this page
 * table (Sv39), with its id in a0.
 */
#include "limits.h"

#define FRAME_SIZE	144		/* struct exception_frame */
#define LEAF		0xcf		/* dirty, accessed, executable, writable, readable, valid */

	.section .header, "a"
	.quad	0x31305453454e4d4b	/* GUEST_HEADER_MAGIC */
	.quad	entry
	.quad	root
	.quad	workloads_start
	.quad	workloads_end

	.text
	.globl	entry
entry:
	csrw	sscratch, a0		/* who we are */
	addi	t0, a0, 1
	li	t1, GUEST_STACK_SIZE
	mul	t0, t0, t1
	la	t1, stacks
	add	sp, t0, t1
	la	t0, exception
	csrw	stvec, t0
	call	guest_main
1:	wfi
	j	1b

	.macro	each_register do
	\do	ra, 0(sp)
	.set	at, 8
	.irp	reg, a0, a1, a2, a3, a4, a5, a6, a7, t0, t1, t2, t3, t4, t5, t6
	\do	\reg, at(sp)
	.set	at, at + 8
	.endr
	.endm

/* The handler keeps the other registers. */
	.balign	4
exception:
	addi	sp, sp, -FRAME_SIZE
	each_register sd
	csrr	t0, sepc
	csrr	t1, scause
	sd	t0, 128(sp)
	sd	t1, 136(sp)
	mv	a0, sp
	csrr	a1, stval
	call	guest_exception
	ld	t0, 128(sp)
	csrw	sepc, t0
	each_register ld
	addi	sp, sp, FRAME_SIZE
	sret

	.data
	.balign	4096
root:
	.set	frame, 0
	.rept	4
	.quad	frame / 4096 * 1024 + LEAF
	.set	frame, frame + 0x40000000
	.endr
	.fill	508, 8, 0

	.bss
	.balign	16
stacks:
	.skip	GUEST_STACK_SIZE * GUEST_MAX_VCPUS

	.section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entry of every vCPU.
 *
 * The host starts each vCPU at EL1 with the MMU on, at the entry of the header, on the
 * tables of page_tables.S, with its id in x0.
 */
#include "limits.h"

	.section .header, "a"
	.quad	0x31305453454e4d4b	/* GUEST_HEADER_MAGIC */
	.quad	entry
	.quad	level0
	.quad	workloads_start
	.quad	workloads_end

	.text
	.globl	entry
entry:
	msr	tpidr_el1, x0		/* who we are */
	ldr	x1, =stacks
	mov	x2, #GUEST_STACK_SIZE
	madd	x1, x0, x2, x1
	add	sp, x1, #GUEST_STACK_SIZE
	ldr	x1, =vectors
	msr	vbar_el1, x1
	isb
	mov	x29, xzr
	bl	guest_main
1:	wfi
	b	1b
	.ltorg

	.bss
	.balign	16
stacks:
	.skip	GUEST_STACK_SIZE * GUEST_MAX_VCPUS

	.section .note.GNU-stack, "", %progbits

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entry of every vCPU.
 *
 * The host starts each vCPU in 64-bit mode at the entry of the header, on the page
 * tables of page_tables.S, with its id in RDI.
 */
#include "limits.h"

#define CODE_SELECTOR	0x08
#define DATA_SELECTOR	0x10

	.section .header, "a"
	.quad	0x31305453454e4d4b	/* GUEST_HEADER_MAGIC */
	.quad	entry
	.quad	pml4
	.quad	workloads_start
	.quad	workloads_end

	.text
	.globl	entry
entry:
	mov	%rdi, %r15		/* reserved by -ffixed-r15: who we are */
	lea	1(%rdi), %rax
	imul	$GUEST_STACK_SIZE, %rax
	lea	stacks(%rax), %rsp
	lgdt	gdt_pointer
	pushq	$CODE_SELECTOR
	pushq	$1f
	lretq
1:	mov	$DATA_SELECTOR, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%ebp, %ebp
	call	guest_main
2:	hlt
	jmp	2b

	.data
	.balign	16
gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* 64-bit code */
	.quad	0x00cf93000000ffff	/* data */
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt

	.bss
	.balign	4096
stacks:
	.skip	GUEST_STACK_SIZE * GUEST_MAX_VCPUS

	.section .note.GNU-stack, "", @progbits

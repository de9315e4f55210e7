/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entry of every vCPU, entries of exceptions, and the tables of long mode.
 *
 * The host starts each vCPU in 64-bit mode at the entry of the header, on
 * the page tables below, with its id in RDI.  The tables are part of the
 * image (accessed and dirty bits already set), so that the guest never
 * writes to them and a walk never depends on memory under pressure; but for
 * `windows`, which is for walks that do.
 */
#define NR_VECTORS	32
#define STACK_SIZE	8192
#define MAX_VCPUS	8
#define CODE_SELECTOR	0x08
#define DATA_SELECTOR	0x10
#define PTE_TABLE	0x63		/* present, writable, accessed, dirty */
#define PTE_LARGE	0xe3		/* the same, 2 MiB */

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
	imul	$STACK_SIZE, %rax
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

	.data
	.balign	16
gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* 64-bit code */
	.quad	0x00cf93000000ffff	/* data */
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt

	.balign	4096
pml4:
	.quad	pdpt + PTE_TABLE
	.quad	windows + PTE_TABLE
	.quad	windows + 0x1000 + PTE_TABLE
	.quad	windows + 0x2000 + PTE_TABLE
	.quad	windows + 0x3000 + PTE_TABLE
	.fill	507, 8, 0
pdpt:
	.quad	pds + PTE_TABLE
	.quad	pds + 0x1000 + PTE_TABLE
	.quad	pds + 0x2000 + PTE_TABLE
	.quad	pds + 0x3000 + PTE_TABLE
	.fill	508, 8, 0
pds:
	.set	frame, 0
	.rept	4 * 512
	.quad	frame + PTE_LARGE
	.set	frame, frame + 0x200000
	.endr

	.bss
	.balign	4096
	.globl	windows
windows:
	.skip	4 * 4096
stacks:
	.skip	STACK_SIZE * MAX_VCPUS

	.section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0 */
/* The guest image as data; its path comes from the build. */
	.section .rodata
	.balign	16
	.globl	guest_image_start
	.globl	guest_image_end
guest_image_start:
	.incbin	GUEST_BIN
guest_image_end:
	.section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The translation tables: 4 KiB granule, 48 bits.
 *
 * They are part of the image, with the access flag set everywhere, so that a walk never
 * depends on memory under pressure.  The exception is `windows`, for walks that do.
 */
#define TABLE		0x003
#define BLOCK		0x701		/* accessed, inner shareable, attribute 0: memory */
#define BLOCK_DEVICE	0x405		/* accessed, attribute 1 */
#define DEVICE_GPA	0xffe00000	/* and the door, in the same block */

	.data
	.balign	4096
	.globl	level0
level0:
	.quad	level1 + TABLE
	.quad	windows + TABLE
	.quad	windows + 0x1000 + TABLE
	.quad	windows + 0x2000 + TABLE
	.quad	windows + 0x3000 + TABLE
	.fill	507, 8, 0
level1:
	.quad	level2 + TABLE
	.quad	level2 + 0x1000 + TABLE
	.quad	level2 + 0x2000 + TABLE
	.quad	level2 + 0x3000 + TABLE
	.fill	508, 8, 0
level2:
	.set	frame, 0
	.rept	4 * 512
	.if	frame == DEVICE_GPA
	.quad	frame + BLOCK_DEVICE
	.else
	.quad	frame + BLOCK
	.endif
	.set	frame, frame + 0x200000
	.endr

	.bss
	.balign	4096
	.globl	windows
windows:
	.skip	4 * 4096

	.section .note.GNU-stack, "", %progbits

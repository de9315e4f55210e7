/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The translation tables: 4 KiB granule, 48 bits.
 *
 * They are part of the image, with the access flag set everywhere, so that a walk never
 * depends on memory under pressure.  The exception is `windows`, for walks that do.
 */
#include "limits.h"

#define TABLE		0x003
#define BLOCK		0x701		/* accessed, inner shareable, attribute 0: memory */
#define BLOCK_DEVICE	0x405		/* accessed, attribute 1 */
#define DEVICE_GPA	0xffe00000	/* and the door, in the same block */
#define WINDOW_TABLES	(GUEST_MAX_PAGES / 512)	/* see windows.h */

	.data
	.balign	4096
	.globl	level0
level0:
	.quad	level1 + TABLE
	.set	table, 0
	.rept	WINDOW_TABLES
	.quad	windows + table * 0x1000 + TABLE
	.set	table, table + 1
	.endr
	.fill	511 - WINDOW_TABLES, 8, 0
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
	.skip	WINDOW_TABLES * 4096

	.section .note.GNU-stack, "", %progbits

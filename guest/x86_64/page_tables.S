/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page tables of long mode.
 *
 * They are part of the image (accessed and dirty bits already set), so that the
 * guest never writes to them and a walk never depends on memory under pressure.
 * The exception is `windows`, for walks that do.
 */
#include "limits.h"

#define PTE_TABLE	0x63		/* present, writable, accessed, dirty */
#define PTE_LARGE	0xe3		/* the same, 2 MiB */
#define WINDOW_TABLES	(GUEST_MAX_PAGES / 512)	/* see windows.h */

	.data
	.balign	4096
	.globl	pml4
pml4:
	.quad	pdpt + PTE_TABLE
	.set	table, 0
	.rept	WINDOW_TABLES
	.quad	windows + table * 0x1000 + PTE_TABLE
	.set	table, table + 1
	.endr
	.fill	511 - WINDOW_TABLES, 8, 0
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
	.skip	WINDOW_TABLES * 4096

	.section .note.GNU-stack, "", @progbits

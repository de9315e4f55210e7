/* SPDX-License-Identifier: GPL-2.0 */
/*
 * int try_read(const guest_u64 *word): 1, or 0 if the exception handler has sent the access
 * to try_absent.
 */
	.text
	.globl	try_read, try_access, try_absent
try_read:
	xor	%eax, %eax
try_access:
	mov	(%rdi), %rdx
	inc	%eax
try_absent:
	ret

	.section .note.GNU-stack, "", @progbits

// SPDX-License-Identifier: GPL-2.0
/*
 * What the compiler calls on its own, even for freestanding code.
 */
#include "guest.h"

void *memset(void *to, int byte, unsigned long size);

void *memset(void *to, int byte, unsigned long size)
{
	/* Volatile: or else the compiler finds that this is memset(). */
	volatile guest_u8 *at = to;

	while (size--)
		*at++ = byte;
	return to;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What a compiler calls on its own, even for freestanding code.
 */
#include "guest.h"

void *memset(void *to, int byte, unsigned long size);
void *memcpy(void *to, const void *from, unsigned long size);

void *memset(void *to, int byte, unsigned long size)
{
	/* Volatile: or else the compiler finds that this is memset(). */
	volatile guest_u8 *at = to;

	while (size--)
		*at++ = byte;
	return to;
}

void *memcpy(void *to, const void *from, unsigned long size)
{
	volatile guest_u8 *at = to;
	const guest_u8 *source = from;

	while (size--)
		*at++ = *source++;
	return to;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages that KVM says are not there: the guest does something else, and comes back when
 * KVM says that they are.  Each gets a token, by which it is known in both.
 *
 * Only architectures whose KVM has this have these; guest/<arch>/async.c.
 */
#ifndef GUEST_ASYNC_H
#define GUEST_ASYNC_H

#include "guest.h"

/* async_begin() / async_end() - bracket the time in which KVM may say such things */
void async_begin(void);
void async_end(void);

/*
 * async_try() - is a page there?  Reads its first word; KVM may say that it is not
 *
 * Return: 1, or 0: then async_waits() holds until KVM says that it is.
 */
int async_try(guest_u32 page);

/* async_waits() - has KVM said that a page of this vCPU is not there, and nothing since? */
int async_waits(guest_u32 page);

/* async_wait() - with no page there: sleep until KVM says that one is, or the host wants something */
void async_wait(guest_u32 me);

#endif

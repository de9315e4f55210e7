/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the kernel, record by record from /dev/kmsg.
 *
 * A single call may make the kernel log more than its buffer holds, each refusal being a
 * line.  So a thread reads ahead of the one that judges.  What waits for that one has an end,
 * too; then the rest stays in the kernel's buffer, and if that is overrun it is told.
 */
#ifndef KMSG_H
#define KMSG_H

#include "base/result.h"

#define KMSG		"/dev/kmsg"
#define KMSG_MAX	8192	/* bytes of a record */

struct kmsg_ahead;

/*
 * kmsg_ahead_start() - read ahead, until kmsg_ahead_stop()
 * @fd: of /dev/kmsg, not blocking; stays the caller's, and open
 *
 * Return: NULL with an error if it cannot.
 */
struct kmsg_ahead *kmsg_ahead_start(int fd, struct result *r);

/* kmsg_ahead_stop() - what still waits is dropped; @a may be NULL */
void kmsg_ahead_stop(struct kmsg_ahead *a);

/*
 * kmsg_hold() / kmsg_release() - around calls of kmsg_next(): meanwhile nothing is read ahead
 *
 * So poll() tells whether there is more, once nothing waits.  @a may be NULL.
 */
void kmsg_hold(struct kmsg_ahead *a);
void kmsg_release(struct kmsg_ahead *a);

/*
 * kmsg_next() - the next message of the kernel itself
 * @a: of that @fd; NULL if nobody reads ahead
 * @message: filled, if there is one
 *
 * Return: 1; 0 if there is none; -EPIPE, once, if some were lost; another -errno.
 */
int kmsg_next(int fd, struct kmsg_ahead *a, char message[KMSG_MAX]);

#endif

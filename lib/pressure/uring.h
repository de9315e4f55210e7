/* SPDX-License-Identifier: GPL-2.0 */
/*
 * io_uring as a device that has guest memory pinned: fixed buffers, and reads
 * into them, which need no page tables.
 */
#ifndef URING_H
#define URING_H

#include "pressure/pressure.h"

#define URING_ENTRIES	64	/* reads at a time */

struct uring {
	int fd;
	void *rings;		/* both queues, and the requests */
	size_t rings_size;
	void *requests;
	size_t requests_size;
	unsigned int *sq_tail, *sq_array, sq_mask;
	unsigned int *cq_head, *cq_tail, cq_mask;
	void *completions;
};

/* uring_missing() - why there is no io_uring, or NULL; static storage */
const char *uring_missing(void);

/* uring_open() - Return: 0, or -1 with an error; uring_close() is safe after both */
int uring_open(struct uring *u, struct result *r);
void uring_close(struct uring *u);

/*
 * uring_pin() / uring_unpin() - the area becomes the ring's fixed buffer
 *
 * Pages that the guest is about to use may have to move first; retries for
 * @budget_ns.
 * Return: 0, or -1 with an error, or a skip: not this kind of memory.
 */
int uring_pin(struct uring *u, const struct area *area, uint64_t budget_ns, struct result *r);
int uring_unpin(struct uring *u, struct result *r);

/*
 * uring_read() - read words from a file into pinned memory
 * @file: word after word
 * @to: where the first goes, in the pinned area
 * @stride: bytes from there to the next
 * @nr: how many, at most URING_ENTRIES
 *
 * Return: 0 when all are there, or -1 with an error.
 */
int uring_read(struct uring *u, int file, void *to, size_t stride, unsigned int nr,
	       struct result *r);

#endif

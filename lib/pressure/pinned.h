/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory that a device has pinned: its frames may not change, and what the
 * device writes has to reach the guest.
 */
#ifndef PINNED_H
#define PINNED_H

#include "memory/pagemap.h"
#include "pressure/remote_access.h"
#include "pressure/uring.h"

struct pinned {
	struct uring ring;
	int file;		/* what the device reads from */
	struct remote_access words;
	pagemap_t *frames;	/* while they are pinned */
};

/* pinned_open() - Return: 0, or -1 with @r; pinned_close() is safe after both */
int pinned_open(struct pinned *pinned, struct result *r);
void pinned_close(struct pinned *pinned);

/* pinned_begin() - pin the whole area; Return: 0, or -1 with a skip or an error */
int pinned_begin(struct pinned *pinned, struct press *p, struct result *r);

/*
 * pinned_judge() - are the frames still those that are pinned, and does the guest see
 * what the device writes?
 * @after: what may have moved them, for the message
 *
 * Return: 0, or -1 with a failure of contract 9 or 10.
 */
int pinned_judge(struct pinned *pinned, struct press *p, const char *after, struct result *r);

/* pinned_end() - after pinned_begin(): give the pages back; Return: 0, or -1 with an error */
int pinned_end(struct pinned *pinned, struct result *r);

#endif

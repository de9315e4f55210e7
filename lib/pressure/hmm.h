/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device of the kernel's HMM test driver (CONFIG_TEST_HMM), as GPUs are: it
 * mirrors the address space of the process that opened it, with an interval notifier,
 * has memory of its own that the CPU cannot address, to which pages migrate, and
 * can have a page in system memory to itself.
 */
#ifndef HMM_H
#define HMM_H

#include <stdbool.h>

#include "pressure/pressure.h"

/* What a row has while it works with the device. */
struct hmm {
	int fd;
	char *copy;			/* of the area, as the device has it */
	unsigned char *where;		/* a page of the area: see hmm_on_device() */
	struct coherence_look *looks;
	bool has_read;			/* with the last migration to the device, all of it */
};

/* What the device can be told to do: numbers of the driver's ABI, lib/test_hmm_uapi.h. */
enum hmm_call {
	HMM_READ,		/* through its mirror, where it faults in what is missing */
	HMM_WRITE,		/* the same */
	HMM_TO_DEVICE,		/* migrate to its memory, and read there */
	HMM_TO_SYSTEM,		/* and back */
	HMM_SNAPSHOT,		/* what the process maps where, a byte a page */
	HMM_EXCLUSIVE,		/* the device alone uses the page, and reads it */
	HMM_CHECK_EXCLUSIVE,	/* EPERM: it does still */
};

/* hmm_missing() - why there is no such device, or NULL; static storage */
const char *hmm_missing(void);

/*
 * hmm_set_up() / hmm_tear_down() - of a row that works with the device
 *
 * Each page of the area then has a frame of its own.  The device is closed when its memory
 * is that of nobody any more.
 */
int hmm_set_up(struct press *p, struct result *r);
void hmm_tear_down(struct press *p);

/*
 * hmm_call() - one call for some pages of the area
 * @offset, @bytes: which, page aligned
 *
 * What it reads or writes is in @h->copy at the same offset.
 * Return: 0 or -errno; ENOENT: the device has not, or no longer, what it was to read.
 */
int hmm_call(const struct press *p, enum hmm_call call, size_t offset, size_t bytes);

/* hmm_failed() - record that a call has returned @err, a -errno; Return: -1 */
int hmm_failed(enum hmm_call call, size_t bytes, int err, struct result *r);

/*
 * hmm_retry() - the same of the whole area, until it is done
 *
 * The driver gives up while others invalidate the range, and leaves out what is in use.
 * Return: 0, or -1 with an error.
 */
int hmm_retry(const struct press *p, enum hmm_call call, struct result *r);

/*
 * hmm_on_device() - how many pages of the area are in the device's memory?
 *
 * Return: 0 with @nr, and in @h->where what the others are; or -1 with an error.
 */
int hmm_on_device(const struct press *p, size_t *nr, struct result *r);

/* hmm_is_on_device() - is this one, by the last hmm_on_device()? */
bool hmm_is_on_device(const struct hmm *h, size_t page);

/*
 * hmm_read() - have the device read all of the area, and judge what it found
 *
 * With the guest at work or not, but with no page in the device's memory.  Of those the driver
 * forgets where they are when anybody invalidates them; if it is to read or write one then, it
 * does so at an address that no CPU can use, and the host crashes.
 * Return: 0, or -1 with an error, or a failure of contract 9.
 */
int hmm_read(struct press *p, struct result *r);

#endif

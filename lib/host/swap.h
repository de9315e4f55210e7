/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Swap for the duration of a test.
 */
#ifndef SWAP_H
#define SWAP_H

#include <stddef.h>

#include "base/result.h"
#include "host/hoststate.h"

/* What swap_start() may change of the whole host, for those who declare it. */
#define SWAP_MAY_CHANGE	"adds a zram as a swap device, unless the host swaps"

/* swap_missing() - why there is nothing to swap to, or NULL; static storage */
const char *swap_missing(void);

/* swap_own_missing() - why the test cannot have a swap device to itself, or NULL */
const char *swap_own_missing(void);

/*
 * swap_start() - have the host swap, to a device of the test's own if possible
 * @host: takes the device away again
 * @bytes: its size
 * @path: filled with the device; empty if the host's own swap is used
 * @size: of @path
 *
 * Return: 0, or -1 with a skip (nothing to swap to) or an error.
 */
int swap_start(struct hoststate *host, size_t bytes, char *path, size_t size,
	       struct result *r);

/*
 * swap_again() - swap once more to a device of swap_start(), after swapoff(2)
 *
 * Return: 0, or -1 with an error.
 */
int swap_again(const char *path, struct result *r);

#endif

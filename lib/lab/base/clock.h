/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clock by which the lab measures and waits.
 */
#ifndef LAB_CLOCK_H
#define LAB_CLOCK_H

#include <time.h>

/* Milliseconds of CLOCK_MONOTONIC. */
static inline long lab_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

#endif

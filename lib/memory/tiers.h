/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory tiers: NUMA nodes by how fast they are, as the kernel has found out.
 *
 * What counts here are those without CPUs: there memory is demoted to, and promoted from.
 */
#ifndef TIERS_H
#define TIERS_H

#include <stdbool.h>

/* Nodes whose memory this process may use. */
struct tiers {
	int fast;	/* the slowest with CPUs, or -1 */
	int slow;	/* a still slower one, or -1 */
};

/* tiers_find() - one node of each */
struct tiers tiers_find(void);

/* tiers_missing() - why there is no slower memory, or NULL; static storage */
const char *tiers_missing(void);

/* tiers_below() - is @node without CPUs? */
bool tiers_below(int node);

#endif

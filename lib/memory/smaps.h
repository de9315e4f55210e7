/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What /proc/self/smaps says of an area.
 */
#ifndef SMAPS_H
#define SMAPS_H

#include <stddef.h>

#include "base/result.h"
#include "memory/memory.h"

/*
 * smaps_sum() - add up one figure of all mappings inside an area
 * @area: parts of it may be unmapped
 * @key: a line of the file, e.g. "AnonHugePages"
 * @bytes: filled in; 0 if nothing is mapped
 *
 * Return: 0, or -1 with an error: mappings, but no such line.
 */
int smaps_sum(const struct area *area, const char *key, size_t *bytes, struct result *r);

/*
 * smaps_huge() - how much of an area is mapped by huge pages, of whatever kind
 * @bytes: filled in
 *
 * Return: 0, or -1 with an error.
 */
int smaps_huge(const struct area *area, size_t *bytes, struct result *r);

#endif

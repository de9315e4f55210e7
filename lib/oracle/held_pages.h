/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Held pages (contract 8): what no vCPU is using can be moved.
 *
 * Migration, offlining, compaction and the splitting of huge pages all need that nobody holds
 * a reference besides the page tables.  One that was kept by mistake never goes, so that
 * the page stays where it is in every try.
 */
#ifndef HELD_PAGES_H
#define HELD_PAGES_H

#include <stdint.h>

#include "base/result.h"
#include "memory/memory.h"

/*
 * held_pages_judge() - move every page of an area to another node
 * @area: of small or huge pages that stay in memory; no vCPU uses it, and nobody has it pinned
 * @budget_ns: for pages that others hold for a moment
 *
 * It judges nothing, and says so, if there is no other node, or none that takes them.
 * Return: 0, or -1 with a failure of contract 8, or an error.
 */
int held_pages_judge(const struct area *area, uint64_t budget_ns, struct result *r);

#endif

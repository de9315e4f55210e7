/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Precision (contract 11): what was not invalidated stays.
 *
 * One vCPU, whose pages are all mapped, is kept out while some of them are invalidated.
 * Then it is sent to all others: none of these accesses may fault.  They come before the
 * invalidated ones, because a fault there may map its neighbours, too (KVM's rmap and
 * shadow MMUs prefetch eight).  Those have to fault.
 *
 * The granule is that of the backing, in all modes and on all architectures:
 *
 * - where the host maps by PTE, it is the page: the TDP MMU zaps the leaves in the range,
 *   what has rmaps zaps those of each gfn, and stage 2 of arm64 unmaps its leaves;
 * - where it maps by PMD (hugetlb, THP), KVM has one translation for all of the huge page,
 *   which goes as a whole if a part of it is invalidated; and what splits a huge page
 *   notifies of all of it.  (Of hugetlb that may share page tables, shared and 1 GiB
 *   long, the mm notifies 1 GiB: these areas are smaller.)
 */
#ifndef PRECISION_H
#define PRECISION_H

#include "scenario/scenario.h"

/*
 * precision_judge() - have a row take some pages of an area, and judge the others
 * @row: applied to parts of the area, of one granule at least; take_part_reap to single pages
 */
void precision_judge(const struct pressure *row, const struct backing *backing,
		     struct result *r);

#endif

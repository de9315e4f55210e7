/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rows that cut huge pages and make them whole again have in common.
 *
 * A huge page is whole while the host maps it with one entry, and cut while it
 * maps its frames with small ones, be they still one block or split for good.
 */
#ifndef HUGE_H
#define HUGE_H

#include "pressure/pressure.h"

#define HUGE_MADV_COLLAPSE	25	/* the C library need not know it */
#define HUGE_COLLAPSE_SINCE	"v6.1"

/* For pressure.proof of rows that end with huge_in_kvm(). */
#define HUGE_PROOF	"huge page cut and whole again, for KVM too"

/*
 * One try at something that the kernel need not manage at once.
 *
 * Return: 0, an errno why it may not have worked, or -1 with @r: no use to go on.
 */
typedef int (*huge_try)(struct press *p, struct result *r);

/* huge_collapse_missing() - why the kernel has no MADV_COLLAPSE, or NULL */
const char *huge_collapse_missing(void);

/* huge_split_missing() - why huge pages cannot be split on request, or NULL */
const char *huge_split_missing(void);

/*
 * huge_cut() - call @cut until no page of the area is mapped as a huge one
 *
 * Return: 0, or -1 with whatever @cut says, an error (it cannot be done in
 * p->budget_ns), or a failure: KVM still has a huge translation.
 */
int huge_cut(struct press *p, huge_try cut, struct result *r);

/*
 * huge_cut_in_kvm() - what the host maps in no huge page, KVM may not go on mapping so
 *
 * For a moment in which nothing can become huge again.  Return: 0, or -1 with a
 * failure.
 */
int huge_cut_in_kvm(const struct press *p, struct result *r);

/*
 * huge_split() - have the kernel break the area's huge pages into small ones
 *
 * Until no frame of it belongs to a huge page any more.  Return: as huge_cut().
 */
int huge_split(struct press *p, struct result *r);

/*
 * huge_join() - call @join until the host maps all of the area in huge pages
 *
 * And in aligned blocks of frames.  Return: 0; -1 with whatever @join says, a
 * skip (no huge page is to be had) or an error (not done in p->budget_ns).
 */
int huge_join(struct press *p, huge_try join, struct result *r);

/* huge_collapse() - huge_join() by MADV_COLLAPSE */
int huge_collapse(struct press *p, struct result *r);

/* huge_khugepaged_missing() - why the kernel has no khugepaged, or NULL */
const char *huge_khugepaged_missing(void);

/*
 * huge_khugepaged_set_up() - have khugepaged sleep until it is called
 *
 * For pressure.set_up of rows that use huge_khugepaged().  Return: 0 or -1 with @r.
 */
int huge_khugepaged_set_up(struct press *p, struct result *r);

/* huge_khugepaged() - huge_join() by khugepaged */
int huge_khugepaged(struct press *p, struct result *r);

/*
 * huge_in_kvm() - after huge_join(): has KVM a huge translation as well?
 *
 * It must once the guest has come by; unless guest and host addresses are not
 * aligned to each other: then it must not.  Counts the huge pages as proved.
 * Return: 0, or -1 with a failure.
 */
int huge_in_kvm(struct press *p, struct result *r);

#endif

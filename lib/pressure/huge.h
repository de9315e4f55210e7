/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rows that split and collapse huge pages have in common.
 *
 * A huge page is PMD-mapped while the host maps it with one entry, and PTE-mapped
 * while it maps its frames one by one, be they still one folio or split for good.
 */
#ifndef HUGE_H
#define HUGE_H

#include "host/scan.h"
#include "pressure/pressure.h"

#define HUGE_MADV_COLLAPSE	25	/* the C library need not know it */
#define HUGE_COLLAPSE_SINCE	"v6.1"

/* For pressure.proof of rows that end with huge_in_kvm(). */
#define HUGE_PROOF	"huge page split and collapsed again, for KVM too"

/*
 * One try at something that the kernel need not manage at once.
 *
 * Return: 0, an errno why it may not have worked, or -1 with @r: no use to go on.
 */
typedef int (*huge_try)(struct press *p, struct result *r);

/* huge_collapse_missing() - why the kernel has no MADV_COLLAPSE, or NULL */
const char *huge_collapse_missing(void);

/* For pressure.may_change of rows that use huge_split_folios(). */
#define HUGE_SPLIT_MAY_CHANGE	"before v5.13 splits all huge pages"

/* huge_split_missing() - why huge pages cannot be split on request, or NULL */
const char *huge_split_missing(void);

/*
 * huge_split_pmds() - call @split until no page of the area is PMD-mapped
 *
 * Return: 0, or -1 with whatever @split says, an error (it cannot be done in
 * p->budget_ns), or a failure: KVM still has a huge translation.
 */
int huge_split_pmds(struct press *p, huge_try split, struct result *r);

/*
 * huge_split_in_kvm() - what the host does not map as huge, KVM may not either
 *
 * For a moment in which nothing can become huge again.  Return: 0, or -1 with a
 * failure.
 */
int huge_split_in_kvm(const struct press *p, struct result *r);

/*
 * huge_split_folios() - have the kernel split the area's huge pages into small ones
 *
 * Until no frame of it belongs to a huge page any more.  Return: as huge_split_pmds().
 */
int huge_split_folios(struct press *p, struct result *r);

/*
 * huge_collapse_by() - call @collapse until all of the area is PMD-mapped
 *
 * And in aligned blocks of frames.  Return: 0; -1 with whatever @collapse says, a
 * skip (no huge page is to be had) or an error (not done in p->budget_ns).
 */
int huge_collapse_by(struct press *p, huge_try collapse, struct result *r);

/* huge_collapse_by_scan() - the same by khugepaged, for as long as @scan allows */
int huge_collapse_by_scan(struct press *p, struct scan *scan, struct result *r);

/* huge_collapse() - huge_collapse_by() by MADV_COLLAPSE */
int huge_collapse(struct press *p, struct result *r);

/* For pressure.changes of rows that use huge_khugepaged(). */
#define HUGE_KHUGEPAGED_CHANGES	"khugepaged at its fastest, for all memory"

/* huge_khugepaged_missing() - why the kernel has no khugepaged, or NULL */
const char *huge_khugepaged_missing(void);

/*
 * huge_khugepaged_set_up() - have khugepaged sleep until it is called
 *
 * For pressure.set_up of rows that use huge_khugepaged().  Return: 0 or -1 with @r.
 */
int huge_khugepaged_set_up(struct press *p, struct result *r);

/* huge_khugepaged() - huge_collapse_by() by khugepaged */
int huge_khugepaged(struct press *p, struct result *r);

/*
 * huge_in_kvm() - after huge_collapse_by(): has KVM a huge translation as well?
 *
 * It must once the guest has come by; unless guest and host addresses are not
 * aligned to each other: then it must not.  Counts the huge pages as proved.
 * Return: 0, or -1 with a failure.
 */
int huge_in_kvm(struct press *p, struct result *r);

#endif

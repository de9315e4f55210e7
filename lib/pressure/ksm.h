/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest pages that KSM merges with twins outside of the guest, as if another guest had
 * the same memory.  The twin's page replaces the guest's or the other way round: a write
 * through a stale translation would change the twin as well.
 */
#ifndef KSM_H
#define KSM_H

#include "pressure/pressure.h"

/* What ksm_open() changes on the host, to be declared. */
#define KSM_MAY_CHANGE	"KSM at its fastest, for all memory"

/* For ksm_run(): what is written to ksm/run. */
#define KSM_STOP	"0"
#define KSM_UNMERGE	"2"	/* everything, and then stop */

struct ksm {
	struct press *press;
	struct hoststate *host;
	char *twins[2];		/* above and below: room for each of the visited pages */
	guest_u64 *stamps;	/* that they hold */
};

/* ksm_missing() - why there is no KSM, or NULL; static storage */
const char *ksm_missing(void);

/*
 * ksm_open() / ksm_close() - have the pages of the area of @p, and twins of them, merged when told
 * @host: restores what is changed when it is closed
 *
 * ksm_close() also of what could not be opened wholly, or was all zero.
 * Return: 0, or -1 with an error.
 */
int ksm_open(struct ksm *ksm, struct press *p, struct hoststate *host, struct result *r);
void ksm_close(struct ksm *ksm);

/* ksm_advise() - MADV_MERGEABLE or MADV_UNMERGEABLE of the area; Return: 0, or -1 with an error */
int ksm_advise(const struct press *p, int advice, struct result *r);

/* ksm_run() - tell ksmd; Return: 0, or -1 with an error */
int ksm_run(const struct ksm *ksm, const char *run, struct result *r);

/*
 * ksm_merge() - have ksmd merge each visited page with its twin, which is made as it is now
 * @enough: returns when so many are merged, or ksmd was through often enough; it goes on
 * @merged: how many there are
 *
 * Nobody writes to the pages meanwhile.  Return: 0, or -1 with an error.
 */
int ksm_merge(struct ksm *ksm, unsigned int enough, unsigned int *merged, struct result *r);

/* ksm_count() - how many visited pages are in the frame of their twin?  Return: as ksm_merge() */
int ksm_count(const struct ksm *ksm, unsigned int *merged, struct result *r);

/* ksm_judge_twins() - none was written to; Return: 0, or -1 with a failure of contract 5 */
int ksm_judge_twins(const struct ksm *ksm, struct result *r);

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty logging switched on and off by another thread, while huge pages are split
 * and collapsed: KVM splits its own translations to track writes page by page, and
 * collapses them when it no longer has to.
 */
#include <errno.h>
#include <pthread.h>

#include "base/deadline.h"
#include "oracle/oracle.h"
#include "pressure/huge.h"
#include "pressure/write_tracking.h"
#include "vm/arch.h"
#include "vm/dirty_log.h"

#define LOG_NS		2000000ULL	/* a guest that writes nothing is logged so long */

struct logger {
	pthread_t thread;
	struct press *p;
	struct result result;
	uint32_t switched;		/* so often on and off */
	uint32_t stop;
};

/* Everything that the guest has written since the last harvest must be in this one. */
static int judge(const struct dirty_log *log, const struct press *p, struct result *r)
{
	unsigned int i;

	result_judged(r, ORACLE_DIRTY_LOG);
	for (i = 0; i < p->nr_pages; i++) {
		if (!dirty_log_has(log, press_index(p, i)))
			return result_fail(r, CONTRACT_CONTENTS,
					   "the guest wrote to page %u after a harvest of the dirty log, and the next has nothing of it",
					   i);
	}
	return 0;
}

static int log_for_a_while(struct dirty_log *log, struct press *p, struct result *r)
{
	struct write_tracking tracking = { .begun = false };

	if (dirty_log_harvest(log, r))
		return -1;
	write_tracking_begin(&tracking, p);
	if (p->coherence->writer != GUEST_WRITER_VCPU) {
		sleep_ns(LOG_NS);
		return dirty_log_harvest(log, r);
	}
	/* If not, it stalls, which others judge. */
	if (!write_tracking_all(&tracking, p))
		return 0;
	return dirty_log_harvest(log, r) || judge(log, p, r) ? -1 : 0;
}

static void *switch_logging(void *arg)
{
	struct logger *l = arg;
	struct dirty_log log;
	int ret = 0;

	while (!ret && !__atomic_load_n(&l->stop, __ATOMIC_ACQUIRE)) {
		ret = dirty_log_start(&log, DIRTY_LOG_BITMAP, l->p->vm, &l->result);
		if (!ret)
			ret = log_for_a_while(&log, l->p, &l->result);
		if (dirty_log_stop(&log, &l->result))
			ret = -1;
		__atomic_add_fetch(&l->switched, 1, __ATOMIC_ACQ_REL);
	}
	return NULL;
}

/* Return: 0; -1 with what the thread has found. */
static int stop(struct logger *l, struct result *r)
{
	__atomic_store_n(&l->stop, 1, __ATOMIC_RELEASE);
	pthread_join(l->thread, NULL);
	result_adopt(r, &l->result);
	return l->result.kind == RESULT_PASS ? 0 : -1;
}

static int start(struct logger *l, struct press *p, struct result *r)
{
	*l = (struct logger) { .p = p };
	result_init(&l->result);
	errno = pthread_create(&l->thread, NULL, switch_logging, l);
	if (errno)
		return result_errno(r, "pthread_create(dirty logging)");
	return 0;
}

/* All the while, and at least until it was switched on and off once. */
static int cycle(struct logger *l, struct press *p, struct result *r)
{
	do {
		if (huge_split_folios(p, r) || huge_collapse(p, r))
			return -1;
	} while (!__atomic_load_n(&l->switched, __ATOMIC_ACQUIRE));
	return 0;
}

static int apply(struct press *p, struct result *r)
{
	struct logger l;
	int ret;

	if (start(&l, p, r))
		return -1;
	ret = cycle(&l, p, r);
	if (stop(&l, r))
		ret = -1;
	/* What the log has left small, without it. */
	if (!ret && vm_arch.log_leaves_small)
		ret = huge_split_folios(p, r) || huge_collapse(p, r) ? -1 : 0;
	return ret ? ret : huge_in_kvm(p, r);
}

PRESSURE(huge_logged) = {
	.name = "madvise_collapse_logged",
	.family = PRESSURE_HUGE,
	.calls = "KVM_MEM_LOG_DIRTY_PAGES on and off, KVM_GET_DIRTY_LOG; split_huge_pages in debugfs, madvise(MADV_COLLAPSE)",
	.since = HUGE_COLLAPSE_SINCE,
	.events = "clear",
	.proof = HUGE_PROOF,
	.preserves = ON_THP,
	.frees = ON_THP,
	.granule = HUGE_BYTES,
	.rounds = 3,
	.may_change = HUGE_SPLIT_MAY_CHANGE,
	.needs = { huge_collapse_missing, huge_split_missing },
	.apply = apply,
};

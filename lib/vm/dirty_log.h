/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which pages of its area a guest has written: KVM's dirty log, in each of the
 * modes that KVM has for it.
 */
#ifndef DIRTY_LOG_H
#define DIRTY_LOG_H

#include "base/result.h"
#include "vm/vm.h"

enum dirty_log_way {
	DIRTY_LOG_BITMAP,	/* KVM_GET_DIRTY_LOG also clears */
	DIRTY_LOG_CLEAR,	/* KVM_CLEAR_DIRTY_LOG clears */
	DIRTY_LOG_INITIALLY_SET,/* the same; pages are protected when first cleared */
	DIRTY_LOG_RING,		/* a ring a vCPU, reset by the reader; v5.11 */
	NR_DIRTY_LOG_WAYS,
};

struct dirty_log {
	enum dirty_log_way way;
	struct vm *vm;
	size_t pages;			/* of the area */
	unsigned long *bits;		/* of the last harvest, a bit a page */
	struct kvm_dirty_gfn *rings[GUEST_MAX_VCPUS];
	uint32_t next[GUEST_MAX_VCPUS];	/* first entry not read yet */
};

/* dirty_log_way_name() - stable: part of test names */
const char *dirty_log_way_name(enum dirty_log_way way);

/* dirty_log_missing() - why KVM has no such log, or NULL; static storage */
const char *dirty_log_missing(enum dirty_log_way way);

/* dirty_log_kind() - the kind of VM that it needs; NULL: plain */
const struct vm_kind *dirty_log_kind(enum dirty_log_way way);

/*
 * dirty_log_start() - have writes to the area logged from now on
 * @log: filled in; end with dirty_log_stop()
 * @vm: of that kind, with an area
 *
 * Return: 0, or -1 with an error.
 */
int dirty_log_start(struct dirty_log *log, enum dirty_log_way way, struct vm *vm,
		    struct result *r);

/*
 * dirty_log_harvest() - read and clear the log, into @log->bits
 *
 * Pages written before the call are in it; of those written meanwhile, some.
 * Return: 0, or -1 with an error.
 */
int dirty_log_harvest(struct dirty_log *log, struct result *r);

/*
 * dirty_log_get() - read the log into @log->bits, which of DIRTY_LOG_CLEAR and
 * DIRTY_LOG_INITIALLY_SET clears nothing
 *
 * Return: 0, or -1 with an error.
 */
int dirty_log_get(struct dirty_log *log, struct result *r);

/*
 * dirty_log_clear() - clear a piece of the log, of one of these two
 * @first: page of the area, for KVM a multiple of 64
 * @nr: pages; for KVM a multiple of 64, or all that are left
 * @bits: which of them, from @first on, in as many whole words as that takes
 *
 * Return: 0, or -errno.
 */
int dirty_log_clear(const struct dirty_log *log, size_t first, size_t nr, unsigned long *bits);

/* dirty_log_has() - was a page of the area in the last harvest? */
bool dirty_log_has(const struct dirty_log *log, size_t page);

/* dirty_log_stop() - stop logging; safe on a zeroed log; Return: 0, or -1 with an error */
int dirty_log_stop(struct dirty_log *log, struct result *r);

#endif

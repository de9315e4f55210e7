// SPDX-License-Identifier: GPL-2.0
/*
 * Health: the in-progress and active counts return to 0, are never negative, and
 * the sequence number never decreases.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "oracle/oracle.h"

#define KVM_DEBUGFS	"/sys/kernel/debug/kvm"

static int read_counter(const struct health *h, const char *name, long long *value,
			struct result *r)
{
	char path[192], text[64];
	int ret;

	snprintf(path, sizeof(path), "%s/%s", h->dir, name);
	ret = hostfile_read(path, text, sizeof(text));
	if (ret < 0)
		return result_error(r, "read(%s): %s", path, strerror(-ret));
	/* seq uses all 64 bits, and the others may be negative. */
	*value = strtoull(text, NULL, 10);
	return 0;
}

int health_init(struct health *h, const char *vm_name, struct result *r)
{
	char path[192];

	memset(h, 0, sizeof(*h));
	snprintf(h->dir, sizeof(h->dir), "%s/%s", KVM_DEBUGFS, vm_name);
	snprintf(path, sizeof(path), "%s/mmu_notifier_count", h->dir);
	if (access(path, R_OK)) {
		h->dir[0] = '\0';
		return result_errno(r, "access(%s)", path);
	}
	snprintf(path, sizeof(path), "%s/mn_active_invalidate_count", h->dir);
	h->has_active = !access(path, R_OK);
	return 0;
}

int health_sample(struct health *h, struct health_sample *s, struct result *r)
{
	long long seq;

	memset(s, 0, sizeof(*s));
	if (read_counter(h, "mmu_notifier_count", &s->in_progress, r) ||
	    read_counter(h, "mmu_notifier_seq", &seq, r) ||
	    (h->has_active &&
	     read_counter(h, "mn_active_invalidate_count", &s->active, r)))
		return -1;
	s->seq = seq;
	if (s->in_progress < 0 || s->active < 0)
		return result_fail(r, CONTRACT_BALANCED,
				   "a count is negative: in-progress %lld, active %lld",
				   s->in_progress, s->active);
	/* It begins anew after the last one there is. */
	if ((long long)(s->seq - h->seq) < 0)
		return result_fail(r, CONTRACT_BALANCED, "seq went back from %llu to %llu",
				   h->seq, s->seq);
	h->seq = s->seq;
	return 0;
}

int health_balanced(struct health *h, uint64_t budget_ns, struct result *r)
{
	struct health_sample s, least = { .in_progress = -1 };
	struct deadline deadline;

	deadline_start(&deadline, budget_ns);
	do {
		if (health_sample(h, &s, r))
			return -1;
		result_judged(r, ORACLE_HEALTH);
		if (least.in_progress < 0)
			least = s;
		if (s.in_progress < least.in_progress)
			least.in_progress = s.in_progress;
		if (s.active < least.active)
			least.active = s.active;
		if (!least.in_progress && !least.active)
			return 0;
	} while (deadline_poll(&deadline));
	return result_fail(r, CONTRACT_BALANCED,
			   "leaked: in-progress never below %lld, active never below %lld in %llu ms of a quiet mm (seq %llu)",
			   least.in_progress, least.active,
			   (unsigned long long)(budget_ns / 1000000), s.seq);
}

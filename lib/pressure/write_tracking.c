// SPDX-License-Identifier: GPL-2.0
/*
 * Finding out whether the guest has written to every page again.
 */
#include "base/deadline.h"
#include "oracle/oracle.h"
#include "pressure/write_tracking.h"

static uint64_t visits_of(const struct press *p, unsigned int vcpu)
{
	return guest_load(&vm_shared(p->vm)->vcpu[vcpu].visits);
}

void write_tracking_begin(struct write_tracking *w, const struct press *p)
{
	unsigned int id;

	for (id = 0; id < p->vm->nr_vcpus; id++)
		w->visits[id] = visits_of(p, id);
	w->begun = true;
}

bool write_tracking_all(const struct write_tracking *w, const struct press *p)
{
	uint64_t want = press_visits(p);
	struct deadline deadline;
	unsigned int id;

	if (!w->begun || press_host_writes(p))
		return false;
	deadline_start(&deadline, p->budget_ns);
	for (id = 0; id < p->vm->nr_vcpus; id++) {
		while (visits_of(p, id) - w->visits[id] < want) {
			if (!deadline_poll(&deadline))
				return false;
		}
	}
	return true;
}

int write_tracking_lost(const struct press *p, unsigned int page, struct result *r)
{
	return result_fail(r, CONTRACT_CONTENTS,
			   "the guest wrote to page %u at %p after the mm had begun to watch for writes, and the mm does not know",
			   page, (void *)press_page(p, page));
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the guest share: the architecture boundary (four
 * functions), the reporting of errors, and the shape of a workload.
 */
#ifndef GUEST_H
#define GUEST_H

#include "guest_abi.h"

#define shared	((struct guest_shared *)GUEST_SHARED_GPA)
#define records	((struct guest_page *)GUEST_RECORDS_GPA)

/* Load this vCPU's exception table. */
void arch_init(void);
/* Leave the guest through @port; returns when the host resumes the vCPU. */
void arch_exit(guest_u16 port);
/* Be polite in a busy loop. */
void arch_relax(void);
/* Which vCPU this is, also in an exception handler. */
guest_u32 arch_vcpu_id(void);

/*
 * guest_report() - fill the mailbox and leave the guest for good
 * @error: what happened; the first reporter wins
 */
void guest_report(const struct guest_error *error) __attribute__((noreturn));

/*
 * guest_check() - visit a page and report if it holds what it must not
 * @page: index of the page
 */
void guest_check(guest_u32 page);

/* First word of a page of the area. */
static inline guest_u64 *page_word(guest_u32 page)
{
	return (guest_u64 *)(shared->area_gpa + page * shared->stride);
}

/* Count a visit; consecutive visits of a workload go to distinct pages. */
static inline void count_visit(guest_u32 id, guest_u32 page)
{
	struct guest_vcpu *me = &shared->vcpu[id];

	me->last_page = page;
	guest_store(&me->visits, me->visits + 1);
}

/*
 * GUEST_WORKLOAD() - define a workload: one pass over its pages
 * @id: name; a file guest/workload_<id>.c holds nothing else
 * @who: enum guest_writer
 *
 * The body gets the vCPU as `me` and returns early when told to park.
 */
#define GUEST_WORKLOAD(id, who)						\
	static void pass_##id(guest_u32 me);				\
	static const struct guest_workload workload_##id = {		\
		.name = #id,						\
		.writer = who,						\
		.pass = (guest_u64)pass_##id,				\
	};								\
	static const struct guest_workload * const row_##id		\
		__attribute__((used, section("workloads"))) = &workload_##id; \
	static void pass_##id(guest_u32 me)

/* Has the host told us to leave the workload? */
static inline int must_stop(void)
{
	return guest_load(&shared->cmd) != GUEST_CMD_RUN;
}

/* Count a complete pass. */
static inline void count_sweep(guest_u32 me)
{
	guest_store(&shared->vcpu[me].sweeps, shared->vcpu[me].sweeps + 1);
}

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the guest share: the architecture boundary, the reporting
 * of errors, and the shape of a workload.
 */
#ifndef GUEST_H
#define GUEST_H

#include "abi.h"
#include "ticks.h"

#define shared	((struct guest_shared *)GUEST_SHARED_GPA)
#define records	((struct guest_page *)GUEST_RECORDS_GPA)
/* What this workload keeps of each page. */
#define notes	((union guest_note *)guest_notes_gpa(shared->max_pages))

/* How often a vCPU has added 1 to a page. */
static inline guest_u64 *tally(guest_u32 vcpu, guest_u32 page)
{
	guest_u64 *tallies = (guest_u64 *)guest_tallies_gpa(shared->max_pages);

	return &tallies[(guest_u64)vcpu * shared->max_pages + page];
}

/* Load this vCPU's exception table. */
void arch_init(void);
/* Leave the guest through @port with @value; returns when the host resumes the vCPU. */
void arch_exit(guest_u16 port, guest_u32 value);
/* Pause in a busy loop. */
void arch_relax(void);
/* Which vCPU this is, also in an exception handler. */
guest_u32 arch_vcpu_id(void);

/*
 * arch_call() - run code in a page of the area
 * @code: where
 * @argument: pointer for the code
 * @value: what it finds as its result; zeroes there would write to this address
 *
 * Sees what was written there before the call.  Return: what the code returns;
 * 0 if there were zeroes instead of it.
 */
guest_u64 arch_call(guest_u64 code, void *argument, guest_u64 value);

/* An address that nothing maps, as are all sign-extended short stamps. */
#define GUEST_NOWHERE	0xffffffff80000000ULL

/* One access of 8 bytes at any address. */
guest_u64 arch_load(const void *from);
void arch_store(void *to, guest_u64 value);

/* One access of 16 bytes, aligned: the value twice.  KVM does not know the instruction. */
void arch_store_pair(guest_u64 *to, guest_u64 value);

/* String instructions: @words of 8 bytes. */
void arch_copy(void *to, const void *from, guest_u64 words);
void arch_fill(void *to, guest_u64 value, guest_u64 words);

/* After code was written: whoever calls it from now on runs that. */
void arch_code_written(const void *code);

/*
 * arch_send_stamp() - send a stamp from a page to the device
 * @code: GUEST_FORM_CODE; what is sent has the stamp that it returns
 *
 * Return: the stamp that the device has got.
 */
guest_u32 arch_send_stamp(const guest_u64 *code);
/* What has the device got, read from its port. */
guest_u32 arch_port_read(guest_u16 port);

/* Forget translations: of one address, of all. */
void arch_flush(const void *address);
void arch_flush_all(void);
/*
 * arch_entry() - an entry of a page table, of the last level or the one above
 * @gpa: where it leads
 * @page: whose it is, and
 * @count: of how many: in the bits that walks ignore, as many as they hold
 */
guest_u64 arch_entry(guest_u64 gpa, guest_u32 page, guest_u64 count);
/* May an entry lead elsewhere at once?  Else it has to lead nowhere in between. */
int arch_must_break(void);
/* The marks that a walk leaves in the last entry after a write, and in the others. */
guest_u64 arch_mark_leaf(void);
guest_u64 arch_mark_table(void);
/*
 * arch_window() - an address that is reached by way of two pages of the area
 * @page: an address for each of them
 * @directory: gpa of the page whose second word is looked up first
 *
 * The entry there leads to the page whose first word leads to the destination.
 */
void *arch_window(guest_u32 page, guest_u64 directory);

/*
 * guest_expect_gap() - before accesses that KVM emulates
 *
 * If memory is unmapped meanwhile they may raise an exception; they are then
 * retried.
 */
void guest_expect_gap(void);
/*
 * guest_met_gap() - in an exception handler: was memory unmapped since guest_expect_gap()?
 *
 * Then it is back when this returns, and what raised the exception can be retried.
 */
int guest_met_gap(void);
/* Does an address lie in the pages under pressure? */
int guest_in_area(guest_u64 address);

/*
 * guest_report() - fill the mailbox and leave the guest for good
 * @error: what happened; the first reporter wins
 */
void guest_report(const struct guest_error *error) __attribute__((noreturn));

/*
 * guest_complain() - report what a visit found, unless nothing is wrong
 * @what: the judgement
 * @page: index of the page
 * @where: what was looked at
 * @view: what was seen
 */
void guest_complain(enum guest_error_what what, guest_u32 page, const void *where,
		    const struct guest_view *view);

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

/* guest_count_gap() - the vCPU visits a page now, and the last one was a while ago, or never */
void guest_count_gap(struct guest_vcpu *me, guest_u64 now);

/* How long is it since the last visit?  Few instructions: it is asked at each of them. */
static inline void measure_gap(struct guest_vcpu *me)
{
	guest_u64 now = arch_ticks();

	if (now - me->visited_at >= shared->ticks_per_us)
		guest_count_gap(me, now);
	me->visited_at = now;
}

/* Count a visit; consecutive visits of a workload go to distinct pages. */
static inline void count_visit(guest_u32 id, guest_u32 page)
{
	struct guest_vcpu *me = &shared->vcpu[id];

	me->last_page = page;
	guest_store(&me->visits, me->visits + 1);
	if (shared->ticks_per_us)
		measure_gap(me);
}

/*
 * GUEST_WORKLOAD() - define a workload: one pass over its pages
 * @id: name; a file guest/workload_<id>.c holds nothing else
 * @line: what it does, for people, in at most 87 characters
 * @stamped_by: enum guest_writer
 * @shape: enum guest_form
 * @effects: GUEST_JUDGES_*; with pressures of other effects it is not run
 *
 * The body gets the vCPU as `me` and returns early when told to park. Among the pages that it
 * visits is page `me`: whoever needs one that a vCPU uses takes that.
 */
#define GUEST_WORKLOAD(id, line, stamped_by, shape, effects)		\
	static void pass_##id(guest_u32 me);				\
	static const struct guest_workload workload_##id = {		\
		.name = #id,						\
		.about = line,						\
		.writer = stamped_by,					\
		.form = shape,						\
		.judges = effects,					\
		.pass = (guest_u64)pass_##id,				\
	};								\
	static const struct guest_workload * const row_##id		\
		__attribute__((used, section("workloads"))) = &workload_##id; \
	static void pass_##id(guest_u32 me)

/* Has the host asked us to leave the workload? */
static inline int must_stop(void)
{
	return guest_load(&shared->cmd) != GUEST_CMD_RUN;
}

/* Count a complete pass. */
static inline void count_sweep(guest_u32 me)
{
	guest_store(&shared->vcpu[me].sweeps, shared->vcpu[me].sweeps + 1);
}

typedef void (*guest_visit)(guest_u32 me, guest_u32 page);

/* One pass over all pages, begun elsewhere on each vCPU; returns early when told to park. */
static inline void guest_sweep_all(guest_u32 me, guest_visit visit)
{
	guest_u32 nr_pages = shared->nr_pages;
	guest_u32 page = me * nr_pages / shared->nr_vcpus;
	guest_u32 i;

	for (i = 0; i < nr_pages; i++) {
		if (must_stop())
			return;
		visit(me, page);
		count_visit(me, page);
		page = page + 1 == nr_pages ? 0 : page + 1;
	}
	count_sweep(me);
}

/* The same over the pages that no other vCPU visits. */
static inline void guest_sweep_own(guest_u32 me, guest_visit visit)
{
	guest_u32 page;

	for (page = me; page < shared->nr_pages; page += shared->nr_vcpus) {
		if (must_stop())
			return;
		visit(me, page);
		count_visit(me, page);
	}
	count_sweep(me);
}

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest ABI: the one header that the guest and the host library share.
 *
 * It describes the guest-physical layout, the page through which host and
 * guest talk, and the page protocol: what a visit to a page under pressure
 * may find there.  The protocol is written as pure functions so that the
 * guest, the host's final check and the unit tests run the same code.
 */
#ifndef GUEST_ABI_H
#define GUEST_ABI_H

typedef unsigned char guest_u8;
typedef unsigned short guest_u16;
typedef unsigned int guest_u32;
typedef unsigned long long guest_u64;

#define GUEST_PAGE_SIZE		4096UL
#define GUEST_MAX_VCPUS		8
#define GUEST_MAX_PAGES		2048	/* pages one area may have visited */

/*
 * Guest-physical layout.  The system slot holds everything the guest needs
 * to run at all (code, page tables, stacks, the shared page, page records),
 * so that pressure on the area never takes the ground from under the guest.
 */
#define GUEST_SYSTEM_GPA	0x00100000UL
#define GUEST_IMAGE_MAX		0x000f0000UL
#define GUEST_SHARED_GPA	0x001f0000UL
#define GUEST_RECORDS_GPA	0x001f1000UL
#define GUEST_SYSTEM_END	(GUEST_RECORDS_GPA + \
				 GUEST_MAX_PAGES * sizeof(struct guest_page))
#define GUEST_SYSTEM_SIZE	(GUEST_SYSTEM_END - GUEST_SYSTEM_GPA)
#define GUEST_AREA_GPA		0x40000000UL	/* 2 MiB aligned */

/* The first bytes of the image; GUEST_SYSTEM_GPA is where it is linked. */
#define GUEST_HEADER_MAGIC	0x31305453454e4d4bULL
struct guest_header {
	guest_u64 magic;
	guest_u64 entry;	/* where a vCPU starts, its id in the first argument */
	guest_u64 page_table;	/* root of the page tables, identity map of 4 GiB */
	guest_u64 workloads;	/* array of addresses of struct guest_workload */
	guest_u64 workloads_end;
};

/* Who stamps the pages: each page has exactly one writer. */
enum guest_writer {
	GUEST_WRITER_VCPU,	/* page i belongs to vCPU i modulo nr_vcpus */
	GUEST_WRITER_HOST,
};

/* What vCPUs can be told to do; the image brings the rows, see guest.h. */
struct guest_workload {
	char name[24];		/* stable: part of test names */
	guest_u32 writer;	/* enum guest_writer */
	guest_u32 pad;
	guest_u64 pass;		/* guest address of the code */
};

/* Ports by which a vCPU leaves the guest on purpose (32-bit out). */
#define GUEST_PORT_PARKED	0xe0	/* saw GUEST_CMD_PARK */
#define GUEST_PORT_ERROR	0xe4	/* the mailbox is filled */

enum guest_cmd {
	GUEST_CMD_PARK = 0,	/* leave by GUEST_PORT_PARKED */
	GUEST_CMD_RUN = 1,	/* run guest_shared.workload */
};

/* What the mailbox reports. */
enum guest_error_what {
	GUEST_ERR_NONE = 0,
	GUEST_ERR_EXCEPTION,	/* where: RIP, expected: CR2, seen: error code, detail: vector */
	GUEST_ERR_LOST,		/* the page reads zero though nothing discarded it */
	GUEST_ERR_STALE,	/* an older stamp than the last one known to be there */
	GUEST_ERR_UNDEAD,	/* a stamp that a completed discard had destroyed */
	GUEST_ERR_FOREIGN,	/* another page's stamp, or no stamp of ours at all */
	GUEST_ERR_FUTURE,	/* a stamp that its writer has not announced yet */
	GUEST_ERR_COMMAND,	/* the host asked for what the guest does not know */
	GUEST_NR_ERRORS
};

struct guest_error {
	guest_u32 what;		/* enum guest_error_what, written last */
	guest_u32 claimed;	/* set by the vCPU that fills the mailbox */
	guest_u32 vcpu;
	guest_u32 page;
	guest_u64 where;	/* guest-physical address of the page, or RIP */
	guest_u64 expected;
	guest_u64 seen;
	guest_u64 detail;	/* discards begun << 32 | ended, or the vector */
};

/* One cache line a vCPU: nobody else writes to it. */
struct guest_vcpu {
	guest_u64 heartbeat;	/* rounds of the command loop */
	guest_u64 visits;	/* pages visited; consecutive visits are distinct pages */
	guest_u64 sweeps;	/* passes over all pages of this vCPU */
	guest_u64 last_page;
	guest_u64 pad[4];
} __attribute__((aligned(64)));

/* The shared page.  The host writes the first part, the guest the rest. */
struct guest_shared {
	guest_u32 cmd;		/* enum guest_cmd */
	guest_u32 workload;	/* index into the header's array */
	guest_u32 nr_vcpus;
	guest_u32 nr_pages;	/* pages visited */
	guest_u64 area_gpa;
	guest_u64 stride;	/* bytes from one visited page to the next */
	guest_u32 generation;	/* of stamps written from now on */
	guest_u32 may_spare;	/* discards may leave a page as it was */
	struct guest_error error __attribute__((aligned(64)));
	struct guest_vcpu vcpu[GUEST_MAX_VCPUS];
};

/* The page records begin in the very next page. */
_Static_assert(sizeof(struct guest_shared) <= GUEST_PAGE_SIZE, "the shared page is full");

/*
 * What is known about one page, kept outside the area.
 *
 * The host numbers the discards of a page: it publishes @discard_begin before
 * the system call and @discard_end after it returned.  The writer announces a
 * stamp in @ceiling, stores it in the page, and then records which discards
 * were over before the store (@floor_settled: these cannot have taken it) and
 * which had begun after it (@floor_begun: any later one must take it), and at
 * last in @floor that the stamp is there.
 */
struct guest_page {
	guest_u64 floor;
	guest_u64 ceiling;
	guest_u32 floor_settled;
	guest_u32 floor_begun;
	guest_u32 discard_begin;
	guest_u32 discard_end;
};

/*
 * A stamp is one aligned 8-byte store, so it is never torn: page, generation
 * and counter from the top.  The counter starts at 1, so no stamp is zero; at
 * a stamp every 10 ns it lasts three hours a page, and pages take turns.
 */
#define GUEST_STAMP_COUNTER_BITS	40
#define GUEST_STAMP_GENERATION_BITS	12
#define GUEST_STAMP_PAGE_SHIFT	(GUEST_STAMP_COUNTER_BITS + GUEST_STAMP_GENERATION_BITS)
#define GUEST_STAMP_COUNTER_MAX	((1ULL << GUEST_STAMP_COUNTER_BITS) - 1)
#define GUEST_STAMP_GENERATION_MAX	((1U << GUEST_STAMP_GENERATION_BITS) - 1)

static inline guest_u64 guest_stamp(guest_u32 page, guest_u32 generation,
				    guest_u64 counter)
{
	return (guest_u64)page << GUEST_STAMP_PAGE_SHIFT |
	       (guest_u64)(generation & GUEST_STAMP_GENERATION_MAX) << GUEST_STAMP_COUNTER_BITS |
	       (counter & GUEST_STAMP_COUNTER_MAX);
}

static inline guest_u32 guest_stamp_page(guest_u64 stamp)
{
	return stamp >> GUEST_STAMP_PAGE_SHIFT;
}

static inline guest_u32 guest_stamp_generation(guest_u64 stamp)
{
	return (stamp >> GUEST_STAMP_COUNTER_BITS) & GUEST_STAMP_GENERATION_MAX;
}

static inline guest_u64 guest_stamp_counter(guest_u64 stamp)
{
	return stamp & GUEST_STAMP_COUNTER_MAX;
}

/*
 * What the host fills frames with that have left the guest.  Not a stamp: its
 * page number is larger than any.
 */
#define GUEST_CANARY	0xca9a41e5ca9a41e5ULL

/* Whole-word accesses that the compiler neither tears nor repeats. */
#define guest_load(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define guest_store(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

/* What a visitor saw, in the order in which it must be read. */
struct guest_view {
	guest_u32 discard_end;
	guest_u64 floor;
	guest_u32 floor_settled;
	guest_u32 floor_begun;
	guest_u64 seen;		/* the page itself */
	guest_u64 ceiling;
	guest_u32 discard_begin;
};

/*
 * guest_page_look() - visit a page: its record before, its word, its record after
 * @rec: the page's record
 * @word: the first word of the page; this load is the access under test
 * @view: filled in
 */
static inline void guest_page_look(const struct guest_page *rec,
				   const guest_u64 *word,
				   struct guest_view *view)
{
	view->discard_end = guest_load(&rec->discard_end);
	view->floor = guest_load(&rec->floor);
	view->floor_settled = guest_load(&rec->floor_settled);
	view->floor_begun = guest_load(&rec->floor_begun);
	view->seen = guest_load(word);
	view->ceiling = guest_load(&rec->ceiling);
	view->discard_begin = guest_load(&rec->discard_begin);
}

/*
 * guest_page_judge() - decide whether what a visit saw is legal
 * @page: index of the page
 * @v: what guest_page_look() filled in
 * @may_spare: a discard may take a page, but need not
 *
 * A page nobody wrote yet is zero.  A stamp lies between floor and ceiling.
 * Zero is legal only if a discard may have struck since the floor was
 * written; a stamp that was there before a discard must not outlive it,
 * unless it may be spared.
 *
 * Return: GUEST_ERR_NONE or what is wrong.
 */
static inline enum guest_error_what guest_page_judge(guest_u32 page,
						     const struct guest_view *v,
						     guest_u32 may_spare)
{
	guest_u64 counter = guest_stamp_counter(v->seen);

	if (!v->seen) {
		if (!v->floor || v->discard_begin != v->floor_settled)
			return GUEST_ERR_NONE;
		return GUEST_ERR_LOST;
	}
	if (guest_stamp_page(v->seen) != page || !counter)
		return GUEST_ERR_FOREIGN;
	if (counter < guest_stamp_counter(v->floor))
		return GUEST_ERR_STALE;
	if (counter > guest_stamp_counter(v->ceiling))
		return GUEST_ERR_FUTURE;
	if (counter == guest_stamp_counter(v->floor)) {
		if (v->seen != v->floor)
			return GUEST_ERR_FOREIGN;
		if (!may_spare && (int)(v->discard_end - v->floor_begun) > 0)
			return GUEST_ERR_UNDEAD;
	}
	return GUEST_ERR_NONE;
}

/*
 * guest_page_stamp() - the writer stores its next stamp
 * @rec: the page's record; the caller is the page's only writer
 * @word: the first word of the page; this store is the access under test
 * @page: index of the page
 * @generation: published with the stamp, for diagnosis
 *
 * The epochs reach the record only after the store: whoever reads them there
 * also finds the stamp, or a later one, in the page.  The full barrier keeps
 * the store before the look at discard_begin.
 */
static inline void guest_page_stamp(struct guest_page *rec, guest_u64 *word,
				    guest_u32 page, guest_u32 generation)
{
	guest_u64 stamp = guest_stamp(page, generation,
				      guest_stamp_counter(rec->ceiling) + 1);
	guest_u32 settled = guest_load(&rec->discard_end);

	guest_store(&rec->ceiling, stamp);
	guest_store(word, stamp);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	guest_store(&rec->floor_settled, settled);
	guest_store(&rec->floor_begun, guest_load(&rec->discard_begin));
	guest_store(&rec->floor, stamp);
}

#endif

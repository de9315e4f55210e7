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
 * so that pressure on the area never affects what the guest needs to run.
 */
#define GUEST_SYSTEM_GPA	0x00100000UL
#define GUEST_IMAGE_MAX		0x000f0000UL
#define GUEST_SHARED_GPA	0x001f0000UL
#define GUEST_RECORDS_GPA	0x001f1000UL
#define GUEST_TALLIES_GPA	(GUEST_RECORDS_GPA + \
				 GUEST_MAX_PAGES * sizeof(struct guest_page))
#define GUEST_SYSTEM_END	(GUEST_TALLIES_GPA + \
				 GUEST_MAX_VCPUS * GUEST_MAX_PAGES * sizeof(guest_u64))
#define GUEST_SYSTEM_SIZE	(GUEST_SYSTEM_END - GUEST_SYSTEM_GPA)
#define GUEST_AREA_GPA		0x40000000UL	/* 2 MiB aligned */
#define GUEST_DEVICE_GPA	0x80000000UL	/* in no slot: accesses leave the guest */

/* The first bytes of the image; GUEST_SYSTEM_GPA is where it is linked. */
#define GUEST_HEADER_MAGIC	0x31305453454e4d4bULL
struct guest_header {
	guest_u64 magic;
	guest_u64 entry;	/* where a vCPU starts, its id in the first argument */
	guest_u64 page_table;	/* root of the page tables, identity map of 4 GiB */
	guest_u64 workloads;	/* array of addresses of struct guest_workload */
	guest_u64 workloads_end;
};

/* Who stamps the pages. */
enum guest_writer {
	GUEST_WRITER_VCPU,	/* page i belongs to vCPU i modulo nr_vcpus */
	GUEST_WRITER_HOST,
	GUEST_WRITER_ALL,	/* every vCPU, every page */
};

/* How a page holds its stamp. */
enum guest_form {
	GUEST_FORM_WORD,	/* the first word is the stamp */
	GUEST_FORM_CODE,	/* the first word is code that returns the short stamp */
	GUEST_FORM_STRADDLE,	/* two short stamps, in the last 4 bytes and the 4 that follow */
	GUEST_FORM_SUM,		/* the first word: a stamp that counts what all have added */
	GUEST_FORM_TABLE,	/* the first word: an entry of the guest's page tables */
};

/* What may happen to the contents so that a workload can still tell right from wrong: a set. */
#define GUEST_JUDGES_PRESERVED		1u
#define GUEST_JUDGES_DISCARDED		2u
#define GUEST_JUDGES_MAY_DISCARD	4u
#define GUEST_JUDGES_REPLACED		8u
/* Only if the CPU itself makes the accesses: those that KVM emulates raise no signal. */
#define GUEST_JUDGES_POISONED		16u
/* Others access the pages too: pages hold plain stamps, and accesses are single words. */
#define GUEST_JUDGES_PLAIN		32u
/* Each page by itself: whichever is taken, the guest will need it again. */
#define GUEST_JUDGES_EACH		64u
#define GUEST_JUDGES_ALL		127u

/* What vCPUs can be told to do; the image brings the rows, see guest.h. */
struct guest_workload {
	char name[24];		/* stable: part of test names */
	char about[88];		/* one line, for people */
	guest_u32 writer;	/* enum guest_writer */
	guest_u32 form;		/* enum guest_form */
	guest_u32 judges;	/* GUEST_JUDGES_* */
	guest_u32 pad;
	guest_u64 pass;		/* guest address of the code */
};

/* Ports by which a vCPU leaves the guest on purpose (32-bit out). */
#define GUEST_PORT_PARKED	0xe0	/* saw GUEST_CMD_PARK */
#define GUEST_PORT_ERROR	0xe4	/* the mailbox is filled */
#define GUEST_PORT_GAP		0xe8	/* an exception due to an unmapped gap; guest_shared.gap before it */
/*
 * A register of 8 bytes for each vCPU, which keeps what is written to it: at
 * GUEST_DEVICE_GPA, and its low half at this port.
 */
#define GUEST_PORT_DEVICE	0xec

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
	GUEST_ERR_COMMAND,	/* a command that the guest does not know */
	GUEST_ERR_WALK,		/* a page table there leads to another address than was written */
	GUEST_ERR_NO_WAY,	/* one leads nowhere; as GUEST_ERR_EXCEPTION */
	GUEST_ERR_UNMARKED,	/* an entry used by a walk is not marked as used */
	GUEST_ERR_DEVICE,	/* the device's register holds another value than was written */
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

/* One cache line for each vCPU, which alone writes to it. */
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
	guest_u32 gap;		/* odd while guest memory is unmapped */
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

/* Pages that each vCPU visits in a pass, at most. */
static inline guest_u32 guest_share(guest_u32 writer, guest_u32 nr_pages, guest_u32 nr_vcpus)
{
	return writer == GUEST_WRITER_VCPU ? (nr_pages + nr_vcpus - 1) / nr_vcpus : nr_pages;
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
 * guest_look_begin() / guest_look_end() - bracket a visit to a page
 * @rec: the page's record; before the access under test, and after it
 * @view: filled in, but for what was seen
 */
static inline void guest_look_begin(const struct guest_page *rec, struct guest_view *view)
{
	view->discard_end = guest_load(&rec->discard_end);
	view->floor = guest_load(&rec->floor);
	view->floor_settled = guest_load(&rec->floor_settled);
	view->floor_begun = guest_load(&rec->floor_begun);
}

static inline void guest_look_end(const struct guest_page *rec, struct guest_view *view)
{
	view->ceiling = guest_load(&rec->ceiling);
	view->discard_begin = guest_load(&rec->discard_begin);
}

/*
 * guest_page_look() - visit a page, for GUEST_FORM_WORD
 * @rec: the page's record
 * @word: the first word of the page; this load is the access under test
 * @view: filled in
 */
static inline void guest_page_look(const struct guest_page *rec,
				   const guest_u64 *word,
				   struct guest_view *view)
{
	guest_look_begin(rec, view);
	view->seen = guest_load(word);
	guest_look_end(rec, view);
}

/*
 * guest_stamp_judge() - decide whether what a visit saw is legal, as a whole
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
static inline enum guest_error_what guest_stamp_judge(guest_u32 page,
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
 * guest_may_be_torn() - may what was seen be put together from legal parts?
 * @page: index of the page
 * @v: the view, with a whole stamp in @seen
 * @seen: what was seen, in the form that the page holds; so are
 * @floor: the last known stamp
 * @ceiling: the last announced one
 *
 * Only the CPU's own accesses are whole.  What KVM carries out for the guest, and
 * any other part of the kernel for the host, is copied byte by byte, and the page
 * can go or get another stamp in the middle.  So a byte may be zero if a discard
 * was in flight, now or when the page was written; and if the writer is at work, a
 * byte may be that of either stamp, or of any in between.
 */
static inline int guest_may_be_torn(guest_u32 page, const struct guest_view *v,
				    guest_u64 seen, guest_u64 floor, guest_u64 ceiling)
{
	int emptied = v->discard_begin != v->discard_end || v->floor_begun != v->floor_settled;
	int shift;

	if (guest_stamp_counter(v->ceiling) > guest_stamp_counter(v->floor) + 1)
		return guest_stamp_page(v->seen) == page;
	for (shift = 0; shift < 64; shift += 8) {
		guest_u8 byte = seen >> shift;

		if (byte != (guest_u8)(floor >> shift) && byte != (guest_u8)(ceiling >> shift) &&
		    (byte || !emptied))
			return 0;
	}
	return 1;
}

/*
 * guest_page_judge() - decide whether what a visit saw is legal
 * @page: index of the page
 * @v: what guest_page_look() filled in
 * @may_spare: a discard may take a page, but need not
 *
 * Return: GUEST_ERR_NONE or what is wrong.
 */
static inline enum guest_error_what guest_page_judge(guest_u32 page,
						     const struct guest_view *v,
						     guest_u32 may_spare)
{
	enum guest_error_what what = guest_stamp_judge(page, v, may_spare);

	if (what == GUEST_ERR_NONE || what == GUEST_ERR_UNDEAD ||
	    !guest_may_be_torn(page, v, v->seen, v->floor, v->ceiling))
		return what;
	return GUEST_ERR_NONE;
}

/*
 * guest_stamp_begin() / guest_stamp_end() - bracket the store of the next stamp
 * @rec: the page's record; the caller is the page's only writer
 * @page: index of the page
 * @generation: published with the stamp, for diagnosis
 * @settled: handed from the one to the other
 *
 * The epochs reach the record only after the store: whoever reads them there
 * also finds the stamp, or a later one, in the page.  The full barrier keeps
 * the store before the look at discard_begin.
 *
 * Return: the stamp to store.
 */
static inline guest_u64 guest_stamp_begin(struct guest_page *rec, guest_u32 page,
					  guest_u32 generation, guest_u32 *settled)
{
	guest_u64 stamp = guest_stamp(page, generation,
				      guest_stamp_counter(rec->ceiling) + 1);

	*settled = guest_load(&rec->discard_end);
	guest_store(&rec->ceiling, stamp);
	return stamp;
}

static inline void guest_stamp_end(struct guest_page *rec, guest_u64 stamp, guest_u32 settled)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	guest_store(&rec->floor_settled, settled);
	guest_store(&rec->floor_begun, guest_load(&rec->discard_begin));
	guest_store(&rec->floor, stamp);
}

/*
 * A short stamp fits where 8 bytes do not: page and low bits of the counter.
 * The top bit is always set, so that none is zero, and sign-extended none is an
 * address that the guest maps.
 */
#define GUEST_SHORT_MARK	0x80000000U
#define GUEST_SHORT_PAGE_SHIFT	20
#define GUEST_SHORT_COUNTER_MAX	((1U << GUEST_SHORT_PAGE_SHIFT) - 1)

static inline guest_u32 guest_short_stamp(guest_u64 stamp)
{
	return GUEST_SHORT_MARK | guest_stamp_page(stamp) << GUEST_SHORT_PAGE_SHIFT |
	       (stamp & GUEST_SHORT_COUNTER_MAX);
}

/*
 * guest_long_stamp() - the stamp of which this is the short form
 * @page: index of the page it was found in
 * @seen: what was found
 * @floor: last known stamp of the page; the one looked for is near it
 *
 * What is no short stamp of this page becomes what is no stamp of it either.
 */
static inline guest_u64 guest_long_stamp(guest_u32 page, guest_u32 seen, guest_u64 floor)
{
	guest_u64 counter = guest_stamp_counter(floor);
	guest_u32 ahead;

	if (!seen)
		return 0;
	if (seen >> GUEST_SHORT_PAGE_SHIFT != (GUEST_SHORT_MARK >> GUEST_SHORT_PAGE_SHIFT | page))
		return seen == (guest_u32)GUEST_CANARY ? GUEST_CANARY : 1ULL << 63 | seen;
	ahead = (seen - counter) & GUEST_SHORT_COUNTER_MAX;
	counter += ahead;
	if (ahead > GUEST_SHORT_COUNTER_MAX / 2)
		counter -= GUEST_SHORT_COUNTER_MAX + 1;
	return guest_stamp(page, guest_stamp_generation(floor), counter);
}

/*
 * guest_short_judge() - as guest_page_judge(), where a short stamp was seen
 * @v: gets the long form of @seen
 */
static inline enum guest_error_what guest_short_judge(guest_u32 page, guest_u32 seen,
						      struct guest_view *v,
						      guest_u32 may_spare)
{
	enum guest_error_what what;

	v->seen = guest_long_stamp(page, seen, v->floor);
	what = guest_stamp_judge(page, v, may_spare);
	if (what == GUEST_ERR_NONE || what == GUEST_ERR_UNDEAD ||
	    !guest_may_be_torn(page, v, seen, v->floor ? guest_short_stamp(v->floor) : 0,
			       guest_short_stamp(v->ceiling)))
		return what;
	return GUEST_ERR_NONE;
}

/* GUEST_FORM_CODE, for x86-64: mov $short, %rax (sign-extended); ret. */
#define GUEST_CODE_BEGIN	0x0000000000c0c748ULL
#define GUEST_CODE_END		0xc300000000000000ULL
#define GUEST_CODE_SHIFT	24

static inline guest_u64 guest_code(guest_u32 short_stamp)
{
	return GUEST_CODE_BEGIN | GUEST_CODE_END | (guest_u64)short_stamp << GUEST_CODE_SHIFT;
}

/* What this code returns: a short stamp; 0 for none; for other code, no short stamp. */
static inline guest_u32 guest_code_result(guest_u64 code)
{
	guest_u32 result = code >> GUEST_CODE_SHIFT;

	if (!code || code == guest_code(result))
		return result;
	return code == GUEST_CANARY ? (guest_u32)GUEST_CANARY : 1;
}

/* GUEST_FORM_STRADDLE: where the 8 bytes are; the last page has no next one to go on in. */
static inline guest_u64 guest_straddle_offset(guest_u32 page, guest_u32 nr_pages, guest_u64 stride)
{
	return stride == GUEST_PAGE_SIZE && page + 1 == nr_pages ? GUEST_PAGE_SIZE - 8 :
								   GUEST_PAGE_SIZE - 4;
}

/*
 * guest_sum_judge() - decide whether a sum is legal, for GUEST_FORM_SUM
 * @page: index of the page
 * @seen: the first word
 * @least: that many additions were over before the look
 * @most: so many had begun after it
 *
 * Return: GUEST_ERR_NONE or what is wrong.
 */
static inline enum guest_error_what guest_sum_judge(guest_u32 page, guest_u64 seen,
						    guest_u64 least, guest_u64 most)
{
	guest_u64 sum = seen & ((1ULL << GUEST_STAMP_PAGE_SHIFT) - 1);

	if (!seen && (page || least))
		return GUEST_ERR_LOST;
	if (guest_stamp_page(seen) != page)
		return GUEST_ERR_FOREIGN;
	if (sum < least)
		return GUEST_ERR_STALE;
	return sum > most ? GUEST_ERR_FUTURE : GUEST_ERR_NONE;
}

/*
 * GUEST_FORM_TABLE, for x86-64: an entry has the page in bits that walks ignore,
 * and marks (accessed, dirty) that walks set.
 */
#define GUEST_ENTRY_MARKS	0x60ULL

static inline enum guest_error_what guest_entry_judge(guest_u32 page, guest_u64 seen,
						      guest_u64 written)
{
	if (!((seen ^ written) & ~GUEST_ENTRY_MARKS))
		return GUEST_ERR_NONE;
	if (!seen)
		return GUEST_ERR_LOST;
	return guest_stamp_page(seen) == page ? GUEST_ERR_STALE : GUEST_ERR_FOREIGN;
}

/*
 * guest_page_stamp() - the writer stores its next stamp, for GUEST_FORM_WORD
 * @word: the first word of the page; this store is the access under test
 */
static inline void guest_page_stamp(struct guest_page *rec, guest_u64 *word,
				    guest_u32 page, guest_u32 generation)
{
	guest_u32 settled;
	guest_u64 stamp = guest_stamp_begin(rec, page, generation, &settled);

	guest_store(word, stamp);
	guest_stamp_end(rec, stamp, settled);
}

#endif

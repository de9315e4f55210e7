/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest ABI: the one header that the guest and the host library share.
 *
 * It describes the guest-physical layout and the page through which host and
 * guest talk, and brings the page protocol along.
 */
#ifndef GUEST_ABI_H
#define GUEST_ABI_H

#include "limits.h"

typedef unsigned char guest_u8;
typedef unsigned short guest_u16;
typedef unsigned int guest_u32;
typedef unsigned long long guest_u64;

#define GUEST_PAGE_SIZE		4096UL

/*
 * Guest-physical layout.  The system slot holds everything the guest needs
 * to run at all (code, page tables, stacks, the shared pages, page records),
 * so that pressure on the area never affects what the guest needs to run.
 * It ends with what depends on the VM: see guest_system_size().
 */
#define GUEST_SYSTEM_GPA	0x00100000UL
#define GUEST_IMAGE_MAX		0x00200000UL
#define GUEST_SHARED_GPA	(GUEST_SYSTEM_GPA + GUEST_IMAGE_MAX)
#define GUEST_RECORDS_GPA	(GUEST_SHARED_GPA + \
				 GUEST_PAGES(sizeof(struct guest_shared)) * GUEST_PAGE_SIZE)
#define GUEST_PAGES(bytes)	(((bytes) + GUEST_PAGE_SIZE - 1) / GUEST_PAGE_SIZE)
#define GUEST_AREA_GPA		0x40000000UL	/* 1 GiB aligned */
#define GUEST_DEVICE_GPA	0xffe00000UL	/* in no slot: accesses leave the guest */
#define GUEST_DOOR_GPA		0xffe01000UL	/* ports, where the CPU has none; in no slot either */

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

/* Ports by which a vCPU leaves the guest on purpose (32-bit writes). */
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
	GUEST_ERR_EXCEPTION,	/* where: PC, expected: address, seen: what the CPU says of it, detail: vector */
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
	GUEST_ERR_ASYNC,	/* what KVM says of a page that it fetches; seen: its token, detail: why */
	GUEST_NR_ERRORS
};

/* GUEST_ERR_ASYNC: what is wrong with a token. */
enum guest_async_error {
	GUEST_ASYNC_NONE,	/* it is 0, which says that there is none */
	GUEST_ASYNC_TOO_MANY,	/* more of them than KVM may use */
	GUEST_ASYNC_UNKNOWN,	/* no page was ever fetched under it */
	GUEST_NR_ASYNC_ERRORS
};

/* What KVM tells a vCPU of the pages that it fetches, on x86-64; and whether it wants an EOI. */
struct guest_async_data {
	guest_u32 reason, token;
	guest_u32 pad[6];
	guest_u32 eoi;
} __attribute__((aligned(64)));

/* Vectors of interrupts, where those of exceptions end. */
#define GUEST_VECTOR_PAGE_READY	32
#define GUEST_VECTOR_WAKE	33	/* says nothing; sent by the host */

struct guest_error {
	guest_u32 what;		/* enum guest_error_what, written last */
	guest_u32 claimed;	/* set by the vCPU that fills the mailbox */
	guest_u32 vcpu;
	guest_u32 page;
	guest_u64 where;	/* guest-physical address of the page, or PC */
	guest_u64 expected;
	guest_u64 seen;
	guest_u64 detail;	/* discards begun << 32 | ended, or the vector */
};

/* From one visit to the next: by powers of two microseconds, the last has all longer ones. */
#define GUEST_GAP_BUCKETS	24

/* Whole cache lines for each vCPU, which alone writes to them. */
struct guest_vcpu {
	guest_u64 heartbeat;	/* rounds of the command loop */
	guest_u64 visits;	/* pages visited; consecutive visits are distinct pages */
	guest_u64 sweeps;	/* passes over all pages of this vCPU */
	guest_u64 last_page;
	guest_u64 visited_at;	/* by the vCPU's clock; 0: not since it was parked */
	guest_u64 async_begun;	/* times that KVM said that a page is not there */
	guest_u64 async_absent;	/* pages of which it has said nothing since */
	guest_u64 async_woken;	/* times that it said that all pages may be there */
	guest_u64 gaps[GUEST_GAP_BUCKETS];	/* gaps[i]: of 2^i to 2^(i+1) us */
} __attribute__((aligned(64)));

/* The shared pages.  The host writes the first part, the guest the rest. */
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
	guest_u32 max_pages;	/* for so many there are records; set when the VM is made */
	guest_u64 ticks_per_us;	/* of the vCPUs' clocks, rounded; 0: gaps are not measured */
	guest_u64 async_gpa;	/* where vCPU 0 has its guest_async_data; 0: nobody has any */
	guest_u64 async_stride;	/* bytes from there to the next vCPU's */
	struct guest_error error __attribute__((aligned(64)));
	struct guest_vcpu vcpu[GUEST_MAX_VCPUS];
	struct guest_async_data async[GUEST_MAX_VCPUS];	/* if they are not in the area */
};

/* In which bucket a gap is counted, of a microsecond or more. */
static inline guest_u32 guest_gap_bucket(guest_u64 ticks, guest_u64 ticks_per_us)
{
	guest_u32 bucket = 63 - __builtin_clzll(ticks / ticks_per_us | 1);

	return bucket < GUEST_GAP_BUCKETS ? bucket : GUEST_GAP_BUCKETS - 1;
}

/* Pages that each vCPU visits in a pass, at most. */
static inline guest_u32 guest_share(guest_u32 writer, guest_u32 nr_pages, guest_u32 nr_vcpus)
{
	return writer == GUEST_WRITER_VCPU ? (nr_pages + nr_vcpus - 1) / nr_vcpus : nr_pages;
}

#include "page_protocol.h"

/* What a workload keeps of each page for itself, as it likes; zero at first. */
union guest_note {
	struct guest_page copy;
	guest_u64 words[2];
};

/* Behind the records of its pages a VM has notes, and behind these a tally a page for each vCPU. */
static inline guest_u64 guest_notes_gpa(guest_u64 max_pages)
{
	return GUEST_RECORDS_GPA + max_pages * sizeof(struct guest_page);
}

static inline guest_u64 guest_tallies_gpa(guest_u64 max_pages)
{
	return guest_notes_gpa(max_pages) + max_pages * sizeof(union guest_note);
}

/* Bytes of the system slot. */
static inline guest_u64 guest_system_size(guest_u64 nr_vcpus, guest_u64 max_pages)
{
	guest_u64 end = guest_tallies_gpa(max_pages) + nr_vcpus * max_pages * sizeof(guest_u64);

	return GUEST_PAGES(end - GUEST_SYSTEM_GPA) * GUEST_PAGE_SIZE;
}

#endif

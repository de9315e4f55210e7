/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Oracles: the checks that decide right from wrong, one file each.
 *
 * An oracle never asserts; it returns 0, or -1 after adding a failure that names
 * the contract, or an error if it could not judge.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include "base/deadline.h"
#include "memory/effect.h"
#include "memory/memory.h"
#include "vm/vm.h"

/*
 * Progress (contract 10): does every vCPU visit pages?
 */
#define PROGRESS_BUCKETS	40	/* of gaps, by powers of two ns */

struct progress {
	const struct vm *vm;
	uint64_t from[GUEST_MAX_VCPUS];	/* visits when this wait began */
	uint64_t seen[GUEST_MAX_VCPUS];	/* visits at the last sample */
	uint64_t since[GUEST_MAX_VCPUS];/* when they last changed */
	uint64_t gaps[PROGRESS_BUCKETS];
	uint64_t max_gap_ns;
	uint64_t waited_ns;		/* in all waits, as struct deadline counts */
	uint64_t waited_visits;		/* of all vCPUs meanwhile */
};

/* progress_init() - @vm must outlive @p */
void progress_init(struct progress *p, const struct vm *vm);

/*
 * progress_await() - wait until every vCPU has made @visits more visits
 * @p: progress
 * @visits: visits from now on; as many distinct pages, if the vCPU has so many
 * @budget_ns: how long it may take
 * @when: for the message, e.g. "after madvise_dontneed"
 *
 * Return: 0; -1 if time is over, or as soon as the guest reports an error.
 */
int progress_await(struct progress *p, uint64_t visits, uint64_t budget_ns,
		   const char *when, struct result *r);

/*
 * progress_floor() - over all waits so far, was the guest fast enough?
 * @p: progress
 * @c: what the guest did before any pressure
 *
 * A guest that only creeps through every wait is as good as hung.  Judges only
 * when the waits add up to seconds, since anything shorter is noise.
 * Return: 0, or -1 with a failure.
 */
int progress_floor(const struct progress *p, const struct calibration *c, struct result *r);

/*
 * progress_gap_ns() - the gap that @percent of all gaps do not exceed, in ns
 *
 * Up to twice too large, as gaps are counted by powers of two, but never above the
 * longest one.
 */
uint64_t progress_gap_ns(const struct progress *p, unsigned int percent);

/* progress_visits() - visits of all vCPUs so far */
uint64_t progress_visits(const struct vm *vm);

/*
 * Coherence (contracts 5 and 9): the host's side of the page protocol.
 */
struct coherence {
	struct vm *vm;
	struct area *area;
	enum guest_writer writer;
	enum guest_form form;
	unsigned int nr_pages;
	uint16_t generation;
	bool emptied;		/* a discard removed the host's stamps */
};

/*
 * coherence_init() - write to every page what the workload expects there at first
 * @workload: says who stamps the pages, and how they hold their stamps
 */
void coherence_init(struct coherence *c, struct vm *vm, struct area *area,
		    const struct guest_workload *workload);

/*
 * coherence_prepare() - stamp again what a discard has emptied
 *
 * Return: whether it did.  Then the guest should visit the pages before the next
 * call takes them: otherwise there is no translation that could go stale.
 */
bool coherence_prepare(struct coherence *c);

/*
 * coherence_before() / coherence_after() - bracket one pressure call
 *
 * Publish what the call may and must do to the pages, so that the guest can judge
 * immediately what it finds.
 */
int coherence_before(struct coherence *c, enum content_effect effect,
		     struct result *r);
void coherence_after(struct coherence *c, enum content_effect effect);

/*
 * coherence_call_over() - between the two: what is written from now on must stay
 *
 * Writes no stamps itself, so that what the call left behind remains.
 */
void coherence_call_over(struct coherence *c, enum content_effect effect);

/*
 * coherence_discard_begin() / coherence_discard_end() - the same of one page, for a row that
 * takes some of the pages, and preserves the others
 *
 * Threads may each do so with pages of their own.
 */
void coherence_discard_begin(const struct coherence *c, unsigned int page);
void coherence_discard_end(const struct coherence *c, unsigned int page);

/* coherence_stamp() - the host, which is the writer, stamps every page anew */
void coherence_stamp(struct coherence *c);

/*
 * coherence_next() / coherence_published() - the same by other means than a store
 *
 * The host is the writer, and the caller brings the stamps that coherence_next()
 * has announced into the pages.  Once all are there, the guest must find them.
 */
guest_u64 coherence_next(struct coherence *c, unsigned int page);
void coherence_published(struct coherence *c);

/* A look at one page by others than the guest, begun before it and judged after it. */
struct coherence_look {
	struct guest_view view;
	guest_u64 added;	/* to a sum, before it */
};

/*
 * coherence_look_begin() / coherence_look_end() - bracket a copy of the area, made by anybody
 * @looks: one for each visited page
 * @bytes: the copy; the guest may be at work while it is made
 * @who: made it, for the message
 *
 * Return: 0, or -1 with a failure of contract 9: that cannot have been in the pages.
 */
void coherence_look_begin(const struct coherence *c, struct coherence_look *looks);
int coherence_look_end(const struct coherence *c, struct coherence_look *looks, char *bytes,
		       const char *who, struct result *r);

/* coherence_final() - with all vCPUs parked: the host must see what the guest wrote */
int coherence_final(const struct coherence *c, struct result *r);

struct leaked_frames;

/*
 * Isolation (contract 5): the guest does not use frames that it has lost.
 */
struct isolation {
	const struct area *area;
	struct leaked_frames *leaked;	/* looks at what calls have taken, too; or NULL */
	bool claims;		/* frames must come back: whoever catches none says so */
	bool judged;		/* page frame numbers can be read */
	uint64_t *frames;	/* of the area before the call, sorted */
	size_t nr;		/* of them */
	uint64_t freed;		/* seen free right after calls so far; of hugetlb unknown */
	struct area canaries;	/* allocated after it */
	uint64_t *caught;	/* a page of canaries: its frame, if once the guest's */
	uint64_t total;		/* caught so far */
};

/*
 * isolation_init() - says so if it cannot judge what it claims to
 * @area: must outlive @i
 * @claims: frames will be freed for sure, see pressure.frees; else they are watched if any is
 */
void isolation_init(struct isolation *i, const struct area *area, bool claims,
		    struct result *r);

/*
 * isolation_adopt() - instead of isolation_before(): frames of another process
 * @i: initialised with an area of that size and backing; it need not be mapped
 * @frames: page frame numbers, 0 for none; from malloc(), and now @i's
 */
void isolation_adopt(struct isolation *i, uint64_t *frames, size_t nr);

/*
 * isolation_before() / isolation_after() - bracket one pressure call
 * @pages: of pagemap_area() just before it, not kept; NULL if it cannot judge
 *
 * Right after the call, the frames that it freed are allocated as canaries.
 * Return: 0, or -1 with an error, or a skip: too little memory.
 */
int isolation_before(struct isolation *i, const uint64_t *pages, struct result *r);
int isolation_after(struct isolation *i, struct result *r);

/*
 * isolation_check() - when the guest has run on: are the canaries unchanged?
 *
 * Gives the canaries back.
 */
int isolation_check(struct isolation *i, struct result *r);

/* isolation_awaits() - was no frame caught yet, so that what is claimed is still to be judged? */
bool isolation_awaits(const struct isolation *i);

/* isolation_summary() - when all is over: says so if nothing was judged that is claimed */
void isolation_summary(const struct isolation *i, struct result *r);

/* isolation_release() - free everything without judging; safe at any time after init */
void isolation_release(struct isolation *i);

/*
 * Health (contract 6): KVM's own counters, through the module's files.
 */
struct health {
	char dir[128];		/* KVM's directory of the VM; "" if not watched */
	bool has_active;	/* the kernel has an active count */
	unsigned long long seq;	/* last seen, or put to */
};

struct health_sample {
	long long in_progress;
	long long active;	/* 0 if the kernel has none */
	unsigned long long seq;
};

/* health_init() - @vm_name as in struct vm; the VM must be watched already */
int health_init(struct health *h, const char *vm_name, struct result *r);

/* health_sample() - read the counters; a failure if one is negative or seq went back */
int health_sample(struct health *h, struct health_sample *s, struct result *r);

/*
 * health_balanced() - the counts must be seen 0 within the budget
 *
 * Judges the minimum, since background invalidations may be in progress at any
 * moment, but a leaked count is never 0.
 */
int health_balanced(struct health *h, uint64_t budget_ns, struct result *r);

/*
 * SPTE (contract 5): pages that KVM still maps, since v5.15.
 */
struct spte {
	unsigned long long mapped;	/* pages */
	unsigned long long flushes;	/* of TLBs, asked for so far */
	bool known;			/* has the kernel such counts? */
};

/* spte_before() - record what KVM maps, before all backing of a VM is taken */
void spte_before(struct spte *s, const struct vm *vm);

/*
 * spte_none() - once all backing is gone no translation may be left, not even in a TLB
 * @before: of spte_before()
 *
 * Return: 0, or -1 with a failure.  Without these counts it does not judge.
 */
int spte_none(const struct spte *before, const struct vm *vm, struct result *r);

/*
 * note_kvm_activity() - add statistics and exits of a VM over a while to the evidence
 *
 * Uses tracefs where it is mounted, in an instance of its own.
 */
void note_kvm_activity(const struct vm *vm, struct result *r);

struct kmsg_ahead;

/*
 * Kernel log: splats and taint, unless they are someone else's (oracle/splat.h).
 */
struct klog {
	int fd;			/* -1: it cannot be read, and nothing is judged */
	struct kmsg_ahead *ahead; /* reads it all the while; NULL: it is read when it is judged */
	unsigned long long taint;
	unsigned int others;	/* splats of someone else's so far */
	char comm[16];		/* name of the test's tasks */
};

/*
 * klog_open() - start listening now; release with klog_close()
 *
 * From then on a thread reads what the kernel logs, so that its buffer need not hold it until
 * the next look.
 * Who may not read the log does without, and says so.  Return: 0, or -1 with an error.
 */
int klog_open(struct klog *k, struct result *r);

/*
 * klog_check() - judge what the kernel logged since the last look
 *
 * A splat of someone else's is noted as evidence, and explains a taint.
 * Return: 0; -1 with a failure for a splat or a new taint, with an error if
 * lines were lost.
 */
int klog_check(struct klog *k, struct result *r);

/*
 * klog_await() - wait for what the kernel is going to log
 * @text: part of the message
 * @found: filled with the first such message since the last look
 * @size: of @found
 *
 * Judges what comes before it as klog_check() does.
 * Return: 0, or -1 with a failure, an error, or a skip: the log cannot be read.
 */
int klog_await(struct klog *k, const char *text, char *found, size_t size,
	       uint64_t budget_ns, struct result *r);

void klog_close(struct klog *k);

#endif

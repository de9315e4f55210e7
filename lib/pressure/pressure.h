/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pressure sources: ways to make the mm invalidate guest memory.
 *
 * Each source is one PRESSURE() row in a file of lib/pressure.  The linker gathers
 * the rows in a section of the program, so a new source needs nothing but a new
 * file.
 */
#ifndef PRESSURE_H
#define PRESSURE_H

#include "base/result.h"
#include "inject/inject.h"
#include "memory/effect.h"
#include "memory/memory.h"
#include "vm/vm.h"

/* Which test program runs it. */
enum pressure_family {
	PRESSURE_UNMAP,
	PRESSURE_MIGRATE,
	PRESSURE_RECLAIM,
	PRESSURE_MEMSLOT,
	PRESSURE_COW,
	PRESSURE_HUGE,
	PRESSURE_DEVICE,
	NR_PRESSURE_FAMILIES,
};

/* What it is to the notifiers. */
enum pressure_kind {
	PRESSURE_TAKES,		/* takes memory away: invalidations, then faults */
	PRESSURE_AGES,		/* asks whether memory was used: young callbacks only */
	PRESSURE_SPARES,	/* negative control: must cause no invalidation */
};

#define PRESSURE_MAX_NEEDS	4

struct coherence;

/* A pressure at work on one area. */
struct press {
	const struct pressure *row;
	struct vm *vm;
	struct area *area;
	unsigned int nr_pages;		/* visited by the guest, spread over the area */
	struct hoststate *host;		/* puts settings back when the scenario ends */
	bool each;			/* the guest visits each of its pages, not just some */
	bool alone;			/* nobody else is at work on the area */
	bool reaped;			/* but a reaper, who takes translations and no memory */
	bool kept_out;			/* vCPUs are paused beyond the call: no row resumes them */
	uint64_t budget_ns;		/* for one wait, calibrated */
	unsigned int round;		/* calls of apply() before this one */
	uint64_t proved;		/* pages shown to be hit, see pressure.proof */
	struct coherence *coherence;	/* see press_call_over() */
	enum content_effect effect;
	void *state;			/* the row's own, from set_up() to tear_down() */
};

struct pressure {
	const char *name;	/* stable: part of test names */
	enum pressure_family family;
	enum pressure_kind kind;
	const char *calls;	/* the system calls, for people */
	const char *since;	/* the first kernel that has them, as in "v6.3"; NULL: v5.10 or before */
	/*
	 * Notifier events it causes, separated by blanks: at least one of them,
	 * since they differ between kernels.  For PRESSURE_AGES: callbacks.
	 */
	const char *events;
	unsigned int callers;	/* who causes them, CALLER_BIT()s; 0: the pressure thread */
	/*
	 * The row's own proof that it took effect: what apply() counts in press.proved, for
	 * people ("page frame changed"); NULL if the events are all there is.
	 */
	const char *proof;
	/*
	 * In what part of its rounds there are such events and such a proof for sure, if not in
	 * each: where they are looked for by turns, or the kernel works at its own pace.  KVM's
	 * seq must move in every round.
	 */
	struct {
		unsigned int nr, of;
	} hits;
	/* Its effect on each backing it applies to: sets of BACKING_BIT(). */
	unsigned int preserves, discards, may_discard, replaces;
	/*
	 * Of these, where its test runs with -a or by its id only: the kernel does there what it
	 * does on others.  On DAX that is all but what fs/dax.c has a part in, the copy of such a
	 * page, and one row of each way to zap, to move and to protect.
	 */
	unsigned int extra;
	/*
	 * Of these, where page frames of the guest are free when apply() is over, and anybody's
	 * who asks: isolation has to watch some.  Not where that is a matter of luck, as with
	 * pages that go to and fro.
	 */
	unsigned int frees;
	size_t granule;		/* the area must be a multiple of it; 0: any size */
	/* For sources that take long; 0: the test decides, and runs hits.of at the least. */
	unsigned int rounds;
	bool slow;		/* takes over a second all the same: by default on one backing only */
	/*
	 * Others may be at work on the area at the same time.  Not if the row
	 *
	 * - leaves addresses without a mapping, or one that may not be read, where others
	 *   would fail, or get SIGSEGV;
	 * - forks: NUMA balancing keeps every second page out of children, so that the kernel
	 *   does not merge the mappings that it looks at;
	 * - holds faults on missing pages back: others would wait for them, too;
	 * - tells from frames, translations or bits in the page table what it has done itself:
	 *   who moves or discards pages changes these (KSM, huge pages, soft-dirty, poison);
	 * - works on the whole host, and slowly enough for others to starve it.
	 */
	bool allows_others;
	/*
	 * It may be one of the others, see pressure_joins(), and allows them: it
	 * pauses no vCPU, needs no cgroup, and leaves mappings alone.
	 */
	bool can_join;
	bool zap_exclusive;	/* no injector may be reaped over its memory */
	bool has_interval;	/* it has an interval notifier on the mm, see setup_suits() */
	bool plain;		/* others read or write the words too: see GUEST_JUDGES_PLAIN */
	bool guest_writes;	/* its own judgement needs a guest that writes every page */
	bool poisons;		/* vCPUs must get SIGBUS: see GUEST_JUDGES_POISONED */
	/*
	 * What it changes of the whole host, for people: done only if that is allowed,
	 * see host/hoststate.h.  And what it changes unless it is so already.
	 */
	const char *changes, *may_change;
	/* Each returns why this host cannot do it, or NULL; static storage. */
	const char *(*needs[PRESSURE_MAX_NEEDS])(void);
	/* Once, before the guest starts.  May be NULL.  Return: 0 or -1 with @r. */
	int (*set_up)(struct press *p, struct result *r);
	/*
	 * Do it once over the whole area, with the guest running.  Opens and
	 * closes an unmapped gap of the VM around any time in which the area, or a part
	 * of it, is not mapped.
	 * Return: 0, or -1 with @r an error, a failure, or a skip: it turned out
	 * that the kernel does not do it.
	 */
	int (*apply)(struct press *p, struct result *r);
	/* Also if set_up() or apply() failed.  May be NULL. */
	void (*tear_down)(struct press *p);
};

#define PRESSURE(id) \
	static const struct pressure id; \
	static const struct pressure * const row_##id \
		__attribute__((used, section("pressures"))) = &id; \
	static const struct pressure id

/* pressure_next() - the registered rows in turn; NULL starts, NULL ends */
const struct pressure *pressure_next(const struct pressure *p);

/* pressure_find() - by name, or NULL */
const struct pressure *pressure_find(const char *name);

/* pressure_family_name() - static storage */
const char *pressure_family_name(enum pressure_family family);

/* pressure_applies() - does the source have an effect on this backing? */
bool pressure_applies(const struct pressure *p, const struct backing *backing);

/* pressure_effect() - which; for a backing it applies to */
enum content_effect pressure_effect(const struct pressure *p,
				    const struct backing *backing);

/* pressure_frees() - are page frames of this backing free after it, for others to have? */
bool pressure_frees(const struct pressure *p, const struct backing *backing);

/* pressure_suits() - can the workload tell right from wrong under it? */
bool pressure_suits(const struct pressure *p, const struct backing *backing,
		    const struct guest_workload *workload);

/* pressure_allows_others() - may others be at work on its area at the same time? */
bool pressure_allows_others(const struct pressure *p);

/* pressure_joins() - may it be one of them?  It must preserve what is in such an area */
bool pressure_joins(const struct pressure *p, const struct backing *backing);

/*
 * press_call_over() - for apply(), if it goes on after the call that has the effect
 *
 * What the guest writes from now on must stay.
 */
void press_call_over(struct press *p);

/*
 * press_pause() / press_resume() - keep every vCPU out of the guest meanwhile
 *
 * For what the kernel does only to memory that is not in use.
 * Return: 0, or -1 with a failure: a vCPU does not leave the guest.
 */
int press_pause(struct press *p, struct result *r);
void press_resume(struct press *p);

/*
 * press_last_try() - all tries have met pages in use: once more, with the vCPUs out?
 *
 * Only where their faults may be the reason, see vm_arch.faults_hold_pages.
 * Return: 1: they are out, until press_resume(); 0: no; -1 with @r.
 */
int press_last_try(struct press *p, struct result *r);

/*
 * press_gap() - remove guest memory for a while, and judge that
 * @take: removes the whole area
 * @give_back: undoes that
 *
 * Opens and closes the gap of the VM.  Return: 0, or -1 with whatever the two
 * say, or a failure: a vCPU made progress meanwhile.
 */
int press_gap(struct press *p, int (*take)(struct press *p, struct result *r),
	      int (*give_back)(struct press *p, struct result *r), struct result *r);

/*
 * press_dontneed() - madvise(MADV_DONTNEED) of the whole area
 *
 * Return: 0, or -1 with an error, or a skip: this kernel has it not for hugetlb.
 */
int press_dontneed(struct press *p, struct result *r);

/*
 * press_set_slot() - change the memslot of the area
 * @flags: KVM_MEM_*
 * @size: 0 deletes it
 *
 * Return: 0, or -1 with an error.
 */
int press_set_slot(struct press *p, uint32_t flags, uint64_t gpa, size_t size,
		   struct result *r);

/* press_unmap() / press_map() - of the whole area, for press_gap() */
int press_unmap(struct press *p, struct result *r);
int press_map(struct press *p, struct result *r);

/* press_page() - the word of a visited page that holds its stamp */
guest_u64 *press_page(const struct press *p, unsigned int page);

/* press_index() - which page of the area a visited page is, hugetlb or not */
size_t press_index(const struct press *p, unsigned int page);

/*
 * press_count_bit() - which visited pages have a bit in /proc/self/pagemap?
 * @bit: PAGEMAP_*
 * @of: leaves out the pages of which it says no; NULL: counts all
 * @with: set to how many have it
 * @first_without: set to the first that has not, or to @p->nr_pages
 *
 * Return: 0, or -1 with an error.
 */
int press_count_bit(const struct press *p, uint64_t bit,
		    bool (*of)(const struct press *p, unsigned int page), unsigned int *with,
		    unsigned int *first_without, struct result *r);

/* press_host_writes() - is it the host that stamps the pages, not the guest? */
bool press_host_writes(const struct press *p);

/*
 * press_meets_poison() - does the guest itself use its memory, and get SIGBUS if that fails?
 *
 * Not if KVM emulates all that it does: what the kernel reads for it raises no signal.
 * Return: 0, or -1 with a skip.
 */
int press_meets_poison(const struct press *p, struct result *r);

/*
 * press_visits() - visits that each vCPU must make, from any moment on, to cover every page
 *
 * Each page by the vCPU that writes to it, or by all if the host does.
 */
uint64_t press_visits(const struct press *p);

/*
 * press_visited() - wait until the guest has visited every page, with its writes
 * @when: for the message, e.g. "after fork"
 *
 * Return: 0, or -1 with a failure: the guest makes no progress, or found a page wrong.
 */
int press_visited(struct press *p, const char *when, struct result *r);

/*
 * press_write_all() - have every visited page written by whoever stamps them
 *
 * And then have the guest visit it.  Return: as press_visited().
 */
int press_write_all(struct press *p, const char *when, struct result *r);

/*
 * pressure_missing() - why the row cannot be applied here and now, or NULL
 *
 * The first of its unmet needs, or that what it changes is not allowed.
 */
const char *pressure_missing(const struct pressure *p);

#endif

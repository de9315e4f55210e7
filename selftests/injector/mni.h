/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The injector module's own interfaces, file by file.
 *
 * Every function that returns int returns 0 or a negative errno unless it says
 * otherwise. "May sleep" is the default; a function that may be called in
 * atomic context says so.
 */
#ifndef MNI_H
#define MNI_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/pid.h>
#include <linux/ratelimit.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "mn_compat.h"

/* Bytes of an address space: start inclusive, end exclusive. */
struct mni_range {
	unsigned long start;
	unsigned long end;
};

/* ---- command.c: the text that user space writes ---- */

#define MNI_COMMAND_MAX		128
#define MNI_COMMAND_WORDS	10

/* One command, split into words; argv points into text and ends with NULL. */
struct mni_command {
	char text[MNI_COMMAND_MAX];
	int argc;
	char *argv[MNI_COMMAND_WORDS + 1];
};

/*
 * Copies one command of @len bytes from user space and splits it.
 * -E2BIG: longer than MNI_COMMAND_MAX - 1; -EFAULT; -EINVAL: empty, more than
 * one line, a NUL in it, or too many words.
 */
int mni_command_get(struct mni_command *cmd, const char __user *ubuf,
		    size_t len);

/* Parses "0x..." or a decimal number of [min, max]; -EINVAL otherwise. */
int mni_parse_long(const char *word, long min, long max, long *value);

/* Parses an unsigned address or length, "0x..." or decimal; -EINVAL. */
int mni_parse_ulong(const char *word, unsigned long *value);

/*
 * Parses START and LEN, in bytes. -EINVAL unless both are page aligned, LEN
 * is not 0, and the range lies within @mm's user address space.
 */
int mni_parse_range(const char *start, const char *len,
		    const struct mm_struct *mm, struct mni_range *range);

/* ---- core.c: the mm core's own invalidation calls ---- */

/*
 * Registers a probe at the beginning of a function, or just behind it, where arguments still
 * are where they were. Returns 0 or -errno.
 */
int mni_probe(struct kprobe *probe, const char *symbol, kprobe_pre_handler_t handler);
/* Resolves the core's functions; an error names the symbol in the log. */
int mni_core_init(void);

/*
 * The name of the event that the two calls below carry, as the status of an
 * attached injector has it.
 */
const char *mni_core_event(void);

/*
 * Non-blockable invalidate_range_start() as the OOM reaper issues it; the
 * caller holds @mm's mmap_lock for reading.
 * 0: started, mni_core_end() is due. -EAGAIN: a notifier refused, nothing is
 * due. -ENOENT: @mm never had a notifier.
 */
int mni_core_start(struct mm_struct *mm, const struct mni_range *range);

/* The end that belongs to a successful mni_core_start(); same locking. */
void mni_core_end(struct mm_struct *mm, const struct mni_range *range);

/* ---- knobs.c: which calls an injector acts on ---- */

/* The fault-injection framework's attributes, with its meaning. */
struct mni_knobs {
	long probability;	/* per cent */
	long interval;		/* act on every N-th candidate */
	long times;		/* act at most N times more, -1: no limit */
	long space;		/* let N pages pass first */
	long verbose;		/* log: 0 nothing, 1 a line, 2 and a stack */
	long delay_start_us;	/* delay: how long a start takes */
	long delay_end_us;	/* delay: how long an end takes */
	long mixed;		/* attach beside a kind that does not go with it */
	unsigned long count;	/* candidates seen, for interval */
};

void mni_knobs_init(struct mni_knobs *knobs);

/* Sets one knob. -ENOENT: no knob has that name; -EINVAL: bad value. Atomic. */
int mni_knobs_set(struct mni_knobs *knobs, const char *name, const char *word);

/* Whether to act on a call of @pages pages. Caller serializes. Atomic. */
bool mni_knobs_hit(struct mni_knobs *knobs, unsigned long pages);

void mni_knobs_show(struct seq_file *seq, const struct mni_knobs *knobs);

/* ---- event.c: the events of invalidations ---- */

/* Events that the newest kernel has, and one row for those it may gain. */
#define MNI_NR_EVENTS	9

/* Name of an event, "unknown" for one that this module does not know. */
const char *mni_event_name(unsigned int event);

/* How many rows there are, with the one of unknown events. */
unsigned int mni_event_rows(void);

/* Row of an event in the counters, all unknown ones share one. Atomic. */
unsigned int mni_event_row(unsigned int event);

/* Row of the event of that name, -EINVAL if there is none. */
int mni_event_find(const char *name);

/* ---- counters.c: what an injector has seen ---- */

/* Who caused a callback. */
enum mni_caller {
	MNI_CALLER_PRESSURE,	/* the thread named by the caller command */
	MNI_CALLER_OWN,		/* another thread of the opener's process */
	MNI_CALLER_OTHER,	/* anyone else: kernel threads, other processes */
	MNI_NR_CALLERS,
};

/* Callbacks without a start and an end. */
enum mni_callback {
	MNI_CLEAR_FLUSH_YOUNG,
	MNI_CLEAR_YOUNG,
	MNI_TEST_YOUNG,
	MNI_CHANGE_PTE,
	MNI_NR_CALLBACKS,
};

/* Nothing but atomic64_t: mni_counters_reset() walks it as an array. */
struct mni_counters {
	atomic64_t starts;
	atomic64_t blockable;
	atomic64_t nonblockable;
	atomic64_t accepted;
	atomic64_t refused;
	atomic64_t pages;
	atomic64_t ends;
	atomic64_t delayed_starts;
	atomic64_t delayed_ends;
	atomic64_t delayed_us;
	atomic64_t changed;
	atomic64_t outside;
	atomic64_t waited;
	atomic64_t longest_us;
	atomic64_t event[MNI_NR_EVENTS][MNI_NR_CALLERS];
	atomic64_t callback[MNI_NR_CALLBACKS][MNI_NR_CALLERS];
};

struct mni_injector;

/* Counts one start over @pages pages of the injector's range. Atomic. */
void mni_count_start(struct mni_injector *inj,
		     const struct mmu_notifier_range *range,
		     unsigned long pages, bool refused);

/* Counts one callback without a start and an end. Atomic. */
void mni_count_callback(struct mni_injector *inj, enum mni_callback callback);

/* Zeroes all; calls in flight may be counted or not. */
void mni_counters_reset(struct mni_counters *counters);

/*
 * The counters that every kind has, in two parts: a kind's own lines come
 * between them.
 */
void mni_counters_show(struct seq_file *seq, const struct mni_counters *c);
void mni_events_show(struct seq_file *seq, const struct mni_counters *c);

/* ---- attach.c: one injector per open file ---- */

#define MNI_ANY_ARGS	-1

/* A command of the attach file. */
struct mni_verb {
	const char *name;		/* NULL: end of a table */
	int nr_args;			/* or MNI_ANY_ARGS */
	bool waits;			/* run without the command lock */
	int (*run)(struct mni_injector *inj, char **args); /* @args end with NULL */
};

/* One kind of injector, a row in attach.c's table. */
struct mni_kind {
	const char *name;
	const struct mmu_notifier_ops *ops;	/* of an hlist kind */
	int (*attach)(struct mni_injector *inj);
	void (*detach)(struct mni_injector *inj);
	bool bound;			/* needs a range, and keeps it while attached */
	/* Commands that only this kind has; may be NULL. */
	const struct mni_verb *verbs;
	/* Prints the counters that only this kind has; may be NULL. */
	void (*show)(struct seq_file *seq, const struct mni_injector *inj);
};

extern const struct mni_kind mni_eagain;
extern const struct mni_kind mni_observer;
extern const struct mni_kind mni_delay;
extern const struct mni_kind mni_interval;
extern const struct mni_kind mni_gate;
extern const struct mni_kind mni_checker;

/* Additional state of an injector of kind interval. */
struct mni_interval_state {
	struct mmu_interval_notifier sub;
	spinlock_t lock;		/* what a driver calls its own */
	unsigned long seq;		/* set by the last invalidation */
	unsigned long begun;		/* by seq_begin; 0: never */
};

#define MNI_GATE_RANGES	64

/* Additional state of an injector of kind gate: the ranges between start and end. */
struct mni_gate_state {
	spinlock_t lock;
	unsigned int nr;
	struct mni_range active[MNI_GATE_RANGES];
	unsigned long beyond;		/* more than fit: they cover everything */
};

/* What was lost outside of invalidations, when that was first seen. */
struct mni_outside {
	unsigned long address;
	unsigned long was, now;		/* what the page table entry gave */
	unsigned int ended;		/* invalidations of it since the last look */
	const char *seen;		/* by which look */
};

/* Additional state of an injector of kind checker. */
struct mni_checker_state {
	raw_spinlock_t lock;		/* the pages and first */
	struct mni_checked_page *pages;	/* of the range, while attached */
	struct mni_outside first;	/* if outside is not 0 */
	struct kprobe probe;
};

struct mni_injector {
	struct mmu_notifier mn;		/* of an hlist kind */
	struct mni_interval_state interval;
	struct mni_gate_state gate;
	struct mni_checker_state checker;
	struct mm_struct *mm;		/* the opener's, held by mmgrab() */
	struct pid *process;		/* the opener's thread group */
	struct mni_attached_mms *mms;
	struct list_head node;		/* in mms, if registered */
	const struct mni_kind *kind;
	struct mutex lock;		/* serializes commands */
	bool registered;		/* an unregister is due */
	bool released;			/* the mm died, or it is being removed */
	wait_queue_head_t waiters;	/* woken when released is set */

	spinlock_t knob_lock;		/* the five below */
	struct pid *caller;		/* the pressure thread, or NULL */
	struct mni_range range;
	bool everywhere;		/* no range was set: all addresses */
	unsigned long events;		/* a bit for each row to act on */
	struct mni_knobs knobs;

	struct mni_counters counters;
	struct ratelimit_state log_limit;
};

extern const struct file_operations mni_attach_fops;

/* The injector that a callback was called for. Atomic. */
static inline struct mni_injector *mni_injector_of(struct mmu_notifier *mn)
{
	return container_of(mn, struct mni_injector, mn);
}

/* ---- hlist.c: what the kinds with a plain notifier share ---- */

/* Registers and unregisters the notifier of an hlist kind. */
int mni_hlist_attach(struct mni_injector *inj);
void mni_hlist_detach(struct mni_injector *inj);

/*
 * The release callback of every hlist kind, which the core also calls on
 * removal. Whoever waits in a callback is woken and must leave. Atomic.
 */
void mni_injector_release(struct mmu_notifier *mn, struct mm_struct *mm);

/* The counting callbacks that every hlist kind puts into its ops. */
mni_young_t mni_clear_flush_young(struct mmu_notifier *mn, struct mm_struct *mm,
				  unsigned long start, unsigned long end);
mni_young_t mni_clear_young(struct mmu_notifier *mn, struct mm_struct *mm,
			    unsigned long start, unsigned long end);
mni_young_t mni_test_young(struct mmu_notifier *mn, struct mm_struct *mm,
			   unsigned long address);
#if MNI_HAVE_CHANGE_PTE
void mni_change_pte(struct mmu_notifier *mn, struct mm_struct *mm,
		    unsigned long address, pte_t pte);
#define MNI_OPS_CHANGE_PTE	.change_pte = mni_change_pte,
#else
#define MNI_OPS_CHANGE_PTE
#endif

/* What the ops of all hlist kinds have in common. */
#define MNI_HLIST_OPS				\
	.release = mni_injector_release,	\
	.clear_flush_young = mni_clear_flush_young, \
	.clear_young = mni_clear_young,		\
	.test_young = mni_test_young,		\
	MNI_OPS_CHANGE_PTE

/* ---- attached_mms.c: which injectors are attached, and where ---- */

struct mni_attached_mms {
	struct mutex lock;
	struct list_head injectors;
	struct list_head counting;	/* mms that have or had an interval */
};

void mni_attached_mms_init(struct mni_attached_mms *mms);

/* At unload, when nothing is attached. */
void mni_attached_mms_exit(struct mni_attached_mms *mms);

/*
 * Call before registering, and mni_attached_mms_leave() after unregistering.
 * -EBUSY: kernels cannot cope with this kind on its mm.
 */
int mni_attached_mms_join(struct mni_attached_mms *mms, struct mni_injector *inj);
void mni_attached_mms_leave(struct mni_attached_mms *mms, struct mni_injector *inj);

/* ---- aim.c: what an injector acts on ---- */

/* The knobs of an injector that nobody has touched. */
void mni_aim_init(struct mni_injector *inj);

/* Gives back what mni_aim_init() and the commands took. */
void mni_aim_release(struct mni_injector *inj);

/* The commands range, events and caller; @args end with NULL. */
int mni_aim_range(struct mni_injector *inj, char **args);
int mni_aim_events(struct mni_injector *inj, char **args);
int mni_aim_caller(struct mni_injector *inj, char **args);

/* Sets a knob of mni_knobs. -EINVAL: no such knob or a bad value. */
int mni_aim_knob(struct mni_injector *inj, const char *name, const char *word);

void mni_aim_show(struct seq_file *seq, struct mni_injector *inj);

/* Pages of [start, end) that lie in the injector's range. Atomic. */
unsigned long mni_aim_overlap(struct mni_injector *inj, unsigned long start,
			      unsigned long end);

/* Whether the event of a call is one to act on. Atomic. */
bool mni_aim_event(struct mni_injector *inj, const struct mmu_notifier_range *range);

/*
 * Whether to act on a call over @pages pages of the injector's range, by its
 * events and knobs; if so, and if verbose asks for it, the log says what
 * (@doing) was done. Atomic.
 */
bool mni_aim_hit(struct mni_injector *inj,
		 const struct mmu_notifier_range *range, unsigned long pages,
		 const char *doing);

/* ---- reap.c, frames.c, unsafe.c, help.c ---- */

extern const struct file_operations mni_reap_fops;
extern const struct file_operations mni_frames_fops;
extern const struct file_operations mni_unsafe_fops;
extern const struct file_operations mni_help_fops;

/* ---- vmfd.c: from a descriptor to a VM ---- */

/*
 * The VM behind descriptor @fd of the caller. On success *file holds a
 * reference that keeps the VM alive until fput(). ERR_PTR(-EBADF): not open;
 * ERR_PTR(-EINVAL): not a KVM VM, the log says why.
 */
struct kvm *mni_vm_get(int fd, struct file **file);

/* Parses a descriptor number; -EINVAL. */
int mni_parse_fd(const char *word, int *fd);

/* ---- watched.c, destroyed.c and watch.c: the VMs of the host ---- */

#define MNI_VM_NAME_MAX		32
#define MNI_DESTROYED_MAX	64

/* The counters of a VM when KVM began to destroy it. */
struct mni_destroyed {
	u64 id;
	char name[MNI_VM_NAME_MAX];
	pid_t pid;
	long count;
	unsigned long seq;
	unsigned long active;
	bool has_active;
};

/* Both parts' state; the one instance is in main.c. */
struct mni_vms {
	struct mutex lock;		/* watchers and the hook */
	struct kprobe probe;
	struct notifier_block modules;
	bool hooked;
	struct delayed_work sweep;	/* while there are watched VMs */

	raw_spinlock_t list_lock;	/* the rest; taken by the probe */
	struct list_head watched;
	struct list_head gone;		/* unlinked by the probe, to be freed */
	struct mni_destroyed ring[MNI_DESTROYED_MAX];
	u64 destroyed;			/* so many ever; ids start at 1 */
};

/*
 * A VM whose counters are shown; pins the module while it is listed. It is known by
 * KVM's directory, held so that no other VM's can have its address.
 */
struct mni_watched {
	struct list_head node;
	struct kvm *kvm;
	struct dentry *dir;
	bool probed;			/* the probe has seen its end, */
	unsigned int sweeps;		/* or the worker has, so often */
	unsigned long aged;		/* the highest seq that it was given */
	pid_t pid;
	char name[MNI_VM_NAME_MAX];
};

/* At load, and at unload, when no VM is listed any more. */
void mni_watched_init(struct mni_vms *vms);
void mni_watched_exit(struct mni_vms *vms);

/* The record of a VM, there for as long as the caller keeps that alive; or NULL. */
struct mni_watched *mni_watched_find(struct mni_vms *vms, const struct kvm *kvm);

/* Lists a VM, whose directory this takes a reference on, until it is destroyed. */
void mni_watched_add(struct mni_vms *vms, struct mni_watched *vm);

/*
 * A VM is being destroyed: takes it off the list, and stores its name ("-" if
 * it was not watched). Called under list_lock. Atomic.
 */
void mni_watched_gone(struct mni_vms *vms, struct kvm *kvm, char *name);

extern const struct file_operations mni_watch_fops;
extern const struct file_operations mni_destroyed_fops;

/*
 * Sets the probe on VM destruction if it is not set. -ENOENT: KVM is not
 * loaded. Called under vms->lock.
 */
int mni_destroyed_hook(struct mni_vms *vms);

int mni_vms_init(struct mni_vms *vms);
void mni_vms_exit(struct mni_vms *vms);

#endif /* MNI_H */

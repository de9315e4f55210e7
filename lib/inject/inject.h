/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel module mmu_notifier_inject from user space: injectors, reaping, and
 * what the module reports about VMs.
 */
#ifndef INJECT_H
#define INJECT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

/* Who caused an invalidation, as far as the injector distinguishes callers. */
enum inject_caller {
	CALLER_PRESSURE,	/* the thread named by the `caller` command */
	CALLER_OWN,		/* another thread of the process */
	CALLER_OTHER,		/* anyone else: khugepaged, ksmd, another process */
	NR_CALLERS,
};

#define CALLER_BIT(who)	(1u << (who))

#define INJECT_MAX_EVENTS	24

struct injector_event {
	char name[24];
	bool callback;		/* not a start(): a young callback or change_pte */
	uint64_t starts[NR_CALLERS];
};

/* Knobs that take one number; all read back from struct injector_status. */
enum injector_knob {
	KNOB_PROBABILITY,	/* 0..100: per cent of the candidates to act on */
	KNOB_INTERVAL,		/* 1..: every N-th candidate */
	KNOB_TIMES,		/* -1..: at most so many times, -1: no limit */
	KNOB_SPACE,		/* 0..: pages that pass first */
	KNOB_VERBOSE,		/* 0..2: log nothing, a line, a line and a stack */
	KNOB_DELAY_START_US,	/* 0..1000000: how long a start of the kind delay takes */
	KNOB_DELAY_END_US,	/* the same of its end */
	KNOB_MIXED,		/* 0..1: attach eagain and interval to one mm */
	NR_KNOBS,
};

#define INJECTOR_MAX_DELAY_US	1000000	/* of the delay knobs */
#define INJECTOR_MAX_SPIN_US	1000	/* at most, in a non-blockable range */

/* The settings of an injector, and what it has seen in its range. */
struct injector_status {
	char kind[16];
	bool attached;
	bool released;			/* the mm died with it attached */
	uint64_t range_start, range_len; /* 0 0: everywhere */
	char events_acted_on[128];	/* "all", or names */
	long long knobs[NR_KNOBS];
	long caller;			/* thread id, 0 none */
	uint64_t starts, ends;		/* ends: only of kinds that see them */
	uint64_t blockable, nonblockable;
	uint64_t accepted, refused;
	uint64_t pages;			/* summed up over all starts */
	/* of delay; counted when a delay begins, the time when it ends */
	uint64_t delayed_starts, delayed_ends, delayed_us;
	uint64_t seq, seq_begun;	/* of the interval; 0 none */
	/* of gate: ranges now, faults that waited, the longest wait */
	uint64_t active, waited, longest_us;
	/*
	 * of checker: times that a page lost something between a start and its end, and
	 * at other times; the first of those, if there was any
	 */
	uint64_t changed, outside;
	uint64_t outside_at;			/* its address */
	uint64_t outside_was, outside_now;	/* CHECKED_*, 0 nothing */
	uint64_t outside_ended;			/* invalidations of it since the last look */
	char outside_seen[8];			/* in "start", "end", before a "fault", by "look" */
	struct injector_event events[INJECT_MAX_EVENTS];
	unsigned int nr_events;
};

/* What a checker finds in a page table entry, and above these the page frame number. */
#define CHECKED_WRITABLE	0x2
#define CHECKED_DIRTY		0x4
#define CHECKED_HUGE		0x8
#define CHECKED_PFN(entry)	((entry) >> 4)

/* One attached notifier: lives as long as its file. */
struct injector {
	int fd;
};

/* What the module recorded when a VM was destroyed. */
struct inject_destroyed {
	long long count;
	unsigned long long seq;
	long long active;	/* -1: the kernel has none */
};

#define INJECT_MODULE	"mmu_notifier_inject"

/*
 * inject_module_load() - load the module unless it is loaded
 *
 * Its file is looked for beside the running program, then in /modules; then
 * modprobe is tried.  Return: 0, or -1 with @r a skip that says why it cannot be
 * loaded.
 */
int inject_module_load(struct result *r);

/* inject_module_loaded() - is it in the kernel (whoever loaded it)? */
bool inject_module_loaded(void);

/* inject_module_file() - 0 with the path of the file it can be loaded from, or -1 */
int inject_module_file(char *path, size_t size);

/* inject_available() - 0, or -1 with @r a skip: module or debugfs missing */
int inject_available(struct result *r);

/*
 * injector_open() - a detached injector of this process
 * @i: filled in; release with injector_close(), which also detaches
 * @kind: "eagain", "observer", "delay", "interval", "gate" or "checker"
 */
int injector_open(struct injector *i, const char *kind, struct result *r);

/*
 * injector_set() - write one command, e.g. injector_set(i, r, "times %d", 1)
 *
 * Return: 0, or -1 with an error that names the command.
 */
int injector_set(struct injector *i, struct result *r, const char *fmt, ...)
	RESULT_PRINTF(3, 4);

/* injector_try() - the same, for tests that expect errors; Return: 0 or -errno */
int injector_try(struct injector *i, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * injector_knob() - set one knob
 *
 * Return: 0, or -1 with an error that names the knob, the value and why.
 */
int injector_knob(struct injector *i, enum injector_knob knob, long value, struct result *r);

/* injector_knob_name() - as the module calls it; static storage */
const char *injector_knob_name(enum injector_knob knob);

/*
 * injector_range() - set the range in which it acts and counts
 * @start: page aligned
 * @len: bytes, page aligned; 0 with @start NULL: everywhere
 *
 * An interval needs a range before injector_attach(), and then keeps it.
 */
int injector_range(struct injector *i, const void *start, size_t len, struct result *r);

/* injector_events() - act only on these: names separated by blanks, or "all" */
int injector_events(struct injector *i, const char *names, struct result *r);

/* injector_caller() - the thread that counts as CALLER_PRESSURE; 0 none */
int injector_caller(struct injector *i, long tid, struct result *r);

/*
 * injector_delay() - how long start() and end() of the kind delay take
 * @start_us, @end_us: microseconds, at most INJECTOR_MAX_DELAY_US, 0: no delay
 *
 * In a non-blockable range it is at most INJECTOR_MAX_SPIN_US.
 */
int injector_delay(struct injector *i, long start_us, long end_us, struct result *r);

/* injector_attach() - if attached after KVM's notifier it runs before it, and vice versa */
int injector_attach(struct injector *i, struct result *r);

/* injector_detach() - wait for callbacks to return; delays end at once */
int injector_detach(struct injector *i, struct result *r);

/* injector_reset() - zero all counters */
int injector_reset(struct injector *i, struct result *r);

/*
 * injector_seq_begin() - begin to use an interval's range, as drivers do
 *
 * Waits, unkillably, while the range is being invalidated: call it in a separate
 * process if the invalidation may never end.
 */
int injector_seq_begin(struct injector *i, struct result *r);

/* injector_seq_retry() - 1: invalidated since; 0: not; -1 with @r set */
int injector_seq_retry(struct injector *i, struct result *r);

/*
 * injector_fault() - fault as a user of the device does, for the kind gate
 * @address: any number of threads may wait until no invalidation covers it
 *
 * Return: 0, 1 if a signal ended the wait, or -1 with @r set.
 */
int injector_fault(struct injector *i, const void *address, struct result *r);

/* injector_look() - have a checker look at all pages of its range */
int injector_look(struct injector *i, struct result *r);

/* injector_read() - read its settings, and what it has seen so far */
int injector_read(const struct injector *i, struct injector_status *s,
		  struct result *r);

/* injector_refused() - of what it has seen only how often it refused; 0, or -1 if it cannot be read */
int injector_refused(const struct injector *i, unsigned long long *refused);

/* injector_close() - safe on an injector that never opened (fd < 0) */
void injector_close(struct injector *i);

/*
 * injector_parse() - read the text of a status file
 * @text: NUL-terminated
 * @s: filled in
 *
 * Return: 0, or -1 if a line is not `key value` or a required key is missing.
 */
int injector_parse(const char *text, struct injector_status *s);

/* injector_event_starts() - starts of an event by a caller; 0 if unknown */
uint64_t injector_event_starts(const struct injector_status *s, const char *event,
			       enum inject_caller who);

/*
 * inject_watch() - have the module show a VM's counters
 * @vm_fd: VM file descriptor
 *
 * They appear in KVM's directory of that VM until the VM is gone.
 */
int inject_watch(int vm_fd, struct result *r);

/*
 * inject_age() - put KVM's sequence number of a watched VM forward
 * @seq: more than it is, and than it was ever put to
 */
int inject_age(int vm_fd, unsigned long long seq, struct result *r);

/*
 * inject_find_destroyed() - the record of a destroyed VM
 * @name: KVM's directory name, "<pid>-<fd>"
 * @d: filled in from the newest record of that name
 *
 * Return: 0, -1 with an error if there is none.
 */
int inject_find_destroyed(const char *name, struct inject_destroyed *d,
			  struct result *r);

/*
 * inject_reap() - go once through the OOM reaper's sequence on a range of this mm
 * @fd: from inject_reap_open()
 *
 * Return: 0, -EAGAIN if a notifier refused, or another -errno.
 */
int inject_reap(int fd, const void *start, size_t len);

/* inject_reap_open() - Return: a file descriptor to close, or -1 with @r set */
int inject_reap_open(struct result *r);

/* inject_reap_once() - the same once, and nobody may refuse; Return: 0, or -1 with an error */
int inject_reap_once(const void *start, size_t len, struct result *r);

/*
 * A thread that reaps over a range again and again, so that refusals race with
 * whatever else happens to it.
 */
struct reaper {
	pthread_t thread;
	int fd;
	const void *start;
	size_t len;
	uint32_t stop;
	uint64_t reaps, refused;	/* valid after reaper_stop() */
	int err;			/* first unexpected -errno */
	bool running;
};

/* reaper_start() - @start and @len stay in use until reaper_stop() */
int reaper_start(struct reaper *p, const void *start, size_t len,
		 struct result *r);

/* reaper_stop() - end the thread; safe if it never started */
int reaper_stop(struct reaper *p, struct result *r);

/*
 * inject_frames_open() - page frames that belong to the module, for mmap()
 *
 * MAP_SHARED only; there are none before inject_frames().
 * Return: a file descriptor to close, or -1 with @r set.
 */
int inject_frames_open(struct result *r);

/*
 * inject_frames() - replace the frames by @nr new ones, zeroed
 *
 * Zaps all mappings of the old ones, which then go back to the kernel.
 * Return: 0, or -1 with an error, or a skip: none are free in one range, as "huge 1" asks for.
 */
int inject_frames(int fd, size_t nr, struct result *r);

/*
 * inject_frames_set() - another command of that file, e.g. inject_frames_set(fd, r, "zap")
 *
 * Return: 0, or -1 with an error, or a skip: this kernel cannot.
 */
int inject_frames_set(int fd, struct result *r, const char *fmt, ...) RESULT_PRINTF(3, 4);

/* What the module counted of the frames of one open file. */
struct inject_frames_status {
	unsigned long long blocks;	/* faults that mapped a whole PMD */
	unsigned long long mkwrites;	/* first writes that the driver was asked for */
	unsigned long long refused;	/* faults */
};

/* inject_frames_read() - Return: 0, or -1 with an error */
int inject_frames_read(int fd, struct inject_frames_status *s, struct result *r);

/*
 * inject_unsafe_open() - open the file that can break the kernel on purpose
 *
 * Taints the kernel.  Closing it undoes what was done through it.
 * Return: a file descriptor to close, or -1 with @r set.
 */
int inject_unsafe_open(struct result *r);

/* inject_unsafe() - one command on that file; Return: 0, or -1 with an error */
int inject_unsafe(int fd, struct result *r, const char *fmt, ...)
	RESULT_PRINTF(3, 4);

#endif

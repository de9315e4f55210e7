/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User side of the kernel module mmu_notifier_inject: injectors, reaping, and
 * what the module tells about VMs.
 */
#ifndef INJECT_H
#define INJECT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "result.h"

/* Who caused an invalidation, as the injector tells callers apart. */
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

/* What one injector has seen; calls outside its range do not count. */
struct injector_status {
	bool attached;
	uint64_t starts, ends;		/* ends: of a kind that has them */
	uint64_t blockable, nonblockable;
	uint64_t accepted, refused;
	uint64_t pages;			/* summed up over all starts */
	/* of the delayer; counted as a delay begins, the time as it ends */
	uint64_t delayed_starts, delayed_ends, delayed_us;
	struct injector_event events[INJECT_MAX_EVENTS];
	unsigned int nr_events;
};

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

/* inject_available() - 0, or -1 with @r a skip: module or debugfs missing */
int inject_available(struct result *r);

/*
 * injector_open() - a detached injector of this process
 * @i: filled in; release with injector_close(), which also detaches
 * @kind: "refuser", "observer" or "delayer"
 */
int injector_open(struct injector *i, const char *kind, struct result *r);

/*
 * injector_set() - give one command, e.g. injector_set(i, r, "times %d", 1)
 *
 * Return: 0, or -1 with an error that names the command.
 */
int injector_set(struct injector *i, struct result *r, const char *fmt, ...)
	RESULT_PRINTF(3, 4);

/* injector_read() - what it has seen so far */
int injector_read(const struct injector *i, struct injector_status *s,
		  struct result *r);

/* injector_close() - safe on an injector that never opened (fd < 0) */
void injector_close(struct injector *i);

/*
 * injector_parse() - read the text of a status file
 * @text: NUL-terminated
 * @s: filled in
 *
 * Return: 0, or -1 if a line is not `key value` or a needed key is absent.
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
 * inject_find_destroyed() - the record of a destroyed VM
 * @name: KVM's directory name, "<pid>-<fd>"
 * @d: filled in from the newest record of that name
 *
 * Return: 0, -1 with an error if there is none.
 */
int inject_find_destroyed(const char *name, struct inject_destroyed *d,
			  struct result *r);

/*
 * inject_reap() - once the OOM reaper's sequence over a range of this mm
 * @fd: from inject_reap_open()
 *
 * Return: 0, -EAGAIN if a notifier refused, or another -errno.
 */
int inject_reap(int fd, const void *start, size_t len);

/* inject_reap_open() - Return: a file descriptor to close, or -1 with @r set */
int inject_reap_open(struct result *r);

/*
 * A thread that reaps over a range again and again, so that refusals run
 * against whatever else happens to it.
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
 * inject_unsafe_open() - a file by which the kernel can be broken on purpose
 *
 * Taints the kernel.  Closing it undoes what was done through it.
 * Return: a file descriptor to close, or -1 with @r set.
 */
int inject_unsafe_open(struct result *r);

/* inject_unsafe() - one command on that file; Return: 0, or -1 with an error */
int inject_unsafe(int fd, struct result *r, const char *fmt, ...)
	RESULT_PRINTF(3, 4);

#endif

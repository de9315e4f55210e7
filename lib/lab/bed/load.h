/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time as the VM had it. Deadlines for a VM must not depend on what else the
 * host does: what counts is not the time that went by but the share of it in
 * which QEMU's threads ran when they wanted to run. CPU time alone does not
 * tell, for an idle VM uses none; the time that threads spent runnable but
 * waiting for a CPU does.
 */
#ifndef LAB_LOAD_H
#define LAB_LOAD_H

#include <sys/types.h>

/* A stretch of time that began at some point, and what process @pid had used by then. */
struct lab_window {
	pid_t pid;
	long since_ms;			/* lab_now_ms() */
	unsigned long long run_ns;	/* on a CPU, all threads; 0: this host does not account */
	unsigned long long wait_ns;	/* runnable, but not on one */
};

/* What became of the wait for something that is due within a limit. */
enum lab_wait {
	LAB_WAIT_ON,		/* the VM has not had the time yet */
	LAB_WAIT_OVER,		/* it has: it is late */
	LAB_WAIT_STARVED,	/* it will not get it: the host is to blame */
};

/* How much longer than its limit a wait may take on an overloaded host. */
#define LAB_STRETCH	8

/* Begin a window. */
void lab_window_open(struct lab_window *w, pid_t pid);

/* Percent of the CPU time wanted that was granted; 100 if hardly any was wanted. */
int lab_window_percent(const struct lab_window *w);

/* Was the VM granted @seconds since the window began? Cheap before that time. */
enum lab_wait lab_window_wait(const struct lab_window *w, long seconds);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A test runs in a process of its own: how that begins and ends.
 */
#ifndef TEST_PROCESS_H
#define TEST_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/result.h"

/*
 * Every wait inside a test has a calibrated budget, and says what it waited
 * for.  This only stops a test that escapes them, and it gives way to waits that
 * take long on a large host: see test_process_waits_for().
 */
#define TEST_LIMIT_MS	(180 * 1000)

/* test_process_child() - first call in the child: enter a process group of its own */
void test_process_child(void);

/*
 * test_process_bind() - die with the parent
 *
 * For every process that keeps guests or injectors: newer harnesses run the
 * body of a test in a grandchild.
 */
void test_process_bind(void);

/* test_process_share() - before the fork of a test: have what it waits for in shared memory */
void test_process_share(void);

/*
 * test_process_waits_for() - a test is about to wait for something of the host
 * @what: for the message if its limit ends it; static storage; NULL: the wait is over
 * @ns: its limit comes so much later
 *
 * Needs test_process_share(), without which nothing happens.
 */
void test_process_waits_for(const char *what, uint64_t ns);

/*
 * test_process_wait() - wait for a test's process and clean up behind it
 * @pid: the child, leader of its process group
 * @limit_ms: after this its stacks are printed and it is killed
 * @r: the test's result; becomes an error if the process did not end well
 *
 * A process that survives SIGKILL, stuck in the kernel, is left behind.
 */
void test_process_wait(pid_t pid, unsigned int limit_ms, struct result *r);

/*
 * test_process_ready() - wait until a child is ready
 * @pid: leader of its process group
 * @fd: readable when it is, or a pipe whose other end it closes
 * @limit_ms: as for test_process_wait()
 *
 * Return: 0, or -1 with an error; its stacks are then printed, and it is not killed.
 */
int test_process_ready(pid_t pid, int fd, unsigned int limit_ms, struct result *r);

/* test_process_end() - kill a child and its process group, and wait for it */
void test_process_end(pid_t pid, struct result *r);

#endif

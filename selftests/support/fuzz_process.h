/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One process of the fuzzer: a few threads that each draw what they do next.
 *
 * Most files belong to one thread, which so knows what must come of each call.
 * Others are meant to be raced for: a row of fixed descriptor numbers, which any
 * thread may put another file under while others use it. And files travel: to
 * children by fork(), to other processes through a socket.
 */
#ifndef FUZZ_PROCESS_H
#define FUZZ_PROCESS_H

#include <pthread.h>

#include "support/fuzz_file.h"

#define FUZZ_MAX_THREADS	6	/* of a process */
#define FUZZ_STUCK_NS	20000000000ULL	/* a call that lasts so long, though signals come */

/*
 * fuzz_process_main() - be such a process, and never return
 * @record: what is shared with all others
 * @seed: what this process will do
 * @nr_threads: FUZZ_MAX_THREADS at most
 * @mailbox: socket through which files travel
 *
 * Of itself it ends in the midst of whatever its threads are doing, or, in the
 * end and every other time, when each has come back from what it did.
 */
void fuzz_process_main(struct fuzz_record *record, uint64_t seed, unsigned int nr_threads,
		       int mailbox)
	__attribute__((noreturn));

#endif

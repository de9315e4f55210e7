/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The outcome of one test, recorded where it is found.
 *
 * Library functions return 0, or -1 after saying why in a struct result.  The
 * first skip, failure or error decides the kind; later ones add evidence, and
 * a failure outranks an error or a skip, so that what the kernel broke is not
 * hidden by what the test could not do afterwards.
 */
#ifndef RESULT_H
#define RESULT_H

#include <stddef.h>

#include "base/judged.h"

enum result_kind {
	RESULT_PASS,
	RESULT_SKIP,	/* something that the test needs is missing */
	RESULT_ERROR,	/* the test could not do its job */
	RESULT_FAIL,	/* the kernel broke a contract */
};

struct result {
	enum result_kind kind;
	int contract;		/* of the deciding failure, 0 if none */
	char reason[512];	/* one line: what decided */
	char evidence[6144];	/* lines for the diagnostics */
	size_t evidence_len;
	struct judged judged;	/* by which oracles */
};

#define RESULT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* The contracts between the mm, its notifiers and KVM that tests name. */
enum contract {
	CONTRACT_NONE,
	CONTRACT_PAIRING,	/* one end() per start() */
	CONTRACT_REFUSAL,	/* only non-blockable, only -EAGAIN */
	CONTRACT_UNTOUCHED,	/* a refused range is not modified */
	CONTRACT_FAULTS,	/* no translation in a range being invalidated */
	CONTRACT_NO_STALE,	/* no translation outlives start() */
	CONTRACT_BALANCED,		/* counts return to 0, seq never goes back */
	CONTRACT_MEMSLOTS,	/* updates wait for active == 0, and complete */
	CONTRACT_DEATH,		/* of the mm or of the VM, in any order */
	CONTRACT_CONTENTS,	/* no lost write, no stale read */
	CONTRACT_PROGRESS,	/* the guest makes progress when there are gaps */
	CONTRACT_PRECISION,	/* what was not invalidated stays */
	CONTRACT_KERNEL_LOG,	/* no splat, no new taint */
};

/* contract_name() - "contract 10 (progress)"; static storage */
const char *contract_name(enum contract contract);

/* result_init() - start with a pass and no evidence */
void result_init(struct result *r);

/* Each returns -1 so that a caller can say `return result_fail(...)`. */
int result_skip(struct result *r, const char *fmt, ...) RESULT_PRINTF(2, 3);
int result_error(struct result *r, const char *fmt, ...) RESULT_PRINTF(2, 3);
int result_fail(struct result *r, enum contract contract, const char *fmt, ...)
	RESULT_PRINTF(3, 4);

/* result_errno() - an error that names a failed call; appends strerror(errno) */
int result_errno(struct result *r, const char *fmt, ...) RESULT_PRINTF(2, 3);

/* result_adopt() - take over what another process found, evidence included */
void result_adopt(struct result *r, const struct result *other);

/* result_note() - add one line of evidence; never changes the kind */
void result_note(struct result *r, const char *fmt, ...) RESULT_PRINTF(2, 3);

/* result_conclude() - the test is over: a pass of which nothing was judged is a skip */
void result_conclude(struct result *r);

#endif

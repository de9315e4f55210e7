/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test has really looked at.
 *
 * An oracle that found nothing to look at finds nothing wrong either.  So each says
 * in the test's result that it judged, or why it could not; a test in which none
 * did has shown nothing.
 */
#ifndef JUDGED_H
#define JUDGED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* By the part of the contracts that they decide; the names are an interface. */
enum oracle {
	ORACLE_CONTENTS,	/* pages hold what was written to them */
	ORACLE_PROGRESS,	/* vCPUs visit their pages, once pressure has begun */
	ORACLE_ISOLATION,	/* a frame that was freed came back, and was watched */
	ORACLE_HEALTH,		/* KVM's counts, read through the module */
	ORACLE_PAIRING,		/* starts and ends that an injector saw */
	ORACLE_EFFECT,		/* the pressure reached the memory, or spared it */
	ORACLE_TRANSLATIONS,	/* KVM's own count of them, with all memory gone */
	ORACLE_DEATH,		/* what is left when a VM or an mm is gone */
	ORACLE_FAULTS,		/* who waits for an open invalidation, and who does not */
	ORACLE_ORDER,		/* nothing is taken before start(), nor after end() */
	ORACLE_PRECISION,	/* no fault on pages that nothing took */
	ORACLE_REFUSAL,		/* who is refused, and what stays then */
	ORACLE_MEMSLOTS,	/* updates that wait, and complete */
	ORACLE_DIRTY_LOG,	/* writes, against what the log has */
	ORACLE_WAKEUPS,		/* who was told that a page is not there hears that it is */
	ORACLE_CLOCK,		/* the time that KVM writes into its page */
	ORACLE_LEAKS,		/* objects, and page frames, that the kernel keeps */
	ORACLE_TOOLS,		/* the injector module, and what else the suite brings along */
	ORACLE_KLOG,		/* the kernel log */
	NR_ORACLES,
};

struct judged {
	uint32_t by;			/* bits of enum oracle */
	char why_not[NR_ORACLES][96];	/* of those that had to, "" for others */
};

struct result;

/* oracle_name() - as the lines below have it; static storage */
const char *oracle_name(enum oracle oracle);

/* result_judged() - an oracle has looked, whatever it found */
void result_judged(struct result *r, enum oracle oracle);

/*
 * result_not_judged() - an oracle that should have looked could not; never changes the kind
 * @fmt: why, in a few words, the same for the same cause; the first one is kept
 *
 * Of no matter if it looks in another part of the test.
 */
void result_not_judged(struct result *r, enum oracle oracle, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* result_adopt_judged() - take over what was looked at in another part of the test */
void result_adopt_judged(struct result *r, const struct result *other);

/* judged_anything() - has any but the kernel log's, which is quiet if nothing happens? */
bool judged_anything(const struct judged *j);

/*
 * judged_list() - names of those that judged, separated by blanks; "" if none
 * judged_why_not() - "NAME (REASON); NAME (REASON)" of the others; "" if none
 */
void judged_list(const struct judged *j, char *text, size_t size);
void judged_why_not(const struct judged *j, char *text, size_t size);

/* Enough for either. */
#define JUDGED_TEXT_MAX	(NR_ORACLES * 128)

#endif

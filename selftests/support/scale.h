/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scale: a scenario with more and more of one thing (an axis), judged by all oracles at each
 * size, and what a call costs then.
 */
#ifndef SCALE_H
#define SCALE_H

#include "scenario/scenario.h"

#define SCALE_SIZES	8
#define SCALE_PASSES	3	/* odd: the one in the middle counts */
#define SCALE_ROUNDS	3

struct scale;

struct scale_axis {
	const char *name;	/* stable: part of test names */
	const char *of;		/* what there is more and more of, for people */
	unsigned int sizes[SCALE_SIZES];	/* growing; 0 ends them, if they are fewer; of one, no costs */
	const char *pressure;	/* of the registry */
	const struct backing *backing;
	const char *workload;
	unsigned int nr_vcpus, nr_pages, rounds;	/* 0 rounds: SCALE_ROUNDS */
	bool by_default;	/* fast, so that it need not be asked for */
	/* Make s->spec a scenario of s->size, if that takes more than steps.  Or NULL. */
	void (*set)(struct scale *s);
	/* Why this machine has no such size, or NULL; static storage.  Or NULL. */
	const char *(*missing)(unsigned int size);
	struct scenario_steps steps;
	/* Name of another cost that the steps take, beside that of a call; NULL: none. */
	const char *other;
};

/* A scenario of one size while it runs; the spec's own. */
struct scale {
	const struct scale_axis *axis;
	unsigned int size;
	struct scenario spec;
	struct scale_row {
		struct pressure row;	/* of the registry, but that its calls are timed */
		const struct pressure *of;
		uint64_t ns[SCALE_ROUNDS];
		unsigned int calls;
	} timed;
	uint64_t other_ns;	/* the other cost; once a scenario */
	void *own;		/* of the steps */
};

/* scale_of() - in a step */
static inline struct scale *scale_of(const struct scenario_run *run)
{
	return run->spec->own;
}

/* scale_note_faults() - a first step: the other cost is that of the first visit to all pages */
int scale_note_faults(struct scenario_run *run, struct result *r);

/*
 * scale_run() - an axis from its first size on, SCALE_PASSES times over
 * @limit_ns: in the first pass the last size is the first that took so long, but no fewer than four
 *
 * Sizes take turns, so that what drifts on the machine is not taken for a cost.  Prints costs
 * and their exponents (runner/measured.h).
 */
void scale_run(const struct scale_axis *axis, uint64_t limit_ns, struct result *r);

#endif

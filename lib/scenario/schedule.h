/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A random schedule: the steps of a stress run, drawn from a seed.
 *
 * A step depends only on the seed and its number, so that it can be repeated
 * without the steps before it.  The registered pressures and all backings are drawn
 * from, as far as this host supports them.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "scenario/scenario.h"

#define SCHEDULE_MAX_ROWS	128

struct schedule {
	/* The caller's part. */
	uint64_t seed;
	const char * const *workloads;	/* names */
	unsigned int nr_workloads;
	unsigned int nr_pages, rounds;	/* of each scenario */
	unsigned int max_vcpus;
	/* Of schedule_init(). */
	const struct pressure *rows[SCHEDULE_MAX_ROWS];
	unsigned int nr_rows;
	unsigned int backings;		/* set of those available here */
	unsigned int nr_setups;		/* of injectors, from the first one on */
};

/* One step: one guest, or two that are independent of each other, at a time. */
struct schedule_step {
	unsigned int number;		/* from 1 on */
	struct scenario scenarios[2];
	unsigned int nr;
};

/*
 * schedule_init() - find out what can be drawn
 * @s: the caller's part filled in; the rest is filled in here
 * @left_out: called for each row or backing that cannot, with the reason; or NULL
 *
 * Return: 0, or -1 with a skip: nothing is available.
 */
int schedule_init(struct schedule *s, void (*left_out)(const char *what, const char *why),
		  struct result *r);

/* schedule_draw() - the step of that number */
void schedule_draw(const struct schedule *s, unsigned int number, struct schedule_step *step);

/* schedule_describe() - a step in one line, for people */
void schedule_describe(const struct schedule_step *step, char *text, size_t size);

#endif

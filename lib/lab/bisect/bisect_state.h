/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a bisection has found so far: DIR/state.json, an object with
 *
 *	good, bad (commits), names (two, as they were given), options (words),
 *	done (true or false),
 *	steps (an array of what bisect_step.h describes)
 *
 * Which commits are marked is git's to know; what was found of them is here, before
 * git is told. So it can be interrupted anywhere and goes on where it was.
 */
#ifndef LAB_BISECT_STATE_H
#define LAB_BISECT_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/lab_error.h"

/* One of the two ends of a bisection. */
struct lab_bisect_end {
	const char *name;	/* as it was given */
	char commit[41];
};

/* A fresh one; @options are words, NULL at the end or NULL altogether. The caller's. */
json_t *lab_bisect_state_new(const struct lab_bisect_end *good, const struct lab_bisect_end *bad,
			     char *const *options);

/*
 * Whether @state has commits for these names, which then are those of the ends: once
 * a bisection has begun, names such as HEAD no longer mean what they meant.
 */
bool lab_bisect_state_ends(json_t *state, struct lab_bisect_end *good,
			   struct lab_bisect_end *bad);

/* 0 with what @path has, NULL if it does not exist; -EINVAL if it is no such state. */
int lab_bisect_state_load(const char *path, json_t **state, struct lab_error *e);
int lab_bisect_state_save(const char *path, json_t *state, struct lab_error *e);

/* Are both of the same commits and options? */
bool lab_bisect_state_same(json_t *a, json_t *b);
bool lab_bisect_state_done(json_t *state);

/* What was found of @commit, or NULL; the state's. */
json_t *lab_bisect_state_step(json_t *state, const char *commit);
/* Add what was found; takes over @step. */
void lab_bisect_state_add(json_t *state, json_t *step);

/* A number of a step; 0 if it has none. */
double lab_bisect_number(json_t *step, const char *key);

#endif

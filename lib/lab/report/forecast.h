/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a run is, and how long it will take yet, by what its tests took before and what
 * they take now.
 */
#ifndef LAB_FORECAST_H
#define LAB_FORECAST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "suite/suite.h"
#include "verdict/results.h"

struct lab_forecast {
	json_t *past;			/* see past.h */
	size_t nr;
	struct lab_forecast_program {
		json_t *tests;		/* { "NAME": ms, or null: not known } */
		double mean;		/* ms to take for those */
		double other;		/* ms between tests */
		json_t *took;		/* { "NAME": ms } of those that are done today */
		size_t nr_took;		/* results that it has */
	} *programs;			/* as the suite's */
	bool known;			/* there is a past at all: else a test is as long as another */
	/* Kept by lab_forecast_now(), which is not worth its time more than once a second. */
	long made_ms;
	double done;
	long left_ms;
};

/*
 * Set up @f for the programs of @suite, of whose tests @manifest (or NULL) knows, with @past,
 * which it takes over. lab_forecast_clear() is due.
 */
void lab_forecast_init(struct lab_forecast *f, const struct lab_suite *suite, json_t *manifest,
		       json_t *past);
void lab_forecast_clear(struct lab_forecast *f);

/* The number of tests that program @i is going to run; 0: not known. */
size_t lab_forecast_tests(const struct lab_forecast *f, size_t i);

/* The ms that it took before; negative: not known. */
long lab_forecast_program(const struct lab_forecast *f, size_t i);

/*
 * The test that runs in program @i, of which there is @p so far: as it says itself, or else the
 * first that is not done, since programs keep the order of the manifest. "": not known.
 */
const char *lab_forecast_running(struct lab_forecast *f, size_t i, const struct lab_program *p);

/*
 * With @results of the same programs, so far, on @results->beds beds that were started at
 * @started_ms, and at the time @now_ms, both of lab_now_ms(): @f->done is the part that is done,
 * 0 to 1, and @f->left_ms what is left, negative if it is not known: when there is no past, when
 * more than one test of five to come is not in it, or when all should be over by now.
 */
void lab_forecast_now(struct lab_forecast *f, const struct lab_results *results,
		      long started_ms, long now_ms);

#endif

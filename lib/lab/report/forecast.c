// SPDX-License-Identifier: GPL-2.0
/*
 * The time left. What tests took before, in the order in which beds take the programs, times
 * what today's tests took by what they should have taken: this machine, and this kernel, may
 * be slower.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/forecast.h"
#include "report/past.h"
#include "suite/manifest.h"

/* So many ms of tests are taken for as fast as before, lest the first one decides. */
#define PRIOR_MS	20000.0
/* Of these parts of the tests to come the time must be known. */
#define MOST_UNKNOWN	0.2

/* A program whose tests nobody knows is like one test, which has no name. */
static json_t *tests_of(json_t *manifest, const struct lab_suite_program *p)
{
	json_t *tests = p->runner ? NULL : lab_manifest_chosen(manifest, p->name, &p->args);

	if (json_object_size(tests))
		return tests;
	json_decref(tests);
	return json_pack("{s:n}", "");
}

/* Fill in what is known of @to's tests, @nr of them, and their mean; returns the sum of them. */
static double recall(struct lab_forecast_program *to, json_t *entry, size_t *nr)
{
	json_t *tests = json_object_get(entry, "tests"), *value, *ms;
	double sum = 0, all = 0;
	const char *name;

	*nr = 0;
	to->other = (double)json_integer_value(json_object_get(entry, "other"));
	json_object_foreach(tests, name, ms)
		all += (double)json_integer_value(ms);
	json_object_foreach(to->tests, name, value) {
		ms = json_object_get(tests, name);
		if (!name[0] && json_object_size(tests))
			json_object_set_new(to->tests, name, json_real(all));
		else if (ms)
			json_object_set(to->tests, name, ms);
		else
			continue;
		++*nr;
		sum += json_number_value(json_object_get(to->tests, name));
	}
	to->mean = *nr ? sum / (double)*nr : -1;
	return sum;
}

void lab_forecast_init(struct lab_forecast *f, const struct lab_suite *suite, json_t *manifest,
		       json_t *past)
{
	double sum = 0;
	size_t nr = 0, known;

	*f = (struct lab_forecast){ .past = past, .nr = suite->nr_programs, .left_ms = -1 };
	f->programs = lab_realloc(NULL, f->nr, sizeof(*f->programs));
	for (size_t i = 0; i < f->nr; i++) {
		const struct lab_suite_program *p = &suite->programs[i];
		struct lab_text args = { NULL };
		char *words, *key;

		for (size_t k = 0; k < p->args.nr; k++)
			lab_text_addf(&args, "%s ", p->args.words[k]);
		words = lab_text_take(&args);
		key = lab_past_key(p->name, words);
		f->programs[i] = (struct lab_forecast_program){
			.tests = tests_of(manifest, p), .took = json_object(),
		};
		sum += recall(&f->programs[i], json_object_get(past, key), &known);
		nr += known;
		free(key);
		free(words);
	}
	f->known = nr > 0;
	for (size_t i = 0; i < f->nr; i++)
		if (f->programs[i].mean < 0)
			f->programs[i].mean = nr ? sum / (double)nr : 1;
}

void lab_forecast_clear(struct lab_forecast *f)
{
	for (size_t i = 0; i < f->nr; i++) {
		json_decref(f->programs[i].tests);
		json_decref(f->programs[i].took);
	}
	free(f->programs);
	json_decref(f->past);
	*f = (struct lab_forecast){ .nr = 0 };
}

size_t lab_forecast_tests(const struct lab_forecast *f, size_t i)
{
	return json_object_get(f->programs[i].tests, "") ? 0 :
		json_object_size(f->programs[i].tests);
}

static double expected(const struct lab_forecast_program *p, json_t *ms)
{
	return json_is_number(ms) ? json_number_value(ms) : p->mean;
}

long lab_forecast_program(const struct lab_forecast *f, size_t i)
{
	const struct lab_forecast_program *p = &f->programs[i];
	double sum = p->other;
	size_t unknown = 0;
	const char *name;
	json_t *ms;

	json_object_foreach(p->tests, name, ms) {
		sum += expected(p, ms);
		unknown += !json_is_number(ms);
	}
	return (double)unknown > MOST_UNKNOWN * (double)json_object_size(p->tests) ? -1 : (long)sum;
}

/* What is to come, and what was. */
struct reckoning {
	double total, left;		/* ms as expected, of all programs */
	double took, expected;		/* of tests that are done and were known */
	size_t tests, unknown;		/* to come */
};

static void take_results(struct lab_forecast_program *f, const struct lab_program *p)
{
	for (; f->nr_took < p->nr_cases; f->nr_took++) {
		const struct lab_case *c = &p->cases[f->nr_took];

		json_object_set_new(f->took, c->name, json_integer(c->ms));
	}
}

const char *lab_forecast_running(struct lab_forecast *f, size_t i, const struct lab_program *p)
{
	struct lab_forecast_program *fp = &f->programs[i];
	const char *name;
	json_t *ms;

	if (p->running[0])
		return p->running;
	take_results(fp, p);
	json_object_foreach(fp->tests, name, ms)
		if (!json_object_get(fp->took, name))
			return name;
	return "";
}

/* The ms left of a program that runs, or waits; not scaled. */
static double left_of(struct lab_forecast *f, size_t i, const struct lab_program *p, long now_ms,
		      struct reckoning *r)
{
	bool runs = p->state == LAB_PROGRAM_RUNNING, over = p->state == LAB_PROGRAM_DONE;
	struct lab_forecast_program *fp = &f->programs[i];
	double elapsed = runs ? (double)(now_ms - p->since_ms) : 0, left = 0;
	const char *name, *running = runs ? lab_forecast_running(f, i, p) : "";
	bool whole = json_object_get(fp->tests, "");
	json_t *ms, *took;

	/* Of one whose tests nobody knows only the time counts. */
	for (size_t k = 0; runs && whole && k < p->nr_cases; k++)
		elapsed += (double)p->cases[k].ms;
	take_results(fp, p);
	r->total += fp->other;
	json_object_foreach(fp->tests, name, ms) {
		double e = expected(fp, ms);

		r->total += e;
		took = whole ? NULL : json_object_get(fp->took, name);
		if (took && json_is_number(ms)) {
			r->took += json_number_value(took);
			r->expected += e;
		}
		if (took || over)
			continue;
		/* The one that runs has done a part of its work. */
		if (runs && json_is_number(ms) && (whole || !strcmp(name, running)))
			e = e > elapsed ? e - elapsed : 0;
		else if (whole && p->plan > p->nr_cases)
			e *= 1 - (double)p->nr_cases / (double)p->plan;
		left += e;
		r->tests++;
		r->unknown += !json_is_number(ms);
	}
	left += over ? 0 : fp->other;
	r->left += left;
	return left;
}

/* When the last of the beds, which are free at these times, is done with the programs that wait. */
static double schedule(double *free_at, unsigned int beds, const double *waiting, size_t nr)
{
	double last = 0;

	for (size_t i = 0; i < nr; i++) {
		unsigned int first = 0;

		for (unsigned int bed = 1; bed < beds; bed++)
			if (free_at[bed] < free_at[first])
				first = bed;
		free_at[first] += waiting[i];
	}
	for (unsigned int bed = 0; bed < beds; bed++)
		last = free_at[bed] > last ? free_at[bed] : last;
	return last;
}

void lab_forecast_now(struct lab_forecast *f, const struct lab_results *results,
		      long started_ms, long now_ms)
{
	unsigned int beds = results->beds ? results->beds : 1, at_work = 0;
	double *waiting = lab_realloc(NULL, f->nr + beds, sizeof(*waiting));
	double *free_at = waiting + f->nr, speed, left, boot;
	struct reckoning r = { .total = 0 };
	size_t nr = 0;

	for (size_t i = 0; i < f->nr; i++) {
		const struct lab_program *p = &results->programs[i];
		double ms = left_of(f, i, p, now_ms, &r);

		if (p->state == LAB_PROGRAM_RUNNING && at_work < beds)
			free_at[at_work++] = ms;
		else if (p->state == LAB_PROGRAM_WAITING)
			waiting[nr++] = ms;
	}
	speed = (r.took + PRIOR_MS) / (r.expected + PRIOR_MS);
	boot = (double)json_integer_value(json_object_get(f->past, "boot")) -
		(double)(now_ms - started_ms);
	for (; at_work < beds; at_work++)
		free_at[at_work] = nr && boot > 0 ? boot / speed : 0;
	left = speed * schedule(free_at, beds, waiting, nr);
	f->done = r.total > 0 ? 1 - r.left / r.total : 1;
	f->left_ms = !f->known || left < 1 ||
		(double)r.unknown > MOST_UNKNOWN * (double)r.tests ? -1 : (long)left;
	f->made_ms = now_ms;
	free(waiting);
}

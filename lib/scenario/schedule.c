// SPDX-License-Identifier: GPL-2.0
/*
 * Drawing the steps of a random schedule.
 */
#include <stdio.h>
#include <string.h>

#include "scenario/schedule.h"

#define TRIES		1000	/* draws of a row that must fit, then it does without */
#define PAIR_ONE_IN	4	/* steps that have a second guest beside the first */

/* One stream of numbers a step (splitmix64). */
struct stream {
	uint64_t state;
};

static uint64_t next(struct stream *s)
{
	uint64_t z = s->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static unsigned int below(struct stream *s, unsigned int n)
{
	return next(s) % n;
}

static const struct pressure *any_row(const struct schedule *s, struct stream *stream)
{
	return s->rows[below(stream, s->nr_rows)];
}

static unsigned int applies_to(const struct pressure *p)
{
	return p->preserves | p->discards | p->may_discard | p->replaces;
}

/* One of a set of backings that is not empty. */
static const struct backing *any_backing(unsigned int set, struct stream *stream)
{
	unsigned int nth = below(stream, __builtin_popcount(set)), b = 0;

	for (;; b++) {
		if (set & BACKING_BIT(b) && !nth--)
			return &backings[b];
	}
}

/* One that can judge what the row does there; there is always one. */
static const struct guest_workload *any_workload(const struct schedule *s,
						 const struct scenario *spec,
						 struct stream *stream)
{
	const struct guest_workload *workload;

	do {
		workload = workload_find(s->workloads[below(stream, s->nr_workloads)]);
	} while (!pressure_suits(spec->pressure, spec->backing, workload));
	return workload;
}

static const struct injector_setup *any_setup(const struct schedule *s,
					      const struct pressure *row, struct stream *stream)
{
	const struct injector_setup *setup;

	do {
		setup = &injector_setups[below(stream, s->nr_setups)];
	} while (!setup_suits(setup, row));
	return setup;
}

static bool is_drawn(const struct scenario *spec, const struct pressure *row)
{
	unsigned int n;

	for (n = 0; n < SCENARIO_MAX_CONCURRENT; n++) {
		if (spec->concurrent[n] == row)
			return true;
	}
	return spec->pressure == row;
}

/*
 * A negative control is judged by what its own thread must not cause; but NUMA
 * balancing, whoever has turned it on, works in the name of every thread.
 */
static bool allows_others(const struct pressure *row)
{
	return pressure_allows_others(row) && row->kind != PRESSURE_SPARES;
}

static void draw_concurrent(const struct schedule *s, struct scenario *spec,
			    struct stream *stream)
{
	unsigned int wanted = below(stream, SCENARIO_MAX_CONCURRENT + 1), n = 0, tries;
	const struct pressure *row;

	if (!allows_others(spec->pressure))
		return;
	for (tries = 0; n < wanted && tries < TRIES; tries++) {
		row = any_row(s, stream);
		if (pressure_joins(row, spec->backing) && !is_drawn(spec, row))
			spec->concurrent[n++] = row;
	}
}

static void draw_scenario(const struct schedule *s, const struct pressure *row,
			  unsigned int among, struct scenario *spec, struct stream *stream)
{
	*spec = (struct scenario) {
		.pressure = row,
		.backing = any_backing(applies_to(row) & among, stream),
		.injector = any_setup(s, row, stream),
		.nr_vcpus = 1 + below(stream, s->max_vcpus),
		.nr_pages = s->nr_pages,
		.rounds = s->rounds,
	};
	spec->workload = any_workload(s, spec, stream);
}

/* Backings that need nothing of the host which two guests would quarrel about. */
static unsigned int modest_backings(const struct schedule *s)
{
	unsigned int b, set = 0;

	for (b = 0; b < NR_BACKINGS; b++)
		set |= backings[b].provide ? 0 : BACKING_BIT(b);
	return set & s->backings;
}

/* Two guests at a time, each under a row that affects nobody else. */
static bool draw_pair(const struct schedule *s, struct schedule_step *step,
		      struct stream *stream)
{
	unsigned int among = modest_backings(s), tries;
	const struct pressure *row, *first = NULL;

	for (tries = 0; step->nr < 2 && tries < TRIES; tries++) {
		row = any_row(s, stream);
		if (!row->can_join || !allows_others(row) || row == first ||
		    !(applies_to(row) & among))
			continue;
		draw_scenario(s, row, among, &step->scenarios[step->nr++], stream);
		first = row;
	}
	return step->nr == 2;
}

void schedule_draw(const struct schedule *s, unsigned int number, struct schedule_step *step)
{
	struct stream stream = { s->seed + number * 0xd1342543de82ef95ULL };

	next(&stream);
	memset(step, 0, sizeof(*step));
	step->number = number;
	if (!below(&stream, PAIR_ONE_IN) && draw_pair(s, step, &stream))
		return;
	step->nr = 1;
	draw_scenario(s, any_row(s, &stream), s->backings, &step->scenarios[0], &stream);
	draw_concurrent(s, &step->scenarios[0], &stream);
}

static void find_backings(struct schedule *s, void (*left_out)(const char *, const char *))
{
	const char *missing;
	unsigned int b;

	s->backings = 0;
	for (b = 0; b < NR_BACKINGS; b++) {
		missing = backings[b].missing ? backings[b].missing() : NULL;
		if (!missing)
			s->backings |= BACKING_BIT(b);
		else if (left_out)
			left_out(backings[b].name, missing);
	}
}

static const char *row_missing(const struct schedule *s, const struct pressure *row)
{
	if (!(applies_to(row) & s->backings))
		return "none of the backings that it affects is available here";
	if (s->nr_setups == 1 && !setup_suits(&injector_setups[0], row))
		return "only an injector sees whether it takes effect";
	return pressure_missing(row);
}

int schedule_init(struct schedule *s, void (*left_out)(const char *what, const char *why),
		  struct result *r)
{
	const struct pressure *row = NULL;
	struct result absent;
	const char *missing;

	result_init(&absent);
	s->nr_setups = nr_injector_setups;
	if (inject_available(&absent)) {
		for (s->nr_setups = 0; !injector_setups[s->nr_setups].kind; s->nr_setups++)
			;
		if (left_out)
			left_out("injectors", absent.reason);
	}
	find_backings(s, left_out);
	s->nr_rows = 0;
	while ((row = pressure_next(row)) && s->nr_rows < SCHEDULE_MAX_ROWS) {
		missing = row_missing(s, row);
		if (!missing)
			s->rows[s->nr_rows++] = row;
		else if (left_out)
			left_out(row->name, missing);
	}
	return s->nr_rows ? 0 : result_skip(r, "no pressure is available here");
}

void schedule_describe(const struct schedule_step *step, char *text, size_t size)
{
	unsigned int i, n;
	size_t len = 0;

	text[0] = '\0';
	for (i = 0; i < step->nr; i++) {
		const struct scenario *spec = &step->scenarios[i];

		len += snprintf(text + len, size - len, "%s%s on %s", i ? "; at the same time " : "",
				spec->pressure->name, spec->backing->name);
		for (n = 0; len < size && n < SCENARIO_MAX_CONCURRENT && spec->concurrent[n]; n++)
			len += snprintf(text + len, size - len, "%s%s", n ? " and " : " beside ",
					spec->concurrent[n]->name);
		if (len < size)
			len += snprintf(text + len, size - len, ", %s, %s, %u vCPU%s",
					spec->workload->name, spec->injector->name,
					spec->nr_vcpus, spec->nr_vcpus > 1 ? "s" : "");
		if (len >= size)
			return;
	}
}

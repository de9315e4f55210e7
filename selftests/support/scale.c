// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "base/test_process.h"
#include "runner/measured.h"
#include "runner/rounds.h"
#include "support/scale.h"

#define LEAST_SIZES	4	/* these run in any event: two make a line, however noisy they are */
#define SIZE_NS		180000000000ULL	/* of the test's limit, for each */

/* Of an axis: in each pass at each size, in us. */
struct costs {
	double call[SCALE_PASSES][SCALE_SIZES];
	double other[SCALE_PASSES][SCALE_SIZES];
};

static int apply_timed(struct press *p, struct result *r)
{
	/* Of struct scale, which is not const. */
	struct scale_row *timed = (struct scale_row *)p->row;
	uint64_t start = now_ns();
	int ret = timed->of->apply(p, r);

	if (timed->calls < SCALE_ROUNDS)
		timed->ns[timed->calls++] = now_ns() - start;
	return ret;
}

int scale_note_faults(struct scenario_run *run, struct result *r)
{
	(void)r;
	scale_of(run)->other_ns = run->calibration.cold_ns;
	return 0;
}

/* Of the quickest call: what others on the machine take only adds to it. */
static double call_us(const struct scale_row *timed)
{
	uint64_t least = timed->ns[0];
	unsigned int i;

	for (i = 1; i < timed->calls; i++)
		least = timed->ns[i] < least ? timed->ns[i] : least;
	return least / 1e3;
}

static void make_spec(struct scale *s, const struct scale_axis *axis, unsigned int size)
{
	memset(s, 0, sizeof(*s));
	s->axis = axis;
	s->size = size;
	s->timed.of = pressure_find(axis->pressure);
	s->timed.row = *s->timed.of;
	s->timed.row.apply = apply_timed;
	s->spec = (struct scenario) {
		.backing = axis->backing,
		.pressure = &s->timed.row,
		.injector = &injector_setups[0],
		.workload = workload_find(axis->workload),
		.nr_vcpus = axis->nr_vcpus,
		.nr_pages = axis->nr_pages,
		.rounds = axis->rounds ?: SCALE_ROUNDS,
		.steps = &axis->steps,
		.own = s,
	};
	if (axis->set)
		axis->set(s);
}

/* Return: how long it took, or 0 if it did not pass, with @r. */
static uint64_t run_size(const struct scale_axis *axis, unsigned int size, double *call,
			 double *other, struct result *r)
{
	const char *missing = axis->missing ? axis->missing(size) : NULL;
	uint64_t start = now_ns();
	struct scale s;

	if (missing) {
		result_skip(r, "%s", missing);
		return 0;
	}
	test_process_waits_for("a guest of some size", SIZE_NS);
	make_spec(&s, axis, size);
	scenario_run(&s.spec, r, NULL);
	if (r->kind != RESULT_PASS || !s.timed.calls)
		return 0;
	*call = call_us(&s.timed);
	*other = s.other_ns / 1e3;
	return now_ns() - start;
}

/* The summary of each size would fill the evidence: it is kept of what decides, and of the last. */
static void adopt(struct result *r, struct result *of, const struct scale_axis *axis,
		  unsigned int size, bool keep)
{
	if (of->kind == RESULT_PASS && !keep)
		of->evidence_len = 0;
	else
		result_note(of, "with %u %s", size, axis->of);
	result_adopt(r, of);
}

/* The first pass says how far the sizes go.  Return: how many, or 0 with @r. */
static unsigned int climb(const struct scale_axis *axis, uint64_t limit_ns, struct costs *c,
			  struct result *r)
{
	uint64_t took = 0;
	unsigned int i;

	for (i = 0; i < SCALE_SIZES && axis->sizes[i]; i++) {
		struct result one;

		if (took > limit_ns && i >= LEAST_SIZES) {
			result_note(r, "no more than %u %s: they took %llu ms, %llu are allowed (-d SECONDS)",
				    axis->sizes[i - 1], axis->of,
				    (unsigned long long)took / 1000000,
				    (unsigned long long)limit_ns / 1000000);
			break;
		}
		result_init(&one);
		took = run_size(axis, axis->sizes[i], &c->call[0][i], &c->other[0][i], &one);
		if (!took && one.kind == RESULT_SKIP && i) {
			result_note(r, "no more than %u %s: %s", axis->sizes[i - 1], axis->of,
				    one.reason);
			break;
		}
		adopt(r, &one, axis, axis->sizes[i], false);
		if (!took)
			return 0;
	}
	return i;
}

static int repeat(const struct scale_axis *axis, unsigned int nr, struct costs *c,
		  struct result *r)
{
	unsigned int pass, i;

	for (pass = 1; pass < SCALE_PASSES; pass++)
		for (i = 0; i < nr; i++) {
			struct result one;
			uint64_t took;

			result_init(&one);
			took = run_size(axis, axis->sizes[i], &c->call[pass][i],
					&c->other[pass][i], &one);
			adopt(r, &one, axis, axis->sizes[i],
			      pass == SCALE_PASSES - 1 && i == nr - 1);
			if (!took)
				return -1;
		}
	return 0;
}

static void print_exponent(const struct scale_axis *axis, const char *name,
			   const double cost[][SCALE_SIZES], unsigned int nr, struct result *r)
{
	struct rounds exponents = { 0 };
	double sizes[SCALE_SIZES];
	unsigned int pass, i;
	char text[48];

	if (nr < LEAST_SIZES) {
		result_note(r, "no exponent of the %s: it takes %u sizes", name, LEAST_SIZES);
		return;
	}
	for (i = 0; i < nr; i++)
		sizes[i] = axis->sizes[i];
	for (pass = 0; pass < SCALE_PASSES; pass++)
		rounds_add(&exponents, rounds_exponent(sizes, cost[pass], nr));
	snprintf(text, sizeof(text), "%s_exponent", name);
	measured(text, rounds_quantile(&exponents, 0.5), "exponent");
	result_note(r, "%s ~ %s^%.2f (%.2f to %.2f in %d passes), %u to %u", name, axis->of,
		    rounds_quantile(&exponents, 0.5), rounds_quantile(&exponents, 0),
		    rounds_quantile(&exponents, 1), SCALE_PASSES, axis->sizes[0],
		    axis->sizes[nr - 1]);
}

static void print_costs(const struct scale_axis *axis, const char *name,
			const double cost[][SCALE_SIZES], unsigned int nr, struct result *r)
{
	unsigned int pass, i;
	char text[48];

	for (i = 0; i < nr; i++) {
		struct rounds at = { 0 };

		for (pass = 0; pass < SCALE_PASSES; pass++)
			rounds_add(&at, cost[pass][i]);
		snprintf(text, sizeof(text), "%s_us_%u", name, axis->sizes[i]);
		measured(text, rounds_quantile(&at, 0.5), "us");
	}
	print_exponent(axis, name, cost, nr, r);
}

void scale_run(const struct scale_axis *axis, uint64_t limit_ns, struct result *r)
{
	struct costs c = { 0 };
	unsigned int nr = climb(axis, limit_ns, &c, r);

	/* Of a single size nothing can be said about cost. */
	if (!nr || !axis->sizes[1] || repeat(axis, nr, &c, r))
		return;
	print_costs(axis, "cost", c.call, nr, r);
	if (axis->other)
		print_costs(axis, axis->other, c.other, nr, r);
}

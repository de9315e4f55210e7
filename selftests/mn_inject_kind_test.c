// SPDX-License-Identifier: GPL-2.0
/*
 * mn_inject_kind_test - each kind of injector does what it is for, and no more.
 *
 * Refusals of non-blockable ranges only, delays that end when they must, an
 * interval's sequence as a driver uses it, and users that sleep from start to
 * end.  Contracts 1 and 2, as far as they concern notifiers in general.
 */
#include <signal.h>

#include "mn_harness.h"
#include "support/faulters.h"
#include "support/inject_bed.h"

MN_ABOUT("each kind of injector does what it is for, and no more", 1, 2);

#define MAX_DELAY_NS	(INJECTOR_MAX_DELAY_US * 1000ULL)
#define TRIES		5	/* at something that a busy bed can spoil */

FIXTURE(kind) {
	struct bed bed;
};

FIXTURE_SETUP(kind)
{
	bed_set_up(&self->bed, mn.result);
}

FIXTURE_TEARDOWN(kind)
{
	bed_tear_down(&self->bed, mn.result);
}

/* ---- observer and eagain ---- */

TEST_F(kind, observer)
{
	struct injector *i = &self->bed.one;
	struct injector_status s;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(&self->bed, i, "observer", r) ||
	    expect("refused", bed_reap_times(&self->bed, 4, r), 0, r) ||
	    bed_dontneed(&self->bed, 0, BED_PAGES, r) || injector_read(i, &s, r))
		return;
	expect("non-blockable starts", s.nonblockable, 4, r);
	expect("accepted", s.accepted, s.starts, r);
	if (!s.blockable)
		result_error(r, "madvise(MADV_DONTNEED) was not seen");
	if (s.starts != s.ends)
		result_fail(r, CONTRACT_PAIRING, "%llu starts and %llu ends",
			    (unsigned long long)s.starts, (unsigned long long)s.ends);
}

TEST_F(kind, eagain_lets_blockable_pass)
{
	struct injector *i = &self->bed.one;
	struct injector_status s;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(&self->bed, i, "eagain", r) ||
	    bed_dontneed(&self->bed, 0, BED_PAGES, r) ||
	    expect("refused", bed_reap_times(&self->bed, 4, r), 4, r) || injector_read(i, &s, r))
		return;
	expect("refused of the non-blockable", s.refused, s.nonblockable, r);
	expect("accepted of the blockable", s.accepted, s.blockable, r);
	if (!s.blockable)
		result_error(r, "madvise(MADV_DONTNEED) was not seen");
}

/* ---- delay ---- */

#define DELAY_US	20000

static int delayed_dontneed(struct bed *bed, long start_us, long end_us,
			    struct injector_status *s, struct result *r)
{
	struct injector *i = &bed->one;
	uint64_t begin = now_ns();
	long us = start_us + end_us;

	if (injector_reset(i, r) || injector_delay(i, start_us, end_us, r) ||
	    bed_dontneed(bed, 0, BED_PAGES, r))
		return -1;
	if (now_ns() - begin < us * 1000ULL)
		return result_error(r, "madvise(MADV_DONTNEED) took less than %ld us", us);
	if (injector_read(i, s, r))
		return -1;
	if (s->delayed_us < (uint64_t)us)
		return result_error(r, "delayed_us is %llu, less than %ld",
				    (unsigned long long)s->delayed_us, us);
	return expect("starts without an end", s->starts - s->ends, 0, r);
}

TEST_F(kind, delay)
{
	struct bed *bed = &self->bed;
	struct injector_status s;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(bed, &bed->one, "delay", r) ||
	    delayed_dontneed(bed, 0, 0, &s, r) ||
	    expect("delays not asked for", s.delayed_starts + s.delayed_ends, 0, r) ||
	    delayed_dontneed(bed, DELAY_US, 0, &s, r) ||
	    expect("delayed starts", s.delayed_starts, s.starts, r) ||
	    expect("delayed ends not asked for", s.delayed_ends, 0, r) ||
	    delayed_dontneed(bed, 0, DELAY_US, &s, r) ||
	    expect("delayed starts not asked for", s.delayed_starts, 0, r) ||
	    expect("delayed ends", s.delayed_ends, s.ends, r) ||
	    delayed_dontneed(bed, DELAY_US, DELAY_US, &s, r))
		return;
	expect("delayed of both", s.delayed_starts + s.delayed_ends, s.starts + s.ends, r);
}

TEST_F(kind, delay_knobs)
{
	struct bed *bed = &self->bed;
	struct injector_status s;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(bed, &bed->one, "delay", r) ||
	    injector_delay(&bed->one, 1, 1, r) || injector_events(&bed->one, "migrate", r) ||
	    bed_dontneed(bed, 0, BED_PAGES, r) || injector_read(&bed->one, &s, r) ||
	    expect("delays of other events", s.delayed_starts + s.delayed_ends, 0, r) ||
	    injector_events(&bed->one, "all", r) || injector_knob(&bed->one, KNOB_TIMES, 1, r) ||
	    bed_dontneed(bed, 0, BED_PAGES, r) || bed_dontneed(bed, 0, BED_PAGES, r) ||
	    injector_read(&bed->one, &s, r))
		return;
	expect("delays with times 1", s.delayed_starts + s.delayed_ends, 1, r);
	expect("times left", s.knobs[KNOB_TIMES], 0, r);
}

/* Where it may not sleep it spins, for a thousandth of what it was told. */
TEST_F(kind, delay_in_nonblockable)
{
	struct bed *bed = &self->bed;
	struct injector_status s;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(bed, &bed->one, "delay", r) ||
	    injector_delay(&bed->one, INJECTOR_MAX_DELAY_US, 0, r) ||
	    expect("refused", bed_reap_times(bed, 1, r), 0, r) || injector_read(&bed->one, &s, r))
		return;
	expect("delayed starts", s.delayed_starts, 1, r);
	if (s.delayed_us < INJECTOR_MAX_SPIN_US || s.delayed_us >= INJECTOR_MAX_DELAY_US)
		result_error(r, "spun for %llu us", (unsigned long long)s.delayed_us);
}

static int detach(struct injector *i, struct result *r)
{
	return injector_detach(i, r);
}

static int close_file(struct injector *i, struct result *r)
{
	(void)r;
	injector_close(i);
	return 0;
}

/*
 * A delay of one second that @end cuts short; Return: how long the thread that
 * is delayed took for it, or 0 with @r set.
 */
static uint64_t cut_short(struct bed *bed, int (*end)(struct injector *i, struct result *r),
			  struct result *r)
{
	struct bed_thread t;
	uint64_t begin;
	int ret;

	if (bed_attach(bed, &bed->one, "delay", r) ||
	    injector_delay(&bed->one, INJECTOR_MAX_DELAY_US, 0, r))
		return 0;
	begin = now_ns();
	if (bed_thread_start(&t, bed, false, r))
		return 0;
	ret = AWAIT(&bed->one, delayed_starts, 1, r) || end(&bed->one, r);
	ret |= bed_thread_join(&t, r);
	injector_close(&bed->one);
	return ret ? 0 : now_ns() - begin;
}

/* On a busy bed the second may be over before the end: then it shows nothing. */
static void expect_cut_short(struct bed *bed, int (*end)(struct injector *i, struct result *r),
			     struct result *r)
{
	unsigned int tries;
	uint64_t ns;

	for (tries = 0; bed_ready(r) && tries < TRIES; tries++) {
		ns = cut_short(bed, end, r);
		if (ns && ns < MAX_DELAY_NS) {
			result_judged(r, ORACLE_TOOLS);
			result_note(r, "a delay of 1000 ms took %llu ms",
				    (unsigned long long)ns / 1000000);
			return;
		}
	}
	if (bed_ready(r))
		result_error(r, "a delay never ended before its time, of %u", tries);
}

TEST_F(kind, delay_ends_by_detach)
{
	expect_cut_short(&self->bed, detach, mn.result);
}

TEST_F(kind, delay_ends_by_close)
{
	expect_cut_short(&self->bed, close_file, mn.result);
}

/* ---- interval ---- */

TEST_F(kind, interval_refuses)
{
	struct bed *bed = &self->bed;
	struct injector_status s, observed;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(bed, &bed->two, "observer", r) ||
	    bed_attach(bed, &bed->one, "interval", r) || injector_knob(&bed->one, KNOB_TIMES, 3, r) ||
	    expect("refused", bed_reap_times(bed, 5, r), 3, r) || injector_read(&bed->one, &s, r) ||
	    injector_read(&bed->two, &observed, r))
		return;
	expect("refused by its own count", s.refused, 3, r);
	expect("invalidations", s.starts, 5, r);
	/* Contract 1: none of the hlist hears of what an interval refused. */
	if (observed.starts != 2 || observed.ends != 2)
		result_fail(r, CONTRACT_PAIRING,
			    "an hlist notifier saw %llu starts and %llu ends of 2 that the interval let pass",
			    (unsigned long long)observed.starts,
			    (unsigned long long)observed.ends);
	if (bed_dontneed(bed, 0, BED_PAGES, r) || injector_knob(&bed->one, KNOB_TIMES, -1, r) ||
	    bed_dontneed(bed, 0, BED_PAGES, r) || injector_read(&bed->one, &s, r))
		return;
	expect("refused of the blockable", s.refused, 3, r);
}

TEST_F(kind, interval_needs_a_range)
{
	struct bed *bed = &self->bed;
	struct injector *i = &bed->one;
	struct result *r = mn.result;

	if (!bed_ready(r) || injector_open(i, "interval", r) ||
	    expect("attach without a range", injector_try(i, "attach"), -EINVAL, r) ||
	    injector_range(i, bed->mem, BED_BYTES, r) || injector_attach(i, r) ||
	    expect("range while attached", injector_try(i, "range 0 0"), -EBUSY, r) ||
	    injector_detach(i, r))
		return;
	injector_range(i, NULL, 0, r);
}

/* Retry after exactly those invalidations that meet the range. */
TEST_F(kind, interval_sequence)
{
	struct bed *bed = &self->bed;
	struct injector *i = &bed->one;
	struct injector_status s;
	struct result *r = mn.result;

	if (!bed_ready(r) || injector_open(i, "interval", r) ||
	    injector_range(i, bed->mem, 4 * PAGE_BYTES, r) || injector_attach(i, r) ||
	    expect("seq_retry before seq_begin", injector_try(i, "seq_retry"), -EINVAL, r) ||
	    injector_seq_begin(i, r) || expect("retry at once", injector_seq_retry(i, r), 0, r) ||
	    bed_dontneed(bed, 4, 4, r) ||
	    expect("retry after another range", injector_seq_retry(i, r), 0, r) ||
	    bed_dontneed(bed, 3, 2, r) ||
	    expect("retry after the range", injector_seq_retry(i, r), 1, r) ||
	    injector_seq_begin(i, r) ||
	    expect("retry after beginning anew", injector_seq_retry(i, r), 0, r) ||
	    injector_read(i, &s, r))
		return;
	if (!s.seq || !(s.seq_begun & 1))
		result_error(r, "seq %llu, seq_begun %llu", (unsigned long long)s.seq,
			     (unsigned long long)s.seq_begun);
}

TEST_F(kind, interval_and_eagain_kept_apart)
{
	struct bed *bed = &self->bed;
	struct injector *i = &bed->one, *j = &bed->two;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(bed, i, "interval", r) || injector_open(j, "eagain", r) ||
	    injector_knob(i, KNOB_TIMES, 0, r) || injector_knob(j, KNOB_TIMES, 0, r) ||
	    expect("eagain beside an interval", injector_try(j, "attach"), -EBUSY, r) ||
	    injector_detach(i, r) ||
	    expect("eagain after an interval", injector_try(j, "attach"), -EBUSY, r) ||
	    injector_knob(j, KNOB_MIXED, 1, r) || injector_attach(j, r) ||
	    expect("interval beside eagain", injector_try(i, "attach"), -EBUSY, r) ||
	    injector_knob(i, KNOB_MIXED, 1, r) || injector_attach(i, r))
		return;
	/* Both let all pass: no invalidation is left without its end, and both can go. */
	expect("refused", bed_reap_times(bed, 2, r), 0, r);
}

/* ---- gate ---- */

/* Return: 1 when both wait, 0 if one came too late for that, -1 with @r set. */
static int both_wait(struct bed *bed, struct faulter *f, struct result *r)
{
	struct injector_status s;
	struct deadline deadline;

	faulters_go(f);
	deadline_start(&deadline, BED_WAIT_NS);
	do {
		if (injector_read(&bed->one, &s, r))
			return -1;
		if (s.waited == NR_FAULTERS)
			return 1;
		if (faulters_done(f))
			return 0;
	} while (deadline_poll(&deadline));
	return result_error(r, "%llu faults wait, and the others do not return",
			    (unsigned long long)s.waited);
}

/*
 * A delaying notifier that runs after the gating one keeps a range active for @us; meanwhile
 * @meanwhile happens to two users that fault in it.
 *
 * Return: as @meanwhile, 1 when it has shown what it is for.
 */
static int while_active(struct bed *bed, long us,
			int (*meanwhile)(struct bed *bed, struct faulter *f, struct result *r),
			struct result *r)
{
	struct faulter faulters[NR_FAULTERS];
	struct bed_thread t;
	int ret;

	if (bed_attach(bed, &bed->two, "delay", r) || bed_attach(bed, &bed->one, "gate", r) ||
	    injector_delay(&bed->two, us, 0, r) ||
	    faulters_start(faulters, bed, r) || bed_thread_start(&t, bed, false, r))
		return -1;
	ret = AWAIT(&bed->two, delayed_starts, 1, r);
	if (!ret)
		ret = meanwhile(bed, faulters, r);
	if (bed_thread_join(&t, r) || faulters_join(faulters, r))
		ret = -1;
	return ret;
}

static void show_while_active(struct bed *bed, int (*meanwhile)(struct bed *bed, struct faulter *f,
								 struct result *r),
			      struct result *r)
{
	struct injector_status s;
	/* On a quiet bed a short delay is enough, and it has to be sat out. */
	long us = INJECTOR_MAX_DELAY_US >> (TRIES - 1);
	unsigned int tries;
	int ret = 0;

	for (tries = 0; bed_ready(r) && !ret && tries < TRIES; tries++, us *= 2) {
		ret = while_active(bed, us, meanwhile, r);
		if (!injector_read(&bed->one, &s, r))
			expect("active ranges when all is over", s.active, 0, r);
		if (ret == 1 && !s.longest_us)
			result_error(r, "longest_us is 0 though users waited");
		injector_close(&bed->one);
		injector_close(&bed->two);
	}
	if (bed_ready(r) && !ret)
		result_error(r, "two users in an active range never waited both, of %u", tries);
}

static int outside_goes_on(struct bed *bed, struct faulter *f, struct result *r)
{
	int ret = both_wait(bed, f, r);

	if (ret == 1 && injector_fault(&bed->one, bed->mem + BED_BYTES, r))
		return -1;
	/* Or the range had ended by then. */
	return ret == 1 && faulters_done(f) ? 0 : ret;
}

TEST_F(kind, gate)
{
	show_while_active(&self->bed, outside_goes_on, mn.result);
}

static void nothing(int sig)
{
	(void)sig;
}

static int signal_ends_it(struct bed *bed, struct faulter *f, struct result *r)
{
	const struct sigaction act = { .sa_handler = nothing };
	struct deadline deadline;
	int ret = both_wait(bed, f, r);

	if (ret != 1)
		return ret;
	if (sigaction(SIGUSR1, &act, NULL))
		return result_errno(r, "sigaction(SIGUSR1)");
	/* Again and again: one that comes before the sleep proper is lost. */
	deadline_start(&deadline, BED_WAIT_NS);
	while (!__atomic_load_n(&f->done, __ATOMIC_ACQUIRE)) {
		pthread_kill(f->thread, SIGUSR1);
		if (!deadline_poll(&deadline))
			return result_error(r, "SIGUSR1 does not end a fault");
	}
	return f->ret == 1;
}

TEST_F(kind, gate_interrupted)
{
	show_while_active(&self->bed, signal_ends_it, mn.result);
}

/* No end will come any more, so that removal itself must let them go. */
static int detach_ends_it(struct bed *bed, struct faulter *f, struct result *r)
{
	int ret = both_wait(bed, f, r);

	if (ret == 1 && injector_detach(&bed->one, r))
		return -1;
	return ret;
}

TEST_F(kind, gate_detached)
{
	show_while_active(&self->bed, detach_ends_it, mn.result);
}

int main(int argc, char **argv)
{
	mn.needs = inject_available;
	return mn_main(argc, argv, NULL);
}

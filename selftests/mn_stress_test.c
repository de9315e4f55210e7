// SPDX-License-Identifier: GPL-2.0
/*
 * mn_stress_test - a random schedule over all pressures, backings, workloads,
 * injectors and vCPUs.
 *
 * A step is one guest under one pressure, with up to two more at work on the
 * same area, or two guests at a time.  It runs in a process of its own and is
 * judged by all oracles.  Everything is drawn from a seed, which is printed:
 * with -s and -n the same steps can be repeated, all up to the one that failed or
 * only that one.
 *
 * -d SECONDS makes it a soak.  The first step that fails ends it: it is then
 * repeated alone, and then without what was at work beside it.
 *
 * Contracts 1, 5, 6, 8, 9 and 10, against each other.
 */
#include "mn_pressure.h"
#include "scenario/schedule.h"

MN_ABOUT("a random schedule of pressures, backings, workloads and injectors", 1, 5, 6, 8, 9, 10);

#define DEFAULT_SECONDS	4	/* no step begins later */
#define NR_ROUNDS	3
#define RETRIES		3	/* of a failed step alone: it may be a race */
#define RETRY_NS	60000000000ULL	/* no retry begins later: each may be a hang */
#define STEP_LIMIT_MS	(TEST_LIMIT_MS * 2 / 3)
#define STEP_SECONDS	10	/* allowed for one, where their number is given */

/* What a step's processes leave, in memory shared with them. */
struct outcome {
	struct result result[2];
	struct figures figures[2];
	uint64_t ns[2];
	uint32_t at_work;	/* guests under pressure */
};

/* The rows again, as concurrent pressures: they have lines of their own in the table. */
struct beside {
	struct pressure row;
	char name[64], proof[96];
};

struct stress {
	struct schedule schedule;
	struct outcome *outcome;
	struct results_table table;
	struct beside beside[SCHEDULE_MAX_ROWS];
	unsigned int steps, skipped;
	struct figures sum;
	uint64_t failed_ns;	/* when a step failed */
};

static void left_out(const char *what, const char *why)
{
	printf("# left out: %s: %s\n", what, why);
}

static int stress_init(struct stress *s, struct result *r)
{
	unsigned int i;

	s->schedule.seed = mn.options.seed;
	s->schedule.workloads = mn_workloads;
	s->schedule.nr_workloads = ARRAY_SIZE(mn_workloads);
	s->schedule.nr_pages = MN_NR_PAGES;
	s->schedule.rounds = NR_ROUNDS;
	s->schedule.max_vcpus = ARRAY_SIZE(mn_vcpus);
	if (vm_available(r) || schedule_init(&s->schedule, left_out, r))
		return -1;
	for (i = 0; i < s->schedule.nr_rows; i++) {
		const struct pressure *row = s->schedule.rows[i];
		struct beside *b = &s->beside[i];

		snprintf(b->name, sizeof(b->name), "%s, beside others", row->name);
		snprintf(b->proof, sizeof(b->proof), "%s", row->proof ?: "call");
		b->row = *row;
		b->row.name = b->name;
		b->row.proof = b->proof;
	}
	s->outcome = mmap(NULL, sizeof(*s->outcome), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->outcome == MAP_FAILED)
		return result_errno(r, "mmap(outcome)");
	return 0;
}

/* ---- one step ---- */

static void __attribute__((noreturn))
run_guest(const struct schedule_step *step, unsigned int i, struct outcome *o)
{
	struct scenario spec = step->scenarios[i];
	uint64_t start = now_ns();

	test_process_child();
	spec.others = &o->at_work;
	scenario_run(&spec, &o->result[i], &o->figures[i]);
	o->ns[i] = now_ns() - start;
	fflush(stdout);
	_exit(0);
}

/* All guests of a step at a time; what was found out is in @s->outcome. */
static enum result_kind run_step(struct stress *s, const struct schedule_step *step)
{
	struct outcome *o = s->outcome;
	enum result_kind worst = RESULT_PASS;
	pid_t pids[ARRAY_SIZE(step->scenarios)];
	unsigned int i;

	memset(o, 0, sizeof(*o));
	o->at_work = step->nr;
	fflush(stdout);
	for (i = 0; i < step->nr; i++) {
		result_init(&o->result[i]);
		pids[i] = fork();
		if (!pids[i])
			run_guest(step, i, o);
		if (pids[i] < 0)
			result_errno(&o->result[i], "fork()");
	}
	for (i = 0; i < step->nr; i++) {
		if (pids[i] > 0)
			test_process_wait(pids[i], STEP_LIMIT_MS, &o->result[i]);
		if (o->result[i].kind > worst)
			worst = o->result[i].kind;
	}
	return worst;
}

/* ---- what a schedule delivered ---- */

static struct scenario beside_of(struct stress *s, const struct scenario *spec,
				 const struct pressure *row)
{
	struct scenario as = *spec;
	unsigned int i;

	for (i = 0; s->schedule.rows[i] != row; i++)
		;
	as.pressure = &s->beside[i].row;
	return as;
}

static void account_guest(struct stress *s, const struct scenario *spec, unsigned int i)
{
	const struct figures *f = &s->outcome->figures[i];
	unsigned int n;

	table_add(&s->table, spec, f, &s->outcome->result[i], s->outcome->ns[i]);
	result_adopt_judged(mn.result, &s->outcome->result[i]);
	s->sum.invalidations += f->invalidations;
	s->sum.refusals += f->refusals;
	s->sum.faults += f->faults;
	s->sum.caught += f->caught;
	s->sum.visits += f->visits;
	for (n = 0; n < SCENARIO_MAX_CONCURRENT && spec->concurrent[n]; n++) {
		const struct scenario as = beside_of(s, spec, spec->concurrent[n]);
		const struct figures delivered = {
			.proved = spec->concurrent[n]->proof ? f->concurrent[n].proved :
							       f->concurrent[n].calls,
		};

		table_add(&s->table, &as, &delivered, &s->outcome->result[i], 0);
	}
}

static void account(struct stress *s, const struct schedule_step *step)
{
	unsigned int i;

	s->steps++;
	for (i = 0; i < step->nr; i++) {
		s->skipped += s->outcome->result[i].kind == RESULT_SKIP;
		account_guest(s, &step->scenarios[i], i);
	}
}

/* ---- a step that fails ---- */

/* Say how often a step fails in processes of its own, until it does. */
static bool fails_again(struct stress *s, const struct schedule_step *step, const char *how)
{
	unsigned int tries;

	for (tries = 1; tries <= RETRIES && now_ns() - s->failed_ns < RETRY_NS; tries++) {
		if (run_step(s, step) < RESULT_ERROR)
			continue;
		printf("# %s: fails, try %u of %d\n", how, tries, RETRIES);
		return true;
	}
	printf("# %s: passes %u times\n", how, tries - 1);
	return false;
}

/* Take away one thing after the other that is not needed for it to fail. */
static void shrink(struct stress *s, struct schedule_step *step)
{
	struct schedule_step less;
	char text[512], how[560];
	unsigned int n;

	if (step->nr == 2) {
		for (n = 0; n < 2; n++) {
			less = *step;
			less.scenarios[0] = step->scenarios[n];
			less.nr = 1;
			schedule_describe(&less, text, sizeof(text));
			snprintf(how, sizeof(how), "only %s", text);
			fails_again(s, &less, how);
		}
		return;
	}
	for (n = SCENARIO_MAX_CONCURRENT; n--;) {
		if (!step->scenarios[0].concurrent[n])
			continue;
		less = *step;
		memmove(&less.scenarios[0].concurrent[n], &less.scenarios[0].concurrent[n + 1],
			(SCENARIO_MAX_CONCURRENT - 1 - n) * sizeof(less.scenarios[0].concurrent[0]));
		less.scenarios[0].concurrent[SCENARIO_MAX_CONCURRENT - 1] = NULL;
		schedule_describe(&less, text, sizeof(text));
		snprintf(how, sizeof(how), "only %s", text);
		if (fails_again(s, &less, how))
			*step = less;
	}
}

static void give_up(struct stress *s, struct schedule_step *step, struct result *r)
{
	unsigned int i;

	for (i = 0; i < step->nr; i++)
		result_adopt(r, &s->outcome->result[i]);
	printf("# step %u failed: %s\n", step->number, r->reason);
	printf("# replay of all steps up to it: %s -n %u\n", mn.replay, step->number);
	printf("# replay of it alone: %s -n %u-%u\n", mn.replay, step->number, step->number);
	fflush(stdout);
	s->failed_ns = now_ns();
	if (fails_again(s, step, "alone, in a new process"))
		shrink(s, step);
}

/* ---- the schedule ---- */

static bool goes_on(unsigned int number, uint64_t start_ns)
{
	unsigned int seconds = mn.options.seconds ?: DEFAULT_SECONDS;

	if (mn.options.last_step)
		return number <= mn.options.last_step;
	return now_ns() - start_ns < seconds * 1000000000ULL;
}

static void run_schedule(struct stress *s, struct result *r)
{
	unsigned int number = mn.options.first_step;
	uint64_t start = now_ns();
	struct schedule_step step;
	char text[512];

	for (; r->kind == RESULT_PASS && goes_on(number, start); number++) {
		schedule_draw(&s->schedule, number, &step);
		schedule_describe(&step, text, sizeof(text));
		printf("# step %u: %s\n", number, text);
		fflush(stdout);
		run_step(s, &step);
		account(s, &step);
		if (s->outcome->result[0].kind >= RESULT_ERROR ||
		    s->outcome->result[1].kind >= RESULT_ERROR)
			give_up(s, &step, r);
	}
	result_note(r, "%u steps, %u guests skipped, %llu invalidations, %llu refusals, %llu pages refaulted, %llu visits, %llu freed frames watched",
		    s->steps, s->skipped, s->sum.invalidations, s->sum.refusals, s->sum.faults,
		    s->sum.visits, s->sum.caught);
	if (r->kind == RESULT_PASS && s->skipped && s->skipped >= s->steps)
		result_skip(r, "every step was skipped; the last: %s", s->outcome->result[0].reason);
}

FIXTURE(stress) {
	int unused;
};

FIXTURE_SETUP(stress)
{
}

FIXTURE_TEARDOWN(stress)
{
}

TEST_F(stress, schedule)
{
	struct stress *s = calloc(1, sizeof(*s));

	if (!s) {
		result_errno(mn.result, "calloc(stress)");
		return;
	}
	if (!stress_init(s, mn.result)) {
		run_schedule(s, mn.result);
		table_print(&s->table);
		munmap(s->outcome, sizeof(*s->outcome));
	}
	free(s);
}

/* Where steps are given, their number and not the time ends the test. */
static void allow_time(void)
{
	if (mn.options.last_step)
		mn.options.seconds = (mn.options.last_step - mn.options.first_step + 1) *
				     STEP_SECONDS;
}

int main(int argc, char **argv)
{
	mn.draws = true;
	return mn_main(argc, argv, allow_time);
}

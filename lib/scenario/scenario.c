// SPDX-License-Identifier: GPL-2.0
/*
 * The steps of a scenario: set up, calibrate, press, quiesce, judge, tear down.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test_process.h"
#include "scenario/age.h"
#include "scenario/concurrent.h"
#include "scenario/scenario.h"
#include "vm/arch.h"

#define MORE_ROUNDS	2
#define STOP_NS		10000000000ULL
#define OTHERS_NS	60000000000ULL

/* Counters need only the module, not an attached injector. */
static int watch(struct scenario_run *run, struct result *r)
{
	struct result absent;

	result_init(&absent);
	if (inject_available(&absent)) {
		result_not_judged(r, ORACLE_HEALTH, "%s", absent.reason);
		return 0;
	}
	if (health_init(&run->health, run->vm.name, r))
		return -1;
	run->watched = true;
	return 0;
}

static int check_needs(const struct scenario *spec, struct result *r)
{
	const char *missing = pressure_missing(spec->pressure);

	if (!pressure_suits(spec->pressure, spec->backing, spec->workload))
		return result_error(r, "workload %s cannot judge what %s does to %s",
				    spec->workload->name, spec->pressure->name,
				    spec->backing->name);
	if (missing)
		return result_skip(r, "%s: %s", spec->pressure->name, missing);
	return 0;
}

/* A range of one page cannot be cut short: of huge pages there are two. */
static size_t area_bytes(const struct scenario *spec)
{
	size_t bytes = spec->nr_pages * PAGE_BYTES, granule = PAGE_BYTES;
	unsigned int n;

	if (bytes < 2 * spec->backing->granule)
		bytes = 2 * spec->backing->granule;
	if (spec->pressure && spec->pressure->granule)
		granule = spec->pressure->granule;
	for (n = 0; n < SCENARIO_MAX_CONCURRENT && spec->concurrent[n]; n++) {
		if (spec->concurrent[n]->granule > granule)
			granule = spec->concurrent[n]->granule;
	}
	return (bytes + granule - 1) / granule * granule;
}

static int set_up_pressure(struct scenario_run *run, struct result *r)
{
	const struct pressure *pressure = run->spec->pressure;

	if (!pressure)
		return 0;
	run->press = (struct press) {
		.row = pressure,
		.vm = &run->vm,
		.area = &run->area,
		.nr_pages = run->spec->nr_pages,
		.host = &run->host,
		.each = run->spec->workload->judges & GUEST_JUDGES_EACH,
		.alone = !run->spec->concurrent[0],
		.reaped = run->spec->injector->reaps,
		.coherence = &run->coherence,
		.effect = pressure_effect(pressure, run->spec->backing),
	};
	if (pressure->set_up && pressure->set_up(&run->press, r))
		return -1;
	return concurrent_set_up(run, r);
}

/* What is declared to change of the whole host, by the row or the backing. */
static const char *changes_of(const struct scenario *spec)
{
	const struct pressure *row = spec->pressure;

	return (row ? row->changes ?: row->may_change : NULL) ?: spec->backing->may_change;
}

/* By whom the order is judged, if by anybody. */
static struct injector *checker_of(struct scenario_run *run)
{
	const char *kind = run->spec->injector->kind;

	return kind && !strcmp(kind, "checker") ? &run->injectors[0] : NULL;
}

/* Kinds that may refuse have no end(): the core could not tell them that a start did not count. */
static bool has_no_end(const struct injector_setup *setup)
{
	return !strcmp(setup->kind, "eagain") || !strcmp(setup->kind, "interval");
}

/* From before the guest's first visit to the end. */
static void begin_samples(struct scenario_run *run, struct result *r)
{
	const struct injector_setup *setup = run->spec->injector;
	bool refuses = setup->count && has_no_end(setup);
	/* What an aged VM skips would look like invalidations. */
	bool counts = run->watched && !run->spec->aged;

	sampler_start(&run->sampler, &run->vm, counts ? &run->health : NULL,
		      refuses ? &run->injectors[0] : NULL, r);
}

static int set_up(struct scenario_run *run, struct result *r)
{
	const struct scenario *spec = run->spec;
	size_t bytes = area_bytes(spec);

	test_process_bind();
	if ((spec->pressure && check_needs(spec, r)) || vm_available(r) ||
	    (spec->aged && inject_available(r)) ||
	    klog_open(&run->klog, r) || hoststate_open(&run->host, changes_of(spec), r) ||
	    concurrent_open(run, r) ||
	    backing_provide(spec->backing, &run->host, bytes, r) ||
	    scenario_bring_up(spec->injector, spec->kind, spec->backing, spec->nr_vcpus,
			      spec->nr_pages, bytes, &run->area, run->injectors, &run->vm, r) ||
	    watch(run, r) || set_up_pressure(run, r))
		return -1;
	coherence_init(&run->coherence, &run->vm, &run->area, spec->workload);
	progress_init(&run->progress, &run->vm);
	isolation_init(&run->isolation, &run->area,
		       spec->pressure && !spec->keeps_frames &&
		       pressure_frees(spec->pressure, spec->backing), r);
	run->isolation.leaked = &run->leaked;
	ordering_init(&run->ordering, checker_of(run), &run->area);
	vm_set_workload(&run->vm, spec->workload);
	begin_samples(run, r);
	return vm_start(&run->vm, r);
}

/* A step of the test's own, if it has one there. */
static int step(struct scenario_run *run,
		int (*own)(struct scenario_run *run, struct result *r), struct result *r)
{
	return own ? own(run, r) : 0;
}

static int press_once(struct scenario_run *run, struct result *r)
{
	const struct pressure *pressure = run->spec->pressure;
	char when[64] = "after ";

	if (coherence_prepare(&run->coherence) &&
	    progress_await(&run->progress, run->visits, run->budget_ns,
			   "after the host wrote to its pages", r))
		return -1;
	run->press.round = run->rounds;
	if (age_before_round(run, r) || coherence_before(&run->coherence, run->press.effect, r) ||
	    step(run, run->steps->before_call, r) || effect_before(run, r) ||
	    isolation_before(&run->isolation, run->pages, r) ||
	    ordering_look(&run->ordering, "the guest", r) || pressure->apply(&run->press, r) ||
	    ordering_look(&run->ordering, pressure->name, r) || effect_after(run, r))
		return -1;
	/* At once: a translation that is only not flushed soon goes by itself. */
	coherence_after(&run->coherence, run->press.effect);
	if (step(run, run->steps->after_call, r) || isolation_after(&run->isolation, r))
		return -1;
	run->rounds++;
	strncat(when, pressure->name, sizeof(when) - strlen(when) - 1);
	if (progress_await(&run->progress, run->visits, run->budget_ns, when, r) ||
	    effect_round_over(run, r) || age_after_round(run, r) ||
	    step(run, run->steps->after_round, r) ||
	    isolation_check(&run->isolation, r))
		return -1;
	/* Round by round: a test should end in the round in which the kernel complains. */
	return klog_check(&run->klog, r);
}

/* The first refusal may be slow to come on a busy bed: give it time. */
static int await_refusal(struct scenario_run *run, struct result *r)
{
	struct injector_status s;
	struct deadline deadline;

	deadline_start(&deadline, run->budget_ns);
	do {
		if (injector_read(&run->injectors[0], &s, r) || klog_check(&run->klog, r))
			return -1;
	} while (!s.refused && deadline_poll(&deadline));
	return 0;
}

static int sample_counters(struct scenario_run *run, unsigned long long *seq,
			   unsigned long long *faults, struct result *r)
{
	struct health_sample s = { 0 };

	if (run->watched && health_sample(&run->health, &s, r))
		return -1;
	*seq = s.seq;
	run->has_faults = !vm_faults(&run->vm, faults);
	return 0;
}

/* As many as it takes to hit as often as the row promises. */
static unsigned int least_rounds(const struct scenario *spec)
{
	const struct pressure *row = spec->pressure;

	if (age_rounds(spec))
		return age_rounds(spec);
	if (row->rounds)
		return row->rounds;
	return spec->rounds > row->hits.of ? spec->rounds : row->hits.of;
}

/* A round more costs less than a verdict that nobody could give. */
static bool enough(const struct scenario_run *run, unsigned int rounds, uint64_t spent_ns)
{
	if (run->rounds < rounds || spent_ns < run->spec->min_ns)
		return false;
	return !isolation_awaits(&run->isolation) || run->rounds >= rounds + MORE_ROUNDS;
}

static int press(struct scenario_run *run, struct result *r)
{
	const struct scenario *spec = run->spec;
	unsigned int rounds = least_rounds(spec);
	uint64_t start, visits;
	int ret = 0;

	if (spec->injector->reaps &&
	    reaper_start(&run->reaper, run->area.hva, run->area.size, r))
		return -1;
	if (concurrent_start(run, r))
		return -1;
	if (spec->sabotage && spec->sabotage(run, r))
		return -1;
	ret = step(run, run->steps->first, r);
	visits = progress_visits(&run->vm);
	start = now_ns();
	while (!ret && !enough(run, rounds, now_ns() - start))
		ret = press_once(run, r);
	if (!ret && spec->injector->reaps)
		ret = await_refusal(run, r);
	if (!ret)
		ret = progress_floor(&run->progress, &run->calibration, r);
	if (step(run, run->steps->last, r))
		ret = -1;
	run->round_ns = now_ns() - start;
	run->round_visits = progress_visits(&run->vm) - visits;
	return ret;
}

/* Who has an end sees as many as starts; the others accept or refuse each. */
static int injector_balanced(struct scenario_run *run, const struct injector *i,
			     struct injector_status *s, struct result *r)
{
	bool refuses = has_no_end(run->spec->injector);
	struct deadline deadline;

	deadline_start(&deadline, run->budget_ns);
	do {
		if (injector_read(i, s, r))
			return -1;
		if (s->starts)
			result_judged(r, ORACLE_PAIRING);
		else
			result_not_judged(r, ORACLE_PAIRING, "no start was seen");
		if (s->starts == (refuses ? s->accepted + s->refused : s->ends))
			return 0;
	} while (deadline_poll(&deadline));
	return result_fail(r, CONTRACT_PAIRING,
			   "%s: %llu starts, %llu ends, %llu accepted, %llu refused",
			   run->spec->injector->kind, (unsigned long long)s->starts,
			   (unsigned long long)s->ends, (unsigned long long)s->accepted,
			   (unsigned long long)s->refused);
}

/*
 * With the pressure over, each oracle speaks for itself: one that fails must
 * not keep the others from adding what they know.
 */
static void judge(struct scenario_run *run, bool pressed, struct result *r)
{
	struct injector_status others;
	unsigned int n;
	int parked;

	concurrent_stop(run, r);
	reaper_stop(&run->reaper, r);
	if (pressed)
		progress_await(&run->progress, run->visits, run->budget_ns,
			       "after quiescing", r);
	if (run->watched)
		health_balanced(&run->health, run->budget_ns, r);
	for (n = 0; n < run->spec->injector->count; n++)
		injector_balanced(run, &run->injectors[n], n ? &others : &run->seen, r);
	ordering_look(&run->ordering, "the guest", r);
	sample_counters(run, &run->seq_after, &run->faults_after, r);
	if (pressed && run->spec->pressure)
		scenario_took_effect(run, r);
	parked = pressed ? vm_park(&run->vm, run->budget_ns, r) : -1;
	if (pressed && !vm_check(&run->vm, r) && !parked)
		coherence_final(&run->coherence, r);
}

/* Unmap everything under the stopped VM: nothing may stay mapped in it. */
static void judge_translations(struct scenario_run *run, struct result *r)
{
	struct spte before;

	spte_before(&before, &run->vm);
	if (run->begun && step(run, run->steps->stopped, r))
		return;
	if (leaked_frames_note(&run->leaked, &run->area, r) || area_unmap(&run->area, r) ||
	    leaked_frames_gone(&run->leaked, r) || area_unmap(&run->vm.system, r))
		return;
	spte_none(&before, &run->vm, r);
}

static void tear_down(struct scenario_run *run, struct result *r)
{
	char name[sizeof(run->vm.name)];
	unsigned int n;
	int stopped;

	concurrent_stop(run, r);
	reaper_stop(&run->reaper, r);
	sampler_stop(&run->sampler);
	isolation_release(&run->isolation);
	free(run->pages);
	memcpy(name, run->vm.name, sizeof(name));
	stopped = vm_stop(&run->vm, STOP_NS, r);
	if (run->unsafe_fd >= 0)
		close(run->unsafe_fd);
	if (!stopped && run->vm.nr_vcpus)
		judge_translations(run, r);
	if (!stopped && run->watched && r->kind == RESULT_PASS)
		health_balanced(&run->health, STOP_NS, r);
	vm_destroy(&run->vm);
	for (n = 0; n < SCENARIO_MAX_INJECTORS; n++)
		injector_close(&run->injectors[n]);
	concurrent_tear_down(run);
	if (run->press.row && run->press.row->tear_down)
		run->press.row->tear_down(&run->press);
	area_destroy(&run->area);
	hoststate_close(&run->host);
	if (!stopped && run->watched)
		scenario_judge_destroyed(name, false, r);
	if (!stopped)
		leaked_frames_judge(&run->leaked, r);
	leaked_frames_release(&run->leaked);
	if (run->klog.fd >= 0)
		klog_check(&run->klog, r);
	klog_close(&run->klog);
}

int scenario_begin(struct scenario_run *run, const struct scenario *spec,
		   struct result *r)
{
	static const struct scenario_steps no_steps;
	unsigned int n;

	memset(run, 0, sizeof(*run));
	run->spec = spec;
	run->steps = spec->steps ?: &no_steps;
	run->klog.fd = -1;
	run->host.fd = -1;
	for (n = 0; n < SCENARIO_MAX_CONCURRENT; n++)
		run->concurrent[n].host.fd = -1;
	run->unsafe_fd = -1;
	for (n = 0; n < SCENARIO_MAX_INJECTORS; n++)
		run->injectors[n].fd = -1;
	if (set_up(run, r) || scenario_calibrate(run, r) ||
	    sample_counters(run, &run->seq_before, &run->faults_before, r))
		return -1;
	run->begun = true;
	return 0;
}

/*
 * What another process does to memory that it shares with this one, if only the
 * text of the program, invalidates here too: a VM that ends just then ends with
 * a count that is up, and rightly so.
 */
static void await_others(uint32_t *others)
{
	struct deadline deadline;

	__atomic_sub_fetch(others, 1, __ATOMIC_ACQ_REL);
	deadline_start(&deadline, OTHERS_NS);
	while (__atomic_load_n(others, __ATOMIC_ACQUIRE) && deadline_poll(&deadline))
		;
}

void scenario_end(struct scenario_run *run, bool healthy, struct result *r)
{
	if (run->begun) {
		judge(run, healthy, r);
		scenario_summary(run, r);
	}
	if (run->spec->others)
		await_others(run->spec->others);
	tear_down(run, r);
}

void scenario_run(const struct scenario *spec, struct result *r, struct figures *figures)
{
	struct scenario_run run;
	bool pressed;

	pressed = !scenario_begin(&run, spec, r) && !press(&run, r);
	scenario_end(&run, pressed, r);
	if (figures)
		scenario_figures(&run, figures);
}

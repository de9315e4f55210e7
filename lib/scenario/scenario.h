/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scenario: one guest under one pressure, from opening the VM to the verdict
 * of every oracle.  Tests choose the rows; the steps are the same for all.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "inject/inject.h"
#include "oracle/leaked_frames.h"
#include "oracle/oracle.h"
#include "oracle/ordering.h"
#include "oracle/samples.h"
#include "pressure/pressure.h"

/* Injectors before or after KVM's own notifier; see injector_setups[]. */
struct injector_setup {
	const char *name;	/* stable: part of test names */
	const char *about;	/* one line, for people */
	const char *kind;	/* NULL: none attached */
	unsigned int count;	/* how many of them */
	const char *knob;	/* an additional command, or NULL */
	bool before_kvm;	/* attached before KVM_CREATE_VM */
	bool reaps;		/* a thread reaps over the area all the while */
	bool is_interval;	/* what it attaches is an interval notifier */
};

#define SCENARIO_MAX_INJECTORS	4
#define SCENARIO_MAX_CONCURRENT	2

extern const struct injector_setup injector_setups[];
extern const unsigned int nr_injector_setups;

/*
 * setup_suits() - can a row be judged with these injectors, and by them?
 *
 * Of those that refuse, an interval goes only with a row that has one itself, and nothing else
 * goes with it: no kernel ends what interval notifiers have begun when another one then refuses,
 * and removing the row's own would take forever (selftests/known/interval-hole.md).
 */
bool setup_suits(const struct injector_setup *setup, const struct pressure *row);

struct scenario_run;

/*
 * Additional steps of a test in a scenario that applies a pressure; each may be
 * NULL.  All run in the thread of the pressure.  Return: 0, or -1 with @r.
 */
struct scenario_steps {
	/* Before the first round, with the guest at work. */
	int (*first)(struct scenario_run *run, struct result *r);
	/* In each round: immediately before the call, and immediately after it. */
	int (*before_call)(struct scenario_run *run, struct result *r);
	int (*after_call)(struct scenario_run *run, struct result *r);
	/* When the guest has made progress after it. */
	int (*after_round)(struct scenario_run *run, struct result *r);
	/* When all rounds are over, before the oracles look; also if one failed. */
	int (*last)(struct scenario_run *run, struct result *r);
	/* With the vCPUs stopped: take what is not the area's mapping, but in KVM's slots. */
	int (*stopped)(struct scenario_run *run, struct result *r);
};

struct scenario {
	const struct backing *backing;
	const struct pressure *pressure; /* NULL: the test applies its own */
	/* At work on the same area meanwhile, see pressure_joins(); NULL ends them. */
	const struct pressure *concurrent[SCENARIO_MAX_CONCURRENT];
	const struct injector_setup *injector;
	const struct guest_workload *workload;
	unsigned int nr_vcpus;
	unsigned int nr_pages;	/* visited by the guest */
	/* Pressure calls, each followed by progress; a few more while isolation awaits a frame. */
	unsigned int rounds;
	/*
	 * So many rounds at each border that KVM's seq meets in a VM's life, in place of the
	 * above: with 1 the call crosses it, with more the first call ends one below.
	 */
	unsigned int aged;
	uint64_t min_ns;	/* continue with rounds for so long */
	bool keeps_frames;	/* a step of the test sees to it: none need come back */
	const struct vm_kind *kind; /* NULL: a plain VM */
	const struct scenario_steps *steps; /* or NULL */
	void *own;		/* the test's, for its steps */
	/*
	 * If several scenarios run at the same time: how many of them have not yet
	 * finished, in memory that they share.  NULL: this is the only one.
	 */
	uint32_t *others;
	/* Break something on purpose before the first round; or NULL. */
	int (*sabotage)(struct scenario_run *run, struct result *r);
};

/*
 * A pressure beside the one that the scenario is about: a thread applies it
 * again and again, with pauses.  Its effect is counted and not asked for, since
 * others undo what it does.
 */
struct concurrent_pressure {
	struct press press;
	struct hoststate host;
	pthread_t thread;
	uint32_t stop;
	bool running;
	unsigned long long calls;
	struct result result;	/* of the thread; valid once it has ended */
};

/* What a scenario delivered, in numbers. */
struct figures {
	unsigned long long invalidations;
	unsigned long long refusals;
	unsigned long long faults;	/* pages that the guest faulted in again */
	unsigned long long proved;	/* by the row's own proof, or events it caused */
	unsigned long long caught;	/* freed frames watched as canaries */
	unsigned long long visits;	/* of the guest, in all rounds */
	uint64_t ns;			/* from the first round to the last */
	struct {
		unsigned long long calls, proved;
	} concurrent[SCENARIO_MAX_CONCURRENT];
};

/*
 * Proofs of the effect: what was there of each before a round, or in how many rounds
 * each rose.
 */
struct effect {
	uint64_t seq;		/* KVM's, if it is watched */
	uint64_t starts;	/* of the row's events, by the callers that it names */
	uint64_t heard;		/* of any event, by whoever may act for the pressure */
	uint64_t proved;	/* by the row's own proof */
	uint64_t changed;	/* pages seen gone, or elsewhere, right after the call */
};

/* A scenario while it runs. */
struct scenario_run {
	const struct scenario *spec;
	const struct scenario_steps *steps; /* of the spec, or none */
	struct hoststate host;	/* settings changed until the scenario ends */
	struct vm vm;
	struct area area;
	struct press press;
	struct concurrent_pressure concurrent[SCENARIO_MAX_CONCURRENT];
	struct injector injectors[SCENARIO_MAX_INJECTORS];
	struct reaper reaper;
	struct klog klog;
	struct health health;
	struct progress progress;
	struct coherence coherence;
	struct isolation isolation;
	struct leaked_frames leaked;
	struct ordering ordering;
	struct sampler sampler;
	struct calibration calibration;
	uint64_t budget_ns;	/* for one await, from the calibration */
	uint64_t visits;	/* per vCPU and await: all its pages */
	bool begun;		/* set up and calibrated */
	bool watched;		/* the module shows the VM's counters */
	int unsafe_fd;		/* of a sabotage; closed before the VM goes */
	/* What was delivered, for the judgement of the effect and the summary. */
	unsigned int rounds;
	uint64_t round_ns, round_visits;
	uint64_t *pages;	/* of the area before a call, as pagemap has them */
	uint64_t changed;	/* pages that were seen gone, or elsewhere, right after calls */
	struct effect was;	/* before the round */
	struct effect rose;	/* rounds in which each rose */
	struct effect unseen;	/* rounds with proved or changed pages in which it did not: seq, heard */
	unsigned long long seq_before, seq_after;
	bool has_faults;	/* KVM's count of resolved faults can be read */
	unsigned long long faults_before, faults_after;
	struct injector_status seen;	/* by the first injector */
};

/*
 * scenario_run() - run it
 * @spec: what to do
 * @r: initialised; filled with the outcome, and with one summary line
 * @figures: filled with what was delivered; may be NULL
 *
 * Whatever happens, threads are ended, files closed and memory freed.
 */
void scenario_run(const struct scenario *spec, struct result *r, struct figures *figures);

/*
 * scenario_begin() / scenario_end() - the same, for a test that does the rounds itself
 * @run: stays valid in between; one VM with a calibrated guest at work
 * @spec: must outlive @run; a pressure in it is not applied
 * @healthy: the guest can be expected to make progress
 *
 * scenario_end() must follow also if scenario_begin() returned -1, and then
 * only tears down.  It judges what every scenario is judged by.
 */
int scenario_begin(struct scenario_run *run, const struct scenario *spec,
		   struct result *r);
void scenario_end(struct scenario_run *run, bool healthy, struct result *r);

/*
 * scenario_bring_up() - make area, injectors and VM, in the order of a setup
 * @setup: injectors, around KVM's own notifier
 * @kind: of the VM; NULL: plain
 * @backing: of the area
 * @nr_vcpus: of the VM
 * @nr_pages: visited by the guest
 * @bytes: size of the area, at least so many pages
 * @area: filled in; release with area_destroy()
 * @injectors: @setup->count of them filled in; release with injector_close()
 * @vm: filled in, not started; release with vm_destroy()
 *
 * Return: 0, or -1 with a skip or an error; what was made is to be released.
 */
int scenario_bring_up(const struct injector_setup *setup, const struct vm_kind *kind,
		      const struct backing *backing, unsigned int nr_vcpus,
		      unsigned int nr_pages, size_t bytes, struct area *area,
		      struct injector *injectors, struct vm *vm, struct result *r);

/*
 * scenario_calibrate() - how long do faults take here, and how fast is the guest left alone?
 * @run: set up, its vCPUs parked; its calibration, visits and budgets are filled in
 *
 * Leaves the guest at work.  Return: 0, or -1: with a failure of progress, an error, or a
 * skip, as KVM maps no huge page where the backing promises some.
 */
int scenario_calibrate(struct scenario_run *run, struct result *r);

/*
 * scenario_await_destroyed() - wait until nothing but its record is left of a VM
 * @vm_name: as in struct vm; it was watched, and its descriptors are closed
 * @d: filled in
 *
 * Return: 0, or -1 with a failure of contract 8, or an error: no record of it.
 */
int scenario_await_destroyed(const char *vm_name, struct inject_destroyed *d,
			     struct result *r);

/*
 * scenario_judge_destroyed() - wait for that, and judge: were its counts 0 at the end?
 * @vm_name: as above
 * @alone: its mm was dead.  In one that lives somebody else's invalidation may be open just then,
 *         of compaction, say, which is not judged: have health_balanced() judge before
 *
 * Return: 0, or -1 with a failure of contract 8, or an error: no record of it.
 */
int scenario_judge_destroyed(const char *vm_name, bool alone, struct result *r);

/*
 * effect_before() / effect_after() - bracket a call: what does it do?
 * effect_round_over() - when the guest has made progress after it
 *
 * Return: 0, or -1 with an error.
 */
int effect_before(struct scenario_run *run, struct result *r);
int effect_after(struct scenario_run *run, struct result *r);
int effect_round_over(struct scenario_run *run, struct result *r);

/* effect_starts() - of a row's events by the callers that it names, as an injector saw them */
uint64_t effect_starts(const struct pressure *row, const struct injector_status *seen);

/*
 * scenario_took_effect() - did the pressure reach guest memory, with somebody notified?
 *
 * Return: 0, or -1: with an error, if it had no effect; with a failure of contract 5,
 * if it had and that was not notified; or with a skip, if it cannot be told.
 */
int scenario_took_effect(const struct scenario_run *run, struct result *r);

/* scenario_figures() - what was delivered */
void scenario_figures(const struct scenario_run *run, struct figures *f);

/* scenario_summary() - the line of figures that every run leaves */
void scenario_summary(const struct scenario_run *run, struct result *r);

#endif

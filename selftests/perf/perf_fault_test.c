// SPDX-License-Identifier: GPL-2.0
/*
 * perf_fault_test - how fast a guest faults its memory in.
 *
 * A guest goes to all of its pages once, in turns: when nothing is there ("first": the host has
 * to find a page as well), and when only KVM's translations are gone ("again"); judged by the
 * page protocol with an observing notifier beside KVM's ("judged"), and with neither ("bare": a
 * write to each page). The bare first touch is what the kernel's own demand_paging_test does
 * with as much memory: -b 8M -v 1, and -b 4M -v 2 for two vCPUs.
 *
 * The guest writes beside the stamp before it checks that: one that reads first has fresh
 * anonymous memory faulted in twice, as the zero page and as a copy of that. The numbers of
 * faults show it.
 *
 * Contracts 5, 6, 9 and 10; nothing fails because it is slow.
 */
#include "mn_harness.h"
#include "runner/measured.h"
#include "runner/rounds.h"
#include "scenario/scenario.h"
#include "support/fault_turn.h"
#include "vm/arch.h"

MN_ABOUT("how fast a guest faults its memory in, with all oracles on and with none", 5, 6, 9, 10);

#define NR_PAGES	2048

enum way { BARE_FIRST, BARE_AGAIN, JUDGED_FIRST, JUDGED_AGAIN, NR_WAYS };

static const char * const way_names[NR_WAYS] = {
	"bare_first", "bare_again", "judged_first", "judged_again",
};

struct bench {
	struct scenario spec;
	struct scenario_run run;
	struct rounds ways[NR_WAYS], faults[NR_WAYS], cost;
};

/* With the guest out.  Of shared memory it is the file that has to lose its pages. */
static int take_pages(struct bench *b, struct result *r)
{
	const struct area *a = &b->run.area;
	int advice = a->fd < 0 ? MADV_DONTNEED : MADV_REMOVE;

	if (madvise(a->hva, a->size, advice))
		return result_errno(r, "madvise(%p, %zu, %d)", a->hva, a->size, advice);
	return 0;
}

static int take_translations(struct bench *b, struct result *r)
{
	const struct area *a = &b->run.area;

	if (mprotect(a->hva, a->size, PROT_NONE) ||
	    mprotect(a->hva, a->size, PROT_READ | PROT_WRITE))
		return result_errno(r, "mprotect(%p, %zu)", a->hva, a->size);
	return 0;
}

static int timed(struct bench *b, enum way way, struct result *r)
{
	unsigned long long before, after;
	bool counted = !vm_faults(&b->run.vm, &before);
	double per_second;

	if (fault_turn(&b->run, &per_second, r))
		return -1;
	rounds_add(&b->ways[way], per_second);
	if (counted && !vm_faults(&b->run.vm, &after))
		rounds_add(&b->faults[way], after - before);
	return 0;
}

static int observe(struct bench *b, bool on, struct result *r)
{
	struct injector *i = &b->run.injectors[0];

	if (!b->spec.injector->count)
		return 0;
	return on ? injector_attach(i, r) : injector_detach(i, r);
}

/* The protocol goes on as if the bare turns were one discard, which leaves no stamp. */
static int one_round(struct bench *b, struct result *r)
{
	struct coherence *c = &b->run.coherence;

	if (coherence_before(c, EFFECT_DISCARD, r) || observe(b, false, r))
		return -1;
	vm_set_workload(&b->run.vm, workload_find("touch"));
	if (take_pages(b, r) || timed(b, BARE_FIRST, r) ||
	    take_translations(b, r) || timed(b, BARE_AGAIN, r))
		return -1;
	vm_set_workload(&b->run.vm, b->spec.workload);
	if (observe(b, true, r) || take_pages(b, r))
		return -1;
	coherence_after(c, EFFECT_DISCARD);
	if (timed(b, JUDGED_FIRST, r) || take_translations(b, r) || timed(b, JUDGED_AGAIN, r))
		return -1;
	rounds_add(&b->cost, b->ways[JUDGED_FIRST].at[b->cost.nr] / b->ways[BARE_FIRST].at[b->cost.nr]);
	return klog_check(&b->run.klog, r);
}

static void say(const struct bench *b)
{
	char name[48];
	unsigned int n;

	for (n = 0; n < NR_WAYS; n++) {
		rounds_measured(&b->ways[n], way_names[n], "/s");
		snprintf(name, sizeof(name), "%s_faults", way_names[n]);
		rounds_measured(&b->faults[n], name, "pages");
	}
	rounds_measured(&b->cost, "judged_to_bare", "ratio");
}

static int measure(struct bench *b, struct result *r)
{
	uint64_t start = now_ns();

	if (vm_park(&b->run.vm, b->run.budget_ns, r))
		return -1;
	do {
		if (one_round(b, r))
			return -1;
	} while (!rounds_enough(&b->cost, start));
	say(b);
	vm_resume(&b->run.vm);
	return 0;
}

FIXTURE(fault) {
	int unused;
};

FIXTURE_VARIANT(fault) {
	enum backing_id backing;
	unsigned int nr_vcpus;
};

FIXTURE_SETUP(fault)
{
}

FIXTURE_TEARDOWN(fault)
{
}

TEST_F(fault, rate)
{
	struct result absent;
	struct bench b = {
		.spec = {
			.backing = &backings[variant->backing],
			.workload = workload_find("write_first"),
			.nr_vcpus = variant->nr_vcpus,
			.nr_pages = NR_PAGES,
		},
	};

	result_init(&absent);
	b.spec.injector = &injector_setups[!inject_available(&absent)];
	scenario_end(&b.run, !scenario_begin(&b.run, &b.spec, mn.result) &&
			     !measure(&b, mn.result), mn.result);
}

static void add_variants(void)
{
	static const enum backing_id on[] = { BACKING_ANON, BACKING_MEMFD, BACKING_ANON_THP };
	FIXTURE_VARIANT(fault) variant;
	char id[64];
	unsigned int n;

	/* A thread that takes them would be measured along. */
	unsetenv("MN_SAMPLES");
	for (n = 0; n < ARRAY_SIZE(on); n++) {
		variant.backing = on[n];
		for (variant.nr_vcpus = 1; variant.nr_vcpus <= 2; variant.nr_vcpus++) {
			snprintf(id, sizeof(id), "%s.%uvcpu", backings[on[n]].name,
				 variant.nr_vcpus);
			mn_variant_add(fault, id, &variant);
		}
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

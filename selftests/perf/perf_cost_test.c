// SPDX-License-Identifier: GPL-2.0
/*
 * perf_cost_test - how costs grow with the number of pages, vCPUs, VMs and memslots.
 *
 * For each size, in turns: a call that invalidates all of the guest's memory, which is mapped
 * ("call"), and the guest's faults on all of it ("fault"). What grows in proportion has an
 * exponent of 1, what does not depend on the size one of 0. It is fitted here, round by round,
 * so that there is a spread of it, too.
 *
 * "pages" are those that a call takes, of one VM. Of the other sizes each has a process with a
 * guest of its own: with so many vCPUs that share its pages; with so many VMs on one mm, all of
 * which have mapped the same pages; and with its memory cut into so many slots.
 *
 * Contracts 5, 6, 9 and 10; nothing fails because it is slow.
 */
#include "mn_harness.h"
#include "runner/rounds.h"
#include "scenario/scenario.h"
#include "support/bare_call.h"
#include "support/fault_turn.h"
#include "support/peer.h"

MN_ABOUT("how the costs of invalidations and faults grow with pages, vCPUs, VMs and memslots",
	 5, 6, 9, 10);

#define MAX_SIZES	8
#define MAX_VMS		8
#define MOST_PAGES	1024
#define USUAL_PAGES	256

enum axis { PAGES, VCPUS, VMS, SLOTS, NR_AXES };

static const struct {
	const char *name;
	unsigned int sizes[MAX_SIZES];	/* up to a 0 */
} axes[NR_AXES] = {
	[PAGES] = { "pages", { 16, 32, 64, 128, 256, 512, 1024 } },
	[VCPUS] = { "vcpus", { 1, 2, 4, 8 } },
	[VMS] = { "vms", { 1, 2, 4 } },
	[SLOTS] = { "slots", { 1, 4, 16, 64, 256 } },
};

/* ---- one guest, in a process of its own ---- */

struct guest {
	enum axis axis;
	unsigned int size;	/* of PAGES: as asked for in each turn */
	struct scenario spec;
	struct scenario_run run;
	struct vm others[MAX_VMS - 1];
	unsigned int nr_others;
	struct area part;	/* of the area, that is taken */
	struct bare_turn turn;
};

/* On the same pages, beside the stamps. */
static int add_vm(struct guest *g, struct result *r)
{
	struct vm *vm = &g->others[g->nr_others];

	if (vm_create(vm, 1, g->spec.nr_pages, r) ||
	    vm_use_area(vm, &g->run.area, g->spec.nr_pages, r))
		return -1;
	g->nr_others++;
	vm_set_workload(vm, workload_find("touch"));
	return vm_start(vm, r);
}

static int cut(struct guest *g, struct result *r)
{
	const struct area *a = &g->run.area;
	size_t bytes = a->size / g->size;
	unsigned int n;
	int ret;

	ret = vm_set_slot(&g->run.vm, VM_SLOT_AREA, GUEST_AREA_GPA, a->hva, 0);
	for (n = 0; n < g->size && !ret; n++)
		ret = vm_set_slot(&g->run.vm, VM_SLOT_AREA + n, GUEST_AREA_GPA + n * bytes,
				  a->hva + n * bytes, bytes);
	errno = -ret;
	return ret ? result_errno(r, "KVM_SET_USER_MEMORY_REGION(%u slots)", n) : 0;
}

/* Like scenario_run.visits for the VM of the scenario. */
static int visit_other(struct guest *g, struct vm *vm, struct result *r)
{
	struct progress progress;

	progress_init(&progress, vm);
	vm_resume(vm);
	return progress_await(&progress, g->spec.nr_pages, g->run.budget_ns, "in another VM", r) ?:
	       vm_park(vm, g->run.budget_ns, r);
}

/* Not timed: all have all of their pages. */
static int visited(void *arg, struct result *r)
{
	struct guest *g = arg;
	double ignored;
	unsigned int n;

	for (n = 0; n < g->nr_others; n++) {
		if (visit_other(g, &g->others[n], r))
			return -1;
	}
	return fault_turn(&g->run, &ignored, r);
}

static int begin(void *arg, struct result *r)
{
	/* Takes no page: what grows is KVM's part. */
	const struct bare_call *call = bare_call_find("mprotect_none");
	struct guest *g = arg;

	g->spec = (struct scenario) {
		.backing = &backings[call->backing],
		.injector = &injector_setups[0],
		.workload = workload_find("write_first"),
		.nr_vcpus = g->axis == VCPUS ? g->size : 1,
		.nr_pages = g->axis == PAGES ? MOST_PAGES : USUAL_PAGES,
	};
	g->turn = (struct bare_turn) {
		.call = call, .area = &g->part, .arg = g, .ready = visited,
	};
	if (scenario_begin(&g->run, &g->spec, r) || vm_park(&g->run.vm, g->run.budget_ns, r))
		return -1;
	g->part = g->run.area;
	while (g->axis == VMS && g->nr_others + 1 < g->size) {
		if (add_vm(g, r))
			return -1;
	}
	return g->axis == SLOTS ? cut(g, r) : 0;
}

/* @what: the index of the size, and whether it is faults that are timed, which the call leaves. */
static int turn(void *arg, int what, double *per_second, struct result *r)
{
	struct guest *g = arg;

	if (g->axis == PAGES) {
		g->size = axes[PAGES].sizes[what / 2];
		g->part.size = g->size * PAGE_BYTES;
		g->run.visits = g->size;
		vm_visit(&g->run.vm, 0, g->size);
	}
	return what % 2 ? fault_turn(&g->run, per_second, r) :
			  bare_turn(&g->turn, per_second, r);
}

static void end(void *arg, bool healthy, struct result *r)
{
	struct guest *g = arg;
	unsigned int n;

	for (n = 0; n < g->nr_others; n++)
		vm_destroy(&g->others[n]);
	if (healthy) {
		vm_visit(&g->run.vm, 0, g->spec.nr_pages);
		vm_resume(&g->run.vm);
	}
	scenario_end(&g->run, healthy, r);
}

/* ---- all of an axis ---- */

struct costs {
	struct rounds us[MAX_SIZES], exponent;
};

struct bench {
	enum axis axis;
	unsigned int nr;	/* sizes */
	struct guest guest;	/* as a peer gets it */
	struct peer peers[MAX_SIZES];
	struct costs costs[2];	/* of calls, of faults */
};

/* Faults: of all pages together, which are as many as vCPUs share. */
static double pages_of(const struct bench *b, unsigned int n)
{
	return b->axis == PAGES ? axes[PAGES].sizes[n] : USUAL_PAGES;
}

/* A call, and the faults that it leaves. */
static int one_size(struct bench *b, unsigned int n, double us[2][MAX_SIZES], struct result *r)
{
	struct peer *peer = &b->peers[b->axis == PAGES ? 0 : n];
	double per_second;
	unsigned int what;

	for (what = 0; what < 2; what++) {
		if (peer_turn(peer, 2 * n + what, &per_second, r))
			return -1;
		us[what][n] = 1e6 / per_second * (what ? pages_of(b, n) : 1);
		rounds_add(&b->costs[what].us[n], us[what][n]);
	}
	return 0;
}

/* Each time another size is the first. */
static int one_round(struct bench *b, struct result *r)
{
	double size[MAX_SIZES], us[2][MAX_SIZES];
	unsigned int n, what;

	for (n = 0; n < b->nr; n++) {
		size[n] = axes[b->axis].sizes[n];
		if (one_size(b, (n + b->costs[0].exponent.nr) % b->nr, us, r))
			return -1;
	}
	for (what = 0; what < 2; what++)
		rounds_add(&b->costs[what].exponent, rounds_exponent(size, us[what], b->nr));
	return 0;
}

static void say(const struct bench *b)
{
	static const char * const names[] = { "call", "fault" };
	unsigned int n, what;
	char name[48];

	for (what = 0; what < 2; what++) {
		for (n = 0; n < b->nr; n++) {
			snprintf(name, sizeof(name), "%s_%u_%s", names[what],
				 axes[b->axis].sizes[n], axes[b->axis].name);
			rounds_measured(&b->costs[what].us[n], name, "us");
		}
		snprintf(name, sizeof(name), "%s_growth", names[what]);
		rounds_measured(&b->costs[what].exponent, name, "exponent");
	}
}

static int start_peers(struct bench *b, struct result *r)
{
	static const struct peer_steps steps = { .begin = begin, .turn = turn, .end = end };
	unsigned int n;

	for (n = 0; n < (b->axis == PAGES ? 1 : b->nr); n++) {
		b->guest.axis = b->axis;
		b->guest.size = axes[b->axis].sizes[n];
		if (peer_start(&b->peers[n], &steps, &b->guest, r))
			return -1;
	}
	return 0;
}

static int measure(struct bench *b, struct result *r)
{
	uint64_t start;

	if (start_peers(b, r))
		return -1;
	start = now_ns();
	do {
		if (one_round(b, r))
			return -1;
	} while (!rounds_enough(&b->costs[0].exponent, start));
	say(b);
	return 0;
}

FIXTURE(cost) {
	int unused;
};

FIXTURE_VARIANT(cost) {
	enum axis axis;
};

FIXTURE_SETUP(cost)
{
}

FIXTURE_TEARDOWN(cost)
{
}

TEST_F(cost, growth)
{
	struct bench *b = calloc(1, sizeof(*b));
	unsigned int n;

	if (!b) {
		result_errno(mn.result, "calloc(%zu)", sizeof(*b));
		return;
	}
	b->axis = variant->axis;
	while (b->nr < MAX_SIZES && axes[b->axis].sizes[b->nr])
		b->nr++;
	measure(b, mn.result);
	for (n = 0; n < b->nr; n++)
		peer_end(&b->peers[n], mn.result);
	free(b);
}

static void add_variants(void)
{
	FIXTURE_VARIANT(cost) variant;

	/* A thread that takes them would be measured along. */
	unsetenv("MN_SAMPLES");
	for (variant.axis = 0; variant.axis < NR_AXES; variant.axis++)
		mn_variant_add(cost, axes[variant.axis].name, &variant);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

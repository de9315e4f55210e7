// SPDX-License-Identifier: GPL-2.0
/*
 * mn_order_test - start() comes first, then the page goes.
 *
 * The mm calls start() while its page table still holds the pages, so that
 * nobody is left with a translation to a frame that has been freed.  A kernel
 * that tells its notifiers afterwards, as v4.13 did, leaves a moment in which a
 * guest writes to memory of others; the guest is unlikely ever to see it.
 * A delaying notifier makes the moment long: while it holds the first start() of a
 * call, every page frame of the area must be mapped as often as before the call.
 * The frames are checked and not the mm, whose lock the call may hold.
 *
 * And with each start() held for a while before KVM's, what the guest does with the
 * translations that it still has must not be lost (contract 9): pages that are
 * about to be replaced have been write-protected, and KVM was told of that too.
 *
 * Contracts 5 and 9.
 */
#include "host/page_flags.h"
#include "memory/pagemap.h"
#include "mn_chosen.h"

MN_ABOUT("notifiers are called before pages go, not after", 5, 9);

#define HOLD_US		100000	/* the first start of a call */
#define SLOW_US		10000	/* each of them */
#define LOOK_NS		200000ULL

/* One call, watched from another thread. */
struct watch {
	struct scenario_run *run;
	struct injector_status before;
	pagemap_t *pages;		/* as they were, and how often each frame was mapped */
	uint64_t *counts;
	pthread_t thread;
	uint32_t stop;
	bool running;
	bool looked;			/* while start() was held, and at no other time */
	uint64_t pfn;			/* a frame that was mapped less often then, or 0 */
	uint64_t count, count_before;	/* then, and before the call */
	size_t page;			/* that had it */
	struct result result;
};

/* All calls of a test. */
struct order {
	struct watch watch;
	unsigned int looked;
};

/* The first start since the call began, and it has not ended yet. */
static bool is_held(const struct watch *w, const struct injector_status *s)
{
	return s->starts == w->before.starts + 1 &&
	       s->delayed_starts == w->before.delayed_starts + 1 &&
	       s->delayed_us == w->before.delayed_us;
}

/* The pages that the guest visits; of a huge page all go at once. */
static unsigned int nr_looked_at(const struct watch *w)
{
	return w->run->press.nr_pages;
}

static int count_all(const struct watch *w, uint64_t *counts, struct result *r)
{
	unsigned int i;

	for (i = 0; i < nr_looked_at(w); i++) {
		uint64_t pfn = pagemap_pfn(w->pages[press_index(&w->run->press, i)]);

		counts[i] = 0;
		if (pfn && page_count_read(pfn, 1, &counts[i], r))
			return -1;
	}
	return 0;
}

static void compare(struct watch *w, const uint64_t *now)
{
	unsigned int i;

	for (i = 0; i < nr_looked_at(w) && !w->pfn; i++) {
		if (now[i] >= w->counts[i])
			continue;
		w->page = press_index(&w->run->press, i);
		w->pfn = pagemap_pfn(w->pages[w->page]);
		w->count = now[i];
		w->count_before = w->counts[i];
	}
}

static int look(struct watch *w)
{
	const struct injector *i = &w->run->injectors[0];
	uint64_t now[MN_NR_PAGES];
	struct injector_status s;

	if (injector_read(i, &s, &w->result))
		return -1;
	if (!is_held(w, &s))
		return 0;
	if (count_all(w, now, &w->result) || injector_read(i, &s, &w->result))
		return -1;
	if (is_held(w, &s)) {
		compare(w, now);
		w->looked = true;
	}
	return 0;
}

static void *watch_call(void *arg)
{
	struct watch *w = arg;

	while (!__atomic_load_n(&w->stop, __ATOMIC_ACQUIRE) && !w->looked && !look(w))
		sleep_ns(LOOK_NS);
	return NULL;
}

static int before_call(struct scenario_run *run, struct result *r)
{
	struct order *order = run->spec->own;
	struct watch *w = &order->watch;
	int err;

	memset(w, 0, sizeof(*w));
	w->run = run;
	result_init(&w->result);
	w->pages = pagemap_area(&run->area, r);
	w->counts = calloc(nr_looked_at(w), sizeof(*w->counts));
	if (!w->counts)
		return result_errno(r, "calloc(counts)");
	if (!w->pages || count_all(w, w->counts, r) ||
	    injector_delay(&run->injectors[0], HOLD_US, 0, r) ||
	    injector_knob(&run->injectors[0], KNOB_TIMES, 1, r) ||
	    injector_read(&run->injectors[0], &w->before, r))
		return -1;
	err = pthread_create(&w->thread, NULL, watch_call, w);
	if (err)
		return result_error(r, "pthread_create: %s", strerror(err));
	w->running = true;
	return 0;
}

static void stop_watching(struct watch *w)
{
	__atomic_store_n(&w->stop, 1, __ATOMIC_RELEASE);
	if (w->running)
		pthread_join(w->thread, NULL);
	free(w->pages);
	free(w->counts);
	w->running = false;
	w->pages = NULL;
	w->counts = NULL;
}

static int after_call(struct scenario_run *run, struct result *r)
{
	struct order *order = run->spec->own;
	struct watch *w = &order->watch;

	stop_watching(w);
	order->looked += w->looked;
	if (w->result.kind != RESULT_PASS)
		return result_error(r, "%s", w->result.reason);
	if (w->pfn)
		return result_fail(r, CONTRACT_NO_STALE,
				   "notified too late: with the first start() of %s still open, frame %#llx of page %zu was mapped %llu times and not %llu as before",
				   run->spec->pressure->name, (unsigned long long)w->pfn, w->page,
				   (unsigned long long)w->count, (unsigned long long)w->count_before);
	return 0;
}

static int last(struct scenario_run *run, struct result *r)
{
	struct order *order = run->spec->own;

	stop_watching(&order->watch);
	result_note(r, "order: pages looked at while start() was held in %u of %u calls",
		    order->looked, run->rounds);
	if (order->looked)
		result_judged(r, ORACLE_ORDER);
	if (run->rounds && !order->looked)
		return result_skip(r, "no start() was found held in %u calls: others start at the same time, or the bed is too busy",
				   run->rounds);
	return 0;
}

static const struct scenario_steps steps = {
	.before_call = before_call,
	.after_call = after_call,
	.last = last,
};

static int slow_down(struct scenario_run *run, struct result *r)
{
	return injector_delay(&run->injectors[0], SLOW_US, 0, r);
}

static const struct scenario_steps slow_steps = {
	.first = slow_down,
};

FIXTURE(order) {
	int unused;
};

FIXTURE_VARIANT(order) {
	struct scenario spec;
	bool looks;		/* or has the guest alone judge */
};

FIXTURE_SETUP(order)
{
}

FIXTURE_TEARDOWN(order)
{
}

TEST_F(order, guest)
{
	struct order order = { .looked = 0 };

	if (pagemap_missing())
		result_skip(mn.result, "%s", pagemap_missing());
	else
		mn_run_scenario_with(&variant->spec, NULL, variant->looks ? &steps : &slow_steps,
				     &order);
}

static void add(const struct scenario *spec, const char *id, const char *parameters,
		unsigned int arg)
{
	FIXTURE_VARIANT(order) variant = { .spec = *spec, .looks = arg };

	mn_case_add(order, id, parameters, MN_CASE_CORE, &variant);
}

#define ON(backing)	BACKING_BIT(BACKING_##backing)

static const struct mn_choice choices[] = {
	{ .pressure = "munmap", .backings = ON(ANON) | ON(MEMFD) },
	{ .pressure = "mmap_fixed", .backings = ON(ANON_THP) },
	{ .pressure = "mremap", .backings = ON(ANON) },
	{ .pressure = "madvise_dontneed", .backings = ON(ANON) | ON(ANON_THP) | ON(MEMFD) | ON(HUGETLB) },
	{ .pressure = "fallocate_punch", .backings = ON(MEMFD) | ON(HUGETLB_SHARED) | ON(FILE) },
	{ .pressure = "move_pages_bulk", .backings = ON(ANON) | ON(ANON_THP) | ON(MEMFD) | ON(HUGETLB) },
	{ .pressure = "pageout", .backings = ON(ANON) | ON(MEMFD) | ON(FILE) },
	{ .pressure = "compact", .backings = ON(ANON) },
	{ .pressure = "ksm_write", .backings = ON(ANON) },
	{ .pressure = "madvise_collapse", .backings = ON(ANON_THP) | ON(MEMFD_THP) },
	{ 0 },
};

static const struct mn_choice slow_choices[] = {
	{ .pressure = "ksm_race", .backings = ON(ANON) | ON(MEMFD_PRIVATE) },
	{ .pressure = "writeback", .backings = ON(FILE) },
	{ 0 },
};

/*
 * Runs before KVM's: what the guest does meanwhile it does with its translations.
 * There is no delay before the first call, while the guest gets its memory.
 */
static const struct injector_setup delay = {
	.name = "delay_after_kvm",
	.kind = "delay",
	.count = 1,
};

static void add_variants(void)
{
	struct scenario base = {
		.nr_vcpus = 1,
		.nr_pages = MN_NR_PAGES,
		.rounds = 2,
		.injector = &delay,
	};

	mn_account_begin();
	mn_add_chosen(&base, "first", choices, add, true);
	base.workload = workload_find("sweep_write");
	mn_add_chosen(&base, "slow", slow_choices, add, false);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

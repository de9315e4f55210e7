// SPDX-License-Identifier: GPL-2.0
/*
 * mn_async_pf_test - a vCPU need not wait for a page, and is told when it is there.
 *
 * KVM has a page that would have to be waited for fetched by somebody else (async page faults).
 * The guest is told that it is not there, does something else, and is interrupted when
 * it is; both times with the same token.  Meanwhile the page may be taken again, its slot
 * replaced, or KVM told to begin anew, for which it then owes the guest one wakeup for all.
 *
 *   interrupt	so it is
 *   in_area	what KVM tells a vCPU, and which end of an interrupt it need not hear of (PV EOI), it
 *		writes to the pages that are taken
 *   halt	the guest has not asked for this: the vCPU sleeps until the page is there
 *
 * Contracts 9 and 10.
 */
#include <errno.h>
#include <linux/kvm.h>

#include "base/deadline.h"
#include "mn_chosen.h"
#include "pressure/userfault.h"
#include "vm/arch.h"

MN_ABOUT("async page faults: vCPUs are told that pages are not there, and then that they are", 9, 10);

#define OFFSET		1024		/* in a page of the area, clear of its stamp */

enum mode { MODE_INTERRUPT, MODE_IN_AREA, MODE_HALT };

struct wakeups {
	enum mode mode;
	struct scenario_run *run;
	unsigned int armed;	/* times that the vCPUs were, each */
};

/* ---- what the guest counts ---- */

static const struct guest_vcpu *guest_of(const struct vm *vm, unsigned int id)
{
	return &vm_shared(vm)->vcpu[id];
}

static uint64_t absent(const struct vm *vm, unsigned int id)
{
	return guest_load(&guest_of(vm, id)->async_absent);
}

static uint64_t total_begun(const struct vm *vm)
{
	uint64_t sum = 0;
	unsigned int id;

	for (id = 0; id < vm->nr_vcpus; id++)
		sum += guest_load(&guest_of(vm, id)->async_begun);
	return sum;
}

/* ---- arming ---- */

static int arm(struct wakeups *w, struct result *r)
{
	struct vm *vm = &w->run->vm;
	struct guest_shared *shared = vm_shared(vm);
	bool in_area = w->mode == MODE_IN_AREA;
	unsigned int id;

	if (w->mode == MODE_HALT)
		return 0;
	shared->async_gpa = in_area ? vm->area_gpa + OFFSET :
				      GUEST_SHARED_GPA + offsetof(struct guest_shared, async);
	shared->async_stride = in_area ? shared->stride : sizeof(shared->async[0]);
	for (id = 0; id < vm->nr_vcpus; id++) {
		if (vm_arch.async_pf->arm(vm, id, shared->async_gpa + id * shared->async_stride,
					  true, r))
			return -1;
	}
	w->armed++;
	return 0;
}

/* ---- the oracle ---- */

static bool all_heard(const struct wakeups *w, unsigned int id)
{
	const struct vm *vm = &w->run->vm;

	return !absent(vm, id) && guest_load(&guest_of(vm, id)->async_woken) >= w->armed;
}

static int judge_vcpu(const struct wakeups *w, unsigned int id, struct result *r)
{
	const struct scenario_run *run = w->run;
	struct deadline deadline;

	deadline_start(&deadline, run->budget_ns);
	while (!all_heard(w, id)) {
		if (vm_check(&run->vm, r))
			return -1;
		if (deadline_poll(&deadline))
			continue;
		vm_describe(&run->vm, r);
		return result_fail(r, CONTRACT_PROGRESS,
				   "vCPU %u was told of %llu pages that they are not there, and waits for %llu of them after %llu ms; woken for all %llu of %u times",
				   id, guest_load(&guest_of(&run->vm, id)->async_begun),
				   (unsigned long long)absent(&run->vm, id),
				   (unsigned long long)run->budget_ns / 1000000,
				   guest_load(&guest_of(&run->vm, id)->async_woken), w->armed);
	}
	return 0;
}

static int after_round(struct scenario_run *run, struct result *r)
{
	const struct wakeups *w = run->spec->own;
	unsigned int id;

	for (id = 0; id < run->vm.nr_vcpus; id++) {
		if (judge_vcpu(w, id, r))
			return -1;
	}
	return 0;
}

static int last(struct scenario_run *run, struct result *r)
{
	uint64_t begun = total_begun(&run->vm);
	unsigned int id;

	for (id = 0; id < run->vm.nr_vcpus; id++) {
		if (r->kind == RESULT_FAIL)
			result_note(r, "vCPU %u waits for %llu pages that it was told are not there",
				    id, (unsigned long long)absent(&run->vm, id));
	}
	if (begun)
		result_judged(r, ORACLE_WAKEUPS);
	else
		result_not_judged(r, ORACLE_WAKEUPS, "no vCPU was told that a page is not there");
	result_note(r, "async page faults: %llu pages", (unsigned long long)begun);
	return 0;
}

/* ---- rows of this program: the faults on one half of the memory are held back ---- */

static int zero(struct uffd *u, char *unit, struct result *r)
{
	return uffd_zero(u, unit, u->unit, r);
}

/* Pages that a vCPU visits in one half of the memory. */
static unsigned int half_share(const struct press *p)
{
	return p->nr_pages / p->vm->nr_vcpus / 2;
}

static bool all_are_told(const struct press *p)
{
	unsigned int id;

	for (id = 0; id < p->vm->nr_vcpus; id++) {
		if (absent(p->vm, id) < half_share(p))
			return false;
	}
	return true;
}

/*
 * Nobody promises that KVM never waits itself: it may be short of memory, or have something
 * else to deliver.  Then the vCPU stands, and the round proves nothing, but should be over soon.
 */
static int await_told(const struct press *p, bool *told, struct result *r)
{
	struct deadline deadline;

	deadline_start(&deadline, p->budget_ns / 8);
	do {
		if (vm_check(p->vm, r))
			return -1;
		*told = all_are_told(p);
	} while (!*told && deadline_poll(&deadline));
	return 0;
}

/* Who was told has other pages to visit. */
static int await_visits(const struct press *p, struct result *r)
{
	uint64_t from[GUEST_MAX_VCPUS];
	struct deadline deadline;
	unsigned int id;

	for (id = 0; id < p->vm->nr_vcpus; id++)
		from[id] = guest_load(&guest_of(p->vm, id)->visits);
	for (id = 0; id < p->vm->nr_vcpus; id++) {
		deadline_start(&deadline, p->budget_ns);
		while (guest_load(&guest_of(p->vm, id)->visits) - from[id] < half_share(p)) {
			if (vm_check(p->vm, r))
				return -1;
			if (deadline_poll(&deadline))
				continue;
			vm_describe(p->vm, r);
			return result_fail(r, CONTRACT_PROGRESS,
					   "vCPU %u stalls, though half of its pages are there and it was told of the others",
					   id);
		}
	}
	return 0;
}

static int hold_half(struct press *p, struct uffd *u,
		     int (*meanwhile)(struct press *p, struct uffd *u, struct result *r),
		     struct result *r)
{
	const size_t half = p->area->size / 2;
	bool told;

	if (madvise(p->area->hva, half, MADV_DONTNEED))
		return result_errno(r, "madvise(%p, %zu, MADV_DONTNEED)", (void *)p->area->hva, half);
	press_call_over(p);
	if (await_told(p, &told, r))
		return -1;
	if (told && (await_visits(p, r) || (meanwhile && meanwhile(p, u, r))))
		return -1;
	if (told)
		p->proved += half_share(p) * p->vm->nr_vcpus;
	return userfault_release(p, u, 0, r);
}

static int run_half(struct press *p, struct uffd *u, struct result *r)
{
	return hold_half(p, u, NULL, r);
}

/* KVM forgets what it owes the guest, but for one wakeup. */
static int arm_anew(struct press *p, struct uffd *u, struct result *r)
{
	if (press_pause(p, r))
		return -1;
	/* It waits for those who fetch pages. */
	uffd_release(u);
	if (arm(p->state, r))
		return -1;
	press_resume(p);
	return 0;
}

static int run_armed_anew(struct press *p, struct uffd *u, struct result *r)
{
	return hold_half(p, u, arm_anew, r);
}

static int remake_slot(struct press *p, struct uffd *u, struct result *r)
{
	(void)u;
	return vm_remake_area(p->vm, r);
}

static int run_slot_remade(struct press *p, struct uffd *u, struct result *r)
{
	return hold_half(p, u, remake_slot, r);
}

static int log_writes(struct press *p, struct uffd *u, struct result *r)
{
	(void)u;
	return press_set_slot(p, KVM_MEM_LOG_DIRTY_PAGES, p->vm->area_gpa, p->area->size, r) ?:
	       press_set_slot(p, 0, p->vm->area_gpa, p->area->size, r);
}

static int run_logged(struct press *p, struct uffd *u, struct result *r)
{
	return hold_half(p, u, log_writes, r);
}

/* All of them sleep in KVM, and not in the fault: a signal wakes them in every kernel. */
static int run_halted(struct press *p, struct uffd *u, struct result *r)
{
	unsigned long long asleep = 0;
	struct deadline deadline;

	if (userfault_discard(p, r))
		return -1;
	press_call_over(p);
	deadline_start(&deadline, p->budget_ns);
	do {
		if (vm_check(p->vm, r))
			return -1;
		if (vm_stat(p->vm, "blocking", &asleep))
			asleep = uffd_waiting(u);
	} while (asleep < p->vm->nr_vcpus && deadline_poll(&deadline));
	if (asleep == p->vm->nr_vcpus) {
		p->proved += asleep;
		if (vm_kick(p->vm, r) || vm_kick(p->vm, r))
			return -1;
		result_judged(r, ORACLE_WAKEUPS);
	}
	return userfault_release(p, u, 0, r);
}

static int round_of(struct press *p, int (*run)(struct press *p, struct uffd *u, struct result *r),
		    struct result *r)
{
	const struct userfault how = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
		.resolve = zero,
		.run = run,
	};

	return userfault_round(p, &how, r);
}

#define ROW(id, does, effect, what)						\
static int apply_##id(struct press *p, struct result *r)			\
{										\
	return round_of(p, run_##id, r);					\
}										\
static const struct pressure row_##id = {					\
	.name = #id,								\
	.calls = does,								\
	.events = "clear unmap",						\
	.proof = what,								\
	.hits = { 1, 2 },							\
	.effect = BACKING_BIT(BACKING_ANON),					\
	.needs = { memory_advice_missing, uffd_missing },			\
	.apply = apply_##id,							\
}

#define WENT_ON	"page that was not there while its vCPU went on"

ROW(half, "madvise(MADV_DONTNEED) of one half, UFFDIO_ZEROPAGE while the guest uses the other",
    may_discard, WENT_ON);
ROW(armed_anew, "the same, and MSR_KVM_ASYNC_PF_EN is written anew meanwhile", may_discard, WENT_ON);
ROW(slot_remade, "the same, and the memory slot is deleted and made anew meanwhile", may_discard,
    WENT_ON);
ROW(logged, "the same, and the dirty log is turned on and off meanwhile", may_discard, WENT_ON);
ROW(halted, "madvise(MADV_DONTNEED), UFFDIO_ZEROPAGE while the vCPUs sleep in KVM", discards,
    "vCPU that slept in KVM while its page was not there");

/* ---- the tests ---- */

static int first(struct scenario_run *run, struct result *r)
{
	struct wakeups *w = run->spec->own;

	w->run = run;
	if (run->spec->pressure == &row_armed_anew)
		run->press.state = w;
	if (vm_park(&run->vm, run->budget_ns, r) || arm(w, r))
		return -1;
	vm_resume(&run->vm);
	return 0;
}

static const struct scenario_steps steps = {
	.first = first,
	.after_round = after_round,
	.last = last,
};

FIXTURE(async_pf) {
	struct wakeups wakeups;
};

FIXTURE_VARIANT(async_pf) {
	struct scenario spec;
	enum mode mode;
};

FIXTURE_SETUP(async_pf)
{
}

FIXTURE_TEARDOWN(async_pf)
{
}

TEST_F(async_pf, guest)
{
	self->wakeups.mode = variant->mode;
	mn_run_scenario_with(&variant->spec, &vm_arch.async_pf->kind, &steps, &self->wakeups);
}

static void add(const struct scenario *spec, const char *id, const char *parameters,
		unsigned int mode)
{
	FIXTURE_VARIANT(async_pf) variant = { .spec = *spec, .mode = mode };

	mn_case_add(async_pf, id, parameters, MN_CASE_CORE, &variant);
}

#define ON_ANON		BACKING_BIT(BACKING_ANON)
#define ON_FILE		BACKING_BIT(BACKING_FILE)

static const struct mn_choice interrupt_choices[] = {
	{ .own = &row_half, .backings = ON_ANON },
	{ .own = &row_armed_anew, .backings = ON_ANON },
	{ .own = &row_slot_remade, .backings = ON_ANON },
	{ .own = &row_logged, .backings = ON_ANON },
	{ .pressure = "uffd_copy", .backings = BACKING_BIT(BACKING_MEMFD) },
	{ .pressure = "uffd_zeropage_again", .backings = ON_ANON },
	{ .pressure = "pageout", .backings = ON_FILE },
	{ .pressure = "swapoff", .backings = ON_ANON },
	{ 0 },
};

static const struct mn_choice in_area_choices[] = {
	{ .pressure = "uffd_copy", .backings = ON_ANON },
	{ .pressure = "pageout", .backings = ON_FILE },
	{ 0 },
};

static const struct mn_choice halt_choices[] = {
	{ .own = &row_halted, .backings = ON_ANON },
	{ .pressure = "pageout", .backings = ON_FILE },
	{ 0 },
};

static void add_variants(void)
{
	struct scenario base = {
		.workload = workload_find("async"),
		.nr_vcpus = 2,
		.nr_pages = MN_NR_PAGES,
		.rounds = MN_NR_ROUNDS,
	};

	if (!base.workload)
		return;
	mn_account_begin();
	mn_add_chosen(&base, "interrupt", interrupt_choices, add, MODE_INTERRUPT);
	mn_add_chosen(&base, "in_area", in_area_choices, add, MODE_IN_AREA);
	mn_add_chosen(&base, "halt", halt_choices, add, MODE_HALT);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

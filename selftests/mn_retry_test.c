// SPDX-License-Identifier: GPL-2.0
/*
 * mn_retry_test - faults that an invalidation overtakes, and those ahead of the guest.
 *
 *   overtaken	a fault waits for its page while a whole invalidation goes by: no count and
 *		no range tells of that any more, only KVM's sequence, and it is taken again;
 *   pre_fault	KVM_PRE_FAULT_MEMORY waits for an invalidation that is held open, and
 *		elsewhere does not (v6.11, without shadow paging);
 *   slot	it lets a memslot go that is deleted meanwhile, and does not wait for it.
 *
 * Contracts 4, 7, 9 and 10.
 */
#include <errno.h>
#include <signal.h>

#include "memory/uffd.h"
#include "mn_harness.h"
#include "support/stage.h"
#include "vm/arch.h"

MN_ABOUT("faults that an invalidation overtakes, and KVM_PRE_FAULT_MEMORY", 4, 7, 9, 10);

/* ---- a fault that a whole invalidation overtakes, contract 4 ---- */

#define WAITING		2		/* vCPUs, each with a page of its own */

FIXTURE(overtaken) {
	struct scenario spec;
	struct scenario_run run;
	struct uffd uffd;
	char *zeroes;		/* what comes back */
	bool ready;		/* guest at work; nothing has gone wrong */
	bool open;
};

FIXTURE_VARIANT(overtaken) {
	enum backing_id backing;
};

FIXTURE_VARIANT_ADD(overtaken, anon) { .backing = BACKING_ANON };
FIXTURE_VARIANT_ADD(overtaken, hugetlb) { .backing = BACKING_HUGETLB };

FIXTURE_SETUP(overtaken)
{
	struct result *r = mn.result;

	self->spec = (struct scenario) {
		.backing = &backings[variant->backing],
		.injector = &injector_setups[0],
		/* It writes and does not read: one fault is enough for it. */
		.workload = workload_find("touch"),
		.nr_vcpus = WAITING,
		.nr_pages = WAITING,
	};
	if (uffd_missing())
		result_skip(r, "%s", uffd_missing());
	else
		inject_available(r);
	self->ready = !scenario_begin(&self->run, &self->spec, r) && r->kind == RESULT_PASS;
}

FIXTURE_TEARDOWN(overtaken)
{
	if (self->open && uffd_close(&self->uffd, mn.result))
		self->ready = false;
	scenario_end(&self->run, self->ready, mn.result);
}

/* A page with a frame of its own, which one fault makes writable. */
static int give_back(struct uffd *u, char *unit, struct result *r)
{
	const struct _test_data_overtaken *self = u->owner;

	return uffd_copy(u, unit, self->zeroes, u->unit, r);
}

/* The vCPUs are parked, and nothing is there for them. */
static int take_all(struct _test_data_overtaken *self, struct result *r)
{
	const struct area *a = &self->run.area;
	size_t unit = a->backing->granule;

	self->zeroes = mmap(NULL, unit, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (self->zeroes == MAP_FAILED)
		return result_errno(r, "mmap(%zu)", unit);
	self->open = true;
	if (uffd_open(&self->uffd, 0, unit, self->run.budget_ns, r) ||
	    uffd_register(&self->uffd, a->hva, a->size, UFFDIO_REGISTER_MODE_MISSING, r) ||
	    coherence_before(&self->run.coherence, EFFECT_DISCARD, r) ||
	    uffd_serve(&self->uffd, give_back, self, true, r))
		return -1;
	return area_dontneed(a, a->hva, a->size, r);
}

static int await_waiting(struct _test_data_overtaken *self, struct result *r)
{
	struct deadline deadline;

	deadline_start(&deadline, self->run.budget_ns);
	while (uffd_waiting(&self->uffd) < WAITING) {
		if (!deadline_poll(&deadline))
			return result_fail(r, CONTRACT_NO_STALE,
					   "%llu of %u vCPUs wait for a page, and all were taken away",
					   (unsigned long long)uffd_waiting(&self->uffd), WAITING);
	}
	return 0;
}

/* A whole one, of the pages that they wait for; nothing is taken. */
static int invalidate(struct _test_data_overtaken *self, struct result *r)
{
	if (inject_reap_once(self->run.area.hva, self->run.area.size, r))
		return -1;
	if (uffd_waiting(&self->uffd) < WAITING)
		return result_error(r, "no effect: %llu of %u vCPUs still wait for a page",
				    (unsigned long long)uffd_waiting(&self->uffd), WAITING);
	return 0;
}

/* Each has taken one fault that was overtaken, and must have taken another. */
static int judge_taken(unsigned long long taken, struct result *r)
{
	result_judged(r, ORACLE_FAULTS);
	result_note(r, "%llu faults of %u vCPUs", taken, WAITING);
	if (taken >= 2 * WAITING)
		return 0;
	return result_fail(r, CONTRACT_FAULTS,
			   "%u faults were overtaken by an invalidation, and only %llu were taken in all: not each of them a second time",
			   WAITING, taken);
}

static int overtake(struct _test_data_overtaken *self, struct result *r)
{
	struct scenario_run *run = &self->run;
	unsigned long long before, after;

	if (vm_park(&run->vm, run->budget_ns, r))
		return -1;
	if (vm_faults_taken(&run->vm, &before))
		return result_skip(r, "nobody counts the faults that the guest takes: on x86 before v5.19");
	if (take_all(self, r))
		return -1;
	vm_resume(&run->vm);
	if (await_waiting(self, r) || invalidate(self, r))
		return -1;
	uffd_release(&self->uffd);
	coherence_after(&run->coherence, EFFECT_DISCARD);
	if (progress_await(&run->progress, run->visits, run->budget_ns,
			   "after its faults were resolved", r))
		return -1;
	if (vm_faults_taken(&run->vm, &after))
		return result_error(r, "the faults of the guest can be read no more");
	return judge_taken(after - before, r);
}

TEST_F(overtaken, retried)
{
	if (self->ready)
		self->ready = !overtake(self, mn.result);
}

/* ---- faulting in ahead of the guest, contract 4 ---- */

/* For one vCPU its own page, by a thread. */
struct pre_faulter {
	struct errand errand;
	const struct stage *stage;
	unsigned int vcpu;
	uint32_t begun;
	int err;
};

FIXTURE(pre_fault) {
	struct stage stage;
	struct pre_faulter inside, outside;
};

FIXTURE_VARIANT(pre_fault) {
	enum order order;
	enum backing_id backing;
};

FIXTURE_SETUP(pre_fault)
{
	if (vm_pre_fault_missing())
		result_skip(mn.result, "%s", vm_pre_fault_missing());
	else
		stage_begin(&self->stage, variant->order, variant->backing, "sweep_write",
			    mn.result);
}

FIXTURE_TEARDOWN(pre_fault)
{
	if (!vm_pre_fault_missing())
		stage_end(&self->stage, mn.result);
}

static void pre_fault(void *arg)
{
	struct pre_faulter *f = arg;
	const struct vm *vm = &f->stage->run.vm;
	uint64_t size = vm_shared(vm)->stride, gpa = vm->area_gpa + f->vcpu * size;

	guest_store(&f->begun, 1);
	do
		f->err = -vm_pre_fault(vm, f->vcpu, &gpa, &size);
	while (size && (!f->err || f->err == EAGAIN || f->err == EINTR));
}

static int pre_fault_create(struct pre_faulter *f, const struct stage *s, unsigned int vcpu,
			    struct result *r)
{
	*f = (struct pre_faulter) { .stage = s, .vcpu = vcpu };
	return errand_create(&f->errand, pre_fault, f, r);
}

/*
 * To the end of the hold.
 *
 * Return: 0 proved; 1 if it was over too early to tell; -1 with a failure.
 */
static int watch_pre_faults(struct stage *s, const struct pre_faulter *inside,
			    const struct pre_faulter *outside, unsigned int us, bool *stalled,
			    struct result *r)
{
	struct health_sample now;
	struct deadline stall;
	bool proved = false, over, done;

	deadline_start(&stall, us / 4 * 1000ULL);
	for (;;) {
		over = guest_load(&inside->errand.over);
		done = guest_load(&inside->begun) && guest_load(&outside->errand.over);
		if (health_sample(&s->run.health, &now, r))
			return -1;
		if (now.seq != s->seq || !now.in_progress)
			break;
		if (over)
			return result_fail(r, CONTRACT_FAULTS,
					   "KVM_PRE_FAULT_MEMORY of page %u returned (%s) while an invalidation of it was open",
					   inside->vcpu, inside->err ? strerror(inside->err) : "done");
		proved |= done;
		if (!deadline_poll(&stall) && !proved)
			*stalled = true;
	}
	if (!proved)
		return 1;
	result_judged(r, ORACLE_FAULTS);
	return 0;
}

static int pre_fault_over(struct stage *s, const struct pre_faulter *f, struct result *r)
{
	struct deadline deadline;

	deadline_start(&deadline, s->run.budget_ns);
	while (!guest_load(&f->errand.over)) {
		if (!deadline_poll(&deadline))
			return result_fail(r, CONTRACT_PROGRESS,
					   "KVM_PRE_FAULT_MEMORY of page %u does not return: given up after %llu ms",
					   f->vcpu, (unsigned long long)deadline.budget_ns / 1000000);
	}
	pthread_join(f->errand.thread, NULL);
	errno = f->err;
	return errno ? result_errno(r, "KVM_PRE_FAULT_MEMORY of page %u", f->vcpu) : 0;
}

/* Of the first two pages, and the vCPUs stay out. */
static int pre_fault_while_held(struct stage *s, void *arg, unsigned int us, bool *stalled,
				struct result *r)
{
	static const struct part held = { 0, 2 };
	struct _test_data_pre_fault *self = arg;
	struct pre_faulter *inside = &self->inside, *outside = &self->outside;
	int ret, over;

	if (stage_prepare(s, r) || pre_fault_create(inside, s, held.first, r) ||
	    pre_fault_create(outside, s, held.first + held.nr, r))
		return -1;
	ret = stage_hold(s, &held, us, r) ?: stage_count_is(s, 1, r);
	guest_store(&inside->errand.go, 1);
	guest_store(&outside->errand.go, 1);
	if (!ret)
		ret = watch_pre_faults(s, inside, outside, us, stalled, r);
	over = stage_release(s, r) | pre_fault_over(s, inside, r) | pre_fault_over(s, outside, r);
	vm_resume(&s->run.vm);
	return over ? -1 : ret;
}

TEST_F(pre_fault, held)
{
	stage_watch(&self->stage, pre_fault_while_held, self,
		    "KVM_PRE_FAULT_MEMORY of a page outside of what was invalidated returned in none",
		    mn.result);
}

/* ---- and a memslot that goes meanwhile, contract 7 ---- */

#define NR_REMAKES	500	/* v7.2 fails at one of some hundred */

FIXTURE(slot) {
	struct scenario spec;
	struct scenario_run run;
	struct errand remaker, pre_faulter;
	unsigned int remade, pre_faulted;
	uint32_t stop;
	struct result result;	/* of the remaker */
	bool ready;
};

FIXTURE_VARIANT(slot) {
	enum backing_id backing;
};

FIXTURE_SETUP(slot)
{
	self->spec = (struct scenario) {
		.backing = &backings[variant->backing],
		.injector = &injector_setups[0],
		.workload = workload_find("sweep_write"),
		.nr_vcpus = 1,
		.nr_pages = 64,
	};
	if (vm_pre_fault_missing())
		result_skip(mn.result, "%s", vm_pre_fault_missing());
	self->ready = !scenario_begin(&self->run, &self->spec, mn.result) &&
		      mn.result->kind == RESULT_PASS;
}

FIXTURE_TEARDOWN(slot)
{
	scenario_end(&self->run, self->ready, mn.result);
}

/* Where there is no slot just then, it fails, and that is well. */
static void pre_fault_again(void *arg)
{
	struct _test_data_slot *self = arg;
	uint64_t gpa, size;

	while (!guest_load(&self->stop)) {
		gpa = GUEST_AREA_GPA;
		size = self->run.area.size;
		if (!vm_pre_fault(&self->run.vm, 0, &gpa, &size) && !size)
			__atomic_add_fetch(&self->pre_faulted, 1, __ATOMIC_RELAXED);
	}
}

static void remake(void *arg)
{
	struct _test_data_slot *self = arg;
	unsigned int before;

	result_init(&self->result);
	while (guest_load(&self->remade) < NR_REMAKES) {
		before = guest_load(&self->pre_faulted);
		if (vm_remake_area(&self->run.vm, &self->result))
			break;
		/* In between it is to be at work. */
		while (guest_load(&self->pre_faulted) == before && !guest_load(&self->stop))
			sleep_ns(DEADLINE_POLL_NS);
		__atomic_add_fetch(&self->remade, 1, __ATOMIC_RELAXED);
	}
}

/* Each within the budget. */
static int await_remakes(struct _test_data_slot *self, struct result *r)
{
	struct deadline deadline;
	unsigned int last = 0, now;

	deadline_start(&deadline, self->run.budget_ns);
	while (!guest_load(&self->remaker.over)) {
		now = guest_load(&self->remade);
		if (now != last)
			deadline_start(&deadline, self->run.budget_ns);
		last = now;
		if (!deadline_poll(&deadline))
			return result_fail(r, CONTRACT_MEMSLOTS,
					   "while KVM_PRE_FAULT_MEMORY goes on, a memslot is not deleted in %llu ms",
					   (unsigned long long)deadline.budget_ns / 1000000);
	}
	return 0;
}

/* A signal ends each call of KVM_PRE_FAULT_MEMORY, whatever else it waits for. */
static void stop_pre_faults(struct _test_data_slot *self)
{
	guest_store(&self->stop, 1);
	while (!guest_load(&self->pre_faulter.over)) {
		pthread_kill(self->pre_faulter.thread, SIGUSR1);
		sleep_ns(DEADLINE_POLL_NS);
	}
	pthread_join(self->pre_faulter.thread, NULL);
	pthread_join(self->remaker.thread, NULL);
}

static int delete_meanwhile(struct _test_data_slot *self, struct result *r)
{
	struct scenario_run *run = &self->run;
	int ret;

	if (vm_park(&run->vm, run->budget_ns, r) ||
	    errand_create(&self->pre_faulter, pre_fault_again, self, r))
		return -1;
	guest_store(&self->pre_faulter.go, 1);
	ret = errand_create(&self->remaker, remake, self, r);
	if (ret) {
		guest_store(&self->stop, 1);
		return -1;
	}
	guest_store(&self->remaker.go, 1);
	result_judged(r, ORACLE_MEMSLOTS);
	ret = await_remakes(self, r);
	stop_pre_faults(self);
	if (self->result.kind != RESULT_PASS) {
		result_adopt(r, &self->result);
		return -1;
	}
	result_note(r, "deleted %u times, %u times faulted in as a whole", self->remade,
		    self->pre_faulted);
	vm_resume(&run->vm);
	return ret ?: progress_await(&run->progress, run->visits, run->budget_ns,
				     "with its slot made anew", r);
}

TEST_F(slot, guest)
{
	if (self->ready)
		self->ready = !delete_meanwhile(self, mn.result);
}

static void add_variants(void)
{
	static const enum backing_id on[] = { BACKING_ANON, BACKING_ANON_THP };
	FIXTURE_VARIANT(slot) slot = { .backing = BACKING_ANON };
	FIXTURE_VARIANT(pre_fault) variant;
	unsigned int i;
	char name[64];

	/* Where it fails (selftests/known/pre-fault-deleted.md), it takes seconds to. */
	mn_case_add(slot, "deleted.anon", "1vcpu", MN_CASE_CORE | MN_CASE_EXTRA, &slot);
	for (i = 0; i < ARRAY_SIZE(on); i++)
	for (variant.order = 0; variant.order < NR_ORDERS; variant.order++) {
		variant.backing = on[i];
		snprintf(name, sizeof(name), "held.%s", backings[on[i]].name);
		mn_case_add(pre_fault, name, orders[variant.order].name, MN_CASE_CORE, &variant);
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}

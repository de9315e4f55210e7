// SPDX-License-Identifier: GPL-2.0
/*
 * mn_delay_vm_test - the life of a VM while an invalidation is held open.
 *
 * As in mn_delay_test a delaying notifier holds the invalidation open, and the order of
 * events is judged, never time:
 *
 *   memslot	an update waits for active == 0, and completes (v5.15): a slot is created,
 *		its dirty pages are logged, or it is moved or deleted, and then no vCPU
 *		that was waiting for the end may find its page where it was;
 *   closed	a VM that is closed meanwhile goes, with its counts still up;
 *   while_held	a VMM that is killed meanwhile ends, though its own thread is
 *		being held and its vCPUs are waiting for the end.
 *
 * Contracts 6, 7 and 8.
 */
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "host/hostfile.h"
#include "mn_harness.h"
#include "scenario/vmm.h"
#include "support/stage.h"

MN_ABOUT("memslot updates and the end of a VM while an invalidation is held open", 6, 7, 8);

/* What happens to a memslot, and back; 0 or -errno. */
struct update {
	const char *name;	/* stable: part of test names */
	int (*apply)(const struct scenario_run *run);
	int (*undo)(const struct scenario_run *run);
	bool takes;		/* the guest's memory */
};

/* A thread that the kernel may keep for as long as it likes, unkillably. */
struct helper {
	struct errand errand;
	struct stage *stage;
	const struct update *update;
	int vm_fd;			/* to close */
	pid_t tid;
	int err;			/* of the memslot update */
	struct health_sample after;	/* the counters when that returned */
	struct result result;		/* of reading them */
};

FIXTURE(held) {
	struct stage stage;
	struct helper helper;
};

FIXTURE_VARIANT(held) {
	enum order order;
};

FIXTURE_VARIANT_ADD(held, start_behind_kvm) { .order = START_BEHIND_KVM };
FIXTURE_VARIANT_ADD(held, end_ahead_of_kvm) { .order = END_AHEAD_OF_KVM };

FIXTURE_SETUP(held)
{
	stage_begin(&self->stage, variant->order, BACKING_ANON, "sweep_write", mn.result);
}

FIXTURE_TEARDOWN(held)
{
	stage_end(&self->stage, mn.result);
}

static int helper_create(struct helper *h, void (*run)(void *arg), struct stage *s,
			 struct result *r)
{
	h->stage = s;
	h->tid = 0;
	result_init(&h->result);
	if (errand_create(&h->errand, run, h, r))
		return -1;
	pthread_detach(h->errand.thread);
	return 0;
}

static int helper_await(const struct helper *h, enum contract contract, const char *what,
			struct result *r)
{
	struct deadline deadline;

	deadline_start(&deadline, h->stage->run.budget_ns);
	while (!guest_load(&h->errand.over)) {
		if (!deadline_poll(&deadline))
			return result_fail(r, contract,
					   "%s does not complete: given up after %llu ms", what,
					   (unsigned long long)deadline.budget_ns / 1000000);
	}
	return 0;
}

/* ---- memslot updates, contract 7 ---- */

#define SPARE_GPA	(GUEST_AREA_GPA + (1UL << 30))

static int create(const struct scenario_run *run)
{
	return vm_set_slot(&run->vm, VM_SLOT_SPARE, SPARE_GPA, run->area.hva, run->area.size);
}

static int delete_created(const struct scenario_run *run)
{
	return vm_set_slot(&run->vm, VM_SLOT_SPARE, SPARE_GPA, run->area.hva, 0);
}

static int log_dirty(const struct scenario_run *run)
{
	return vm_set_slot_flags(&run->vm, VM_SLOT_AREA, KVM_MEM_LOG_DIRTY_PAGES,
				 GUEST_AREA_GPA, run->area.hva, run->area.size);
}

static int move(const struct scenario_run *run)
{
	return vm_set_slot(&run->vm, VM_SLOT_AREA, SPARE_GPA, run->area.hva, run->area.size);
}

static int delete(const struct scenario_run *run)
{
	return vm_set_slot(&run->vm, VM_SLOT_AREA, GUEST_AREA_GPA, run->area.hva, 0);
}

/* As it was, wherever it is. */
static int put_back(const struct scenario_run *run)
{
	return vm_set_slot(&run->vm, VM_SLOT_AREA, GUEST_AREA_GPA, run->area.hva,
			   run->area.size);
}

static const struct update creation = { "created", create, delete_created, false };

static const struct update updates[] = {
	{ "logged", log_dirty, put_back, false },
	{ "moved", move, put_back, true },
	{ "deleted", delete, put_back, true },
};

static void update_slot(void *arg)
{
	struct helper *h = arg;
	struct health health = h->stage->run.health;

	guest_store(&h->tid, gettid());
	h->err = h->update->apply(&h->stage->run);
	health_sample(&health, &h->after, &h->result);
}

/* Is it in the kernel, in uninterruptible sleep? */
static bool sleeps(const struct helper *h)
{
	char path[64], stat[256], *state = NULL;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", guest_load(&h->tid));
	if (guest_load(&h->tid) && hostfile_read(path, stat, sizeof(stat)) > 0)
		state = strrchr(stat, ')');
	return state && state[1] == ' ' && state[2] == 'D';
}

/* Return: 0 seen asleep while the invalidation was open; 1 not seen; -1. */
static int watch_update(struct stage *s, const struct helper *h, struct result *r)
{
	struct health_sample now;
	bool asleep;

	do {
		asleep = sleeps(h);
		if (health_sample(&s->run.health, &now, r))
			return -1;
		if (now.seq != s->seq || !now.active)
			return 1;
		sleep_ns(DEADLINE_POLL_NS);
	} while (!asleep && !guest_load(&h->errand.over));
	return asleep ? 0 : 1;
}

static int judge_update(struct stage *s, struct helper *h, struct result *r)
{
	result_adopt(r, &h->result);
	if (h->result.kind != RESULT_PASS)
		return -1;
	result_judged(r, ORACLE_MEMSLOTS);
	if (h->after.seq == s->seq && h->after.active)
		return result_fail(r, CONTRACT_MEMSLOTS,
				   "a memslot was %s while an invalidation was active (active %lld, seq %llu)",
				   h->update->name, h->after.active, h->after.seq);
	if (!h->err && h->update->takes && vm_gap_check(&s->run.vm, r))
		return -1;
	if (!h->err)
		h->err = h->update->undo(&s->run);
	if (h->err)
		return result_fail(r, CONTRACT_MEMSLOTS, "a memslot is not %s: %s",
				   h->update->name, strerror(-h->err));
	return 0;
}

/* vCPUs whose memory goes wait for the end, too; the others stay out. */
static int hold_and_update(struct stage *s, struct helper *h, unsigned int us, struct result *r)
{
	int seen;

	if (stage_hold_at(s, s->run.area.hva, s->run.area.size, us, r))
		return -1;
	if (h->update->takes)
		vm_resume(&s->run.vm);
	guest_store(&h->errand.go, 1);
	seen = watch_update(s, h, r);
	if (stage_release(s, r) ||
	    helper_await(h, CONTRACT_MEMSLOTS, "a memslot update", r) || judge_update(s, h, r))
		return -1;
	return seen;
}

static int update_while_held(struct stage *s, struct helper *h, unsigned int us,
			     struct result *r)
{
	int ret;

	if (helper_create(h, update_slot, s, r) || stage_prepare(s, r))
		return -1;
	if (h->update->takes)
		vm_gap_open(&s->run.vm);
	ret = hold_and_update(s, h, us, r);
	if (h->update->takes)
		vm_gap_close(&s->run.vm);
	vm_resume(&s->run.vm);
	return ret;
}

static void update_in_holds(struct stage *s, struct helper *h, const struct update *update,
			    struct result *r)
{
	unsigned int try;
	int ret = 1;

	if (!s->ready)
		return;
	if (!s->run.health.has_active) {
		result_skip(r, "memslot updates wait for no invalidation before v5.15");
		return;
	}
	h->update = update;
	for (try = 0; ret > 0 && try < TRIES; try++)
		ret = update_while_held(s, h, stage_hold_us(try), r);
	if (ret > 0)
		result_error(r, "no effect: in %d holds no update was seen to wait", TRIES);
}

TEST_F(held, memslot)
{
	update_in_holds(&self->stage, &self->helper, &creation, mn.result);
}

FIXTURE(memslot) {
	struct stage stage;
	struct helper helper;
};

FIXTURE_VARIANT(memslot) {
	enum order order;
	const struct update *update;
};

FIXTURE_SETUP(memslot)
{
	stage_begin(&self->stage, variant->order, BACKING_ANON, "sweep_write", mn.result);
}

FIXTURE_TEARDOWN(memslot)
{
	stage_end(&self->stage, mn.result);
}

TEST_F(memslot, guest)
{
	update_in_holds(&self->stage, &self->helper, variant->update, mn.result);
}

static void add_updates(void)
{
	FIXTURE_VARIANT(memslot) variant;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(updates); i++)
	for (variant.order = 0; variant.order < NR_ORDERS; variant.order++) {
		variant.update = &updates[i];
		mn_case_add(memslot, updates[i].name, orders[variant.order].name, MN_CASE_CORE,
			    &variant);
	}
}

/* ---- death, contract 8 ---- */

static void close_vm(void *arg)
{
	struct helper *h = arg;

	close(h->vm_fd);
}

/*
 * A second VM over the same memory, with nothing but its descriptor to keep
 * it: a vCPU would keep it mapped, and munmap() waits for whoever holds
 * mmap_lock.  The delaying notifier must stand in the same order to it as to the first.
 */
static int open_bare_vm(struct stage *s, struct vm *bare, struct result *r)
{
	struct injector *delay = &s->run.injectors[0];
	bool after = !orders[s->order].before_kvm;
	int ret = -1;

	if (after && injector_detach(delay, r))
		return -1;
	do {
		bare->fd = ioctl(s->run.vm.kvm, KVM_CREATE_VM, 0);
	} while (bare->fd < 0 && errno == EINTR);
	if (bare->fd < 0)
		return result_errno(r, "KVM_CREATE_VM");
	snprintf(bare->name, sizeof(bare->name), "%d-%d", gettid(), bare->fd);
	if (!inject_watch(bare->fd, r) && (!after || !injector_attach(delay, r))) {
		ret = vm_set_slot(bare, VM_SLOT_AREA, GUEST_AREA_GPA, s->run.area.hva,
				  s->run.area.size);
		if (ret)
			result_error(r, "memslot of a second VM: %s", strerror(-ret));
	}
	if (ret)
		close(bare->fd);
	return ret;
}

/* Return: 0 closed while the invalidation was open; 1 it was over by then; -1. */
static int close_while_held(struct stage *s, struct helper *h, unsigned int us, struct result *r)
{
	struct inject_destroyed d;
	struct vm bare = { .fd = -1 };

	if (helper_create(h, close_vm, s, r) || stage_prepare(s, r) || open_bare_vm(s, &bare, r))
		return -1;
	if (stage_hold_at(s, s->run.area.hva, s->run.area.size, us, r)) {
		close(bare.fd);
		return -1;
	}
	h->vm_fd = bare.fd;
	guest_store(&h->errand.go, 1);
	if (helper_await(h, CONTRACT_DEATH, "closing a VM", r) || stage_release(s, r) ||
	    inject_find_destroyed(bare.name, &d, r))
		return -1;
	vm_resume(&s->run.vm);
	if (!d.count)
		return 1;
	result_judged(r, ORACLE_DEATH);
	result_note(r, "destroyed with in-progress %lld, active %lld", d.count, d.active);
	return 0;
}

TEST_F(held, closed)
{
	struct stage *s = &self->stage;
	unsigned int try;
	int ret = s->ready ? 1 : -1;

	for (try = 0; ret > 0 && try < TRIES; try++)
		ret = close_while_held(s, &self->helper, stage_hold_us(try), mn.result);
	if (ret > 0)
		result_error(mn.result,
			     "no effect: the invalidation was over before the VM was closed");
}

#define WAIT_MS		30000	/* of time in which the bed runs us */

FIXTURE(killed) {
	struct vmm vmm;
	struct klog klog;
};

FIXTURE_VARIANT(killed) {
	struct injector_setup injector;
};

FIXTURE_VARIANT_ADD(killed, start_behind_kvm) {
	.injector = { .kind = "delay", .count = 1, .knob = "delay_start_us 1000000",
		      .before_kvm = true },
};

FIXTURE_VARIANT_ADD(killed, end_ahead_of_kvm) {
	.injector = { .kind = "delay", .count = 1, .knob = "delay_end_us 1000000" },
};

FIXTURE_SETUP(killed)
{
	self->klog.fd = -1;
	if (vm_available(mn.result) || inject_available(mn.result))
		return;
	klog_open(&self->klog, mn.result);
}

FIXTURE_TEARDOWN(killed)
{
	vmm_end(&self->vmm);
	if (self->klog.fd >= 0)
		klog_check(&self->klog, mn.result);
	klog_close(&self->klog);
}

static int await_in_progress(struct vmm *vmm, struct result *r)
{
	struct health_sample now;
	struct deadline deadline;
	struct health health;

	if (health_init(&health, vmm->names[0], r))
		return -1;
	deadline_start(&deadline, WAIT_MS * 1000000ULL);
	do {
		if (health_sample(&health, &now, r))
			return -1;
		if (now.in_progress)
			return 0;
	} while (deadline_poll(&deadline));
	return result_error(r, "no effect: the VMM's in-progress count stayed 0");
}

/* The invalidation is its own, and its vCPUs are waiting for the end. */
TEST_F(killed, while_held)
{
	struct vmm_spec spec = {
		/* Shared, for faults on private memory can invalidate by themselves. */
		.backing = &backings[BACKING_MEMFD],
		.injector = &variant->injector,
		.nr_pages = NR_VCPUS,
	};
	struct injector_status seen;
	struct result *r = mn.result;

	if (r->kind != RESULT_PASS || vmm_start(&self->vmm, &spec, r) ||
	    vmm_discard(&self->vmm, r) || await_in_progress(&self->vmm, r))
		return;
	if (kill(self->vmm.pid, SIGKILL)) {
		result_errno(r, "kill(%d)", self->vmm.pid);
		return;
	}
	if (!vmm_release(&self->vmm, WAIT_MS, r) &&
	    !vmm_judge_orphans(&self->vmm, true, &seen, r))
		result_note(r, "delays %llu", (unsigned long long)(seen.delayed_starts +
								  seen.delayed_ends));
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_updates);
}

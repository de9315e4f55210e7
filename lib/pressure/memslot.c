// SPDX-License-Identifier: GPL-2.0
/*
 * Invalidations while the memslot of the same memory is updated.
 *
 * A thread deletes the slot and makes it again, moves it, makes it read-only, or
 * has its dirty pages logged, while the thread of the pressure goes on taking the
 * memory away.  Since v5.15 an update waits until no invalidation is active; so it
 * must complete whenever invalidations leave gaps, and the guest must find the same
 * memory behind the slot afterwards.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "memory/numa_pages.h"
#include "oracle/oracle.h"
#include "pressure/pressure.h"
#include "pressure/readonly_slot.h"

#define UPDATES		2		/* in one call */
#define ELSEWHERE	(GUEST_AREA_GPA + (1UL << 30))
#define LOG_NS		5000000ULL	/* of life with a dirty log */
#define LEAST_GAP_NS	2000000ULL	/* between two invalidations */

/* Return: 1 if memory was taken, 0 if it could not be this time, -1 with @r. */
typedef int (*invalidate_fn)(struct press *p, struct result *r);

struct updates {
	struct press *p;
	int (*update)(struct press *p, struct result *r);
	struct numa_pages at;	/* where the pages are, for rows that move them */
	pthread_t thread;
	struct result result;
	unsigned int nr;	/* made so far */
	uint32_t over;
};

static int set_up(struct press *p, struct result *r)
{
	p->state = calloc(1, sizeof(struct updates));
	return p->state ? 0 : result_errno(r, "calloc(updates)");
}

static int set_up_moving(struct press *p, struct result *r)
{
	struct updates *u;

	if (set_up(p, r))
		return -1;
	u = p->state;
	/* A page that was only read has no frame of its own to move. */
	area_touch(p->area);
	return numa_pages_open(&u->at, p->area, p->area->backing->granule, r);
}

static void tear_down(struct press *p)
{
	struct updates *u = p->state;

	/* A thread that cannot be got out of the kernel goes on using it. */
	if (!u || (u->thread && !u->over))
		return;
	numa_pages_close(&u->at);
	free(u);
}

static void *updater(void *arg)
{
	struct updates *u = arg;
	unsigned int i;

	for (i = 0; i < UPDATES && !u->update(u->p, &u->result); i++)
		__atomic_add_fetch(&u->nr, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&u->over, 1, __ATOMIC_RELEASE);
	return NULL;
}

static bool over(const struct updates *u)
{
	return __atomic_load_n(&u->over, __ATOMIC_ACQUIRE);
}

/* Once, and then a gap at least as long. */
static int invalidate_once(struct press *p, invalidate_fn invalidate, struct result *r)
{
	uint64_t took = now_ns();
	int ret = invalidate(p, r);

	took = now_ns() - took;
	sleep_ns(took > LEAST_GAP_NS ? took : LEAST_GAP_NS);
	return ret;
}

/* With the slot in its place: an invalidation of memory without one is none to KVM. */
static int invalidate_first(struct press *p, invalidate_fn invalidate, struct result *r)
{
	struct deadline deadline;
	int ret;

	deadline_start(&deadline, p->budget_ns);
	do {
		ret = invalidate_once(p, invalidate, r);
	} while (!ret && deadline_poll(&deadline));
	if (!ret)
		return result_error(r, "%s: no page could be taken in %llu ms", p->row->name,
				    (unsigned long long)p->budget_ns / 1000000);
	return ret < 0 ? -1 : 0;
}

static int invalidate_until_over(struct press *p, invalidate_fn invalidate, struct result *r)
{
	struct updates *u = p->state;
	struct deadline deadline;
	int ret = 0;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (ret >= 0)
			ret = invalidate_once(p, invalidate, r);
	} while (!over(u) && deadline_poll(&deadline));
	if (over(u))
		return ret < 0 ? -1 : 0;
	vm_describe(p->vm, r);
	return result_fail(r, CONTRACT_MEMSLOTS,
			   "update %u of the memslot is not complete after %llu ms of invalidations with gaps",
			   u->nr + 1, (unsigned long long)p->budget_ns / 1000000);
}

static int update_while(struct press *p, int (*update)(struct press *p, struct result *r),
			invalidate_fn invalidate, struct result *r)
{
	struct updates *u = p->state;
	int ret;

	if (invalidate_first(p, invalidate, r))
		return -1;
	u->p = p;
	u->update = update;
	u->nr = 0;
	u->over = 0;
	result_init(&u->result);
	errno = pthread_create(&u->thread, NULL, updater, u);
	if (errno)
		return result_errno(r, "pthread_create(updater)");
	ret = invalidate_until_over(p, invalidate, r);
	if (!over(u))
		return -1;
	pthread_join(u->thread, NULL);
	p->proved += u->nr;
	if (u->result.kind == RESULT_PASS)
		return ret;
	result_adopt(r, &u->result);
	return -1;
}

/* ---- what happens to the slot ---- */

/* No memory where the guest looks for it: no vCPU may make progress until it is back. */
static int away(struct press *p, uint64_t gpa, size_t size, struct result *r)
{
	int ret;

	vm_gap_open(p->vm);
	ret = press_set_slot(p, 0, gpa, size, r);
	if (!ret) {
		ret = vm_gap_check(p->vm, r);
		if (press_set_slot(p, 0, GUEST_AREA_GPA, p->area->size, r))
			ret = -1;
	}
	vm_gap_close(p->vm);
	return ret;
}

static int recreate(struct press *p, struct result *r)
{
	return away(p, GUEST_AREA_GPA, 0, r);
}

static int move(struct press *p, struct result *r)
{
	return away(p, ELSEWHERE, p->area->size, r);
}

static int readonly(struct press *p, struct result *r)
{
	struct readonly_slot slot;
	int ret = readonly_slot_begin(p, &slot, r) ?:
		  press_visited(p, "with its slot read-only", r);

	return readonly_slot_end(p, &slot, r) ?: ret;
}

/* No unmapped gap: the slot stays, but each page is protected, or split from a huge one. */
static int log_dirty(struct press *p, struct result *r)
{
	if (press_set_slot(p, KVM_MEM_LOG_DIRTY_PAGES, GUEST_AREA_GPA, p->area->size, r))
		return -1;
	sleep_ns(LOG_NS);
	return press_set_slot(p, 0, GUEST_AREA_GPA, p->area->size, r);
}

/* No update, but it reads the slot as one must not change it: fault all of it in. */
static int pre_fault_vcpu(struct press *p, unsigned int id, struct result *r)
{
	uint64_t gpa = GUEST_AREA_GPA, size = p->area->size;
	int ret;

	while (size) {
		ret = vm_pre_fault(p->vm, id, &gpa, &size);
		errno = -ret;
		if (ret && errno != EAGAIN && errno != EINTR)
			return result_errno(r, "KVM_PRE_FAULT_MEMORY(vCPU %u, gpa %#llx, %llu bytes)",
					    id, (unsigned long long)gpa, (unsigned long long)size);
	}
	return 0;
}

static int pre_fault(struct press *p, struct result *r)
{
	unsigned int id;

	for (id = 0; id < p->vm->nr_vcpus; id++) {
		if (pre_fault_vcpu(p, id, r))
			return -1;
	}
	return 0;
}

/* ---- what happens to the memory ---- */

static int dontneed(struct press *p, struct result *r)
{
	return press_dontneed(p, r) ? -1 : 1;
}

/* Each time to another node; pages that are busy stay. */
static int migrate(struct press *p, struct result *r)
{
	struct numa_pages *at = &((struct updates *)p->state)->at;
	size_t before;
	int node;

	if (numa_pages_look(at, r))
		return -1;
	node = numa_node_after(at->nodes[0]);
	before = numa_pages_count(at, node);
	if (numa_pages_move(at, node, r) || numa_pages_look(at, r))
		return -1;
	return numa_pages_count(at, node) > before;
}

#define PROOF	"update of the memslot between invalidations"
/* Where MADV_DONTNEED is understood by every kernel. */
#define ON_ADVISED	(BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) | \
			 BACKING_BIT(BACKING_MEMFD))
#define ON_MOVED	(BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD_THP) | \
			 BACKING_BIT(BACKING_HUGETLB))

static int apply_recreate_dontneed(struct press *p, struct result *r)
{
	return update_while(p, recreate, dontneed, r);
}

PRESSURE(memslot_recreate_dontneed) = {
	.name = "slot_recreate_dontneed",
	.family = PRESSURE_MEMSLOT,
	.calls = "KVM_SET_USER_MEMORY_REGION to delete the slot and make it again, while madvise(MADV_DONTNEED)",
	.events = "clear",
	.proof = PROOF,
	.preserves = ON_ADVISED & ON_SHARED,
	.discards = ON_ADVISED & ON_PRIVATE,
	.frees = ON_ADVISED & ON_PRIVATE,
	.needs = { memory_advice_missing },
	.set_up = set_up,
	.plain = true,
	.apply = apply_recreate_dontneed,
	.tear_down = tear_down,
};

/* Its pages go to and fro, so that those of before can be those of the end. */
static int apply_recreate_migrate(struct press *p, struct result *r)
{
	return update_while(p, recreate, migrate, r);
}

PRESSURE(memslot_recreate_migrate) = {
	.name = "slot_recreate_migrate",
	.family = PRESSURE_MEMSLOT,
	.calls = "KVM_SET_USER_MEMORY_REGION to delete the slot and make it again, while move_pages()",
	.events = "clear",
	.proof = PROOF,
	.preserves = ON_MOVED,
	.rounds = 2,
	.needs = { numa_pages_missing },
	.set_up = set_up_moving,
	.plain = true,
	.apply = apply_recreate_migrate,
	.tear_down = tear_down,
};

static int apply_move_dontneed(struct press *p, struct result *r)
{
	return update_while(p, move, dontneed, r);
}

PRESSURE(memslot_move_dontneed) = {
	.name = "slot_move_dontneed",
	.family = PRESSURE_MEMSLOT,
	.calls = "KVM_SET_USER_MEMORY_REGION to move the slot away and back, while madvise(MADV_DONTNEED)",
	.events = "clear",
	.proof = PROOF,
	.preserves = ON_ADVISED & ON_SHARED,
	.discards = ON_ADVISED & ON_PRIVATE,
	.frees = ON_ADVISED & ON_PRIVATE,
	.needs = { memory_advice_missing },
	.set_up = set_up,
	.plain = true,
	.apply = apply_move_dontneed,
	.tear_down = tear_down,
};

static int apply_readonly_migrate(struct press *p, struct result *r)
{
	return update_while(p, readonly, migrate, r);
}

PRESSURE(memslot_readonly_migrate) = {
	.name = "slot_readonly_migrate",
	.family = PRESSURE_MEMSLOT,
	.calls = "KVM_SET_USER_MEMORY_REGION with and without KVM_MEM_READONLY, while move_pages()",
	.events = "clear",
	.proof = PROOF,
	.preserves = ON_MOVED,
	.rounds = 2,
	.needs = { numa_pages_missing },
	.set_up = set_up_moving,
	.plain = true,
	.apply = apply_readonly_migrate,
	.tear_down = tear_down,
};

static int apply_readonly_dontneed(struct press *p, struct result *r)
{
	return update_while(p, readonly, dontneed, r);
}

/* What is read is the zero page, and what is written comes by way of the host. */
PRESSURE(memslot_readonly_dontneed) = {
	.name = "slot_readonly_dontneed",
	.family = PRESSURE_MEMSLOT,
	.calls = "KVM_SET_USER_MEMORY_REGION with and without KVM_MEM_READONLY, while madvise(MADV_DONTNEED)",
	.events = "clear",
	.proof = PROOF,
	.preserves = BACKING_BIT(BACKING_MEMFD),
	.discards = BACKING_BIT(BACKING_ANON),
	.frees = BACKING_BIT(BACKING_ANON),
	.rounds = 2,
	.needs = { memory_advice_missing },
	.set_up = set_up,
	.plain = true,
	.guest_writes = true,
	.apply = apply_readonly_dontneed,
	.tear_down = tear_down,
};

static int apply_log_dirty_migrate(struct press *p, struct result *r)
{
	return update_while(p, log_dirty, migrate, r);
}

PRESSURE(memslot_log_dirty_migrate) = {
	.name = "slot_log_dirty_migrate",
	.family = PRESSURE_MEMSLOT,
	.calls = "KVM_SET_USER_MEMORY_REGION with and without KVM_MEM_LOG_DIRTY_PAGES, while move_pages()",
	.events = "clear",
	.proof = PROOF,
	.preserves = ON_MOVED,
	.rounds = 2,
	.needs = { numa_pages_missing },
	.set_up = set_up_moving,
	.plain = true,
	.apply = apply_log_dirty_migrate,
	.tear_down = tear_down,
};

/*
 * Not while the vCPUs run: KVM takes this from them in between only.  In the end
 * the guest has something to fault in, be all of it there already or not.
 */
static int apply_pre_fault(struct press *p, struct result *r)
{
	int ret;

	if (press_pause(p, r))
		return -1;
	ret = update_while(p, pre_fault, dontneed, r);
	if (!ret && dontneed(p, r) < 0)
		ret = -1;
	press_resume(p);
	return ret;
}

PRESSURE(memslot_pre_fault_dontneed) = {
	.name = "pre_fault_dontneed",
	.family = PRESSURE_MEMSLOT,
	.calls = "KVM_PRE_FAULT_MEMORY of all vCPUs, while madvise(MADV_DONTNEED)",
	.since = VM_PRE_FAULT_SINCE,
	.events = "clear",
	.proof = "pass of faulting all in between invalidations",
	.preserves = ON_ADVISED & ON_SHARED,
	.discards = ON_ADVISED & ON_PRIVATE,
	.frees = ON_ADVISED & ON_PRIVATE,
	.needs = { memory_advice_missing, vm_pre_fault_missing },
	.set_up = set_up,
	.apply = apply_pre_fault,
	.tear_down = tear_down,
};

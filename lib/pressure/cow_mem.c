// SPDX-License-Identifier: GPL-2.0
/*
 * Writing to the guest's memory not through its mapping: /proc/PID/mem and
 * process_vm_writev(), by this process and by another.
 *
 * A child shares the pages, so that the write has to copy them first: the frame
 * changes by the action of another process, and the guest must find what was
 * written.  /proc/PID/mem may even write to what is mapped read-only.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "memory/pagemap.h"
#include "oracle/oracle.h"
#include "pressure/cow_child.h"
#include "pressure/remote_access.h"

struct mem {
	int fd;			/* /proc/self/mem; a child's writes go here as well */
	struct remote_access words;
};

static int set_up(struct press *p, struct result *r)
{
	struct mem *mem = calloc(1, sizeof(*mem));

	if (!mem)
		return result_errno(r, "calloc()");
	p->state = mem;
	mem->fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	if (mem->fd < 0)
		return result_errno(r, "open(/proc/self/mem)");
	return cow_child_prepare(p, r);
}

static void tear_down(struct press *p)
{
	struct mem *mem = p->state;

	if (mem && mem->fd >= 0)
		close(mem->fd);
	free(mem);
}

/* Begin with pages that a child holds, end with others in their place. */
static int with_child(struct press *p,
		      int (*write)(struct press *p, struct cow_child *child, struct result *r),
		      struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES;
	struct mem *mem = p->state;
	pagemap_t *before = pagemap_area(p->area, r), *after;
	struct cow_child child;
	int ret;

	if (!before || cow_child_start(&child, p, COW_CHILD_HOLDS, r)) {
		free(before);
		return -1;
	}
	remote_access_choose(&mem->words, p);
	ret = write(p, &child, r) || remote_access_check(&mem->words, p, p->row->calls, r) ? -1 : 0;
	after = ret ? NULL : pagemap_area(p->area, r);
	if (after)
		p->proved += pagemap_moved(before, after, nr);
	if (cow_child_end(&child, p, NULL, r) || !after)
		ret = -1;
	free(before);
	free(after);
	return ret;
}

static int write_words(struct press *p, const struct mem *mem, struct result *r)
{
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++) {
		off_t at = (off_t)(uintptr_t)remote_access_place(&mem->words, p, i);

		if (pwrite(mem->fd, &mem->words.value[i], sizeof(guest_u64), at) ==
		    sizeof(guest_u64))
			continue;
		if (errno == EIO && !i)
			return result_skip(r, "/proc/self/mem does not write to read-only memory: proc_mem.force_override");
		return result_errno(r, "pwrite(/proc/self/mem, page %u)", i);
	}
	return 0;
}

static int make_writable(struct press *p, struct result *r)
{
	const struct area *a = p->area;
	int ret = mprotect(a->hva, a->size, PROT_READ | PROT_WRITE);

	vm_gap_close(p->vm);
	return ret ? result_errno(r, "mprotect(%p, %zu)", a->hva, a->size) : 0;
}

static int write_forced(struct press *p, struct cow_child *child, struct result *r)
{
	int ret = write_words(p, p->state, r);

	(void)child;
	return make_writable(p, r) ? -1 : ret;
}

/*
 * Read-only before there is a child: a guest that writes has to stop there, and would else
 * have copied its pages before they are written here.
 */
static int apply_force(struct press *p, struct result *r)
{
	const struct area *a = p->area;
	uint32_t gap;
	int ret;

	vm_gap_open(p->vm);
	gap = p->vm->gap;
	ret = mprotect(a->hva, a->size, PROT_READ) ?
	      result_errno(r, "mprotect(%p, %zu, PROT_READ)", a->hva, a->size) :
	      with_child(p, write_forced, r);
	/* There was no child, and nothing was written. */
	if (p->vm->gap == gap)
		make_writable(p, r);
	return ret;
}

PRESSURE(cow_proc_mem_force) = {
	.name = "proc_mem_force",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "mprotect(PROT_READ), write to /proc/self/mem",
	.events = "clear",
	.proof = "page frame changed",
	/* What is read-only for good reason, and huge pages of a pool, are not forced. */
	.preserves = ON_PRIVATE & ~ON_HUGETLB & ~ON_DISK,
	.frees = ON_PRIVATE & ~ON_HUGETLB & ~ON_DISK,
	.rounds = 2,
	.needs = { memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_force,
	.tear_down = tear_down,
};

static int write_by_mem(struct press *p, struct cow_child *child, struct result *r)
{
	const struct mem *mem = p->state;

	return cow_child_write(child, p, &mem->words, mem->fd, r);
}

static int apply_other(struct press *p, struct result *r)
{
	return with_child(p, write_by_mem, r);
}

PRESSURE(cow_proc_mem_other) = {
	.name = "proc_mem_other",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "write to /proc/PID/mem by another process",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER) | CALLER_BIT(CALLER_OWN),
	.proof = "page frame changed",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_HUGETLB),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_HUGETLB),
	.rounds = 2,
	.needs = { memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_other,
	.tear_down = tear_down,
};

/* Nothing is written: only the call can be missing. */
static const char *process_vm_missing(void)
{
	return process_vm_writev(getpid(), NULL, 0, NULL, 0, 0) && errno == ENOSYS ?
	       "kernel without CONFIG_CROSS_MEMORY_ATTACH" : NULL;
}

static int write_by_call(struct press *p, struct cow_child *child, struct result *r)
{
	const struct mem *mem = p->state;

	return cow_child_write(child, p, &mem->words, -1, r);
}

static int apply_process_vm(struct press *p, struct result *r)
{
	return with_child(p, write_by_call, r);
}

PRESSURE(cow_process_vm_writev) = {
	.name = "process_vm_writev",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "process_vm_writev() by another process",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER) | CALLER_BIT(CALLER_OWN),
	.proof = "page frame changed",
	.preserves = BACKING_BIT(BACKING_ANON_THP) | BACKING_BIT(BACKING_MEMFD_PRIVATE),
	.frees = BACKING_BIT(BACKING_ANON_THP) | BACKING_BIT(BACKING_MEMFD_PRIVATE),
	.rounds = 2,
	.needs = { memory_advice_missing, pagemap_missing, process_vm_missing },
	.set_up = set_up,
	.apply = apply_process_vm,
	.tear_down = tear_down,
};

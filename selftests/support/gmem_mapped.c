// SPDX-License-Identifier: GPL-2.0
/*
 * Pressures on a guest_memfd that the host maps as well (v6.18), in a plain VM.
 *
 * The guest finds the file whatever becomes of the host's mapping.
 */
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <linux/kvm.h>
#include <numaif.h>
#include <string.h>
#include <sys/mman.h>

#include "base/deadline.h"
#include "gmem.h"
#include "host/hostfile.h"
#include "host/page_flags.h"
#include "host/release.h"
#include <kselftest.h>
#include "memory/numa_pages.h"
#include "memory/pagemap.h"
#include "vm/kvm_newer.h"

#define FLAGS	(NEWER_GUEST_MEMFD_MMAP | NEWER_GUEST_MEMFD_INIT_SHARED)

static int mapped_available(struct result *r)
{
	if (vm_available(r))
		return -1;
	if ((vm_capability(NEWER_CAP_GUEST_MEMFD_FLAGS) & FLAGS) != FLAGS)
		return result_skip(r, "no guest_memfd that the host can map: needs v6.18 and CONFIG_KVM_GUEST_MEMFD");
	return 0;
}

static int map(const struct press *p, size_t first, size_t nr, struct result *r)
{
	const struct gmem *m = p->state;
	char *at = p->area->hva + first * PAGE_BYTES;

	if (mmap(at, nr * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, m->fd,
		 (GMEM_OFFSET + first) * PAGE_BYTES) == MAP_FAILED)
		return result_errno(r, "mmap(%p, %zu, guest_memfd)", (void *)at, nr * PAGE_BYTES);
	return 0;
}

static int map_all(const struct press *p, struct result *r)
{
	return map(p, 0, GMEM_NR_PAGES, r);
}

/* So that the host has every page mapped; the guest may be at work. */
static void read_all(const struct press *p)
{
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++)
		guest_load(press_page(p, i));
}

static int set_up(struct press *p, struct result *r)
{
	if (gmem_set_up(p, &gmem_at_offset, FLAGS, r) || map_all(p, r))
		return -1;
	read_all(p);
	return 0;
}

/* That KVM forgets it along with the host's mapping is not promised. */
static int take_all(struct scenario_run *run, struct result *r)
{
	return gmem_punch(&run->press, 0, gmem_at_offset.pages, r) < 0 ? -1 : 0;
}

/* ---- holes ---- */

static int apply_punch_parts(struct press *p, struct result *r)
{
	struct coherence_look looks[GMEM_NR_PAGES];

	if (gmem_punch_parts(p, r))
		return -1;
	coherence_look_begin(p->coherence, looks);
	return coherence_look_end(p->coherence, looks, p->area->hva, "the host", r);
}

/* The host is the writer, and has written nothing since. */
static int judge_emptied(struct scenario_run *run, struct result *r)
{
	const struct press *p = &run->press;
	unsigned int i;
	guest_u64 seen;

	result_judged(r, ORACLE_CONTENTS);
	for (i = 0; i < p->nr_pages; i++) {
		seen = guest_load(press_page(p, i));
		if (seen)
			return result_fail(r, CONTRACT_CONTENTS,
					   "the host reads %#llx in page %u, which was punched out",
					   seen, i);
	}
	return 0;
}

static int apply_punch(struct press *p, struct result *r)
{
	int taken = gmem_punch(p, GMEM_OFFSET, GMEM_NR_PAGES, r);

	if (taken < 0)
		return -1;
	p->proved += taken;
	return 0;
}

/* ---- the host's mapping ---- */

/* With the guest out, so that whatever faults from now on would find it. */
static int put_other_memory(struct press *p, struct result *r)
{
	const struct area *a = p->area;
	int ret = 0;
	void *other = mmap(NULL, a->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	if (other == MAP_FAILED)
		return result_errno(r, "mmap(%zu)", a->size);
	memset(other, 0x5a, a->size);
	if (press_pause(p, r))
		return -1;
	if (mremap(other, a->size, a->size, MREMAP_MAYMOVE | MREMAP_FIXED, a->hva) == MAP_FAILED)
		ret = result_errno(r, "mremap(anonymous memory over guest_memfd)");
	press_resume(p);
	return ret;
}

static int take_mapping(struct press *p, const char **what, struct result *r)
{
	const struct area *a = p->area;

	switch (p->round % 4) {
	case 0:
		*what = "with nothing mapped there";
		return munmap(a->hva, a->size) ? result_errno(r, "munmap(guest_memfd)") : 0;
	case 1:
		*what = "after madvise(MADV_DONTNEED)";
		return madvise(a->hva, a->size, MADV_DONTNEED) ?
		       result_errno(r, "madvise(guest_memfd, MADV_DONTNEED)") : 0;
	case 2:
		*what = "with the mapping inaccessible";
		return mprotect(a->hva, a->size, PROT_NONE) ?
		       result_errno(r, "mprotect(guest_memfd, PROT_NONE)") : 0;
	default:
		*what = "with other memory mapped there";
		return put_other_memory(p, r);
	}
}

/* No gap: the guest must find all of it meanwhile. */
static int apply_host_mapping(struct press *p, struct result *r)
{
	const char *what;

	if (take_mapping(p, &what, r) || press_visited(p, what, r))
		return -1;
	p->proved++;
	if (map_all(p, r))
		return -1;
	read_all(p);
	return 0;
}

/* ---- poison ---- */

#define UNPOISON	"/sys/kernel/debug/hwpoison/unpoison-pfn"

/* With the page punched out nobody has it any more, and it can be put back in service. */
static int judge_released(uint64_t frame, struct result *r)
{
	uint64_t flags;

	if (hostfile_missing(UNPOISON, "")) {
		result_not_judged(r, ORACLE_LEAKS, "no hwpoison_inject");
		return 0;
	}
	if (page_flags(frame, &flags, r))
		return -1;
	result_judged(r, ORACLE_LEAKS);
	if (flags & 1ULL << KPF_HWPOISON)
		return result_fail(r, CONTRACT_NONE,
				   "page frame %#llx, which was poisoned and punched out, is held for good",
				   (unsigned long long)frame);
	return 0;
}

/*
 * The file keeps the page, for which the kernel says that it failed: EBUSY.  What counts is
 * that the host's mapping has lost it.
 * Return: 1; 0: somebody else held the page just then; -1 with an error.
 */
static int poison(struct press *p, unsigned int page, uint64_t *frame, struct result *r)
{
	char *at = (char *)press_page(p, page);
	struct bus_errors mine = { 0 };
	pagemap_t entry;
	int ret, err;

	guest_load((guest_u64 *)at);
	if (pagemap_read(at, 1, &entry, r))
		return -1;
	*frame = pagemap_pfn(entry);
	if (hoststate_unpoison_at_end(p->host, *frame, r))
		return -1;
	bus_errors_catch(&mine);
	ret = madvise(at, PAGE_BYTES, MADV_HWPOISON);
	err = errno;
	bus_errors_catch(NULL);
	errno = err;
	if (ret && err != EBUSY)
		return result_errno(r, "madvise(%p, MADV_HWPOISON)", (void *)at);
	if (pagemap_read(at, 1, &entry, r))
		return -1;
	if (entry & PAGEMAP_SWAPPED)
		return 1;
	result_note(r, "the kernel could not isolate the poisoned page %u: in use", page);
	return 0;
}

/* In the gap, which only the vCPU that has the page runs into. */
static const struct vcpu *await_exit(const struct press *p)
{
	struct deadline deadline;
	unsigned int id;

	deadline_start(&deadline, p->budget_ns);
	do {
		for (id = 0; id < p->vm->nr_vcpus; id++) {
			const struct vcpu *vcpu = &p->vm->vcpus[id];

			if (guest_load(&vcpu->gaps) != vcpu->gaps_before)
				return vcpu;
		}
	} while (deadline_poll(&deadline));
	return NULL;
}

static int judge_exit(const struct press *p, unsigned int page, struct result *r)
{
	const uint64_t gpa = p->vm->area_gpa + press_index(p, page) * PAGE_BYTES;
	const struct vcpu *vcpu = await_exit(p);
	const struct newer_memory_fault *fault;

	result_judged(r, ORACLE_FAULTS);
	if (!vcpu)
		return result_fail(r, CONTRACT_NO_STALE,
				   "no vCPU comes out of the poisoned page %u in %llu ms",
				   page, (unsigned long long)p->budget_ns / 1000000);
	fault = (const void *)&vcpu->run->hw;
	if (vcpu->gap_error != EHWPOISON || vcpu->run->exit_reason != NEWER_EXIT_MEMORY_FAULT)
		return result_fail(r, CONTRACT_FAULTS,
				   "vCPU %u: exit %u, %s, and not KVM_EXIT_MEMORY_FAULT, EHWPOISON, from the poisoned page %u",
				   vcpu->id, vcpu->run->exit_reason, strerror(vcpu->gap_error), page);
	if (fault->flags & NEWER_MEMORY_FAULT_PRIVATE || fault->gpa != gpa ||
	    fault->size != PAGE_BYTES)
		return result_fail(r, CONTRACT_FAULTS,
				   "vCPU %u: KVM_EXIT_MEMORY_FAULT tells of flags %#llx, gpa %#llx, size %llu, with page %#llx poisoned",
				   vcpu->id, (unsigned long long)fault->flags,
				   (unsigned long long)fault->gpa, (unsigned long long)fault->size,
				   (unsigned long long)gpa);
	return 0;
}

/* What a VMM does about it: another page in the file, and in its own mapping. */
static int renew(struct press *p, unsigned int page, struct result *r)
{
	return gmem_punch(p, GMEM_OFFSET + page, 1, r) < 0 || map(p, page, 1, r) ? -1 : 0;
}

static int apply_hwpoison(struct press *p, struct result *r)
{
	const unsigned int page = (7 + 2 * p->round) % p->nr_pages;
	uint64_t frame = 0;
	bool hit;
	int ret;

	if (hoststate_push(p->host, r))
		return -1;
	vm_gap_open(p->vm);
	ret = poison(p, page, &frame, r);
	hit = ret > 0;
	if (hit) {
		ret = judge_exit(p, page, r);
		p->proved += !ret;
	}
	if (renew(p, page, r))
		ret = -1;
	vm_gap_close(p->vm);
	if (hoststate_pop(p->host, r))
		ret = -1;
	return ret || !hit ? ret : judge_released(frame, r);
}

/* ---- nodes ---- */

static const char *policy_missing(void)
{
	return release_before(6, 19) ? "guest_memfd follows no NUMA policy before v6.19" :
				       numa_pages_missing();
}

static int judge_nodes(const struct press *p, int node, struct result *r)
{
	struct numa_pages pages;
	size_t there;
	int ret;

	if (numa_pages_open(&pages, p->area, PAGE_BYTES, r))
		return -1;
	ret = numa_pages_look(&pages, r);
	there = ret ? 0 : numa_pages_count(&pages, node);
	numa_pages_close(&pages);
	if (!ret && there != GMEM_NR_PAGES)
		return result_fail(r, CONTRACT_NONE,
				   "%zu of %u pages that the guest faulted in are on node %d, to which the file is bound",
				   there, GMEM_NR_PAGES, node);
	return ret;
}

/* The pages come when the guest uses them; then the host looks where they are. */
static int apply_mbind(struct press *p, struct result *r)
{
	int node = numa_node_after(p->round % 2 ? 0 : -1);
	unsigned long mask = 1UL << node;

	if (mbind(p->area->hva, p->area->size, MPOL_BIND, &mask, 8 * sizeof(mask), 0))
		return result_errno(r, "mbind(guest_memfd, node %d)", node);
	if (apply_punch(p, r) || press_visited(p, "after fallocate(PUNCH_HOLE)", r))
		return -1;
	read_all(p);
	return judge_nodes(p, node, r);
}

#define MAPPED_ROW					\
	.memory = "mapped",				\
	.available = mapped_available

const struct gmem_row gmem_mapped_rows[] = {
	{
		MAPPED_ROW,
		.workload = "sweep_write",
		.steps = { .stopped = take_all },
		.row = {
			.name = "gmem_punch_parts",
			.calls = "fallocate(guest_memfd, FALLOC_FL_PUNCH_HOLE) of parts, the slot at an offset in the file",
			.events = "",
			.proof = "page punched out",
			.rounds = GMEM_NR_TURNS,
			.set_up = set_up,
			.apply = apply_punch_parts,
			.tear_down = gmem_tear_down,
			.preserves = BACKING_BIT(BACKING_ANON),
		},
	},
	{
		MAPPED_ROW,
		.workload = "sweep_verify",
		.steps = { .after_round = judge_emptied, .stopped = take_all },
		.row = {
			.name = "gmem_punch",
			.calls = "fallocate(guest_memfd, FALLOC_FL_PUNCH_HOLE) of what the host wrote",
			.events = "",
			.proof = "page punched out",
			.set_up = set_up,
			.apply = apply_punch,
			.tear_down = gmem_tear_down,
			.discards = BACKING_BIT(BACKING_ANON),
		},
	},
	{
		MAPPED_ROW,
		.workload = "sweep_write",
		.steps = { .stopped = take_all },
		.row = {
			.name = "gmem_host_mapping",
			.calls = "munmap(), madvise(MADV_DONTNEED), mprotect(PROT_NONE) of the host's mapping, mremap() over it",
			.events = "",
			.proof = "guest at work without the host's mapping",
			.rounds = 4,
			.set_up = set_up,
			.apply = apply_host_mapping,
			.tear_down = gmem_tear_down,
			.preserves = BACKING_BIT(BACKING_ANON),
		},
	},
	{
		MAPPED_ROW,
		.workload = "sweep_write",
		.steps = { .stopped = take_all },
		.row = {
			.name = "gmem_hwpoison",
			.calls = "madvise(MADV_HWPOISON) of a page in use, fallocate(guest_memfd, FALLOC_FL_PUNCH_HOLE)",
			.events = "",
			.proof = "KVM_EXIT_MEMORY_FAULT with EHWPOISON",
			.hits = { 1, 2 },
			.rounds = 2,
			.set_up = set_up,
			.apply = apply_hwpoison,
			.tear_down = gmem_tear_down,
			.preserves = BACKING_BIT(BACKING_ANON),
			.changes = "single page frames out of service",
			.needs = { memory_failure_missing, pagemap_missing },
		},
	},
	{
		MAPPED_ROW,
		.workload = "sweep_write",
		.steps = { .stopped = take_all },
		.row = {
			.name = "gmem_mbind",
			.calls = "mbind(guest_memfd, MPOL_BIND), fallocate(guest_memfd, FALLOC_FL_PUNCH_HOLE)",
			.since = "v6.19",
			.events = "",
			.proof = "page punched out",
			.rounds = 4,
			.set_up = set_up,
			.apply = apply_mbind,
			.tear_down = gmem_tear_down,
			.preserves = BACKING_BIT(BACKING_ANON),
			.needs = { policy_missing },
		},
	},
};

const unsigned int nr_gmem_mapped_rows = ARRAY_SIZE(gmem_mapped_rows);

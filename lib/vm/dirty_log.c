// SPDX-License-Identifier: GPL-2.0
/*
 * Reading KVM's dirty log: a bitmap of the slot, or a ring for each vCPU.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "vm/dirty_log.h"
#include "vm/vm_internal.h"

#define WORD_BITS	(8 * sizeof(unsigned long))
/* Room for each page of an area several times over, between two harvests. */
#define RING_ENTRIES	4096
#define RING_BYTES	(RING_ENTRIES * sizeof(struct kvm_dirty_gfn))
/* KVM_DIRTY_LOG_PAGE_OFFSET of all that have rings; v6.1's headers know it for x86-64 alone. */
#define RING_PAGE_OFFSET	64

static int enable(struct vm *vm, uint32_t cap, uint64_t arg, const char *name, struct result *r)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { arg } };

	if (ioctl(vm->fd, KVM_ENABLE_CAP, &enable))
		return result_errno(r, "KVM_ENABLE_CAP(%s, %llu)", name, (unsigned long long)arg);
	return 0;
}

static int prepare_clear(struct vm *vm, struct result *r)
{
	return enable(vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE,
		      "KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2", r);
}

static int prepare_initially_set(struct vm *vm, struct result *r)
{
	return enable(vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2,
		      KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET,
		      "KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2", r);
}

/*
 * Since v6.1 with the name that promises that entries are read and written with acquire and
 * release, as they are here; architectures with weak order have no other.
 */
static int prepare_ring(struct vm *vm, struct result *r)
{
	if (vm_capability(KVM_CAP_DIRTY_LOG_RING_ACQ_REL))
		return enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, RING_BYTES,
			      "KVM_CAP_DIRTY_LOG_RING_ACQ_REL", r);
	return enable(vm, KVM_CAP_DIRTY_LOG_RING, RING_BYTES, "KVM_CAP_DIRTY_LOG_RING", r);
}

static const struct {
	const char *name;
	uint32_t cap;		/* 0: always there */
	uint32_t or_cap;	/* or this one */
	int least;		/* what KVM_CHECK_EXTENSION must say of it */
	const char *missing;
	struct vm_kind kind;
} ways[NR_DIRTY_LOG_WAYS] = {
	[DIRTY_LOG_BITMAP] = { .name = "bitmap" },
	[DIRTY_LOG_CLEAR] = {
		.name = "clear",
		.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2,
		.least = KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE,
		.missing = "no KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2: kernel before v5.2",
		.kind.prepare = prepare_clear,
	},
	[DIRTY_LOG_INITIALLY_SET] = {
		.name = "initially_set",
		.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2,
		.least = KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET,
		.missing = "no KVM_DIRTY_LOG_INITIALLY_SET: kernel before v5.7",
		.kind.prepare = prepare_initially_set,
	},
	[DIRTY_LOG_RING] = {
		.name = "ring",
		.cap = KVM_CAP_DIRTY_LOG_RING,
		.or_cap = KVM_CAP_DIRTY_LOG_RING_ACQ_REL,
		.least = RING_BYTES,
		.missing = "no dirty ring of that size: x86-64 has it since v5.11, arm64 since v6.2",
		.kind.prepare = prepare_ring,
	},
};

const char *dirty_log_way_name(enum dirty_log_way way)
{
	return ways[way].name;
}

const char *dirty_log_missing(enum dirty_log_way way)
{
	if (!ways[way].cap || vm_capability(ways[way].cap) >= ways[way].least ||
	    (ways[way].or_cap && vm_capability(ways[way].or_cap) >= ways[way].least))
		return NULL;
	return ways[way].missing;
}

const struct vm_kind *dirty_log_kind(enum dirty_log_way way)
{
	return ways[way].kind.prepare ? &ways[way].kind : NULL;
}

static int set_logging(const struct dirty_log *log, bool on, struct result *r)
{
	const struct area *a = log->vm->area;
	int ret = vm_set_slot_flags(log->vm, VM_SLOT_AREA, on ? KVM_MEM_LOG_DIRTY_PAGES : 0,
				    log->vm->area_gpa, a->hva, a->size);

	if (!ret)
		return 0;
	errno = -ret;
	return result_errno(r, "KVM_SET_USER_MEMORY_REGION(KVM_MEM_LOG_DIRTY_PAGES %s)",
			    on ? "set" : "cleared");
}

static int map_rings(struct dirty_log *log, struct result *r)
{
	unsigned int id;
	void *ring;

	for (id = 0; id < log->vm->nr_vcpus; id++) {
		ring = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
			    log->vm->vcpus[id].fd, RING_PAGE_OFFSET * PAGE_BYTES);
		if (ring == MAP_FAILED)
			return result_errno(r, "mmap(dirty ring of vCPU %u)", id);
		log->rings[id] = ring;
	}
	return 0;
}

int dirty_log_start(struct dirty_log *log, enum dirty_log_way way, struct vm *vm,
		    struct result *r)
{
	memset(log, 0, sizeof(*log));
	log->way = way;
	log->vm = vm;
	log->pages = vm->area->size / PAGE_BYTES;
	log->bits = calloc((log->pages + WORD_BITS - 1) / WORD_BITS, sizeof(*log->bits));
	if (!log->bits)
		return result_errno(r, "calloc(%zu bits)", log->pages);
	if (way == DIRTY_LOG_RING && map_rings(log, r))
		return -1;
	return set_logging(log, true, r);
}

int dirty_log_get(struct dirty_log *log, struct result *r)
{
	struct kvm_dirty_log get = {
		.slot = VM_SLOT_AREA,
		.dirty_bitmap = log->bits,
	};

	if (ioctl(log->vm->fd, KVM_GET_DIRTY_LOG, &get))
		return result_errno(r, "KVM_GET_DIRTY_LOG");
	return 0;
}

int dirty_log_clear(const struct dirty_log *log, size_t first, size_t nr, unsigned long *bits)
{
	struct kvm_clear_dirty_log clear = {
		.slot = VM_SLOT_AREA,
		.first_page = first,
		.num_pages = nr,
		.dirty_bitmap = bits,
	};

	return ioctl(log->vm->fd, KVM_CLEAR_DIRTY_LOG, &clear) ? -errno : 0;
}

static int get_and_clear(struct dirty_log *log, struct result *r)
{
	if (dirty_log_get(log, r))
		return -1;
	errno = -dirty_log_clear(log, 0, log->pages, log->bits);
	return errno ? result_errno(r, "KVM_CLEAR_DIRTY_LOG(%zu pages)", log->pages) : 0;
}

static void read_ring(struct dirty_log *log, unsigned int id)
{
	struct kvm_dirty_gfn *entry;

	for (;; log->next[id]++) {
		entry = &log->rings[id][log->next[id] % RING_ENTRIES];
		if (!(__atomic_load_n(&entry->flags, __ATOMIC_ACQUIRE) & KVM_DIRTY_GFN_F_DIRTY))
			return;
		if (entry->slot == VM_SLOT_AREA && entry->offset < log->pages)
			log->bits[entry->offset / WORD_BITS] |= 1UL << entry->offset % WORD_BITS;
		__atomic_store_n(&entry->flags, KVM_DIRTY_GFN_F_RESET, __ATOMIC_RELEASE);
	}
}

static int read_rings(struct dirty_log *log, struct result *r)
{
	unsigned int id;

	/* With PML, what a vCPU wrote gets into its ring when it leaves the guest. */
	if (vm_kick(log->vm, r))
		return -1;
	memset(log->bits, 0, (log->pages + WORD_BITS - 1) / WORD_BITS * sizeof(*log->bits));
	for (id = 0; id < log->vm->nr_vcpus; id++)
		read_ring(log, id);
	if (ioctl(log->vm->fd, KVM_RESET_DIRTY_RINGS, 0) < 0)
		return result_errno(r, "KVM_RESET_DIRTY_RINGS");
	return 0;
}

int dirty_log_harvest(struct dirty_log *log, struct result *r)
{
	switch (log->way) {
	case DIRTY_LOG_RING:
		return read_rings(log, r);
	case DIRTY_LOG_CLEAR:
	case DIRTY_LOG_INITIALLY_SET:
		return get_and_clear(log, r);
	default:
		return dirty_log_get(log, r);
	}
}

bool dirty_log_has(const struct dirty_log *log, size_t page)
{
	return log->bits[page / WORD_BITS] >> page % WORD_BITS & 1;
}

int dirty_log_stop(struct dirty_log *log, struct result *r)
{
	unsigned int id;
	int ret = 0;

	if (!log->bits)
		return 0;
	ret = set_logging(log, false, r);
	for (id = 0; id < GUEST_MAX_VCPUS; id++) {
		if (log->rings[id])
			munmap(log->rings[id], RING_BYTES);
	}
	free(log->bits);
	memset(log, 0, sizeof(*log));
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * guest_memfd: files, slots that take a part of one, holes in them, and attributes.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gmem.h"
#include <kselftest.h>
#include "vm/kvm_newer.h"

const struct vm_kind gmem_private_vm = { .type = NEWER_VM_SW_PROTECTED };

int gmem_private_available(struct result *r)
{
	if (vm_available(r))
		return -1;
	if (!vm_capability(NEWER_CAP_GUEST_MEMFD) ||
	    !(vm_capability(NEWER_CAP_VM_TYPES) & 1 << NEWER_VM_SW_PROTECTED))
		return result_skip(r, "no VM with private memory: needs v6.8, CONFIG_KVM_SW_PROTECTED_VM and the TDP MMU");
	return 0;
}

int gmem_set_private(const struct vm *vm, uint64_t gpa, size_t size, bool private,
		     struct result *r)
{
	struct newer_attributes attributes = {
		.gpa = gpa,
		.size = size,
		.attributes = private ? NEWER_ATTRIBUTE_PRIVATE : 0,
	};

	if (ioctl(vm->fd, NEWER_SET_ATTRIBUTES, &attributes))
		return result_errno(r, "KVM_SET_MEMORY_ATTRIBUTES(%#llx, %zu, %s)",
				    (unsigned long long)gpa, size,
				    private ? "private" : "shared");
	return 0;
}

static int create_memfd(const struct press *p, struct gmem *m, uint64_t flags, struct result *r)
{
	struct newer_guest_memfd create = { .size = m->pages * PAGE_BYTES, .flags = flags };

	m->fd = ioctl(p->vm->fd, NEWER_CREATE_GUEST_MEMFD, &create);
	if (m->fd < 0)
		return result_errno(r, "KVM_CREATE_GUEST_MEMFD(%zu pages)", m->pages);
	return 0;
}

int gmem_bind(const struct press *p, unsigned int slot, const struct gmem_binding *b)
{
	const struct gmem *m = p->state;
	struct newer_memory_region region = {
		.slot = slot,
		.flags = NEWER_MEM_GUEST_MEMFD,
		.gpa = p->vm->area_gpa + b->area * PAGE_BYTES,
		.size = b->nr * PAGE_BYTES,
		.hva = (uintptr_t)p->area->hva + b->area * PAGE_BYTES,
		.memfd_offset = b->file * PAGE_BYTES,
		.memfd = m->fd,
	};

	return ioctl(p->vm->fd, NEWER_SET_MEMORY_REGION, &region);
}

/* A slot cannot be given a second memory later on: make it anew. */
static int make_slots(struct press *p, struct result *r)
{
	const struct gmem_layout *layout = &((struct gmem *)p->state)->layout;
	unsigned int n;

	if (press_set_slot(p, 0, p->vm->area_gpa, 0, r))
		return -1;
	for (n = 0; n < layout->nr_bindings; n++) {
		const struct gmem_binding *b = &layout->bindings[n];

		if (gmem_bind(p, n ? VM_SLOT_SPARE : VM_SLOT_AREA, b))
			return result_errno(r, "KVM_SET_USER_MEMORY_REGION2(%u pages of guest_memfd at page %u)",
					    b->nr, b->file);
	}
	return 0;
}

int gmem_set_up(struct press *p, const struct gmem_layout *layout, uint64_t flags,
		struct result *r)
{
	struct gmem *m = calloc(1, sizeof(*m));

	if (!m)
		return result_errno(r, "calloc(gmem)");
	m->fd = -1;
	m->layout = *layout;
	m->pages = layout->pages;
	if (!m->pages) {
		m->pages = p->area->size / PAGE_BYTES;
		m->layout.bindings[0] = (struct gmem_binding) { .nr = m->pages };
		m->layout.nr_bindings = 1;
	}
	p->state = m;
	return create_memfd(p, m, flags, r) ?: make_slots(p, r);
}

void gmem_tear_down(struct press *p)
{
	struct gmem *m = p->state;

	if (m && m->fd >= 0)
		close(m->fd);
	free(m);
}

/* The page of the file that has a page of the area; -1: none */
static long file_page(const struct gmem *m, size_t page)
{
	unsigned int n;

	for (n = 0; n < m->layout.nr_bindings; n++) {
		const struct gmem_binding *b = &m->layout.bindings[n];

		if (page >= b->area && page < b->area + b->nr)
			return page - b->area + b->file;
	}
	return -1;
}

static bool is_in(const struct press *p, unsigned int page, size_t first, size_t nr)
{
	const struct gmem *m = p->state;
	long at = file_page(m, press_index(p, page));

	return at >= (long)first && at < (long)(first + nr) && !m->elsewhere[page];
}

int gmem_punch(const struct press *p, size_t first, size_t nr, struct result *r)
{
	const struct gmem *m = p->state;
	unsigned int i, taken = 0;
	int ret;

	for (i = 0; i < p->nr_pages; i++) {
		if (is_in(p, i, first, nr)) {
			coherence_discard_begin(p->coherence, i);
			taken++;
		}
	}
	ret = fallocate(m->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, first * PAGE_BYTES,
			nr * PAGE_BYTES);
	if (ret)
		return result_errno(r, "fallocate(guest_memfd, PUNCH_HOLE, page %zu, %zu pages)",
				    first, nr);
	for (i = 0; i < p->nr_pages; i++) {
		if (is_in(p, i, first, nr))
			coherence_discard_end(p->coherence, i);
	}
	return taken;
}

/*
 * What is shared of a huge page must stay huge: so nothing is taken from the mm there,
 * but overwritten where the guest does not see it.
 */
static int empty_shared(const struct press *p, unsigned int first, unsigned int nr,
			struct result *r)
{
	size_t stride = press_index(p, 1) * PAGE_BYTES;
	char *at = p->area->hva + first * stride;
	unsigned int i;

	if (stride > PAGE_BYTES) {
		for (i = first; i < first + nr; i++)
			guest_store(press_page(p, i), 0);
		return 0;
	}
	if (madvise(at, nr * stride, MADV_DONTNEED))
		return result_errno(r, "madvise(%p, %zu, MADV_DONTNEED)", (void *)at, nr * stride);
	return 0;
}

int gmem_convert(struct press *p, unsigned int first, unsigned int nr, struct result *r)
{
	struct gmem *m = p->state;
	size_t index = press_index(p, first), pages = press_index(p, nr);
	bool private = m->elsewhere[first];
	unsigned int i;
	int ret;

	for (i = first; i < first + nr; i++)
		coherence_discard_begin(p->coherence, i);
	/* A fault that meets the change in the middle may come out as EFAULT. */
	vm_gap_open(p->vm);
	ret = gmem_set_private(p->vm, p->vm->area_gpa + index * PAGE_BYTES, pages * PAGE_BYTES,
			       private, r);
	vm_gap_close(p->vm);
	if (ret)
		return -1;
	for (i = first; i < first + nr; i++) {
		m->elsewhere[i] = !private;
		coherence_discard_end(p->coherence, i);
	}
	if (private)
		return empty_shared(p, first, nr, r);
	/* In a slot that is all of the area, see the layouts that convert. */
	return gmem_punch(p, file_page(m, index), pages, r) < 0 ? -1 : 0;
}

static int punch_part(struct press *p, const struct gmem_part *part, unsigned int *taken,
		      struct result *r)
{
	unsigned int n;
	int ret;

	for (n = 0; n < part->times; n++) {
		ret = gmem_punch(p, part->first + 2 * n * part->nr, part->nr, r);
		if (ret < 0)
			return -1;
		*taken += ret;
	}
	return 0;
}

int gmem_punch_turn(struct press *p, const struct gmem_part *parts, unsigned int nr,
		    const struct gmem_part *outside, unsigned int nr_outside, struct result *r)
{
	unsigned int n, taken = 0;

	for (n = 0; n < nr_outside; n++) {
		if (punch_part(p, &outside[n], &taken, r))
			return -1;
	}
	if (taken)
		return result_error(r, "%u pages of the guest are where no slot is", taken);
	if (punch_part(p, &parts[p->round % nr], &taken, r))
		return -1;
	p->proved += taken;
	return 0;
}

#define HALF	(GMEM_NR_PAGES / 2)
#define BEHIND	7
#define ALL	(GMEM_OFFSET + GMEM_NR_PAGES + BEHIND)

const struct gmem_layout gmem_at_offset = {
	.pages = ALL,
	.bindings = { { .area = 0, .file = GMEM_OFFSET, .nr = GMEM_NR_PAGES } },
	.nr_bindings = 1,
};

int gmem_punch_parts(struct press *p, struct result *r)
{
	static const struct gmem_part parts[GMEM_NR_TURNS] = {
		{ GMEM_OFFSET, HALF, 1 },
		{ GMEM_OFFSET + 17, 1, 1 },
		{ GMEM_OFFSET + GMEM_NR_PAGES - 3, 6, 1 },	/* straddle the ends of the slot */
		{ GMEM_OFFSET - 3, 6, 1 },
		{ GMEM_OFFSET + 1, 1, HALF },
		{ GMEM_OFFSET + HALF, HALF, 1 },
		{ 0, ALL, 1 },
	};
	static const struct gmem_part outside[] = {
		{ 0, GMEM_OFFSET, 1 },
		{ GMEM_OFFSET + GMEM_NR_PAGES, BEHIND, 1 },
	};

	return gmem_punch_turn(p, parts, ARRAY_SIZE(parts), outside, ARRAY_SIZE(outside), r);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Taking memory away by unmapping it: munmap, mapping over it, discarding it,
 * moving it to other addresses and back.
 */
#include <sys/mman.h>

#include "pressure.h"

#define EVERY_BACKING (BACKING_BIT(BACKING_ANON) |		\
		       BACKING_BIT(BACKING_ANON_THP) |		\
		       BACKING_BIT(BACKING_MEMFD))

static int apply_munmap(struct vm *vm, struct area *area, struct result *r)
{
	int ret;

	vm_hole_open(vm);
	ret = area_unmap(area, r);
	if (!ret) {
		ret = vm_hole_check(vm, r);
		if (area_map(area, r))
			ret = -1;
	}
	vm_hole_close(vm);
	return ret;
}

PRESSURE(unmap_munmap) = {
	.name = "munmap",
	.calls = "munmap(), mmap() at the same address",
	.events = "unmap",
	.backings = EVERY_BACKING,
	.effect = {
		[BACKING_ANON] = EFFECT_DISCARD,
		[BACKING_ANON_THP] = EFFECT_DISCARD,
		[BACKING_MEMFD] = EFFECT_PRESERVE,
	},
	.apply = apply_munmap,
};

static int apply_mmap_fixed(struct vm *vm, struct area *area, struct result *r)
{
	int ret;

	/*
	 * One call, but two steps in the kernel: between the old mapping going
	 * and the new one coming a fault finds no VMA.
	 */
	vm_hole_open(vm);
	ret = area_replace(area, r);
	vm_hole_close(vm);
	return ret;
}

PRESSURE(unmap_mmap_fixed) = {
	.name = "mmap_fixed",
	.calls = "mmap(MAP_FIXED) over the area",
	.events = "unmap",
	.backings = EVERY_BACKING,
	.effect = {
		[BACKING_ANON] = EFFECT_DISCARD,
		[BACKING_ANON_THP] = EFFECT_DISCARD,
		[BACKING_MEMFD] = EFFECT_REPLACE,
	},
	.apply = apply_mmap_fixed,
};

static int apply_dontneed(struct vm *vm, struct area *area, struct result *r)
{
	(void)vm;
	if (madvise(area->hva, area->size, MADV_DONTNEED))
		return result_errno(r, "madvise(%p, %zu, MADV_DONTNEED)",
				    area->hva, area->size);
	return 0;
}

PRESSURE(unmap_madvise_dontneed) = {
	.name = "madvise_dontneed",
	.calls = "madvise(MADV_DONTNEED)",
	.events = "clear",
	.backings = EVERY_BACKING,
	.effect = {
		[BACKING_ANON] = EFFECT_DISCARD,
		[BACKING_ANON_THP] = EFFECT_DISCARD,
		/* The pages stay in the file. */
		[BACKING_MEMFD] = EFFECT_PRESERVE,
	},
	.missing = memory_advice_missing,
	.apply = apply_dontneed,
};

static int move(const struct area *area, char *from, char *to, struct result *r)
{
	if (mremap(from, area->size, area->size, MREMAP_MAYMOVE | MREMAP_FIXED,
		   to) == MAP_FAILED)
		return result_errno(r, "mremap(%p, %zu, to %p)", from, area->size, to);
	return 0;
}

static int apply_mremap(struct vm *vm, struct area *area, struct result *r)
{
	int ret;

	vm_hole_open(vm);
	ret = move(area, area->hva, area->aside, r);
	if (!ret) {
		ret = vm_hole_check(vm, r);
		if (move(area, area->aside, area->hva, r))
			ret = -1;
	}
	vm_hole_close(vm);
	return ret;
}

PRESSURE(unmap_mremap) = {
	.name = "mremap",
	.calls = "mremap() away and back",
	.events = "unmap",
	.backings = EVERY_BACKING,
	.effect = {
		[BACKING_ANON] = EFFECT_PRESERVE,
		[BACKING_ANON_THP] = EFFECT_PRESERVE,
		[BACKING_MEMFD] = EFFECT_PRESERVE,
	},
	.apply = apply_mremap,
};

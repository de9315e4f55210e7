// SPDX-License-Identifier: GPL-2.0
/*
 * Loading the guest image, which image_blob.S embeds in the library.
 */
#include <string.h>

#include "vm/vm_internal.h"

extern const char guest_image_start[], guest_image_end[];

const struct guest_header *image_header(const struct vm *vm)
{
	return (const struct guest_header *)vm->system.hva;
}

/* What an address in the image refers to, in the embedded copy. */
static const void *at(guest_u64 gpa)
{
	return guest_image_start + (gpa - GUEST_SYSTEM_GPA);
}

static unsigned int nr_workloads(void)
{
	const struct guest_header *header = at(GUEST_SYSTEM_GPA);

	return (header->workloads_end - header->workloads) / sizeof(guest_u64);
}

static const struct guest_workload *workload_at(unsigned int index)
{
	const struct guest_header *header = at(GUEST_SYSTEM_GPA);
	const guest_u64 *rows = at(header->workloads);

	return at(rows[index]);
}

const struct guest_workload *workload_next(const struct guest_workload *w)
{
	unsigned int i = 0;

	while (w && workload_at(i++) != w)
		;
	return i < nr_workloads() ? workload_at(i) : NULL;
}

const struct guest_workload *workload_find(const char *name)
{
	const struct guest_workload *w = NULL;

	while ((w = workload_next(w)) && strcmp(w->name, name))
		;
	return w;
}

void vm_set_workload(struct vm *vm, const struct guest_workload *workload)
{
	unsigned int i = 0;

	while (workload_at(i) != workload)
		i++;
	guest_store(&vm_shared(vm)->workload, i);
}

const struct guest_workload *vm_workload(const struct vm *vm)
{
	return workload_at(vm_shared(vm)->workload);
}

int image_load(struct vm *vm, struct result *r)
{
	size_t size = guest_image_end - guest_image_start;

	if (size < sizeof(struct guest_header) || size > GUEST_IMAGE_MAX)
		return result_error(r, "guest image has %zu bytes, room is for %lu",
				    size, GUEST_IMAGE_MAX);
	memcpy(vm->system.hva, guest_image_start, size);
	if (image_header(vm)->magic != GUEST_HEADER_MAGIC)
		return result_error(r, "guest image has magic %#llx, not %#llx: rebuild it",
				    image_header(vm)->magic, GUEST_HEADER_MAGIC);
	return 0;
}

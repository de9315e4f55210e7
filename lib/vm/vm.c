// SPDX-License-Identifier: GPL-2.0
/*
 * Creating and releasing a VM, its slots, and what the guest is told.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "vm/kvm_newer.h"
#include "vm/vm_internal.h"

#define STOP_BUDGET_NS	10000000000ULL
#define SMM_SLOTS	(1U << 16)	/* the upper half of a slot's number is its address space */

int vm_available(struct result *r)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int version;

	if (sysconf(_SC_PAGESIZE) != PAGE_BYTES) {
		if (fd >= 0)
			close(fd);
		return result_skip(r, "pages of the host have %ld bytes, and these tests count on %lu",
				   sysconf(_SC_PAGESIZE), PAGE_BYTES);
	}
	if (fd < 0)
		return result_skip(r, "/dev/kvm: %s (kvm_amd or kvm_intel loaded? nested virtualisation on?)",
				   strerror(errno));
	version = ioctl(fd, KVM_GET_API_VERSION, 0);
	close(fd);
	if (version != KVM_API_VERSION)
		return result_skip(r, "/dev/kvm speaks API version %d, not %d",
				   version, KVM_API_VERSION);
	return 0;
}

bool vm_splits_code(enum guest_form form)
{
	char splits[8];

	return form == GUEST_FORM_CODE &&
	       hostfile_read("/sys/module/kvm/parameters/nx_huge_pages", splits,
			     sizeof(splits)) > 0 && splits[0] == 'Y';
}

int vm_capability(unsigned int cap)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC), ret;

	if (fd < 0)
		return 0;
	ret = ioctl(fd, KVM_CHECK_EXTENSION, cap);
	close(fd);
	return ret > 0 ? ret : 0;
}

static int create_vm_fd(struct vm *vm, unsigned long type, struct result *r)
{
	do {
		vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, type);
	} while (vm->fd < 0 && errno == EINTR);
	if (vm->fd < 0)
		return result_errno(r, "KVM_CREATE_VM(%lu)", type);
	/* KVM names the directory after the calling task and the new fd. */
	snprintf(vm->name, sizeof(vm->name), "%ld-%d",
		 (long)syscall(SYS_gettid), vm->fd);
	vm->stats_fd = stats_open(vm->fd);
	return 0;
}

static int load_system(struct vm *vm, unsigned int max_pages, struct result *r)
{
	size_t size = guest_system_size(vm->nr_vcpus, max_pages);
	int ret;

	if (area_create(&vm->system, &backings[BACKING_ANON], size, r))
		return -1;
	ret = vm_set_slot(vm, VM_SLOT_SYSTEM, GUEST_SYSTEM_GPA, vm->system.hva,
			  vm->system.size);
	if (ret) {
		errno = -ret;
		return result_errno(r, "KVM_SET_USER_MEMORY_REGION(system)");
	}
	vm_shared(vm)->nr_vcpus = vm->nr_vcpus;
	vm_shared(vm)->max_pages = max_pages;
	return image_load(vm, r);
}

int vm_create(struct vm *vm, unsigned int nr_vcpus, unsigned int max_pages, struct result *r)
{
	return vm_create_kind(vm, NULL, nr_vcpus, max_pages, r);
}

int vm_create_kind(struct vm *vm, const struct vm_kind *kind, unsigned int nr_vcpus,
		   unsigned int max_pages, struct result *r)
{
	unsigned int id;

	memset(vm, 0, sizeof(*vm));
	vm->fd = -1;
	vm->stats_fd = -1;
	vm->kvm = -1;
	if (!nr_vcpus || nr_vcpus > GUEST_MAX_VCPUS)
		return result_error(r, "%u vCPUs asked for, 1 to %d are possible",
				    nr_vcpus, GUEST_MAX_VCPUS);
	if (max_pages > GUEST_MAX_PAGES)
		return result_error(r, "%u pages asked for, %d are possible", max_pages,
				    GUEST_MAX_PAGES);
	if (vm_available(r) || vcpu_signals_init(r))
		return -1;
	vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm < 0) {
		result_errno(r, "open(/dev/kvm)");
		goto fail;
	}
	vm->nr_vcpus = nr_vcpus;
	if (create_vm_fd(vm, kind ? kind->type : 0, r) ||
	    (kind && kind->prepare && kind->prepare(vm, r)) || load_system(vm, max_pages, r))
		goto fail;
	for (id = 0; id < nr_vcpus; id++) {
		if (vcpu_create(vm, id, r))
			goto fail;
	}
	return 0;
fail:
	vm_destroy(vm);
	return -1;
}

void vm_destroy(struct vm *vm)
{
	struct result ignored;
	unsigned int id;

	if (!vm->nr_vcpus && vm->fd <= 0 && vm->kvm <= 0)
		return;
	result_init(&ignored);
	/* A thread stuck in the kernel still uses the fds: leave them to it. */
	if (vm_stop(vm, STOP_BUDGET_NS, &ignored))
		return;
	for (id = 0; id < vm->nr_vcpus; id++)
		vcpu_destroy(&vm->vcpus[id]);
	if (vm->stats_fd >= 0)
		close(vm->stats_fd);
	if (vm->fd >= 0)
		close(vm->fd);
	if (vm->kvm >= 0)
		close(vm->kvm);
	area_destroy(&vm->system);
	memset(vm, 0, sizeof(*vm));
}

int vm_set_slot(const struct vm *vm, unsigned int slot, uint64_t gpa,
		const void *hva, size_t size)
{
	return vm_set_slot_flags(vm, slot, 0, gpa, hva, size);
}

int vm_set_slot_flags(const struct vm *vm, unsigned int slot, uint32_t flags,
		      uint64_t gpa, const void *hva, size_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)hva,
	};

	return ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region) ? -errno : 0;
}

int vm_use_area(struct vm *vm, const struct area *area, unsigned int nr_pages,
		struct result *r)
{
	struct guest_shared *shared = vm_shared(vm);
	size_t pages = area->size / PAGE_BYTES;
	int ret;

	if (!nr_pages || nr_pages > pages || nr_pages > shared->max_pages)
		return result_error(r, "%u pages asked for, the area has %zu and the VM was made for %u",
				    nr_pages, pages, shared->max_pages);
	ret = vm_set_slot(vm, VM_SLOT_AREA, GUEST_AREA_GPA, area->hva, area->size);
	if (ret) {
		errno = -ret;
		return result_errno(r, "KVM_SET_USER_MEMORY_REGION(area)");
	}
	vm->area = area;
	vm->area_gpa = GUEST_AREA_GPA;
	shared->area_gpa = GUEST_AREA_GPA;
	shared->nr_pages = nr_pages;
	shared->stride = pages / nr_pages * PAGE_BYTES;
	return 0;
}

int vm_enter_smm(struct vm *vm, unsigned int vcpu, struct result *r)
{
	int ret;

	if (vm_capability(KVM_CAP_MULTI_ADDRESS_SPACE) < 2)
		return result_skip(r, "KVM has one address space only (CONFIG_KVM_SMM since v6.2)");
	ret = vm_set_slot(vm, SMM_SLOTS + VM_SLOT_SYSTEM, GUEST_SYSTEM_GPA, vm->system.hva,
			  vm->system.size);
	if (!ret)
		ret = vm_set_slot(vm, SMM_SLOTS + VM_SLOT_AREA, vm->area_gpa, vm->area->hva,
				  vm->area->size);
	if (ret) {
		errno = -ret;
		return result_errno(r, "KVM_SET_USER_MEMORY_REGION(second address space)");
	}
	return vcpu_arch_enter_smm(&vm->vcpus[vcpu], r);
}

int vm_move_area(struct vm *vm, uint64_t gpa, struct result *r)
{
	int ret = vm_set_slot(vm, VM_SLOT_AREA, gpa, vm->area->hva, vm->area->size);

	if (ret) {
		errno = -ret;
		return result_errno(r, "KVM_SET_USER_MEMORY_REGION(area to %#llx)",
				    (unsigned long long)gpa);
	}
	vm->area_gpa = gpa;
	vm_shared(vm)->area_gpa = gpa;
	return 0;
}

int vm_remake_area(struct vm *vm, struct result *r)
{
	int ret;

	vm_gap_open(vm);
	ret = vm_set_slot(vm, VM_SLOT_AREA, vm->area_gpa, vm->area->hva, 0) ?:
	      vm_set_slot(vm, VM_SLOT_AREA, vm->area_gpa, vm->area->hva, vm->area->size);
	vm_gap_close(vm);
	errno = -ret;
	return ret ? result_errno(r, "KVM_SET_USER_MEMORY_REGION(area)") : 0;
}

int vm_pre_fault(const struct vm *vm, unsigned int vcpu, uint64_t *gpa, uint64_t *size)
{
	struct newer_pre_fault range = { .gpa = *gpa, .size = *size };
	int ret = ioctl(vm->vcpus[vcpu].fd, NEWER_PRE_FAULT_MEMORY, &range) ? -errno : 0;

	*gpa = range.gpa;
	*size = range.size;
	return ret;
}

const char *vm_pre_fault_missing(void)
{
	if (vm_capability(NEWER_CAP_PRE_FAULT_MEMORY))
		return NULL;
	return "no KVM_PRE_FAULT_MEMORY: kernel before " VM_PRE_FAULT_SINCE ", or shadow paging";
}

bool vm_measure_gaps(struct vm *vm)
{
	uint64_t ticks = (vcpu_arch_ticks_per_ms(&vm->vcpus[0]) + 500) / 1000;

	vm_shared(vm)->ticks_per_us = ticks;
	return ticks;
}

void vm_visit(struct vm *vm, unsigned int first, unsigned int nr)
{
	struct guest_shared *shared = vm_shared(vm);

	shared->area_gpa = vm->area_gpa + first * shared->stride;
	shared->nr_pages = nr;
}

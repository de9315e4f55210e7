// SPDX-License-Identifier: GPL-2.0
/*
 * Making and releasing vCPUs.
 */
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vm/vm_internal.h"

int vcpu_create(struct vm *vm, unsigned int id, struct result *r)
{
	struct vcpu *vcpu = &vm->vcpus[id];
	int size;

	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->state = VCPU_NEW;
	vcpu->run = NULL;
	vcpu->stats_fd = -1;
	vcpu->faults_fd = -1;
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		return result_errno(r, "KVM_CREATE_VCPU(%u)", id);
	vcpu->stats_fd = stats_open(vcpu->fd);
	size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < (int)sizeof(*vcpu->run))
		return result_error(r, "KVM_GET_VCPU_MMAP_SIZE says %d", size);
	vcpu->run_size = size;
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED) {
		vcpu->run = NULL;
		return result_errno(r, "mmap(vCPU %u, %d)", id, size);
	}
	return vcpu_arch_init(vcpu, r);
}

void vcpu_destroy(struct vcpu *vcpu)
{
	if (!vcpu->vm)
		return;
	if (vcpu->run)
		munmap(vcpu->run, vcpu->run_size);
	if (vcpu->stats_fd >= 0)
		close(vcpu->stats_fd);
	if (vcpu->faults_fd >= 0)
		close(vcpu->faults_fd);
	if (vcpu->fd >= 0)
		close(vcpu->fd);
	vcpu->vm = NULL;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of lib/vm share among themselves. */
#ifndef VM_INTERNAL_H
#define VM_INTERNAL_H

#include "vm/vm.h"

/* image.c: copy the embedded guest image into the system slot */
int image_load(struct vm *vm, struct result *r);
/* image.c: what vm_set_workload() set */
const struct guest_workload *vm_workload(const struct vm *vm);
/* image.c: header of the loaded image */
const struct guest_header *image_header(const struct vm *vm);

/* <arch>/vcpu.c: registers such that the vCPU starts at the image's entry */
int vcpu_arch_init(struct vcpu *vcpu, struct result *r);

/* <arch>/vcpu.c: what vm_enter_smm() does to the vCPU */
int vcpu_arch_enter_smm(struct vcpu *vcpu, struct result *r);

/* <arch>/vcpu.c: ticks of its clock in a millisecond; 0 if unknown */
uint64_t vcpu_arch_ticks_per_ms(const struct vcpu *vcpu);

/* <arch>/vcpu.c: where the vCPU is in its code, for people; 0 if unknown */
uint64_t vcpu_arch_where(const struct vcpu *vcpu);

/* An access to a port: the vCPU left the guest on purpose. */
struct port_access {
	unsigned int port;
	bool is_write;
	void *data;		/* in the vCPU's struct kvm_run */
	size_t size;
};

/* <arch>/vcpu.c: did KVM_RUN end with such?  Then @access is filled in. */
bool vcpu_arch_port(struct vcpu *vcpu, struct port_access *access);

/* device.c: what an exit for the device did with its register; false: not for it */
bool device_mmio(struct vcpu *vcpu);
bool device_port(struct vcpu *vcpu, const struct port_access *access);

/* stats.c: of a VM or vCPU, before it runs; or -1 */
int stats_open(int owner);

/* vcpu.c */
int vcpu_create(struct vm *vm, unsigned int id, struct result *r);
void vcpu_destroy(struct vcpu *vcpu);

/* vcpu_run.c: body of a vCPU thread */
void *vcpu_thread(void *vcpu);
/* vcpu_run.c: handlers of the signals that a vCPU thread gets */
int vcpu_signals_init(struct result *r);
/* vcpu_run.c: get a thread out of KVM_RUN */
void vcpu_kick(const struct vcpu *vcpu);

/*
 * vcpu_run.c: KVM_RUN ended with an access to memory that it could not carry out
 * @last: what the KVM_RUN before ended with
 * @began: when this one was called
 *
 * Return: whether it was legal, and has been done; then vcpu->part is this one.
 */
bool vcpu_handle_mmio(struct vcpu *vcpu, const struct mmio_part *last,
		      const struct epochs *began);

/* exits.c: name of a KVM_EXIT_* reason */
const char *exit_name(unsigned int reason);

/* futex.c */
void futex_wait(uint32_t *word, uint32_t value, unsigned int timeout_ms);
void futex_wake(uint32_t *word);

#endif

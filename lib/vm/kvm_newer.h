/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What KVM's user interface has gained since v6.1, whose headers the suite must
 * build with.  The names are our own, so that newer headers do not clash; whether
 * the running kernel has a feature is checked when a test needs it.
 */
#ifndef KVM_NEWER_H
#define KVM_NEWER_H

#include <linux/ioctl.h>
#include <stdint.h>

/* v6.8: VMs with memory that the host does not map, and exits that report it */
#define NEWER_CAP_GUEST_MEMFD		234
#define NEWER_CAP_VM_TYPES		235	/* a set of types, by bits */
#define NEWER_VM_SW_PROTECTED		1	/* for development: needs no hardware */
#define NEWER_MEM_GUEST_MEMFD		(1U << 2)
#define NEWER_ATTRIBUTE_PRIVATE		(1ULL << 3)
#define NEWER_EXIT_MEMORY_FAULT		39
#define NEWER_MEMORY_FAULT_PRIVATE	(1ULL << 3)

struct newer_guest_memfd {
	uint64_t size, flags, reserved[6];
};

struct newer_memory_region {
	uint32_t slot, flags;
	uint64_t gpa, size, hva, memfd_offset;
	uint32_t memfd, pad1;
	uint64_t pad2[14];
};

struct newer_attributes {
	uint64_t gpa, size, attributes, flags;
};

/* What KVM_RUN leaves in the exit data, with EFAULT and that exit reason. */
struct newer_memory_fault {
	uint64_t flags, gpa, size;
};

/* v6.18: such memory that the host maps as well, for any VM */
#define NEWER_CAP_GUEST_MEMFD_FLAGS	244	/* a set of flags */
#define NEWER_GUEST_MEMFD_MMAP		(1ULL << 0)
#define NEWER_GUEST_MEMFD_INIT_SHARED	(1ULL << 1)

/* v6.11: faulting memory in for the guest */
#define NEWER_CAP_PRE_FAULT_MEMORY	236

struct newer_pre_fault {
	uint64_t gpa, size, flags, padding[5]; /* what is left of the range comes back */
};

/* v6.12: of KVM_CAP_DISABLE_QUIRKS2 on x86 */
#define NEWER_X86_QUIRK_SLOT_ZAP_ALL	(1 << 7)

#define NEWER_SET_MEMORY_REGION		_IOW(0xae, 0x49, struct newer_memory_region)
#define NEWER_SET_ATTRIBUTES		_IOW(0xae, 0xd2, struct newer_attributes)
#define NEWER_CREATE_GUEST_MEMFD	_IOWR(0xae, 0xd4, struct newer_guest_memfd)
#define NEWER_PRE_FAULT_MEMORY		_IOWR(0xae, 0xd5, struct newer_pre_fault)

#endif

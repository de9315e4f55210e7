# SPDX-License-Identifier: GPL-2.0
# How the guest is compiled for arm64.

GUEST_ARCH_CFLAGS := -mgeneral-regs-only -mno-outline-atomics -mbranch-protection=none
# There is no instruction with which KVM writes to guest memory for a device, and KVM has no
# async page faults.
GUEST_WITHOUT := receive async

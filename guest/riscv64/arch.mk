# SPDX-License-Identifier: GPL-2.0
# How the guest is compiled for riscv64.

GUEST_ARCH_CFLAGS := -mcmodel=medany -march=rv64ima_zicsr_zifencei -mabi=lp64 -msmall-data-limit=0
# KVM writes nothing to guest memory for a device. And the root table of Sv39 has no room
# for a window for each page.
GUEST_WITHOUT := receive page_tables

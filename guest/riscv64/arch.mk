# SPDX-License-Identifier: GPL-2.0
# How the guest is compiled for riscv64.

GUEST_ARCH_CFLAGS := -mcmodel=medany -march=rv64ima_zicsr_zifencei -mabi=lp64 -msmall-data-limit=0
# receive: KVM writes nothing to guest memory for a device.
# async: KVM has no async page faults.
# pair: rv64 has no access of 16 bytes.
# page_tables: the root table of Sv39 has no room for a window for each page.
# exec, device: on QEMU 7.2 a guest that fetches from a page which is being taken away now and
# then gets an instruction page fault, though its own page table maps everything. Whose fault
# that is has not been found out.
GUEST_WITHOUT := receive async pair page_tables exec device

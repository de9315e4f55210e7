# SPDX-License-Identifier: GPL-2.0
# How the guest is compiled for x86-64.

GUEST_ARCH_CFLAGS := -mgeneral-regs-only -fcf-protection=none -mno-red-zone -ffixed-r15

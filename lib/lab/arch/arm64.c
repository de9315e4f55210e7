// SPDX-License-Identifier: GPL-2.0
/*
 * arm64: a machine whose CPUs have EL2, for KVM, and which CPU decides in which way KVM
 * uses it (see the modes of the suite).
 */
#include "arch/arch.h"
#include "arch/raw_image.h"

static int read_image(const char *path, struct lab_vmlinux *v, struct lab_error *e)
{
	return lab_raw_image_read(path, "ARM\x64", lab_arch_arm64.name, v, e);
}

const struct lab_arch lab_arch_arm64 = {
	.name = "arm64",
	.machine = "aarch64",
	.kernel = "arm64",
	.package = "qemu-system-arm",
	.platform = "virt,virtualization=on,gic-version=3",
	/* Flushing a TLB for all CPUs waits until each has had its turn. */
	.emulation = LAB_EMULATED_IN_TURN,
	.icount = LAB_SHORT_TURNS,
	.topology = "numa2",
	.parameters = "console=ttyAMA0 sysrq_always_enabled",
	.image = "arch/arm64/boot/Image",
	.read = read_image,
};

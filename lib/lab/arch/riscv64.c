// SPDX-License-Identifier: GPL-2.0
/*
 * riscv64: a machine whose CPUs, as the suite names them, have the hypervisor extension.
 */
#include "arch/arch.h"
#include "arch/raw_image.h"

static int read_image(const char *path, struct lab_vmlinux *v, struct lab_error *e)
{
	return lab_raw_image_read(path, "RSC\x05", lab_arch_riscv64.name, v, e);
}

const struct lab_arch lab_arch_riscv64 = {
	.name = "riscv64",
	.machine = "riscv64",
	.kernel = "riscv",
	.package = "qemu-system-misc",
	.platform = "virt",
	/*
	 * A CPU that waits for others to flush their TLBs spins in the firmware, with no instruction
	 * that would let QEMU turn to these before its tenth of a second is over.
	 */
	.emulation = "tcg,thread=multi",
	/* On two nodes interrupts of PCI, which come from the second socket's PLIC, get lost. */
	.topology = "uma",
	.parameters = "console=ttyS0 sysrq_always_enabled",
	.image = "arch/riscv/boot/Image",
	.read = read_image,
};

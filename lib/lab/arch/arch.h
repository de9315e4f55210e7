/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Architectures of the machines under test: one row each, in a file of its own. What others
 * call them is in NAME.names beside it, for make and sh.
 */
#ifndef LAB_ARCH_H
#define LAB_ARCH_H

#include <argp.h>
#include <stdbool.h>

#include "arch/vmlinux.h"
#include "base/lab_error.h"
#include "base/paths.h"

struct lab_arch {
	const char *name;
	const char *machine;		/* as uname -m and QEMU have it */
	const char *kernel;		/* as the kernel's sources have it */
	const char *package;		/* Debian's, with qemu-system-MACHINE */
	const char *platform;		/* its -machine */
	const char *emulation;		/* its -accel, unless CPUs are this machine's */
	const char *icount;		/* its -icount then; NULL: instructions are not counted */
	const char *topology;		/* which is the default */
	const char *parameters;		/* what every kernel needs there, its console first */
	bool snapshots;			/* of its machines: restored, tests come to what they come to booted */
	bool pmem;			/* QEMU can give it persistent memory */
	bool nmi;			/* QEMU can inject one, of which the kernel panics */
	const char *nests[3];		/* files that say Y or 1 if this machine's KVM nests */

	const char *image;		/* in a built tree, what boots */
	/* Can QEMU start that tree's vmlinux as it is? NULL: never. */
	bool (*starts)(const char *vmlinux);
	const char *unfit;		/* what a vmlinux is that it cannot start */
	/* Take the kernel out of file @path, which is in @v; see lab_vmlinux_read(). */
	int (*read)(const char *path, struct lab_vmlinux *v, struct lab_error *e);
};

/*
 * One host thread runs all CPUs in turn. With a thread each, QEMU 7.2 now and
 * then resumes a nested guest with the registers of its host, or executes code
 * that another CPU has just patched: one test in some five hundred, or the
 * kernel under test, then died of the bed. That is worth a third of the speed.
 *
 * A turn lasts a tenth of a second if no other CPU's work ends it. LAB_SHORT_TURNS: or until a
 * timer of any CPU is due, which is the next tick. Counting takes a sixth of the speed, so that is
 * for machines in which a CPU waits, busily, for what others have to do in their turn.
 */
#define LAB_EMULATED_IN_TURN	"tcg,thread=single"
#define LAB_SHORT_TURNS		"shift=auto"

extern const struct lab_arch lab_arch_x86_64, lab_arch_arm64, lab_arch_riscv64;

/* By any of its names; NULL if it is none of ours, and @e, unless NULL, says which there are. */
const struct lab_arch *lab_arch_find(const char *name, struct lab_error *e);

/* That of this machine, on which the lab is. */
const struct lab_arch *lab_arch_here(void);

/*
 * For the parser of an option: @arch becomes the name of the row that @word means, or NULL if that
 * is this machine's. Returns 0, or refuses @word.
 */
error_t lab_arch_take(const struct argp_state *state, const char *word, const char **arch);

/* @paths for machines of the architecture @name; NULL or none of ours: of this machine's. */
struct lab_paths lab_arch_paths(const struct lab_paths *paths, const char *name);

#endif

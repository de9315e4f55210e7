// SPDX-License-Identifier: GPL-2.0
/*
 * The architectures, and which of them is meant.
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "arch/arch.h"
#include "base/command.h"

static const struct lab_arch *const rows[] = {
	&lab_arch_x86_64, &lab_arch_arm64, &lab_arch_riscv64,
};

#define NR_ROWS	(sizeof(rows) / sizeof(rows[0]))

const struct lab_arch *lab_arch_find(const char *name, struct lab_error *e)
{
	char have[64] = "";
	size_t n = 0;

	for (size_t i = 0; i < NR_ROWS; i++) {
		if (!strcmp(name, rows[i]->name) || !strcmp(name, rows[i]->machine) ||
		    !strcmp(name, rows[i]->kernel))
			return rows[i];
		n += (size_t)snprintf(have + n, sizeof(have) - n, " %s", rows[i]->name);
	}
	if (e)
		lab_fail(e, 0, "%s: no architecture of that name; there are:%s", name, have);
	return NULL;
}

const struct lab_arch *lab_arch_here(void)
{
	const struct lab_arch *arch;
	struct utsname u;

	uname(&u);
	arch = lab_arch_find(u.machine, NULL);
	/* Where there is no row for the lab's own machine, its KVM is not to be tested either. */
	return arch ? arch : rows[0];
}

error_t lab_arch_take(const struct argp_state *state, const char *word, const char **arch)
{
	struct lab_error e;
	const struct lab_arch *found = lab_arch_find(word, &e);

	if (!found)
		return lab_command_refuse(state, "--arch %s", e.text);
	*arch = found == lab_arch_here() ? NULL : found->name;
	return 0;
}

struct lab_paths lab_arch_paths(const struct lab_paths *paths, const char *name)
{
	struct lab_paths own = *paths;

	own.arch = name ? lab_arch_find(name, NULL) : NULL;
	if (!own.arch)
		own.arch = lab_arch_here();
	snprintf(own.target, sizeof(own.target), own.arch == lab_arch_here() ? "%s" : "%s/%s",
		 paths->build, own.arch->name);
	return own;
}

// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "engine/engine.h"

const struct lab_engine *lab_engine_find(const char *name, struct lab_error *e)
{
	static const struct lab_engine *const engines[] = { &lab_engine_local, &lab_engine_slurm };

	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		if (!strcmp(engines[i]->name, name))
			return engines[i];
	lab_fail(e, -EINVAL, "no engine %s: there are local and slurm", name);
	return NULL;
}

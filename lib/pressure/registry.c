// SPDX-License-Identifier: GPL-2.0
/*
 * Walking over the rows that PRESSURE() has gathered.
 */
#include <string.h>

#include "pressure.h"

extern const struct pressure * const __start_pressures[];
extern const struct pressure * const __stop_pressures[];

const struct pressure *pressure_next(const struct pressure *p)
{
	const struct pressure * const *row = __start_pressures;

	if (p) {
		while (*row != p)
			row++;
		row++;
	}
	return row == __stop_pressures ? NULL : *row;
}

const struct pressure *pressure_find(const char *name)
{
	const struct pressure *p = NULL;

	while ((p = pressure_next(p))) {
		if (!strcmp(p->name, name))
			return p;
	}
	return NULL;
}

bool pressure_applies(const struct pressure *p, enum backing_id backing)
{
	return p->backings & BACKING_BIT(backing);
}

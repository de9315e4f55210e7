/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that watch chosen pressures from a side of their own: several slots,
 * several VMs, a clock.  Each choice meets each workload and injector if all
 * variants are asked for; by default these take turns.
 */
#ifndef MN_CHOSEN_H
#define MN_CHOSEN_H

#include "mn_pressure.h"

/* A pressure, and the backings on which it is of interest here. */
struct mn_choice {
	const char *pressure;		/* of the registry */
	const struct pressure *own;	/* or one that only this program has */
	unsigned int backings;
};

/*
 * mn_add_chosen() - the variants of one thing to watch
 * @base: what the scenarios have in common; a workload or an injector in it is the only one
 * @what: first part of the names
 * @choices: ends with one that has neither; a row that is not there is left out
 * @turn: which workload and injector come first; goes on from thing to thing
 * @add: registers one
 */
static inline void mn_add_chosen(const struct scenario *base, const char *what,
				 const struct mn_choice *choices, unsigned int *turn,
				 void (*add)(const struct scenario *spec, const char *name,
					     unsigned int arg),
				 unsigned int arg)
{
	unsigned int workloads = base->workload ? 1 : MN_NR_CORE;
	unsigned int setups = base->injector ? 1 : nr_injector_setups;
	unsigned int all = workloads * setups, b, n;
	struct scenario spec = *base;
	char name[160];

	for (; choices->pressure || choices->own; choices++) {
		spec.pressure = choices->own ?: pressure_find(choices->pressure);
		for (b = 0; spec.pressure && b < NR_BACKINGS; b++) {
			spec.backing = &backings[b];
			if (!(choices->backings & BACKING_BIT(b)) ||
			    !pressure_applies(spec.pressure, spec.backing))
				continue;
			for (n = 0; n < all; n++) {
				spec.workload = base->workload ?:
					workload_find(mn_workloads[n / setups]);
				spec.injector = base->injector ?: &injector_setups[n % setups];
				snprintf(name, sizeof(name), "%s.%s.%s.%s.%s", what,
					 spec.backing->name, spec.pressure->name,
					 spec.workload->name, spec.injector->name);
				if (n == *turn % all || mn_wants_all())
					add(&spec, name, arg);
			}
			*turn += MN_STEP;
		}
	}
}

#endif

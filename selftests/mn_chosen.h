/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that watch chosen pressures from a side of their own: several slots,
 * several VMs, a clock.  The cases of a test are the core workloads and the injectors.
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

static inline void mn_add_cases(const struct scenario *base, const char *id, mn_add add,
				unsigned int arg)
{
	unsigned int workloads = base->workload ? 1 : MN_NR_CORE;
	unsigned int setups = base->injector ? 1 : nr_injector_setups;
	struct scenario spec = *base;
	char parameters[96];
	unsigned int n;

	for (n = 0; n < workloads * setups; n++) {
		spec.workload = base->workload ?: workload_find(mn_workloads[n / setups]);
		spec.injector = base->injector ?: &injector_setups[n % setups];
		snprintf(parameters, sizeof(parameters), "%s.%s", spec.workload->name,
			 spec.injector->name);
		if (pressure_suits(spec.pressure, spec.backing, spec.workload) &&
		    setup_suits(spec.injector, spec.pressure))
			add(&spec, id, parameters, arg);
	}
}

/*
 * mn_add_chosen() - the tests of one thing to watch
 * @base: what the scenarios have in common; a workload or an injector in it is the only one
 * @what: first part of the names
 * @choices: ends with one that has neither; a row that is not there is left out
 * @add: registers one case; a program that needs no @arg of its own gives MN_CASE_* for it
 */
static inline void mn_add_chosen(const struct scenario *base, const char *what,
				 const struct mn_choice *choices, mn_add add,
				 unsigned int arg)
{
	struct scenario spec = *base;
	unsigned int b;
	char id[96];

	for (; choices->pressure || choices->own; choices++) {
		spec.pressure = choices->own ?: pressure_find(choices->pressure);
		for (b = 0; spec.pressure && b < NR_BACKINGS; b++) {
			spec.backing = &backings[b];
			if (!(choices->backings & BACKING_BIT(b)) ||
			    !pressure_applies(spec.pressure, spec.backing))
				continue;
			snprintf(id, sizeof(id), "%s.%s.%s", what, spec.backing->name,
				 spec.pressure->name);
			mn_add_cases(&spec, id, add, arg);
		}
	}
}

#endif

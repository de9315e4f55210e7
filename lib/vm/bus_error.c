// SPDX-License-Identifier: GPL-2.0
/*
 * The handler of SIGBUS, which only records what the kernel reported.
 */
#include <signal.h>
#include <stddef.h>

#include "vm/bus_error.h"

static __thread struct bus_errors *catching;

static void on_bus_error(int signal_number, siginfo_t *info, void *context)
{
	(void)context;
	if (!catching) {
		/* Blocked until the handler returns; then it is fatal. */
		signal(signal_number, SIG_DFL);
		raise(signal_number);
		return;
	}
	catching->code = info->si_code;
	catching->addr = info->si_addr;
	__atomic_add_fetch(&catching->nr, 1, __ATOMIC_RELEASE);
}

int bus_errors_init(struct result *r)
{
	struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };

	if (sigaction(SIGBUS, &action, NULL))
		return result_errno(r, "sigaction(SIGBUS)");
	return 0;
}

void bus_errors_catch(struct bus_errors *errors)
{
	catching = errors;
}

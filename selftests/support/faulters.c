// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that fault on the device of a gating notifier.
 */
#include <errno.h>
#include <string.h>

#include "base/deadline.h"
#include "support/faulters.h"

#define STAY	2	/* for faulter.go */

static void *fault(void *arg)
{
	struct faulter *f = arg;
	uint32_t go;

	while (!(go = __atomic_load_n(&f->go, __ATOMIC_ACQUIRE)))
		sleep_ns(DEADLINE_POLL_NS);
	f->ret = go == STAY ? 0 : injector_fault(f->gate, f->address, &f->result);
	__atomic_store_n(&f->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

int faulters_start(struct faulter *f, struct bed *bed, struct result *r)
{
	unsigned int n;

	memset(f, 0, NR_FAULTERS * sizeof(*f));
	for (n = 0; n < NR_FAULTERS; n++) {
		f[n].gate = &bed->one;
		f[n].address = bed->mem + n * PAGE_BYTES;
		result_init(&f[n].result);
		errno = pthread_create(&f[n].thread, NULL, fault, &f[n]);
		if (errno)
			return result_errno(r, "pthread_create()");
	}
	return 0;
}

void faulters_go(struct faulter *f)
{
	unsigned int n;

	for (n = 0; n < NR_FAULTERS; n++)
		__atomic_store_n(&f[n].go, 1, __ATOMIC_RELEASE);
}

bool faulters_done(struct faulter *f)
{
	unsigned int n, done = 0;

	for (n = 0; n < NR_FAULTERS; n++)
		done += __atomic_load_n(&f[n].done, __ATOMIC_ACQUIRE);
	return done == NR_FAULTERS;
}

int faulters_join(struct faulter *f, struct result *r)
{
	unsigned int n, never = 0;
	int ret = 0;

	for (n = 0; n < NR_FAULTERS; n++) {
		__atomic_compare_exchange_n(&f[n].go, &never, STAY, false, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED);
		never = 0;
		pthread_join(f[n].thread, NULL);
		if (f[n].ret < 0)
			ret = result_error(r, "%s", f[n].result.reason);
	}
	return ret;
}

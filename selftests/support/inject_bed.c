// SPDX-License-Identifier: GPL-2.0
/*
 * Memory to invalidate, and the ways to do it.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/deadline.h"
#include "support/inject_bed.h"

#define GAP_NS	200000ULL

void bed_set_up(struct bed *bed, struct result *r)
{
	bed->reap = -1;
	bed->klog.fd = -1;
	bed->one.fd = -1;
	bed->two.fd = -1;
	bed->mem = MAP_FAILED;
	if (inject_available(r) || klog_open(&bed->klog, r))
		return;
	bed->reap = inject_reap_open(r);
	if (bed->reap < 0)
		return;
	bed->mem = mmap(NULL, BED_BYTES, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (bed->mem == MAP_FAILED)
		result_errno(r, "mmap(%lu)", BED_BYTES);
}

void bed_tear_down(struct bed *bed, struct result *r)
{
	injector_close(&bed->two);
	injector_close(&bed->one);
	if (bed->reap >= 0)
		close(bed->reap);
	if (bed->mem != MAP_FAILED)
		munmap(bed->mem, BED_BYTES);
	if (bed->klog.fd >= 0)
		klog_check(&bed->klog, r);
	klog_close(&bed->klog);
}

bool bed_ready(const struct result *r)
{
	return r->kind == RESULT_PASS;
}

int bed_attach(struct bed *bed, struct injector *i, const char *kind, struct result *r)
{
	return injector_open(i, kind, r) || injector_range(i, bed->mem, BED_BYTES, r) ||
	       injector_attach(i, r) ? -1 : 0;
}

int expect(const char *what, long long seen, long long wanted, struct result *r)
{
	result_judged(r, ORACLE_TOOLS);
	if (seen == wanted)
		return 0;
	return result_error(r, "%s: %lld, expected %lld", what, seen, wanted);
}

int bed_reap(struct bed *bed, unsigned int page, unsigned int pages, struct result *r)
{
	int ret = inject_reap(bed->reap, bed->mem + page * PAGE_BYTES, pages * PAGE_BYTES);

	if (ret && ret != -EAGAIN)
		return result_error(r, "reap: %s", strerror(-ret));
	return ret == -EAGAIN;
}

int bed_reap_times(struct bed *bed, unsigned int reaps, struct result *r)
{
	int refused = 0, ret = 0;

	while (reaps-- && ret >= 0) {
		ret = bed_reap(bed, 0, BED_PAGES, r);
		refused += ret;
	}
	return ret < 0 ? -1 : refused;
}

int bed_dontneed(struct bed *bed, unsigned int page, unsigned int pages, struct result *r)
{
	char *start = bed->mem + page * PAGE_BYTES;
	unsigned int i;

	for (i = 0; i < pages; i++)
		*(volatile char *)(start + i * PAGE_BYTES) = 1;
	if (madvise(start, pages * PAGE_BYTES, MADV_DONTNEED))
		return result_errno(r, "madvise(%p, %u pages, MADV_DONTNEED)", start, pages);
	return 0;
}

static void *bed_thread_main(void *arg)
{
	struct bed_thread *t = arg;

	do {
		if (bed_dontneed(t->bed, 0, BED_PAGES, &t->result))
			break;
		/* Who waits for the last invalidation to end needs a gap. */
		sleep_ns(GAP_NS);
	} while (t->repeat && !__atomic_load_n(&t->stop, __ATOMIC_ACQUIRE));
	return NULL;
}

int bed_thread_start(struct bed_thread *t, struct bed *bed, bool repeat, struct result *r)
{
	memset(t, 0, sizeof(*t));
	result_init(&t->result);
	t->bed = bed;
	t->repeat = repeat;
	errno = pthread_create(&t->thread, NULL, bed_thread_main, t);
	return errno ? result_errno(r, "pthread_create()") : 0;
}

int bed_thread_join(struct bed_thread *t, struct result *r)
{
	__atomic_store_n(&t->stop, 1, __ATOMIC_RELEASE);
	pthread_join(t->thread, NULL);
	if (t->result.kind != RESULT_PASS)
		result_adopt(r, &t->result);
	return t->result.kind == RESULT_PASS ? 0 : -1;
}

int await_counter(const struct injector *i, size_t offset, const char *what,
			 uint64_t wanted, struct result *r)
{
	struct injector_status s;
	struct deadline deadline;
	uint64_t seen;

	deadline_start(&deadline, BED_WAIT_NS);
	do {
		if (injector_read(i, &s, r))
			return -1;
		result_judged(r, ORACLE_TOOLS);
		memcpy(&seen, (char *)&s + offset, sizeof(seen));
		if (seen >= wanted)
			return 0;
	} while (deadline_poll(&deadline));
	return result_error(r, "%s stays at %llu", what, (unsigned long long)seen);
}

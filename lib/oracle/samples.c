// SPDX-License-Identifier: GPL-2.0
/*
 * Taking, keeping and printing samples.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "oracle/samples.h"

#define NS_PER_MS	1000000ULL

/* Of all processes of a test, which have it at the same place. */
static struct samples *shared;

static bool asked_for(void)
{
	const char *value = getenv("MN_SAMPLES");

	return value && value[0] && strcmp(value, "0");
}

const struct samples *samples_share(void)
{
	if (!shared && asked_for()) {
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (shared == MAP_FAILED)
			shared = NULL;
	}
	if (shared)
		memset(shared, 0, sizeof(*shared));
	return shared;
}

/* Whatever moment the process is killed at, what counts is whole and in order. */
static void thin_out(struct samples *s)
{
	unsigned int nr = s->nr, kept = 1;

	__atomic_store_n(&s->nr, kept, __ATOMIC_RELEASE);
	for (; 2 * kept < nr; kept++) {
		s->at[kept] = s->at[2 * kept];
		__atomic_store_n(&s->nr, kept + 1, __ATOMIC_RELEASE);
	}
	s->period_ms *= 2;
}

void samples_add(struct samples *s, const struct sample *one)
{
	if (s->nr && one->ms <= s->at[s->nr - 1].ms) {
		s->at[s->nr - 1] = *one;
		return;
	}
	if (s->nr == SAMPLES_MAX)
		thin_out(s);
	s->at[s->nr] = *one;
	__atomic_store_n(&s->nr, s->nr + 1, __ATOMIC_RELEASE);
}

/* ---- the line ---- */

static void print_visits(const struct samples *s, unsigned int nr, FILE *f)
{
	unsigned int id, i;

	for (id = 0; id < s->nr_vcpus; id++)
		for (i = 0; i < nr; i++)
			fprintf(f, "%s%llu", i ? "," : id ? "],[" : "[",
				(unsigned long long)s->at[i].visits[id]);
	fputc(']', f);
}

static void print_gaps(const struct samples *s, FILE *f)
{
	unsigned int nr = GUEST_GAP_BUCKETS, i;

	while (nr && !s->gaps[nr - 1])
		nr--;
	for (i = 0; i < nr; i++)
		fprintf(f, "%s%llu", i ? "," : "", s->gaps[i]);
}

#define PRINT_SERIES(name, field)						\
	do {									\
		fprintf(f, name);						\
		for (i = 0; i < nr; i++)					\
			fprintf(f, "%s%lld", i ? "," : "", (long long)s->at[i].field); \
	} while (0)

void samples_print(const struct samples *s, FILE *f)
{
	unsigned int nr = __atomic_load_n(&s->nr, __ATOMIC_ACQUIRE), i;

	if (!nr)
		return;
	PRINT_SERIES("# samples: {\"ms\":[", ms);
	fprintf(f, "],\"visits\":[");
	print_visits(s, nr, f);
	if (s->has_counts) {
		PRINT_SERIES("],\"in_progress\":[", in_progress);
		PRINT_SERIES("],\"invalidations\":[", invalidations);
	}
	if (s->has_refusals)
		PRINT_SERIES("],\"refusals\":[", refusals);
	if (s->has_gaps) {
		fprintf(f, "],\"gaps_us\":[");
		print_gaps(s, f);
	}
	fprintf(f, "]}\n");
}

/* ---- the sampler ---- */

/* Open all the while: that is most of what reading costs. */
static int open_counter(const struct health *h, const char *name)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", h->dir, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool read_counter(int fd, long long *value)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return sscanf(text, "%lld", value) == 1;
}

/* What cannot be read once is not told at all. */
static void read_counts(struct sampler *p, struct sample *one)
{
	struct samples *s = p->samples;
	long long seq = 0;

	if (s->has_counts)
		s->has_counts = read_counter(p->in_progress_fd, &one->in_progress) &&
				read_counter(p->seq_fd, &seq);
	if (!s->nr)
		p->seq = seq;
	one->invalidations = seq - p->seq;
	if (s->has_refusals)
		s->has_refusals = !injector_refused(p->injector, &one->refusals);
}

static void read_gaps(struct samples *s, const struct vm *vm)
{
	unsigned int i, id;

	for (i = 0; i < GUEST_GAP_BUCKETS; i++) {
		guest_u64 sum = 0;

		for (id = 0; id < vm->nr_vcpus; id++)
			sum += guest_load(&vm_shared(vm)->vcpu[id].gaps[i]);
		s->gaps[i] = sum;
	}
}

static void take(struct sampler *p)
{
	const struct guest_shared *guest = vm_shared(p->vm);
	struct sample one = { .ms = (now_ns() - p->start_ns) / NS_PER_MS };
	unsigned int id;

	for (id = 0; id < p->samples->nr_vcpus; id++)
		one.visits[id] = guest_load(&guest->vcpu[id].visits);
	read_counts(p, &one);
	read_gaps(p->samples, p->vm);
	samples_add(p->samples, &one);
}

/* Return: whether to stop. */
static bool sleep_or_stop(struct sampler *p)
{
	uint64_t until = now_ns() + p->samples->period_ms * NS_PER_MS;
	const struct timespec ts = {
		.tv_sec = until / 1000000000,
		.tv_nsec = until % 1000000000,
	};
	int ret;

	do {
		ret = sem_clockwait(&p->stop, CLOCK_MONOTONIC, &ts);
	} while (ret && errno == EINTR);
	return !ret;
}

static void *sampler_thread(void *arg)
{
	struct sampler *p = arg;
	bool stop;

	do {
		stop = sleep_or_stop(p);
		take(p);
	} while (!stop);
	return NULL;
}

/* Processes of a test may try at the same time; one that was killed takes no more. */
static bool claim(struct samples *s)
{
	pid_t before = __atomic_load_n(&s->sampler, __ATOMIC_ACQUIRE);

	if (before && !kill(before, 0))
		return false;
	return __atomic_compare_exchange_n(&s->sampler, &before, getpid(), false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static void end(struct sampler *p)
{
	sem_destroy(&p->stop);
	if (p->in_progress_fd >= 0)
		close(p->in_progress_fd);
	if (p->seq_fd >= 0)
		close(p->seq_fd);
	__atomic_store_n(&p->samples->sampler, 0, __ATOMIC_RELEASE);
	p->samples = NULL;
}

void sampler_start(struct sampler *p, struct vm *vm, const struct health *health,
		   const struct injector *injector, struct result *r)
{
	memset(p, 0, sizeof(*p));
	if (!shared || !claim(shared))
		return;
	shared->nr = 0;
	shared->nr_vcpus = vm->nr_vcpus < SAMPLES_VCPUS ? vm->nr_vcpus : SAMPLES_VCPUS;
	shared->period_ms = SAMPLES_PERIOD_MS;
	shared->has_counts = health;
	shared->has_refusals = injector;
	shared->has_gaps = vm_measure_gaps(vm);
	p->samples = shared;
	p->vm = vm;
	p->in_progress_fd = health ? open_counter(health, "mmu_notifier_count") : -1;
	p->seq_fd = health ? open_counter(health, "mmu_notifier_seq") : -1;
	p->injector = injector;
	p->start_ns = now_ns();
	take(p);
	sem_init(&p->stop, 0, 0);
	errno = pthread_create(&p->thread, NULL, sampler_thread, p);
	if (!errno)
		return;
	result_note(r, "only one sample: pthread_create(): %s", strerror(errno));
	end(p);
}

void sampler_stop(struct sampler *p)
{
	if (!p->samples)
		return;
	sem_post(&p->stop);
	pthread_join(p->thread, NULL);
	end(p);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * mn_userfault_test - vCPUs that wait for userfaultfd, and what may not wait with them.
 *
 *   signal		a vCPU whose fault nobody resolves leaves KVM_RUN for a signal
 *   event_remove	while a MADV_DONTNEED, as a balloon's, waits until its event has been
 *			read, nothing can be put in its way, and the guest has its memory
 *
 * Contracts 4, 9 and 10.
 */
#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/release.h"
#include "memory/uffd.h"
#include "mn_pressure.h"
#include "vm/arch.h"

MN_ABOUT("vCPUs that wait in a userfault, and memory that is removed meanwhile", 4, 9, 10);

FIXTURE(userfault) {
	struct scenario spec;
	struct scenario_run run;
	struct uffd uffd;
	bool ready;		/* guest at work; nothing has gone wrong */
	bool open;
	char *page;		/* for what is copied in vain */
	pthread_t remover;
	int err;		/* of its madvise() */
};

static int zero(struct uffd *u, char *unit, struct result *r)
{
	return uffd_zero(u, unit, u->unit, r);
}

FIXTURE_SETUP(userfault)
{
	struct result *r = mn.result;

	self->spec = (struct scenario) {
		.backing = &backings[BACKING_ANON],
		.injector = &injector_setups[0],
		.workload = workload_find("sweep_write"),
		.nr_vcpus = 2,
		.nr_pages = MN_NR_PAGES,
	};
	if (uffd_missing())
		result_skip(r, "%s", uffd_missing());
	self->ready = !scenario_begin(&self->run, &self->spec, r) && r->kind == RESULT_PASS;
}

FIXTURE_TEARDOWN(userfault)
{
	if (self->open && uffd_close(&self->uffd, mn.result))
		self->ready = false;
	scenario_end(&self->run, self->ready, mn.result);
}

/* With the features, and nobody there to resolve a fault. */
static int begin(struct _test_data_userfault *self, uint64_t features, struct result *r)
{
	const struct area *a = &self->run.area;

	self->open = true;
	return uffd_open(&self->uffd, features, PAGE_BYTES, self->run.budget_ns, r) ?:
	       uffd_register(&self->uffd, a->hva, a->size, UFFDIO_REGISTER_MODE_MISSING, r) ?:
	       coherence_before(&self->run.coherence, EFFECT_DISCARD, r);
}

static int await_progress(struct _test_data_userfault *self, const char *when, struct result *r)
{
	struct scenario_run *run = &self->run;

	return progress_await(&run->progress, run->visits, run->budget_ns, when, r);
}

/* ---- signal ---- */

static int await_waiting(struct _test_data_userfault *self, struct result *r)
{
	struct deadline deadline;

	deadline_start(&deadline, self->run.budget_ns);
	while (uffd_waiting(&self->uffd) < self->spec.nr_vcpus) {
		if (!deadline_poll(&deadline))
			return result_fail(r, CONTRACT_NO_STALE,
					   "%llu of %u vCPUs wait for a page, and all were taken away",
					   (unsigned long long)uffd_waiting(&self->uffd),
					   self->spec.nr_vcpus);
	}
	return 0;
}

static int signal_waiters(struct _test_data_userfault *self, struct result *r)
{
	const struct area *a = &self->run.area;

	if (begin(self, 0, r) || uffd_serve(&self->uffd, zero, NULL, true, r))
		return -1;
	if (madvise(a->hva, a->size, MADV_DONTNEED))
		return result_errno(r, "madvise(MADV_DONTNEED)");
	if (await_waiting(self, r))
		return -1;
	result_judged(r, ORACLE_FAULTS);
	/* Out, and back to the same fault, as often as it is told to. */
	if (vm_kick(&self->run.vm, r) || vm_kick(&self->run.vm, r))
		return -1;
	uffd_release(&self->uffd);
	coherence_after(&self->run.coherence, EFFECT_DISCARD);
	return await_progress(self, "after its faults were resolved", r);
}

TEST_F(userfault, signal)
{
	if (!self->ready)
		return;
	if (!vm_arch.signals_end_faults)
		result_skip(mn.result, "this KVM waits for a page of the host until the process is killed");
	else if (release_before(6, 2))
		result_skip(mn.result, "KVM waits for a page of the host until the process is killed: kernel before v6.2");
	else
		self->ready = !signal_waiters(self, mn.result);
}

/* ---- event_remove ---- */

static void *remove_all(void *arg)
{
	struct _test_data_userfault *self = arg;
	const struct area *a = &self->run.area;

	self->err = madvise(a->hva, a->size, MADV_DONTNEED) ? errno : 0;
	return NULL;
}

static int await_event(struct _test_data_userfault *self, struct result *r)
{
	struct pollfd fd = { .fd = self->uffd.fd, .events = POLLIN };
	struct deadline deadline;

	deadline_start(&deadline, self->run.budget_ns);
	while (!poll(&fd, 1, 0)) {
		if (!deadline_poll(&deadline))
			return result_fail(r, CONTRACT_NONE, "madvise(MADV_DONTNEED) has caused no event");
	}
	return 0;
}

/* A page that was put there now would be taken by the call that the event is of. */
static int judge_pending(struct _test_data_userfault *self, struct result *r)
{
	const struct area *a = &self->run.area;
	struct uffdio_copy copy = {
		.dst = (uintptr_t)a->hva, .src = (uintptr_t)self->page, .len = PAGE_BYTES,
	};

	if (!ioctl(self->uffd.fd, UFFDIO_COPY, &copy) || errno != EAGAIN)
		return result_fail(r, CONTRACT_CONTENTS,
				   "UFFDIO_COPY is not refused with EAGAIN, but answers %lld (%s), while an event of its range is to be read",
				   (long long)copy.copy, strerror(errno));
	result_judged(r, ORACLE_REFUSAL);
	return await_progress(self, "with its memory about to be removed", r);
}

static int read_event(struct _test_data_userfault *self, struct result *r)
{
	const struct area *a = &self->run.area;
	struct uffd_msg msg;

	if (read(self->uffd.fd, &msg, sizeof(msg)) != sizeof(msg))
		return result_errno(r, "read(userfaultfd)");
	if (msg.event != UFFD_EVENT_REMOVE || msg.arg.remove.start != (uintptr_t)a->hva ||
	    msg.arg.remove.end != (uintptr_t)a->hva + a->size)
		return result_fail(r, CONTRACT_NONE,
				   "event %#x of %#llx to %#llx, and not that %p to %p is removed",
				   msg.event, (unsigned long long)msg.arg.remove.start,
				   (unsigned long long)msg.arg.remove.end, (void *)a->hva,
				   (void *)(a->hva + a->size));
	return 0;
}

static int remove_with_event(struct _test_data_userfault *self, struct result *r)
{
	int ret;

	if (begin(self, UFFD_FEATURE_EVENT_REMOVE, r))
		return -1;
	errno = pthread_create(&self->remover, NULL, remove_all, self);
	if (errno)
		return result_errno(r, "pthread_create()");
	ret = await_event(self, r) ?: judge_pending(self, r) ?: read_event(self, r);
	/* Whatever was wrong, somebody has to read and resolve from now on. */
	if (ret) {
		self->open = false;
		uffd_close(&self->uffd, r);
	} else {
		ret = uffd_serve(&self->uffd, zero, NULL, false, r);
	}
	pthread_join(self->remover, NULL);
	coherence_after(&self->run.coherence, EFFECT_DISCARD);
	errno = self->err;
	if (errno)
		return result_errno(r, "madvise(MADV_DONTNEED)");
	return ret ?: await_progress(self, "after its memory was removed", r);
}

TEST_F(userfault, event_remove)
{
	if (!self->ready)
		return;
	self->page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	if (self->page == MAP_FAILED) {
		result_errno(mn.result, "mmap()");
		return;
	}
	self->ready = !remove_with_event(self, mn.result);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, NULL);
}

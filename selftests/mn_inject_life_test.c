// SPDX-License-Identifier: GPL-2.0
/*
 * mn_inject_life_test - injectors come and go, whatever else is going on.
 *
 * In any order among themselves and around KVM's notifier, while invalidations
 * run, by a close() in another process, and with an mm that dies first.
 * Contracts 1, 6 and 8.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

#include "mn_harness.h"
#include "support/inject_bed.h"
#include "vm/vm.h"

MN_ABOUT("injectors come and go in any order, whatever else is under way", 1, 6, 8);

#define MODULE		"mmu_notifier_inject"
#define TRIES		5	/* at something that a busy bed can spoil */

static const char *const kinds[] = { "eagain", "observer", "delay", "interval", "gate",
				      "checker" };

FIXTURE(life) {
	struct bed bed;
};

FIXTURE_SETUP(life)
{
	bed_set_up(&self->bed, mn.result);
}

FIXTURE_TEARDOWN(life)
{
	bed_tear_down(&self->bed, mn.result);
}

static int balanced(const struct injector *i, struct result *r)
{
	struct injector_status s;

	if (injector_read(i, &s, r))
		return -1;
	if (s.starts)
		result_judged(r, ORACLE_PAIRING);
	if (s.starts != s.ends)
		return result_fail(r, CONTRACT_PAIRING, "the %s has seen %llu starts and %llu ends",
				   s.kind, (unsigned long long)s.starts, (unsigned long long)s.ends);
	return 0;
}

/* ---- order ---- */

static const char *const together[] = {
	"eagain", "observer", "eagain", "gate", "delay", "checker",
};

#define NR_TOGETHER	ARRAY_SIZE(together)

/* Attached in one rotation of the order, detached in another. */
static int in_order(struct bed *bed, struct injector *all, unsigned int first, struct result *r)
{
	unsigned int n;

	for (n = 0; n < NR_TOGETHER; n++) {
		if (bed_attach(bed, &all[n], together[(first + n) % NR_TOGETHER], r))
			return -1;
	}
	if (expect("refused with two of eagain", bed_reap_times(bed, 3, r), 3, r) ||
	    bed_dontneed(bed, 0, BED_PAGES, r))
		return -1;
	for (n = 0; n < NR_TOGETHER; n++) {
		if (strcmp(together[(first + n) % NR_TOGETHER], "eagain") && balanced(&all[n], r))
			return -1;
	}
	for (n = 0; n < NR_TOGETHER; n++) {
		if (injector_detach(&all[(2 * first + n) % NR_TOGETHER], r))
			return -1;
	}
	return expect("refused with none", bed_reap_times(bed, 1, r), 0, r);
}

TEST_F(life, any_order)
{
	struct injector all[NR_TOGETHER];
	unsigned int first, n;

	for (first = 0; bed_ready(mn.result) && first < NR_TOGETHER; first++) {
		for (n = 0; n < NR_TOGETHER; n++)
			all[n].fd = -1;
		in_order(&self->bed, all, first, mn.result);
		for (n = 0; n < NR_TOGETHER; n++)
			injector_close(&all[n]);
	}
}

/*
 * KVM's count while a delay is under way says who came first.
 *
 * Return: the count, or -1 with @r set, or -2 if the delay was over by then.
 */
static long long count_in_delay(struct bed *bed, struct health *health, long start_us, long end_us,
				struct result *r)
{
	struct health_sample sample;
	struct injector_status s;
	struct bed_thread t;
	int ret;

	if (injector_reset(&bed->one, r) || injector_delay(&bed->one, start_us, end_us, r) ||
	    bed_thread_start(&t, bed, false, r))
		return -1;
	ret = (start_us ? AWAIT(&bed->one, delayed_starts, 1, r) :
			  AWAIT(&bed->one, delayed_ends, 1, r)) ||
	      health_sample(health, &sample, r) || injector_read(&bed->one, &s, r);
	if (bed_thread_join(&t, r) || ret)
		return -1;
	/* The time is added up as a delay ends. */
	return s.delayed_us ? -2 : sample.in_progress;
}

/* On a quiet bed a short delay is enough, and it has to be sat out. */
static int expect_count(struct bed *bed, struct health *health, const char *when, bool at_start,
			long long wanted, struct result *r)
{
	long us = INJECTOR_MAX_DELAY_US >> (TRIES - 1);
	unsigned int tries;
	long long count;

	for (tries = 0; tries < TRIES; tries++, us *= 2) {
		count = count_in_delay(bed, health, at_start ? us : 0, at_start ? 0 : us, r);
		if (count == -1)
			return -1;
		if (count >= 0)
			return expect(when, count, wanted, r);
	}
	return result_error(r, "a delay was always over, of %u up to %ld ms", tries,
			    us / 2000);
}

static int around_kvm(struct bed *bed, struct vm *vm, bool before, struct result *r)
{
	struct health health;
	int ret;

	if ((before && bed_attach(bed, &bed->one, "delay", r)) || vm_create(vm, 1, 0, r) ||
	    (!before && bed_attach(bed, &bed->one, "delay", r)) || inject_watch(vm->fd, r) ||
	    health_init(&health, vm->name, r))
		return -1;
	ret = vm_set_slot(vm, VM_SLOT_SPARE, GUEST_AREA_GPA, bed->mem, BED_BYTES);
	if (ret)
		return result_error(r, "memslot: %s", strerror(-ret));
	/* A list that is walked last-in first, for starts and ends alike. */
	return expect_count(bed, &health, "KVM's count in a delayed start", true, before, r) ||
	       expect_count(bed, &health, "KVM's count in a delayed end", false, !before, r) ||
	       health_balanced(&health, BED_WAIT_NS, r) ? -1 : 0;
}

static void test_around_kvm(struct bed *bed, bool before, struct result *r)
{
	struct vm vm = { .kvm = -1, .fd = -1 };

	if (!bed_ready(r) || vm_available(r))
		return;
	around_kvm(bed, &vm, before, r);
	vm_destroy(&vm);
}

TEST_F(life, before_kvm)
{
	test_around_kvm(&self->bed, true, mn.result);
}

TEST_F(life, after_kvm)
{
	test_around_kvm(&self->bed, false, mn.result);
}

/* ---- while invalidations run ---- */

#define NR_THREADS	2	/* and one that reaps */
#define NR_ROUNDS	20

/* Kinds that attach and detach together; eagain and interval go to mms of their own. */
struct couple {
	const char *one, *two;
};

static int churn(struct bed *bed, const struct couple *couples, unsigned int nr,
		 unsigned long long *seen, struct result *r)
{
	struct injector_status s;
	unsigned int round;

	for (round = 0; round < NR_ROUNDS; round++) {
		const struct couple *c = &couples[round % nr];

		if (bed_attach(bed, &bed->one, c->one, r) ||
		    bed_attach(bed, &bed->two, c->two, r) ||
		    injector_delay(&bed->one, 10, 10, r) || AWAIT(&bed->one, starts, 1, r) ||
		    AWAIT(&bed->two, starts, 1, r) || injector_read(&bed->two, &s, r) ||
		    injector_detach(round & 1 ? &bed->one : &bed->two, r))
			return -1;
		*seen += s.starts;
		/* The other one goes with its file. */
		injector_close(&bed->two);
		injector_close(&bed->one);
		/* Each refusal is logged, and the log must not overrun. */
		if (klog_check(&bed->klog, r))
			return -1;
	}
	return 0;
}

static void churn_under_invalidation(struct bed *bed, const struct couple *couples,
				     unsigned int nr, struct result *r)
{
	struct bed_thread threads[NR_THREADS];
	unsigned long long seen = 0;
	struct reaper reaper = { 0 };
	unsigned int n = 0;

	if (!bed_ready(r) || bed_attach(bed, &bed->one, "observer", r))
		return;
	/* The first notifier of an mm, without which there is nothing to reap. */
	injector_close(&bed->one);
	if (!reaper_start(&reaper, bed->mem, BED_BYTES, r)) {
		while (n < NR_THREADS && !bed_thread_start(&threads[n], bed, true, r))
			n++;
		if (n == NR_THREADS)
			churn(bed, couples, nr, &seen, r);
	}
	while (n--)
		bed_thread_join(&threads[n], r);
	reaper_stop(&reaper, r);
	result_note(r, "%llu invalidations seen by half of the injectors, %llu of %llu reaps refused",
		    seen, (unsigned long long)reaper.refused, (unsigned long long)reaper.reaps);
}

TEST_F(life, churn_of_eagain)
{
	static const struct couple couples[] = {
		{ "observer", "eagain" }, { "gate", "eagain" }, { "delay", "eagain" },
		{ "eagain", "eagain" },
	};

	churn_under_invalidation(&self->bed, couples, ARRAY_SIZE(couples), mn.result);
}

TEST_F(life, churn_of_intervals)
{
	static const struct couple couples[] = {
		{ "delay", "interval" }, { "interval", "observer" }, { "gate", "interval" },
		{ "interval", "interval" },
	};

	churn_under_invalidation(&self->bed, couples, ARRAY_SIZE(couples), mn.result);
}

/* ---- by whom and when they go ---- */

TEST_F(life, closed_by_another_process)
{
	struct bed *bed = &self->bed;
	struct result *r = mn.result;
	int go[2], status = -1;
	pid_t pid;
	char c;

	if (!bed_ready(r) || bed_attach(bed, &bed->one, "eagain", r))
		return;
	if (pipe2(go, O_CLOEXEC)) {
		result_errno(r, "pipe2()");
		return;
	}
	pid = fork();
	if (!pid) {
		test_process_bind();
		close(go[1]);
		_exit(read(go[0], &c, 1) != 0);
	}
	if (pid < 0) {
		result_errno(r, "fork()");
		return;
	}
	injector_close(&bed->one);
	expect("refused with the file open elsewhere", bed_reap_times(bed, 1, r), 1, r);
	close(go[1]);
	if (waitpid(pid, &status, 0) != pid)
		result_errno(r, "waitpid()");
	close(go[0]);
	expect("refused after it was closed there", bed_reap_times(bed, 1, r), 0, r);
}

TEST_F(life, unload_refused)
{
	struct bed *bed = &self->bed;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(bed, &bed->one, "eagain", r))
		return;
	if (!syscall(SYS_delete_module, MODULE, O_NONBLOCK))
		result_error(r, "the module could be unloaded with an injector attached");
	else if (errno == ENOSYS || errno == ENOENT || errno == EPERM)
		result_skip(r, "delete_module(%s): %s", MODULE, strerror(errno));
	else
		expect("errno of delete_module()", errno, EWOULDBLOCK, r);
}

/* ---- the mm dies first ---- */

/* Another process with one injector, whose file we have too. */
struct victim {
	pid_t pid;
	struct injector injector;
};

static void __attribute__((noreturn)) be_victim(struct bed *bed, const char *kind, long delay_us,
						bool busy, int out)
{
	struct injector i;
	struct result r;

	test_process_bind();
	result_init(&r);
	if (bed_attach(bed, &i, kind, &r) || injector_delay(&i, delay_us, 0, &r) ||
	    write(out, &i.fd, sizeof(i.fd)) != sizeof(i.fd))
		_exit(1);
	while (busy && !bed_dontneed(bed, 0, BED_PAGES, &r))
		;
	for (;;)
		pause();
}

static int fetch_file(pid_t pid, int in, struct injector *i, struct result *r)
{
	int pidfd, fd;

	if (read(in, &fd, sizeof(fd)) != sizeof(fd))
		return result_error(r, "no injector could be attached in another process");
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return result_errno(r, "pidfd_open(%d)", pid);
	i->fd = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (i->fd < 0)
		result_errno(r, "pidfd_getfd(%d, %d)", pid, fd);
	close(pidfd);
	return i->fd < 0 ? -1 : 0;
}

static int victim_start(struct victim *v, struct bed *bed, const char *kind, long delay_us,
			bool busy, struct result *r)
{
	int channel[2], ret;

	v->injector.fd = -1;
	if (pipe2(channel, O_CLOEXEC))
		return result_errno(r, "pipe2()");
	v->pid = fork();
	if (!v->pid)
		be_victim(bed, kind, delay_us, busy, channel[1]);
	close(channel[1]);
	ret = v->pid < 0 ? result_errno(r, "fork()") :
			   fetch_file(v->pid, channel[0], &v->injector, r);
	close(channel[0]);
	return ret;
}

/* Kill it, if it ever started, and wait until it is gone. */
static int victim_kill(struct victim *v, struct result *r)
{
	int status;

	if (v->pid > 0 && (kill(v->pid, SIGKILL) || waitpid(v->pid, &status, 0) != v->pid))
		return result_errno(r, "kill() or waitpid() of %d", v->pid);
	v->pid = 0;
	return 0;
}

/* The process is gone; its mm may outlive it by the time that others use it. */
static int await_released(const struct injector *i, struct injector_status *s, struct result *r)
{
	struct deadline deadline;

	deadline_start(&deadline, BED_WAIT_NS);
	do {
		if (injector_read(i, s, r))
			return -1;
		if (!s->released)
			continue;
		result_judged(r, ORACLE_TOOLS);
		return s->attached ? result_error(r, "released and still attached") : 0;
	} while (deadline_poll(&deadline));
	return result_error(r, "the mm is gone, and the %s was not released", s->kind);
}

static int outlive(struct bed *bed, const char *kind, bool busy, struct result *r)
{
	struct injector_status s;
	struct victim v;
	int ret;

	ret = victim_start(&v, bed, kind, 0, busy, r) ||
	      (busy && AWAIT(&v.injector, starts, 1, r));
	ret |= victim_kill(&v, r);
	if (!ret && !await_released(&v.injector, &s, r))
		expect("write after the mm has died", injector_try(&v.injector, "detach"), -EPERM,
		       r);
	injector_close(&v.injector);
	return ret ? -1 : 0;
}

FIXTURE(mm_dies) {
	struct bed bed;
};

FIXTURE_VARIANT(mm_dies) {
	const char *kind;
};

FIXTURE_SETUP(mm_dies)
{
	bed_set_up(&self->bed, mn.result);
}

FIXTURE_TEARDOWN(mm_dies)
{
	bed_tear_down(&self->bed, mn.result);
}

TEST_F(mm_dies, idle)
{
	if (bed_ready(mn.result))
		outlive(&self->bed, variant->kind, false, mn.result);
}

TEST_F(mm_dies, under_invalidation)
{
	if (bed_ready(mn.result))
		outlive(&self->bed, variant->kind, true, mn.result);
}

/* A killed task does not sit out its delay, and its mm can go. */
TEST_F(life, killed_in_delay)
{
	struct result *r = mn.result;
	struct injector_status s;
	struct victim v;
	unsigned int tries;
	int ret;

	for (tries = 0; bed_ready(r) && tries < TRIES; tries++) {
		ret = victim_start(&v, &self->bed, "delay", INJECTOR_MAX_DELAY_US, true, r) ||
		      AWAIT(&v.injector, delayed_starts, 1, r);
		ret |= victim_kill(&v, r);
		ret = ret || await_released(&v.injector, &s, r);
		injector_close(&v.injector);
		if (ret)
			return;
		if (s.delayed_us < s.delayed_starts * INJECTOR_MAX_DELAY_US)
			return;
	}
	if (bed_ready(r))
		result_error(r, "a killed task never left its delay before it was over, of %u",
			     tries);
}

static void add_variants(void)
{
	FIXTURE_VARIANT(mm_dies) variant;
	size_t k;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		variant.kind = kinds[k];
		mn_variant_add(mm_dies, kinds[k], &variant);
	}
}

int main(int argc, char **argv)
{
	mn.needs = inject_available;
	return mn_main(argc, argv, add_variants);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * mn_inject_test - the injector module does what its help says.
 *
 * One test for each rule of its interface and for each knob.  What each kind does
 * is in mn_inject_kind_test, how they come and go in mn_inject_life_test.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>

#include "host/hostfile.h"
#include "mn_harness.h"
#include "support/inject_bed.h"
#include "vm/vm.h"

MN_ABOUT("the interface of the injector module, rule by rule");
MN_MAY_CHANGE("kprobes/enabled=0, for a moment");

FIXTURE(inject) {
	struct bed bed;
};

FIXTURE_SETUP(inject)
{
	bed_set_up(&self->bed, mn.result);
}

FIXTURE_TEARDOWN(inject)
{
	bed_tear_down(&self->bed, mn.result);
}

/* ---- the interface ---- */

/* Least, greatest and initial value of each knob. */
static const struct {
	long min, max, initial;
} limits[NR_KNOBS] = {
	[KNOB_PROBABILITY] = { 0, 100, 100 },
	[KNOB_INTERVAL] = { 1, INT_MAX, 1 },
	[KNOB_TIMES] = { -1, INT_MAX, -1 },
	[KNOB_SPACE] = { 0, INT_MAX, 0 },
	[KNOB_VERBOSE] = { 0, 2, 0 },
	[KNOB_DELAY_START_US] = { 0, INJECTOR_MAX_DELAY_US, 0 },
	[KNOB_DELAY_END_US] = { 0, INJECTOR_MAX_DELAY_US, 0 },
	[KNOB_MIXED] = { 0, 1, 0 },
};

static int expect_knob(const struct injector *i, enum injector_knob knob, long wanted,
		       struct result *r)
{
	struct injector_status s;

	return injector_read(i, &s, r) ||
	       expect(injector_knob_name(knob), s.knobs[knob], wanted, r) ? -1 : 0;
}

static int reads_back(struct injector *i, enum injector_knob knob, struct result *r)
{
	const char *name = injector_knob_name(knob);
	long min = limits[knob].min, max = limits[knob].max;

	if (expect_knob(i, knob, limits[knob].initial, r) ||
	    injector_knob(i, knob, min, r) || expect_knob(i, knob, min, r) ||
	    injector_knob(i, knob, max, r) || expect_knob(i, knob, max, r) ||
	    expect(name, injector_try(i, "%s %ld", name, min - 1), -EINVAL, r) ||
	    expect(name, injector_try(i, "%s %ld", name, max + 1), -EINVAL, r) ||
	    expect(name, injector_try(i, "%s", name), -EINVAL, r))
		return -1;
	return expect_knob(i, knob, max, r);
}

TEST_F(inject, knobs_read_back)
{
	struct injector *i = &self->bed.one;
	struct result *r = mn.result;
	enum injector_knob knob;

	if (!bed_ready(r) || injector_open(i, "eagain", r))
		return;
	for (knob = 0; knob < NR_KNOBS; knob++)
		reads_back(i, knob, r);
}

TEST_F(inject, settings_read_back)
{
	struct injector *i = &self->bed.one;
	struct injector_status s;
	struct result *r = mn.result;

	if (!bed_ready(r) || injector_open(i, "gate", r) || injector_read(i, &s, r))
		return;
	if (strcmp(s.kind, "gate") || s.attached || s.range_len || s.caller ||
	    strcmp(s.events_acted_on, "all"))
		result_error(r, "a new injector is not as its help says");
	if (injector_range(i, self->bed.mem, BED_BYTES, r) || injector_caller(i, getpid(), r) ||
	    injector_events(i, "unmap clear", r) || injector_read(i, &s, r))
		return;
	expect("start of the range", s.range_start, (long)self->bed.mem, r);
	expect("length of the range", s.range_len, BED_BYTES, r);
	expect("caller", s.caller, getpid(), r);
	if (strcmp(s.events_acted_on, "unmap clear"))
		result_error(r, "events read back as '%s'", s.events_acted_on);
	if (injector_range(i, NULL, 0, r) || injector_events(i, "all", r) || injector_read(i, &s, r))
		return;
	if (s.range_len || strcmp(s.events_acted_on, "all"))
		result_error(r, "range and events cannot be taken back");
}

static ssize_t status_text(const struct injector *i, char *text, size_t size, struct result *r)
{
	ssize_t n = pread(i->fd, text, size, 0);

	return n < 0 ? result_errno(r, "pread(attach)") : n;
}

TEST_F(inject, bad_writes_change_nothing)
{
	static const struct {
		const char *command;
		int err;
	} bad[] = {
		{ "", -EINVAL }, { " ", -EINVAL }, { "nothing", -EINVAL }, { "nothing 1", -EINVAL },
		{ "times 1\ntimes 2", -EINVAL }, { "times 1 2", -EINVAL }, { "times 1x", -EINVAL },
		{ "times 99999999999999999999", -EINVAL }, { "a b c d e f g h i j k", -EINVAL },
		{ "kind", -EINVAL }, { "kind nothing", -EINVAL }, { "kind eagain now", -EINVAL },
		{ "kind observer", -EBUSY }, { "attach", -EBUSY }, { "attach now", -EINVAL },
		{ "detach now", -EINVAL }, { "reset 1", -EINVAL },
		{ "range", -EINVAL }, { "range 0x1000", -EINVAL }, { "range 0x1001 0x1000", -EINVAL },
		{ "range 0x1000 0xfff", -EINVAL }, { "range 0x1000 0", -EINVAL },
		{ "range 0xfffffffffffff000 0x1000", -EINVAL },
		{ "range 0x1000 0xfffffffffffff000", -EINVAL },
		{ "events", -EINVAL }, { "events nothing", -EINVAL },
		{ "events unmap nothing", -EINVAL },
		{ "caller -1", -EINVAL }, { "caller 2147483647", -ESRCH },
		{ "seq_begin", -EINVAL }, { "seq_retry", -EINVAL }, { "fault 0x1000", -EINVAL },
	};
	struct injector *i = &self->bed.one;
	char before[4096], after[4096], longest[129];
	struct result *r = mn.result;
	ssize_t n;
	size_t b;

	if (!bed_ready(r) || bed_attach(&self->bed, i, "eagain", r))
		return;
	n = status_text(i, before, sizeof(before), r);
	for (b = 0; b < ARRAY_SIZE(bad); b++)
		expect(bad[b].command, injector_try(i, "%s", bad[b].command), bad[b].err, r);
	memset(longest, '1', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	expect("128 bytes", injector_try(i, "%s", longest), -E2BIG, r);
	if (pwrite(i->fd, "times\0001", 7, 0) != -1 || errno != EINVAL)
		result_error(r, "a NUL is taken");
	/* Past the C library, which would not have it. */
	if (syscall(SYS_pwrite64, i->fd, 8UL, 7UL, 0L) != -1 || errno != EFAULT)
		result_error(r, "a bad buffer is taken");
	if (n < 0 || status_text(i, after, sizeof(after), r) != n || memcmp(before, after, n))
		result_error(r, "the status has changed");
}

TEST_F(inject, belongs_to_its_mm)
{
	struct injector *i = &self->bed.one;
	struct result *r = mn.result;
	struct injector_status s;
	int status = -1;
	pid_t pid;

	if (!bed_ready(r) || bed_attach(&self->bed, i, "eagain", r))
		return;
	pid = fork();
	if (!pid)
		_exit(injector_read(i, &s, r) || injector_try(i, "times 1") != -EPERM ||
		      inject_reap(self->bed.reap, self->bed.mem, BED_BYTES) != -EPERM);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		result_errno(r, "fork() or waitpid()");
	expect("read, EPERM of attach and of reap in another process", status, 0, r);
	expect_knob(i, KNOB_TIMES, -1, r);
}

/* ---- the knobs, by what they make the kind eagain do ---- */

static int expect_reaps(struct bed *bed, const char *what, unsigned int reaps, int refused,
			struct result *r)
{
	int ret = bed_reap_times(bed, reaps, r);

	return ret < 0 ? -1 : expect(what, ret, refused, r);
}

TEST_F(inject, probability)
{
	struct injector *i = &self->bed.one;
	struct result *r = mn.result;
	int refused;

	if (!bed_ready(r) || bed_attach(&self->bed, i, "eagain", r) ||
	    expect_reaps(&self->bed, "refused at 100 %", 8, 8, r) ||
	    injector_knob(i, KNOB_PROBABILITY, 0, r) ||
	    expect_reaps(&self->bed, "refused at 0 %", 8, 0, r) ||
	    injector_knob(i, KNOB_PROBABILITY, 50, r))
		return;
	refused = bed_reap_times(&self->bed, 64, r);
	if (refused == 0 || refused == 64)
		result_error(r, "%d of 64 refused at 50 %%", refused);
}

TEST_F(inject, interval_and_times)
{
	struct injector *i = &self->bed.one;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(&self->bed, i, "eagain", r) ||
	    injector_knob(i, KNOB_INTERVAL, 3, r) ||
	    expect_reaps(&self->bed, "refused of the first two", 2, 0, r) ||
	    expect_reaps(&self->bed, "refused of the third", 1, 1, r) ||
	    expect_reaps(&self->bed, "refused of nine", 9, 3, r) ||
	    injector_knob(i, KNOB_INTERVAL, 1, r) || injector_knob(i, KNOB_TIMES, 2, r) ||
	    expect_reaps(&self->bed, "refused with times 2", 1, 1, r) ||
	    expect_knob(i, KNOB_TIMES, 1, r) ||
	    expect_reaps(&self->bed, "refused after that", 5, 1, r))
		return;
	expect_knob(i, KNOB_TIMES, 0, r);
}

TEST_F(inject, space)
{
	struct injector *i = &self->bed.one;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(&self->bed, i, "eagain", r) ||
	    injector_knob(i, KNOB_SPACE, 6, r) ||
	    expect("refused with space 6", bed_reap(&self->bed, 0, 4, r), 0, r) ||
	    expect_knob(i, KNOB_SPACE, 2, r) ||
	    expect("refused with space 2", bed_reap(&self->bed, 0, 1, r), 0, r) ||
	    expect_knob(i, KNOB_SPACE, 1, r))
		return;
	expect("refused with space 1", bed_reap(&self->bed, 0, 1, r), 1, r);
}

TEST_F(inject, range)
{
	struct injector *i = &self->bed.one;
	struct injector_status s;
	struct result *r = mn.result;

	if (!bed_ready(r) || injector_open(i, "eagain", r) ||
	    injector_range(i, self->bed.mem + 2 * PAGE_BYTES, 3 * PAGE_BYTES, r) ||
	    injector_attach(i, r) ||
	    expect("refused before the range", bed_reap(&self->bed, 0, 2, r), 0, r) ||
	    expect("refused behind it", bed_reap(&self->bed, 5, 3, r), 0, r) ||
	    expect("refused at its first page", bed_reap(&self->bed, 0, 3, r), 1, r) ||
	    expect("refused at its last page", bed_reap(&self->bed, 4, 4, r), 1, r) ||
	    expect("refused around it", bed_reap(&self->bed, 0, 8, r), 1, r) ||
	    injector_read(i, &s, r))
		return;
	expect("starts", s.starts, 3, r);
	expect("pages", s.pages, 5, r);
}

TEST_F(inject, events)
{
	struct injector *i = &self->bed.one;
	struct injector_status s;
	struct result *r = mn.result;

	/* Which of the two a reap carries depends on the kernel. */
	if (!bed_ready(r) || bed_attach(&self->bed, i, "eagain", r) ||
	    injector_events(i, "soft_dirty migrate", r) ||
	    expect_reaps(&self->bed, "refused for other events", 3, 0, r) ||
	    injector_events(i, "unmap clear", r) ||
	    expect_reaps(&self->bed, "refused for its event", 3, 3, r) || injector_read(i, &s, r))
		return;
	expect("starts", s.starts, 6, r);
}

TEST_F(inject, verbose)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct injector *i = &self->bed.one;
	struct result *r = mn.result;
	unsigned int lines = 0;
	char line[1024], where[48];
	ssize_t n;

	if (!bed_ready(r) || bed_attach(&self->bed, i, "eagain", r))
		return;
	if (log < 0 || lseek(log, 0, SEEK_END) < 0) {
		result_errno(r, "open(/dev/kmsg)");
		return;
	}
	if (bed_reap_times(&self->bed, 1, r) < 0 || injector_knob(i, KNOB_VERBOSE, 1, r) ||
	    bed_reap_times(&self->bed, 1, r) < 0)
		return;
	/* Injectors of others may be verbose, too. */
	snprintf(where, sizeof(where), "[%p, %p)", self->bed.mem, self->bed.mem + BED_BYTES);
	while ((n = read(log, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		lines += strstr(line, "mmu_notifier_inject: refusing") && strstr(line, where);
	}
	close(log);
	expect("lines in the log for one refusal with verbose 1", lines, 1, r);
}

TEST_F(inject, caller_and_reset)
{
	struct injector *i = &self->bed.one;
	struct injector_status s;
	struct result *r = mn.result;

	if (!bed_ready(r) || bed_attach(&self->bed, i, "observer", r) ||
	    bed_reap_times(&self->bed, 2, r) || injector_caller(i, getpid(), r) ||
	    bed_reap_times(&self->bed, 3, r) || injector_read(i, &s, r))
		return;
	expect("by another thread than the caller",
	       injector_event_starts(&s, "unmap", CALLER_OWN) +
	       injector_event_starts(&s, "clear", CALLER_OWN), 2, r);
	expect("by the caller",
	       injector_event_starts(&s, "unmap", CALLER_PRESSURE) +
	       injector_event_starts(&s, "clear", CALLER_PRESSURE), 3, r);
	if (injector_reset(i, r) || injector_read(i, &s, r))
		return;
	expect("starts after reset", s.starts, 0, r);
}

/* ---- the VMs that it watches ---- */

#define WATCH		"/sys/kernel/debug/mmu_notifier_inject/watch"
#define KPROBES		"/sys/kernel/debug/kprobes/enabled"
#define NR_VMS		3	/* one after the other, mostly at the same address */

/* Return: 1 if it is listed, 0 if not, -1 with @r set. */
static int is_listed(const char *vm_name, struct result *r)
{
	char text[4096], line[40];
	int n = hostfile_read(WATCH, text, sizeof(text));

	if (n < 0)
		return result_error(r, "read(%s): %s", WATCH, strerror(-n));
	snprintf(line, sizeof(line), "%s ", vm_name);
	return strstr(text, line) != NULL;
}

static int watch_and_destroy(char *name, size_t size, struct result *r)
{
	struct vm vm = { .kvm = -1, .fd = -1 };
	int ret = vm_create(&vm, 1, 0, r) || inject_watch(vm.fd, r);

	snprintf(name, size, "%s", vm.name);
	if (!ret && !is_listed(name, r))
		ret = result_error(r, "VM %s is watched, and %s does not list it", name, WATCH);
	vm_destroy(&vm);
	return ret ? -1 : 0;
}

/* For no longer than it takes: others on this host may use probes. */
static int destroy_unseen(char *name, size_t size, struct result *r)
{
	unsigned int n = 0;
	int ret;

	if (hoststate_push(&mn.host, r))
		return -1;
	ret = hoststate_write(&mn.host, KPROBES, "0", r);
	while (!ret && n++ < NR_VMS)
		ret = watch_and_destroy(name, size, r);
	return hoststate_pop(&mn.host, r) || ret ? -1 : 0;
}

TEST_F(inject, watch_ends_without_kprobes)
{
	struct result *r = mn.result;
	struct deadline deadline;
	const char *missing;
	char vm_name[32];
	int listed;

	if (!bed_ready(r) || vm_available(r))
		return;
	missing = hostfile_missing(KPROBES, "no " KPROBES);
	if (missing) {
		result_skip(r, "%s", missing);
		return;
	}
	if (destroy_unseen(vm_name, sizeof(vm_name), r))
		return;
	result_judged(r, ORACLE_TOOLS);
	deadline_start(&deadline, BED_WAIT_NS);
	do {
		listed = is_listed(vm_name, r);
	} while (listed > 0 && deadline_poll(&deadline));
	if (listed > 0)
		result_error(r, "VM %s is gone, and %s lists it forever", vm_name, WATCH);
}

static int age(const struct vm *vm, const char *seq)
{
	char command[64];

	snprintf(command, sizeof(command), "%d %s", vm->fd, seq);
	return hostfile_write(WATCH, command);
}

/* All rules but for the last: nor again what it was before it began anew. */
static int try_ages(const struct vm *vm, struct result *r)
{
	return expect("unwatched", age(vm, "5"), -ENOENT, r) || inject_watch(vm->fd, r) ||
	       expect("no number", age(vm, "x"), -EINVAL, r) ||
	       expect("negative", age(vm, "-1"), -EINVAL, r) ||
	       expect("two numbers", age(vm, "5 6"), -EINVAL, r) ||
	       expect("65 bits", age(vm, "0x10000000000000000"), -EINVAL, r) ||
	       expect("5", age(vm, "5"), 0, r) || expect("5 again", age(vm, "5"), -EINVAL, r) ||
	       expect("4 after 5", age(vm, "4"), -EINVAL, r) ||
	       expect("the greatest", age(vm, "0xffffffffffffffff"), 0, r);
}

static void age_vm(struct bed *bed, const struct vm *vm, struct result *r)
{
	struct health_sample sample;
	struct health health;

	if (try_ages(vm, r) || health_init(&health, vm->name, r) ||
	    expect("memslot", vm_set_slot(vm, VM_SLOT_SPARE, GUEST_AREA_GPA, bed->mem, BED_BYTES),
		   0, r) ||
	    bed_dontneed(bed, 0, BED_PAGES, r) || health_sample(&health, &sample, r))
		return;
	if (sample.seq > 1000)
		result_error(r, "seq is %#llx after the greatest number", sample.seq);
	expect("less than ever", age(vm, "2000"), -EINVAL, r);
}

TEST_F(inject, ages_upwards)
{
	struct vm vm = { .kvm = -1, .fd = -1 };
	struct result *r = mn.result;

	if (!bed_ready(r) || vm_available(r))
		return;
	if (!vm_create(&vm, 1, 0, r))
		age_vm(&self->bed, &vm, r);
	vm_destroy(&vm);
}

int main(int argc, char **argv)
{
	mn.needs = inject_available;
	return mn_main(argc, argv, NULL);
}

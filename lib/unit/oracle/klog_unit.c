// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel log, from a socket that keeps records apart as /dev/kmsg does.
 */
#include <kselftest_harness.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/deadline.h"
#include "oracle/kmsg.h"
#include "oracle/oracle.h"

#define LATE_NS		50000000ULL
#define BUDGET_NS	10000000000ULL
#define REFUSAL		"mni_start callback failed with -11 in non-blockable context."
#define NR_REFUSALS	20000	/* some twenty times what a buffer of 128 KiB holds */

FIXTURE(klog) {
	struct klog klog;
	struct result r;
	int kernel;
};

/* So many reads are yet to find that records were lost. */
static int overruns;

ssize_t read(int fd, void *buffer, size_t size)
{
	if (__atomic_load_n(&overruns, __ATOMIC_ACQUIRE)) {
		__atomic_sub_fetch(&overruns, 1, __ATOMIC_ACQ_REL);
		errno = EPIPE;
		return -1;
	}
	return syscall(SYS_read, fd, buffer, size);
}

/* Return: whether there was room for it within the budget. */
static bool say_within(int kernel, const char *message, uint64_t budget_ns)
{
	char record[256];
	int n = snprintf(record, sizeof(record), "4,1234,567890,-;%s\n", message);
	struct deadline deadline;

	deadline_start(&deadline, budget_ns);
	while (send(kernel, record, n, 0) != n) {
		if (errno != EAGAIN)
			abort();
		if (!deadline_poll(&deadline))
			return false;
	}
	return true;
}

static void say(int kernel, const char *message)
{
	if (!say_within(kernel, message, BUDGET_NS))
		abort();
}

FIXTURE_SETUP(klog)
{
	int pair[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair));
	self->klog = (struct klog) { .fd = pair[0], .comm = "mn_unmap_test" };
	self->kernel = pair[1];
	/* Whatever this machine's taint is, it is that from now on. */
	result_init(&self->r);
	klog_check(&self->klog, &self->r);
	result_init(&self->r);
}

FIXTURE_TEARDOWN(klog)
{
	klog_close(&self->klog);
	close(self->kernel);
}

TEST_F(klog, what_is_no_splat_is_not_kept)
{
	say(self->kernel, "a device was plugged in");
	EXPECT_EQ(0, klog_check(&self->klog, &self->r));
	EXPECT_EQ(RESULT_PASS, self->r.kind);
	EXPECT_STREQ("", self->r.evidence);
}

/* In a container, or as an ordinary user. */
TEST_F(klog, a_log_that_cannot_be_read_is_not_judged)
{
	struct klog none = { .fd = -1 };
	char found[16];

	result_init(&self->r);
	EXPECT_EQ(0, klog_check(&none, &self->r));
	EXPECT_EQ(0, self->r.judged.by);
	EXPECT_EQ(RESULT_PASS, self->r.kind);
	EXPECT_EQ(-1, klog_await(&none, "x", found, sizeof(found), 1, &self->r));
	EXPECT_EQ(RESULT_SKIP, self->r.kind);
}

TEST_F(klog, someone_elses_is_noted)
{
	say(self->kernel, "WARNING: CPU: 0 PID: 7 at drivers/x/y.c:5 noisy_fn+0x1/0x2 [noisy]");
	say(self->kernel, "---[ end trace 0000000000000000 ]---");
	EXPECT_EQ(0, klog_check(&self->klog, &self->r));
	EXPECT_EQ(RESULT_PASS, self->r.kind);
	EXPECT_EQ(1, self->klog.others);
	EXPECT_TRUE(strstr(self->r.evidence, "a splat of someone else's (drivers/x/y.c) was noted: WARNING"));
}

TEST_F(klog, ours_after_someone_elses_fails)
{
	say(self->kernel, "WARNING: CPU: 0 PID: 7 at drivers/x/y.c:5 noisy_fn+0x1/0x2 [noisy]");
	say(self->kernel, "---[ end trace 0000000000000000 ]---");
	say(self->kernel, "WARNING: CPU: 0 PID: 48 at mm/vmscan.c:5 shrink_folio_list+0x1/0x2");
	say(self->kernel, "CPU: 0 PID: 48 Comm: kswapd0 Not tainted 6.1.0 #1");
	EXPECT_EQ(-1, klog_check(&self->klog, &self->r));
	EXPECT_EQ(RESULT_FAIL, self->r.kind);
	EXPECT_EQ(CONTRACT_KERNEL_LOG, self->r.contract);
	EXPECT_TRUE(strstr(self->r.reason, "mm/vmscan.c:5"));
	EXPECT_TRUE(strstr(self->r.evidence, "kernel: CPU: 0 PID: 48 Comm: kswapd0"));
}

TEST_F(klog, of_two_at_once_each_is_judged)
{
	say(self->kernel, "WARNING: CPU: 0 PID: 48 at mm/vmscan.c:5 shrink_folio_list+0x1/0x2");
	say(self->kernel, "---[ end trace 0000000000000000 ]---");
	say(self->kernel, "WARNING: CPU: 0 PID: 7 at drivers/x/y.c:5 noisy_fn+0x1/0x2 [noisy]");
	EXPECT_EQ(-1, klog_check(&self->klog, &self->r));
	EXPECT_TRUE(strstr(self->r.reason, "mm/vmscan.c:5"));
	EXPECT_EQ(1, self->klog.others);
}

static void *say_late(void *kernel)
{
	sleep_ns(LATE_NS);
	say(*(int *)kernel, " noisy_work+0x1/0x2 [noisy]");
	say(*(int *)kernel, " </TASK>");
	return NULL;
}

TEST_F(klog, the_rest_of_a_splat_is_waited_for)
{
	pthread_t thread;

	say(self->kernel, "list_del corruption. prev->next should be ffff888001");
	ASSERT_EQ(0, pthread_create(&thread, NULL, say_late, &self->kernel));
	EXPECT_EQ(0, klog_check(&self->klog, &self->r));
	pthread_join(thread, NULL);
	EXPECT_TRUE(strstr(self->r.evidence, "someone else's (noisy)"));
}

TEST_F(klog, what_comes_before_a_line_is_judged)
{
	char found[64];

	say(self->kernel, "kernel BUG at arch/x86/kvm/mmu/tdp_mmu.c:80!");
	say(self->kernel, "oom_reaper: reaped process 7 (x)");
	EXPECT_EQ(-1, klog_await(&self->klog, "oom_reaper: ", found, sizeof(found), 1, &self->r));
	EXPECT_EQ(RESULT_FAIL, self->r.kind);
	say(self->kernel, "oom_reaper: reaped process 8 (x)");
	EXPECT_EQ(0, klog_await(&self->klog, "oom_reaper: ", found, sizeof(found), 1, &self->r));
	EXPECT_STREQ("oom_reaper: reaped process 8 (x)", found);
}

TEST_F(klog, what_one_call_logs_is_read_meanwhile)
{
	unsigned int i;

	self->klog.ahead = kmsg_ahead_start(self->klog.fd, &self->r);
	ASSERT_NE(NULL, self->klog.ahead);
	for (i = 0; i < NR_REFUSALS; i++) {
		if (i == NR_REFUSALS / 2) {
			say(self->kernel, "WARNING: CPU: 0 PID: 48 at mm/vmscan.c:5 shrink_folio_list+0x1/0x2");
			say(self->kernel, "---[ end trace 0000000000000000 ]---");
		}
		ASSERT_TRUE(say_within(self->kernel, REFUSAL, BUDGET_NS)) TH_LOG("refusal %u", i);
	}
	EXPECT_EQ(-1, klog_check(&self->klog, &self->r));
	EXPECT_EQ(RESULT_FAIL, self->r.kind);
	EXPECT_TRUE(strstr(self->r.reason, "mm/vmscan.c:5"));
}

/* In their order, and the same one as often as it came. */
TEST_F(klog, all_that_waits_is_there)
{
	static const char *const said[] = { "one", "one", "two", "one" };
	char found[16], text[16];
	unsigned int i, nr;

	self->klog.ahead = kmsg_ahead_start(self->klog.fd, &self->r);
	ASSERT_NE(NULL, self->klog.ahead);
	for (i = 0; i < ARRAY_SIZE(said); i++)
		say(self->kernel, said[i]);
	sleep_ns(LATE_NS);
	for (i = 0; i < ARRAY_SIZE(said); i++) {
		EXPECT_EQ(0, klog_await(&self->klog, "", found, sizeof(found), 0, &self->r));
		EXPECT_STREQ(said[i], found);
	}
	/* Of others the rest stays in the kernel's buffer. */
	for (nr = 0; nr < NR_REFUSALS; nr++) {
		snprintf(text, sizeof(text), "line %u", nr);
		if (!say_within(self->kernel, text, LATE_NS))
			break;
	}
	EXPECT_GT(NR_REFUSALS, nr);
	for (i = 0; i < nr; i++) {
		snprintf(text, sizeof(text), "line %u", i);
		ASSERT_EQ(0, klog_await(&self->klog, "line ", found, sizeof(found), 0, &self->r));
		ASSERT_STREQ(text, found);
	}
}

TEST_F(klog, what_is_lost_is_told)
{
	overruns = 1;
	EXPECT_EQ(-1, klog_check(&self->klog, &self->r));
	EXPECT_EQ(RESULT_ERROR, self->r.kind);
	EXPECT_TRUE(strstr(self->r.reason, "the kernel log overran its buffer"));

	result_init(&self->r);
	self->klog.ahead = kmsg_ahead_start(self->klog.fd, &self->r);
	ASSERT_NE(NULL, self->klog.ahead);
	overruns = 1;
	say(self->kernel, REFUSAL);
	while (__atomic_load_n(&overruns, __ATOMIC_ACQUIRE))
		sleep_ns(DEADLINE_POLL_NS);
	EXPECT_EQ(-1, klog_check(&self->klog, &self->r));
	EXPECT_EQ(RESULT_ERROR, self->r.kind);
	EXPECT_TRUE(strstr(self->r.reason, "the kernel log overran its buffer"));
	result_init(&self->r);
	EXPECT_EQ(0, klog_check(&self->klog, &self->r));
}

TEST_HARNESS_MAIN

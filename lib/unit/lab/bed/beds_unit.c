// SPDX-License-Identifier: GPL-2.0
/*
 * Several beds and one queue, with machines that are no machines: fake_qemu.h.
 */
#include <kselftest_harness.h>

#include <pty.h>

#include "fake_plan.h"

FIXTURE(beds)
{
	struct plan plan;
};

FIXTURE_SETUP(beds)
{
	ASSERT_EQ(0, plan_init(&self->plan));
}

FIXTURE_TEARDOWN(beds)
{
	EXPECT_EQ(0, plan_free(&self->plan));
}

TEST_F(beds, run_side_by_side_and_each_has_its_own)
{
	const struct lab_program *p;

	make_file(&self->plan, "console.bed3.log");
	run(&self->plan, 2, "awaits meets passes passes");
	EXPECT_VERDICT("pass", 0);
	EXPECT_STREQ("4 of 4 passed", self->plan.results.judgement.why);
	EXPECT_EQ(4, self->plan.results.passed);
	EXPECT_EQ(1, self->plan.results.boots);
	p = self->plan.results.programs;
	EXPECT_EQ(3, p[0].bed + p[1].bed);
	EXPECT_TRUE(has(&self->plan, "console.log", "/disk0.img"));
	EXPECT_TRUE(has(&self->plan, "console.bed2.log", "/disk0.bed2.img"));
	EXPECT_TRUE(has(&self->plan, "channel.bed2.log", "> run "));
	EXPECT_TRUE(has(&self->plan, "qemu.bed2.log", ""));
	EXPECT_FALSE(has(&self->plan, "console.bed3.log", ""));
}

TEST(how_cpus_are_had)
{
	struct lab_error e;

	const struct lab_arch *here = lab_arch_here();
	const struct lab_arch *other = here == &lab_arch_arm64 ? &lab_arch_riscv64 : &lab_arch_arm64;

	EXPECT_EQ(0, lab_accel_check(other, LAB_ACCEL_TCG, &e));
	EXPECT_EQ(-EINVAL, lab_accel_check(other, LAB_ACCEL_KVM, &e));
	EXPECT_NE(NULL, strstr(e.text, "CPUs of this machine are not of"));
	EXPECT_EQ(-EINVAL, lab_accel_check(here, "hvf", &e));
	EXPECT_STREQ("--accel hvf: give tcg or kvm", e.text);
}

TEST_F(beds, one_is_enough)
{
	run(&self->plan, 1, "meets awaits");
	EXPECT_VERDICT("pass", 0);
	EXPECT_FALSE(has(&self->plan, "console.bed2.log", ""));
}

TEST_F(beds, too_many_do_no_harm)
{
	run(&self->plan, 3, "passes");
	EXPECT_VERDICT("pass", 0);
	EXPECT_STREQ("1 of 1 passed", self->plan.results.judgement.why);
}

TEST_F(beds, a_panic_costs_the_program_that_ran)
{
	const struct lab_program *p;

	run(&self->plan, 2, "panics outlives passes passes");
	EXPECT_VERDICT("panic", 11);
	EXPECT_NE(NULL, strstr(self->plan.results.judgement.why, "of its own during panics")) {
		TH_LOG("why: %s", self->plan.results.judgement.why);
	}
	p = self->plan.results.programs;
	EXPECT_EQ(LAB_PROGRAM_RUNNING, p[0].state);
	EXPECT_EQ(1, p[0].failed);
	EXPECT_NE(NULL, strstr(p[0].cases[0].diagnostics, "# kernel: Kernel panic - not syncing"));
	EXPECT_NE(NULL, strstr(p[0].cases[0].diagnostics, "# console: /tmp/"));
	for (int i = 1; i < 4; i++) {
		EXPECT_EQ(LAB_PROGRAM_DONE, p[i].state);
		EXPECT_EQ(1, p[i].passed);
	}
	EXPECT_EQ(2, self->plan.results.boots);
	EXPECT_EQ(0, self->plan.results.not_run);
	EXPECT_EQ(1, self->plan.results.failed);
}

TEST_F(beds, what_survives_sigkill_costs_the_machine)
{
	const struct lab_program *p;

	run(&self->plan, 1, "wedges passes");
	EXPECT_VERDICT("hang", 10);
	p = self->plan.results.programs;
	EXPECT_EQ(1, p[0].failed);
	EXPECT_EQ(1, p[1].passed);
	EXPECT_EQ(2, p[1].boot);
	EXPECT_TRUE(has(&self->plan, "console.log", "---- machine 2 of this bed ----"));
}

TEST_F(beds, a_complaint_that_no_program_saw_is_a_failure)
{
	const struct lab_program *p;

	run(&self->plan, 1, "passes warns passes");
	EXPECT_VERDICT("fail", 1);
	p = self->plan.results.programs;
	EXPECT_EQ(0, p[0].failed + p[2].failed);
	EXPECT_EQ(1, p[1].failed);
	EXPECT_STREQ("kernel log, during it or just after: WARNING: CPU: 0 PID: 1 at x.c:1 x+0x1/0x2",
		     p[1].cases[1].reason);
	EXPECT_NE(NULL, strstr(p[1].cases[1].diagnostics, "# kernel: RIP: 0010:x+0x1/0x2\n"));
}

TEST_F(beds, a_complaint_before_the_first_program_is_one)
{
	make_file(&self->plan, "complain");
	run(&self->plan, 1, "passes");
	EXPECT_VERDICT("fail", 1);
	EXPECT_EQ(0, self->plan.results.failed);
	EXPECT_NE(NULL, strstr(self->plan.results.judgement.why, "before the first program: WARNING"));
}

TEST_F(beds, one_that_does_not_boot_is_booted_again)
{
	make_file(&self->plan, "refuse");
	run(&self->plan, 2, "awaits meets");
	EXPECT_VERDICT("pass", 0);
	EXPECT_EQ(2, self->plan.results.boots);
	EXPECT_NE(NULL, strstr(self->plan.results.boot_retried, "QEMU did not start"));
	EXPECT_TRUE(has(&self->plan, "console.log", "disk0"));
	EXPECT_TRUE(has(&self->plan, "console.bed2.log", "disk0"));
	EXPECT_NE(has(&self->plan, "console.log", "---- machine 2"),
		  has(&self->plan, "console.bed2.log", "---- machine 2"));
}

TEST_F(beds, an_interruption_ends_all)
{
	run(&self->plan, 2, "interrupts stays passes");
	EXPECT_VERDICT("infrastructure", 128 + SIGTERM);
	EXPECT_STREQ("interrupted by SIGTERM", self->plan.results.judgement.why);
	EXPECT_STREQ("interrupted by SIGTERM", self->plan.results.not_run_why);
	EXPECT_EQ(0, self->plan.results.failed);
	EXPECT_EQ(2, self->plan.results.skipped);
	EXPECT_EQ(1, self->plan.results.not_run);
}

TEST_F(beds, the_time_limit_is_one_for_all)
{
	self->plan.plan.overall_ms = lab_now_ms() + 1000;
	run(&self->plan, 2, "stays stays passes");
	EXPECT_VERDICT("hang", 10);
	EXPECT_NE(NULL, strstr(self->plan.results.judgement.why, "longer than its time limit"));
	EXPECT_EQ(2, self->plan.results.failed);
	EXPECT_EQ(1, self->plan.results.not_run);
}

TEST_F(beds, machine_of_an_architecture)
{
	run(&self->plan, 1, "passes");
	EXPECT_TRUE(has(&self->plan, "console.log", "-machine q35,"));
	self->plan.plan.arch = &lab_arch_arm64;
	run(&self->plan, 1, "passes");
	EXPECT_TRUE(has(&self->plan, "console.log", "-machine virt,virtualization=on,gic-version=3\n"));
	EXPECT_TRUE(has(&self->plan, "console.log", "-cpu none\n"));
	EXPECT_VERDICT("pass", 0);
}

TEST_F(beds, machine_of_a_size)
{
	struct lab_plan *plan = &self->plan.plan;

	run(&self->plan, 1, "passes");
	EXPECT_TRUE(has(&self->plan, "console.log", "-smp 2,sockets=2,cores=1,threads=1\n-m 3072M\n"));
	EXPECT_FALSE(has(&self->plan, "console.log", "-numa"));
	plan->size = lab_machine_size("5", "6145");
	plan->topology = lab_topology_find(plan->arch, "numa2", &self->plan.e);
	run(&self->plan, 1, "passes");
	EXPECT_TRUE(has(&self->plan, "console.log", "-smp 5,sockets=5,cores=1,threads=1\n-m 6144M\n"
			"-numa node,nodeid=0,cpus=0-1,memdev=m0\n"
			"-numa node,nodeid=1,cpus=2-4,memdev=m1\n"));
	plan->topology = lab_topology_find(plan->arch, "tiered", &self->plan.e);
	run(&self->plan, 1, "passes");
	EXPECT_TRUE(has(&self->plan, "console.log", "-numa node,nodeid=0,cpus=0-4,memdev=m0\n"
			"-numa node,nodeid=1,initiator=0,memdev=m1\n-machine hmat=on\n"));
}

TEST_F(beds, powered_off_without_an_event)
{
	make_file(&self->plan, "mute");
	run(&self->plan, 1, "passes");
	EXPECT_VERDICT("pass", 0);
}

TEST_F(beds, without_an_nmi_a_hang_is_traced_as_well)
{
	self->plan.plan.arch = &lab_arch_arm64;
	self->plan.plan.overall_ms = lab_now_ms() + 1000;
	run(&self->plan, 1, "stays");
	EXPECT_VERDICT("hang", 10);
	EXPECT_NE(NULL, strstr(self->plan.results.notes.s, "no progress: a SysRq was sent")) {
		TH_LOG("notes: %s", self->plan.results.notes.s);
	}
}

TEST_F(beds, a_refused_nmi_is_told)
{
	self->plan.plan.overall_ms = lab_now_ms() + 1000;
	run(&self->plan, 2, "passes defies");
	EXPECT_VERDICT("hang", 10);
	EXPECT_NE(NULL, strstr(self->plan.results.notes.s, "QEMU refuses: no NMI\n")) {
		TH_LOG("notes: %s", self->plan.results.notes.s);
	}
}

/* As a run on a machine that is up. */
static void run_here(struct plan *p, const char *names)
{
	char *agent = lab_format("%s/agent", p->results.out), self[PATH_MAX];

	p->plan.kind = &lab_bed_local;
	p->plan.agent = agent;
	p->plan.modules = "one x=1\n";
	if (!lab_realpath("/proc/self/exe", self, &p->e) && !symlink(self, agent))
		run(p, 1, names);
	free(agent);
}

TEST_F(beds, a_machine_that_is_up)
{
	run_here(&self->plan, "passes warns");
	EXPECT_VERDICT("pass", 0);
	EXPECT_TRUE(has(&self->plan, "console.log", "one x=1\n"));
	EXPECT_TRUE(has(&self->plan, "channel.log", "> run      /suite/warns"));
	EXPECT_FALSE(has(&self->plan, "channel.log", "one x=1"));
}

TEST_F(beds, a_machine_that_is_up_cannot_be_had_anew)
{
	run_here(&self->plan, "wedges passes");
	EXPECT_VERDICT("hang", 10);
	EXPECT_EQ(1, self->plan.results.failed);
	EXPECT_EQ(1, self->plan.results.not_run);
	EXPECT_STREQ("wedges: a process survives SIGKILL", self->plan.results.not_run_why);
}

TEST_F(beds, an_agent_that_ends_is_no_failure)
{
	run_here(&self->plan, "passes quits passes");
	EXPECT_VERDICT("infrastructure", 13);
	EXPECT_STREQ("the agent ended with exit code 3", self->plan.results.judgement.why);
	EXPECT_EQ(0, self->plan.results.failed);
	EXPECT_EQ(1, self->plan.results.passed);
}

/* A shell at @in and, unless it is a terminal, at the file "out" and "err". */
static void run_shell(struct plan *p, struct lab_shell *shell, int in)
{
	char *out = lab_format("%s/out", p->results.out), *err = lab_format("%s/err", p->results.out);

	fflush(NULL);
	dup2(in, STDIN_FILENO);
	dup2(shell->tty ? in : open(out, O_CREAT | O_WRONLY | O_CLOEXEC, 0600), STDOUT_FILENO);
	if (!shell->tty)
		dup2(open(err, O_CREAT | O_WRONLY | O_CLOEXEC, 0600), STDERR_FILENO);
	p->plan.shell = shell;
	run(p, 1, "passes");
	free(err);
	free(out);
}

/* The end of a pipe out of which @text comes. */
static int pipe_with(const char *text)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) || write(fds[1], text, strlen(text)) < 0)
		return -1;
	close(fds[1]);
	return fds[0];
}

TEST_F(beds, a_shell_for_scripts)
{
	struct lab_shell shell = { .tty = false };

	run_shell(&self->plan, &shell, pipe_with("one\ntwo"));
	EXPECT_TRUE(shell.ended);
	EXPECT_EQ(7, shell.code);
	EXPECT_EQ(LAB_PASS, self->plan.plan.tally.machines.verdict);
	EXPECT_TRUE(has(&self->plan, "out", "one\ntwo"));
	EXPECT_TRUE(has(&self->plan, "err", "[error]"));
	/* What goes through it is nobody's business. */
	EXPECT_TRUE(has(&self->plan, "channel.log", "> input "));
	EXPECT_FALSE(has(&self->plan, "channel.log", "one"));
	EXPECT_EQ(LAB_PROGRAM_WAITING, self->plan.results.programs[0].state);
}

TEST_F(beds, a_machine_that_dies_under_its_shell)
{
	struct lab_shell shell = { .tty = false };

	run_shell(&self->plan, &shell, pipe_with("panic"));
	EXPECT_FALSE(shell.ended);
	EXPECT_VERDICT("panic", 11);
	EXPECT_EQ(1, self->plan.results.boots);
}

/* A pseudo-terminal: its other side; @slave is ours. */
static int open_terminal(int *slave)
{
	struct termios t;
	int master;

	if (openpty(&master, slave, NULL, NULL, NULL) || tcgetattr(*slave, &t) ||
	    !(t.c_lflag & ICANON) || !(t.c_lflag & ECHO))
		return -1;
	return master;
}

static bool is_raw(int fd)
{
	struct termios t;

	return !tcgetattr(fd, &t) && !(t.c_lflag & (ICANON | ECHO | ISIG)) && !(t.c_oflag & OPOST);
}

TEST_F(beds, ctrl_bracket_stops_the_machine)
{
	struct lab_shell shell = { .tty = true };
	int slave, master = open_terminal(&slave);

	ASSERT_LE(0, master);
	make_file(&self->plan, "endless");
	ASSERT_EQ(2, write(master, "x\x1d", 2));
	run_shell(&self->plan, &shell, slave);
	EXPECT_FALSE(shell.ended);
	EXPECT_VERDICT("infrastructure", 128 + SIGINT);
	EXPECT_TRUE(has(&self->plan, "channel.log", "> shell    tty\t24\t80\t"));
	EXPECT_FALSE(is_raw(slave));
}

TEST(a_terminal_is_put_back)
{
	struct lab_terminal t;
	struct lab_error e;
	int slave, master = open_terminal(&slave);

	ASSERT_LE(0, master);
	ASSERT_EQ(0, lab_terminal_raw(&t, slave, &e));
	EXPECT_TRUE(is_raw(slave));
	lab_terminal_restore(&t);
	EXPECT_FALSE(is_raw(slave));
	EXPECT_EQ(-1, waitpid(-1, NULL, WNOHANG));
	lab_terminal_restore(&t);
	EXPECT_EQ(-ENOTTY, lab_terminal_raw(&t, open("/dev/null", O_RDWR), &e));
	close(master);
}

/* By another process, as ours is killed; it takes a moment. */
TEST(a_terminal_is_put_back_after_sigkill)
{
	int slave, master = open_terminal(&slave), fds[2], status;
	struct lab_terminal t;
	char ready;
	pid_t pid;

	ASSERT_LE(0, master);
	ASSERT_EQ(0, pipe2(fds, O_CLOEXEC));
	pid = fork();
	if (!pid) {
		if (lab_terminal_raw(&t, slave, NULL) || write(fds[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	ASSERT_EQ(1, read(fds[0], &ready, 1));
	EXPECT_TRUE(is_raw(slave));
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	for (int i = 0; i < 500 && is_raw(slave); i++)
		usleep(10000);
	EXPECT_FALSE(is_raw(slave));
	close(master);
}

TEST_HARNESS_MAIN

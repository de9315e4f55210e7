// SPDX-License-Identifier: GPL-2.0
/*
 * From facts to verdicts: each verdict by itself, and which of two wins.
 */
#include <kselftest_harness.h>

#include <signal.h>

#include "verdict/results.h"
#include "verdict/verdict.h"

/* A run in which all went well. */
static struct lab_facts good(void)
{
	return (struct lab_facts){
		.process = "QEMU",
		.end = LAB_MACHINE_POWER_OFF,
		.user_space = true, .ready = true, .end_marker = true,
		.passed = 3,
	};
}

/* The machine stopped in the middle of a program, by the lab or by itself. */
static struct lab_facts cut_short(enum lab_machine_end end)
{
	struct lab_facts f = good();

	f.end = end;
	f.end_marker = false;
	f.running = "a_test";
	return f;
}

#define EXPECT_VERDICT(want, code, facts) do {			\
	struct lab_tally t_ = { 0 };				\
	struct lab_judgement j_;				\
	lab_judge_boot(&t_, facts, &j_);			\
	lab_judge_run(&t_, &j_);				\
	EXPECT_STREQ(want, lab_verdict_name(j_.verdict)) {	\
		TH_LOG("why: %s", j_.why);			\
	}							\
	EXPECT_EQ(code, j_.exit_code);				\
	EXPECT_NE('\0', j_.why[0]);				\
	EXPECT_EQ(NULL, strchr(j_.why, '\n'));			\
} while (0)

TEST(pass_fail_skip)
{
	struct lab_facts f = good();

	EXPECT_VERDICT("pass", 0, &f);
	f.skipped = 2;
	EXPECT_VERDICT("pass", 0, &f);
	f.failed = 1;
	EXPECT_VERDICT("fail", 1, &f);
	f.failed = f.passed = 0;
	EXPECT_VERDICT("skip", 4, &f);
	f.skipped = 0;
	EXPECT_VERDICT("infrastructure", 13, &f);
}

TEST(an_error_says_nothing_of_the_kernel)
{
	struct lab_facts f = good();

	f.errors = 2;
	EXPECT_VERDICT("error", 5, &f);
	f.problem = "a_test: the output ends after 1 of 2 results";
	EXPECT_VERDICT("error", 5, &f);
	f.failed = 1;
	EXPECT_VERDICT("fail", 1, &f);
	f.failed = 0;
	f.over_limit = "a_test";
	EXPECT_VERDICT("hang", 10, &f);
}

TEST(a_complaint_of_the_kernel_is_a_failure)
{
	struct lab_facts f = good();

	f.splat = "WARNING: CPU: 0 PID: 1 at x.c:1 x+0x1/0x2";
	EXPECT_VERDICT("fail", 1, &f);
	f.end = LAB_MACHINE_SIGNALLED;
	f.end_marker = false;
	EXPECT_VERDICT("infrastructure", 13, &f);
}

TEST(doubtful_output_is_no_pass_and_a_failure_is_a_failure)
{
	struct lab_facts f = good();

	f.problem = "a_test: the output ends after 1 of 2 results";
	EXPECT_VERDICT("infrastructure", 13, &f);
	f.failed = 1;
	EXPECT_VERDICT("fail", 1, &f);
}

TEST(panic)
{
	struct lab_facts f = cut_short(LAB_MACHINE_RESET);

	EXPECT_VERDICT("panic", 11, &f);
	f.panic = "Kernel panic - not syncing: Fatal exception";
	EXPECT_VERDICT("panic", 11, &f);
	f.end = LAB_MACHINE_STOPPED;
	EXPECT_VERDICT("panic", 11, &f);
	f.ready = false;
	f.running = NULL;
	EXPECT_VERDICT("panic", 11, &f);
}

TEST(panic_outranks_all_that_it_may_cause)
{
	struct lab_facts f = cut_short(LAB_MACHINE_SIGNALLED);

	f.panic = "Kernel panic - not syncing: Fatal exception";
	f.end_code = SIGKILL;
	f.silent = true;
	f.failed = 2;
	f.garbled = "not a frame: \"x\"";
	EXPECT_VERDICT("panic", 11, &f);
}

TEST(a_panic_before_user_space_is_a_boot_failure)
{
	struct lab_facts f = { .process = "QEMU", .end = LAB_MACHINE_RESET };

	EXPECT_VERDICT("boot failure", 12, &f);
	f.panic = "Kernel panic - not syncing: VFS: Unable to mount root fs";
	EXPECT_VERDICT("boot failure", 12, &f);
	f = (struct lab_facts){ .process = "QEMU", .end = LAB_MACHINE_STOPPED };
	EXPECT_VERDICT("boot failure", 12, &f);
	f = (struct lab_facts){ .process = "QEMU", .end = LAB_MACHINE_POWER_OFF, .init_said = "no port" };
	EXPECT_VERDICT("boot failure", 12, &f);
}

TEST(hang)
{
	struct lab_facts f = cut_short(LAB_MACHINE_STOPPED);

	f.silent = true;
	EXPECT_VERDICT("hang", 10, &f);
	f.silent = false;
	f.overall_limit = true;
	EXPECT_VERDICT("hang", 10, &f);
	f = good();
	f.over_limit = "a_test";
	f.failed = 1;
	EXPECT_VERDICT("hang", 10, &f);
	f = good();
	f.stuck = "a_test";
	EXPECT_VERDICT("hang", 10, &f);
	f = cut_short(LAB_MACHINE_STOPPED);
	EXPECT_VERDICT("hang", 10, &f);
}

TEST(a_starved_machine_does_not_hang)
{
	struct lab_facts f = cut_short(LAB_MACHINE_STOPPED);

	f.silent = f.starved = true;
	EXPECT_VERDICT("infrastructure", 13, &f);
	f = good();
	f.over_limit = "a_test";
	f.starved = true;
	EXPECT_VERDICT("infrastructure", 13, &f);
	f = (struct lab_facts){ .process = "QEMU", .end = LAB_MACHINE_STOPPED, .starved = true };
	EXPECT_VERDICT("infrastructure", 13, &f);
}

TEST(infrastructure)
{
	struct lab_facts f = { .process = "QEMU", .end = LAB_MACHINE_NOT_STARTED };

	EXPECT_VERDICT("infrastructure", 13, &f);
	f = (struct lab_facts){ .trouble = "no kernel" };
	EXPECT_VERDICT("infrastructure", 13, &f);
	f = cut_short(LAB_MACHINE_SIGNALLED);
	f.end_code = SIGKILL;
	EXPECT_VERDICT("infrastructure", 13, &f);
	f = cut_short(LAB_MACHINE_EXITED);
	EXPECT_VERDICT("infrastructure", 13, &f);
	f = cut_short(LAB_MACHINE_POWER_OFF);
	EXPECT_VERDICT("infrastructure", 13, &f);
	f = cut_short(LAB_MACHINE_STOPPED);
	f.garbled = "not a frame: \"x\"";
	EXPECT_VERDICT("infrastructure", 13, &f);
	f = good();
	f.init_error = "fork(): Cannot allocate memory";
	EXPECT_VERDICT("infrastructure", 13, &f);
	/* An agent may say what is wrong before it has greeted, and then ends. */
	f = (struct lab_facts){ .end = LAB_MACHINE_EXITED, .init_error = "this takes root" };
	EXPECT_VERDICT("infrastructure", 13, &f);
}

TEST(interruption_has_the_exit_code_that_shells_expect)
{
	struct lab_facts f = cut_short(LAB_MACHINE_STOPPED);

	f.interrupted = SIGINT;
	EXPECT_VERDICT("infrastructure", 128 + SIGINT, &f);
	f = (struct lab_facts){ .interrupted = SIGTERM };
	EXPECT_VERDICT("infrastructure", 128 + SIGTERM, &f);
}

#define EXPECT_BEDS(want, code, text, ...) do {						\
	const struct lab_facts *const f_[] = { __VA_ARGS__ };				\
	struct lab_tally t_ = { 0 };							\
	struct lab_judgement j_;							\
	for (size_t i_ = 0; i_ < sizeof(f_) / sizeof(f_[0]); i_++)			\
		lab_judge_boot(&t_, f_[i_], &j_);					\
	lab_judge_run(&t_, &j_);							\
	EXPECT_STREQ(want, lab_verdict_name(j_.verdict)) {				\
		TH_LOG("why: %s", j_.why);						\
	}										\
	EXPECT_EQ(code, j_.exit_code);							\
	EXPECT_NE(NULL, strstr(j_.why, text)) {						\
		TH_LOG("why: %s", j_.why);						\
	}										\
} while (0)

TEST(results_of_all_beds_count)
{
	struct lab_facts a = good(), b = good(), none = good();

	none.passed = 0;	/* it came too late for any program */
	EXPECT_BEDS("pass", 0, "6 of 6 passed", &a, &b);
	EXPECT_BEDS("pass", 0, "3 of 3 passed", &none, &a);
	EXPECT_BEDS("infrastructure", 13, "no results at all", &none, &none);
	a.passed = 0;
	a.skipped = 2;
	EXPECT_BEDS("pass", 0, "3 of 5 passed", &a, &b);
	EXPECT_BEDS("skip", 4, "all 2 skipped", &a, &none);
	b.failed = 1;
	EXPECT_BEDS("fail", 1, "1 of 6 failed", &a, &b);
	a.problem = "a_test: no results (exit code 0)";
	EXPECT_BEDS("fail", 1, "1 of 6 failed", &a, &b);
	b.failed = 0;
	EXPECT_BEDS("infrastructure", 13, "a_test: no results", &b, &a);
}

TEST(the_most_severe_of_several_beds_counts)
{
	struct lab_facts fine = good(), panic = cut_short(LAB_MACHINE_RESET);
	struct lab_facts hang = cut_short(LAB_MACHINE_STOPPED), failed = good();
	struct lab_facts unbooted = { .process = "QEMU", .end = LAB_MACHINE_STOPPED };
	struct lab_facts killed = cut_short(LAB_MACHINE_SIGNALLED);
	struct lab_facts interrupted = cut_short(LAB_MACHINE_STOPPED);

	hang.silent = true;
	failed.failed = 1;
	interrupted.interrupted = SIGINT;
	EXPECT_BEDS("panic", 11, "during a_test", &hang, &interrupted, &panic, &failed);
	EXPECT_BEDS("infrastructure", 130, "SIGINT", &hang, &interrupted, &failed, &killed);
	EXPECT_BEDS("hang", 10, "fell silent during a_test", &killed, &failed, &hang, &unbooted);
	EXPECT_BEDS("fail", 1, "1 of", &unbooted, &failed, &killed);
	EXPECT_BEDS("boot failure", 12, "init did not speak", &fine, &killed, &unbooted);
	EXPECT_BEDS("infrastructure", 13, "killed by signal", &fine, &killed);
}

/* Its failures may come of what befell it. */
TEST(failures_of_a_bed_in_trouble_do_not_count)
{
	struct lab_facts killed = cut_short(LAB_MACHINE_SIGNALLED), fine = good();

	killed.failed = 2;
	EXPECT_BEDS("infrastructure", 13, "killed by signal", &killed);
	EXPECT_BEDS("infrastructure", 13, "killed by signal", &fine, &killed);
}

TEST(retry_only_for_reasons_of_the_bed)
{
	struct lab_facts f = { .process = "QEMU", .end = LAB_MACHINE_NOT_STARTED };

	EXPECT_TRUE(lab_worth_a_retry(&f, false));
	f.end = LAB_MACHINE_STOPPED;
	EXPECT_TRUE(lab_worth_a_retry(&f, false));
	EXPECT_FALSE(lab_worth_a_retry(&f, true));
	f.starved = true;
	EXPECT_TRUE(lab_worth_a_retry(&f, true));
	f = (struct lab_facts){ .process = "QEMU", .end = LAB_MACHINE_RESET, .panic = "Kernel panic - not syncing: x" };
	EXPECT_FALSE(lab_worth_a_retry(&f, true));
	f.panic = "Kernel panic - not syncing: IO-APIC + timer doesn't work!";
	EXPECT_TRUE(lab_worth_a_retry(&f, true));
	f.user_space = true;
	EXPECT_FALSE(lab_worth_a_retry(&f, true));
	f = (struct lab_facts){ .trouble = "qemu-system-x86_64: not installed" };
	EXPECT_FALSE(lab_worth_a_retry(&f, false));
	f = (struct lab_facts){ .process = "QEMU", .end = LAB_MACHINE_STOPPED, .interrupted = SIGINT };
	EXPECT_FALSE(lab_worth_a_retry(&f, false));
}

TEST(a_board_out_of_reach_says_nothing_of_its_kernel)
{
	struct lab_facts f = cut_short(LAB_MACHINE_DISCONNECTED);

	EXPECT_BEDS("infrastructure", 13, "the connection to the machine was lost during a_test", &f);
	f = cut_short(LAB_MACHINE_UNPLUGGED);
	f.silent = true;
	EXPECT_BEDS("infrastructure", 13, "the machine lost its power during a_test", &f);
	/* Of a panic it does not matter what came of the board afterwards. */
	f.panic = "Kernel panic - not syncing: x";
	EXPECT_VERDICT("panic", 11, &f);
}

#define EXPECT_PROGRAM(want, ...) do {						\
	struct lab_program p_ = { __VA_ARGS__ };				\
	lab_judge_program(&p_);							\
	EXPECT_EQ(want, p_.agreement);						\
	EXPECT_EQ((want) == LAB_PASS, p_.problem == NULL);			\
	free(p_.problem);							\
} while (0)

TEST(exit_code_and_results_agree)
{
	EXPECT_PROGRAM(LAB_PASS, .end.code = 0, .passed = 2);
	EXPECT_PROGRAM(LAB_PASS, .end.code = 0, .passed = 2, .skipped = 1);
	EXPECT_PROGRAM(LAB_PASS, .end.code = 1, .passed = 2, .failed = 1);
	EXPECT_PROGRAM(LAB_PASS, .end.code = 1, .passed = 2, .errors = 1);
	EXPECT_PROGRAM(LAB_PASS, .end.code = 4, .skipped = 1);
}

TEST(exit_code_and_results_disagree)
{
	EXPECT_PROGRAM(LAB_FAIL, .end.code = 1, .passed = 2);
	EXPECT_PROGRAM(LAB_FAIL, .end.code = 254, .passed = 2);
	EXPECT_PROGRAM(LAB_INFRASTRUCTURE, .end.code = 0, .failed = 1);
	EXPECT_PROGRAM(LAB_INFRASTRUCTURE, .end.code = 4, .passed = 1);
	EXPECT_PROGRAM(LAB_INFRASTRUCTURE, .end.code = 0, .skipped = 1);
}

/* run_kselftest.sh of v6.12 exits 0 whatever happened, that of v7.2 does not. */
TEST(exit_code_of_a_runner_counts_for_little)
{
	EXPECT_PROGRAM(LAB_PASS, .by_runner = true, .end.code = 0, .failed = 1);
	EXPECT_PROGRAM(LAB_PASS, .by_runner = true, .end.code = 1, .failed = 1);
	EXPECT_PROGRAM(LAB_PASS, .by_runner = true, .end.code = 0, .skipped = 1);
	EXPECT_PROGRAM(LAB_FAIL, .by_runner = true, .end.code = 1, .passed = 1);
	EXPECT_PROGRAM(LAB_INFRASTRUCTURE, .by_runner = true, .end.code = 0);
}

TEST(a_program_that_dies)
{
	EXPECT_PROGRAM(LAB_FAIL, .end.code = -1, .end.signal = SIGSEGV, .passed = 1);
	EXPECT_PROGRAM(LAB_FAIL, .end.code = -1, .end.signal = SIGABRT);
	EXPECT_PROGRAM(LAB_INFRASTRUCTURE, .end.code = -1, .end.signal = SIGKILL, .passed = 1);
	EXPECT_PROGRAM(LAB_INFRASTRUCTURE, .end.code = 127);
	EXPECT_PROGRAM(LAB_PASS, .end.code = -1, .end.signal = SIGTERM, .end.over_limit = true);
}

TEST(output_that_cannot_be_trusted)
{
	EXPECT_PROGRAM(LAB_INFRASTRUCTURE, .end.code = 0, .passed = 1, .doubt = "truncated");
	EXPECT_PROGRAM(LAB_FAIL, .end.code = 1, .passed = 1, .doubt = "truncated");
	EXPECT_PROGRAM(LAB_INFRASTRUCTURE, .end.code = 0, .passed = 1, .end.dropped = 7);
	EXPECT_PROGRAM(LAB_INFRASTRUCTURE, .end.code = 0);
	EXPECT_PROGRAM(LAB_FAIL, .end.code = 1);
}

TEST_HARNESS_MAIN

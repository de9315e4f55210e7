// SPDX-License-Identifier: GPL-2.0
/*
 * Results out of what others have printed: each way in which it comes, with what comes between.
 */
#include <kselftest_harness.h>

#include "base/json_text.h"
#include "verdict/record.h"
#include "verdict/transcript.h"

static struct lab_results *read_text(const char *text, const char *hint, json_t *known, int want,
				     struct lab_error *e)
{
	struct lab_results *r = calloc(1, sizeof(*r));
	struct lab_transcript t = { .text = text, .len = strlen(text), .hint = hint };

	t.manifest = json_pack("{s:{s:{s:{s:{}, s:{}, s:{}}}, s:{s:{s:{}}}}}", "programs",
			       "p_test", "tests", "u.a", "u.b", "u.c", "q_test", "tests", "v.a");
	r->parameters = lab_strdup("");
	r->command = lab_strdup("");
	r->known = known;
	if (lab_transcript_read(&t, r, e) != want) {
		lab_results_free(r);
		free(r);
		r = NULL;
	}
	json_decref(t.manifest);
	return r;
}

/* "VERDICT: PROGRAM state passed/failed/errors/skipped, ..." */
static char *told(const struct lab_results *r)
{
	static const char *const states[] = { "waiting", "running", "done" };
	struct lab_text t = { NULL };

	lab_text_addf(&t, "%s:", lab_verdict_name(r->judgement.verdict));
	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct lab_program *p = &r->programs[i];

		lab_text_addf(&t, "%s %s %s %u/%u/%u/%u", i ? "," : "", p->name, states[p->state],
			      p->passed, p->failed, p->errors, p->skipped);
	}
	return lab_text_take(&t);
}

static void done(struct lab_results *r)
{
	lab_results_free(r);
	free(r);
}

#define READ(printed)	({							\
	struct lab_error e_ = { "" };						\
	struct lab_results *r_ = read_text(printed, "", NULL, 0, &e_);		\
	ASSERT_NE(NULL, r_) TH_LOG("%s", e_.text);				\
	r_; })

#define EXPECT_TOLD(want, r) do {						\
	char *told_ = told(r);							\
	EXPECT_STREQ(want, told_) TH_LOG("why: %s", (r)->judgement.why);	\
	free(told_);								\
} while (0)

#define EXPECT_TEXT(want, printed) do {						\
	struct lab_results *r_ = READ(printed);					\
	EXPECT_TOLD(want, r_);							\
	done(r_);								\
} while (0)

#define EXPECT_HAS(want, in) do {						\
	const char *text_ = in;							\
	EXPECT_TRUE(text_ && strstr(text_, want)) TH_LOG("%s", text_);		\
} while (0)

#define BEGIN(name)	"# selftests: kvm/mmu_notifier: " name "\n# TAP version 13\n"
#define END(ok, name)	ok " 1 selftests: kvm/mmu_notifier: " name

static const char by_runner[] =
	"TAP version 13\n1..4\n"
	"# timeout set to 1800\n"
	BEGIN("p_test")
	"# 1..3\n# # seed: 77\n# # case: u.a/exec\n# ok 1 u.a\n"
	"# # broken: contract 5: stale\n# not ok 2 u.b\n# ok 3 u.c # SKIP no swap\n"
	"# # | row |\n# # Totals: pass:1 fail:1 xfail:0 xpass:0 skip:1 error:0\n"
	END("not ok", "p_test") " # exit=1\n"
	BEGIN("q_test")
	"# 1..1\n# # evidence\n# not ok 1 v.a # ERROR no memory\n"
	END("not ok", "q_test") " # exit=1\n"
	BEGIN("p_test")
	"# 1..0 # SKIP no /dev/kvm\n"
	END("ok", "p_test") " # SKIP\n"
	BEGIN("q_test")
	"# 1..1\n# ok 1 v.a\n"
	END("not ok", "q_test") " # exit=139\n";

TEST(by_the_runner)
{
	struct lab_results *r = READ(by_runner);
	const struct lab_program *p = &r->programs[0];

	EXPECT_TOLD("fail: p_test done 1/1/0/1, q_test done 0/0/1/0, p_test.2 done 0/0/0/1, "
		    "q_test.2 done 1/1/0/0", r);
	ASSERT_EQ(3, p->nr_cases);
	EXPECT_STREQ("u.a", p->cases[0].name);
	EXPECT_STREQ("# seed: 77\n# case: u.a/exec\n", p->cases[0].diagnostics);
	EXPECT_STREQ("77", p->seed);
	EXPECT_STREQ("no swap", p->cases[2].reason);
	EXPECT_STREQ("| row |\n", p->table.s);
	EXPECT_EQ(NULL, p->problem);
	EXPECT_HAS("signal 11", r->programs[3].cases[1].reason);
	EXPECT_TRUE(r->from_text);
	EXPECT_EQ('\0', r->kernel[0]);
	done(r);
}

/* What the lab makes of the same output when it runs the runner. */
TEST(totals_are_those_of_the_lab)
{
	struct lab_results *r = READ(by_runner), lab = { .beds = 1 };
	struct lab_program *p = lab_results_add(&lab, "kvm/mmu_notifier", "");
	const struct channel_exit x = { .code = 0 };
	struct lab_progress silent;
	struct lab_record record;

	lab_progress_init(&silent, stdout, true);
	p->by_runner = true;
	lab_record_start(&record, &lab, p, &silent, NULL);
	for (const char *s = by_runner; *s; s += strcspn(s, "\n") + 1)
		lab_record_line(&record, s, strcspn(s, "\n"));
	lab_record_exit(&record, &x);
	EXPECT_EQ(p->passed, r->passed);
	EXPECT_EQ(p->failed, r->failed);
	EXPECT_EQ(p->errors, r->errors);
	EXPECT_EQ(p->skipped, r->skipped);
	lab_progress_end(&silent);
	lab_results_free(&lab);
	done(r);
}

TEST(by_make_with_tests_of_others)
{
	struct lab_results *r = READ(
		"make[1]: Entering directory '/src'\n"
		"  CC      /src/p_test\nfoo.c:1:2: warning: unused\n"
		"WARNING: modpost: missing MODULE_LICENSE()\n"
		"TAP version 13\n1..4\n"
		"# selftests: kvm: amx_test\n# Random seed: 1\n# BUG: not the kernel's\n"
		"ok 1 selftests: kvm: amx_test\n"
		"# selftests: kvm: hyperv_test\n# 1..0 # SKIP no Hyper-V\n"
		"ok 2 selftests: kvm: hyperv_test # SKIP\n"
		"# selftests: kvm: smm_test\n# ==== Test Assertion Failure ====\n"
		"not ok 3 selftests: kvm: smm_test # exit=254\n"
		"TAP version 13\n1..1\n"
		BEGIN("q_test") "# 1..1\n# ok 1 v.a\n" END("ok", "q_test") "\n"
		"make[1]: Leaving directory '/src'\n");

	EXPECT_TOLD("pass: q_test done 1/0/0/0", r);
	EXPECT_STREQ("not of this suite, and left out: 1 programs that are ok, 1 skipped, 1 not ok: "
		     "kvm: smm_test\n", r->notes.s);
	done(r);
}

TEST(by_hand)
{
	struct lab_error e;
	struct lab_results *r;

	EXPECT_TEXT("fail: p_test done 1/1/0/1, q_test done 1/0/0/0",
		    "root@box:~# ./p_test\nTAP version 13\n1..3\nok 1 u.a\nnot ok 2 u.b\n"
		    "ok 3 u.c # SKIP no swap\n# Totals: x\n"
		    "root@box:~# for t in *_test; do ./$t; done\n"
		    "TAP version 13\n1..1\nok 1 v.a\n# Totals: x\nroot@box:~# poweroff\n");
	/* What names no test: by the command before it, or by the file. */
	EXPECT_TEXT("skip: q_test done 0/0/0/1", "$ ./q_test -D\nTAP version 13\n1..0 # SKIP no /dev/kvm\n");
	r = read_text("TAP version 13\n1..0 # SKIP no /dev/kvm\n", "p_test", NULL, 0, &e);
	ASSERT_NE(NULL, r);
	EXPECT_TOLD("skip: p_test done 0/0/0/1", r);
	done(r);
	/* KTAP of somebody else. */
	EXPECT_TEXT("pass: q_test done 1/0/0/0",
		    "TAP version 14\n1..1\nok 1 list_sort\nTAP version 13\n1..1\nok 1 v.a\n");
}

TEST(on_a_console)
{
	struct lab_results *r = READ(
		"2026-01-02T03:04:05.678901  [    0.000000] Linux version 6.12.9-x (a@b) #1 SMP\r\n"
		"2026-01-02T03:04:05.678901  <6>[    0.000000] Command line: kvm.tdp_mmu=0\r\n"
		"03:04:05.678901  [    0.200000][    T1] smpboot: CPU0: Some(R) CPU (family: 0x6)\r\n"
		"03:04:05.678901  [    1.000000] ok 1 kunit_suite\r\n"
		"+ ./run_kselftest.sh\r\r\n<LAVA_SIGNAL_STARTRUN 1_x 1>\r\n"
		"03:04:06.000000  # selftests: kvm/mmu_notifier: p_test\r\n"
		"03:04:06.000000  # \033[1mTAP version 13\033[0m\r\n# 1..3\r\n"
		"[   12.345678] kvm: a message\r\n"
		"# ok 1 u[   13.345678] kvm: right into it\r\n"
		"[   13.345679] kvm: and another\r\n"
		".a\r\n"
		"# not ok 2 u.b\r\n# ok 3 u.c\r\n"
		"03:04:07.000000  not ok 1 selftests: kvm/mmu_notifier: p_test # exit=1\r\n");

	EXPECT_TOLD("fail: p_test done 2/1/0/0", r);
	EXPECT_STREQ("u.a", r->programs[0].cases[0].name);
	EXPECT_STREQ("6.12.9-x", r->kernel);
	EXPECT_STREQ("kvm.tdp_mmu=0", r->parameters);
	EXPECT_STREQ("Some(R) CPU", r->cpu_model);
	done(r);
	r = READ("Linux box 6.1.0-57-amd64 #1 SMP Debian 6.1.9 (2026-01-01) x86_64 GNU/Linux\n"
		 "TAP version 13\n1..1\nok 1 v.a\n");
	EXPECT_STREQ("box", r->host);
	EXPECT_STREQ("6.1.0-57-amd64", r->kernel);
	EXPECT_STREQ("x86_64", r->machine);
	done(r);
}

#define DEATH	"[   20.000000] BUG: kernel NULL pointer dereference, address: 0\n"	\
		"[   20.000001] RIP: 0010:f+0x1/0x2\n"				\
		"[   20.000002] Kernel panic - not syncing: Fatal exception\n"	\
		"[   20.000003] ---[ end Kernel panic - not syncing: Fatal exception ]---\n"

TEST(a_panic)
{
	struct lab_results *r = READ(BEGIN("p_test") "# 1..3\n# ok 1 u.a\n# #  RUN  u.b ...\n" DEATH);
	const struct lab_case *c = &r->programs[0].cases[1];

	EXPECT_TOLD("panic: p_test running 1/1/0/0", r);
	EXPECT_STREQ("u.b", c->name);
	EXPECT_HAS("Fatal exception (BUG: kernel NULL", c->reason);
	EXPECT_HAS("# kernel: RIP: 0010:f+0x1/0x2\n", c->diagnostics);
	done(r);
	/* Between programs, under one of others, before any, and by a kernel without time stamps. */
	EXPECT_TEXT("panic: q_test done 1/1/0/0", BEGIN("q_test") "# 1..1\n# ok 1 v.a\n" END("ok", "q_test")
		    "\n" DEATH);
	EXPECT_TEXT("panic: q_test done 1/0/0/0", BEGIN("q_test") "# 1..1\n# ok 1 v.a\n" END("ok", "q_test")
		    "\n# selftests: kvm: smm_test\n" DEATH);
	EXPECT_TEXT("boot failure: boot running 0/1/0/0", "[    0.000000] Linux version 6.1\n" DEATH);
	EXPECT_TEXT("panic: p_test running 0/1/0/0", BEGIN("p_test") "# 1..3\n"
		    "Kernel panic - not syncing: x\n");
	/* Then the next boot, with a program that passes. */
	EXPECT_TEXT("panic: p_test running 0/1/0/0, q_test done 1/0/0/0", BEGIN("p_test") "# 1..3\n" DEATH
		    "[    0.000000] Linux version 6.1\n" BEGIN("q_test") "# 1..1\n# ok 1 v.a\n"
		    END("ok", "q_test") "\n");
	/* Of an earlier panic the next program knows nothing. */
	EXPECT_TEXT("panic: q_test done 1/1/0/0, p_test running 0/0/0/1",
		    BEGIN("q_test") "# 1..1\n# ok 1 v.a\n" END("ok", "q_test") "\n" DEATH
		    BEGIN("p_test") "# 1..3\n");
	EXPECT_TEXT("panic: p_test running 1/1/0/0", BEGIN("p_test") "# 1..3\n# ok 1 u.a\n"
		    "[    0.000000] Linux version 6.1\n");
}

TEST(a_splat)
{
	struct lab_results *r;

	EXPECT_TEXT("fail: q_test done 1/1/0/0", BEGIN("q_test") "# 1..1\n"
		    "[   20.000000] WARNING: CPU: 0 PID: 1 at f+0x1/0x2\n# ok 1 v.a\n" END("ok", "q_test") "\n");
	EXPECT_TEXT("fail: q_test done 1/0/0/0", "[    2.000000] WARNING: CPU: 0 PID: 1 at f+0x1/0x2\n"
		    BEGIN("q_test") "# 1..1\n# ok 1 v.a\n" END("ok", "q_test") "\n");
	r = READ(BEGIN("q_test") "# 1..1\n# ok 1 v.a\n" END("ok", "q_test") "\n# selftests: kvm: smm_test\n"
		 "[   20.000000] WARNING: CPU: 0 PID: 1 at f+0x1/0x2\nok 2 selftests: kvm: smm_test\n");
	EXPECT_TOLD("pass: q_test done 1/0/0/0", r);
	EXPECT_HAS("WARNING: CPU: 0", r->notes.s);
	done(r);
}

TEST(cut_off)
{
	struct lab_results *r = READ(BEGIN("p_test") "# 1..3\n# ok 1 u.a\n# #  RUN  u.b ...\n# # x\n");

	EXPECT_TOLD("infrastructure: p_test running 1/0/0/1", r);
	EXPECT_STREQ("u.b", r->programs[0].cases[1].name);
	EXPECT_HAS("the text ends", r->programs[0].cases[1].reason);
	EXPECT_HAS("p_test: the text ends", r->judgement.why);
	done(r);
	/* What failed did fail. */
	EXPECT_TEXT("fail: p_test running 0/1/0/1", "TAP version 13\n1..3\nnot ok 1 u.a\n");
	EXPECT_TEXT("infrastructure: p_test done 1/0/0/0, q_test done 1/0/0/0",
		    "TAP version 13\n1..3\nok 1 u.a\nTAP version 13\n1..1\nok 1 v.a\n");
}

TEST(time_is_over)
{
	struct lab_results *r = READ(BEGIN("p_test") "# 1..3\n# ok 1 u.a\n# #  RUN  u.b ...\n#\n"
				     END("not ok", "p_test") " # TIMEOUT 45 seconds\n"
				     BEGIN("q_test") "# 1..1\n# ok 1 v.a\n" END("ok", "q_test") "\n");

	EXPECT_TOLD("hang: p_test done 1/1/0/0, q_test done 1/0/0/0", r);
	EXPECT_TRUE(r->programs[0].end.over_limit);
	EXPECT_STREQ("u.b", r->programs[0].cases[1].name);
	EXPECT_STREQ("ran over the time limit", r->programs[0].cases[1].reason);
	EXPECT_STREQ("# TIMEOUT 45 seconds\n", r->programs[0].evidence.s);
	done(r);
}

/* run_kselftest.sh -s keeps the output elsewhere; a program that is not there has none. */
TEST(the_word_of_the_runner_alone)
{
	EXPECT_TEXT("fail: p_test done 1/0/0/0, q_test done 0/0/0/1, p_test.2 done 0/1/0/0",
		    "TAP version 13\n1..3\n" END("ok", "p_test") "\n" END("ok", "q_test") " # SKIP\n"
		    END("not ok", "p_test") " # exit=1\n");
	EXPECT_TEXT("hang: p_test done 0/1/0/0", END("not ok", "p_test") " # TIMEOUT 45 seconds\n");
	EXPECT_TEXT("error: p_test done 0/0/1/0", END("not ok", "p_test") "\n");
	EXPECT_TEXT("infrastructure: p_test done 0/0/0/0", "# selftests: kvm/mmu_notifier: p_test\n"
		    "# Warning: file p_test is missing!\n" END("not ok", "p_test") "\n");
}

TEST(known_issues_are_applied)
{
	struct lab_error e;
	struct lab_results *r = read_text(
		"[    0.000000] Linux version 6.1.9\n" BEGIN("q_test")
		"# 1..1\n# # broken: contract 1: page 7 lost\n# # kernel: WARNING: CPU: 0 at f+0x1/0x2\n"
		"# not ok 1 v.a\n[   20.000000] WARNING: CPU: 0 at f+0x1/0x2\n"
		END("not ok", "q_test") " # exit=1\n", "",
		json_pack("[{s:s, s:s, s:s, s:s, s:s}]", "test", "q_test:v.*", "message", "page [0-9]+ lost",
			  "before", "6.2", "reason", "so", "link", "x.md"), 0, &e);

	ASSERT_NE(NULL, r);
	EXPECT_TOLD("pass: q_test done 1/0/0/0", r);
	EXPECT_EQ(1, r->programs[0].known);
	done(r);
}

TEST(without_any_result)
{
	static const char *const junk[] = {
		"", "\n\n", "hello\nworld", "ok 1 but of what\n", "1..3\n", "\xff\xfe\n\x1b[",
		"TAP version 13\n1..2\nok 1 list_sort\n", "# selftests: kvm: smm_test\nok 1 selftests: kvm: smm_test\n",
	};

	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		struct lab_error e = { "" };
		struct lab_results *r = read_text(junk[i], "", NULL, -ENODATA, &e);

		ASSERT_NE(NULL, r) TH_LOG("'%s'", junk[i]);
		EXPECT_EQ(0, strncmp(e.text, "no result", 9));
		EXPECT_EQ(NULL, strchr(e.text, '\n'));
		done(r);
	}
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Results: the worst finding decides, nothing found out is lost.
 */
#include <kselftest_harness.h>

#include "base/result.h"

FIXTURE(result) {
	struct result r;
};

FIXTURE_SETUP(result)
{
	result_init(&self->r);
}

FIXTURE_TEARDOWN(result)
{
}

TEST_F(result, starts_as_a_pass)
{
	EXPECT_EQ(RESULT_PASS, self->r.kind);
	result_note(&self->r, "a note");
	EXPECT_EQ(RESULT_PASS, self->r.kind);
	EXPECT_STREQ("a note\n", self->r.evidence);
}

TEST_F(result, failure_names_its_contract)
{
	EXPECT_EQ(-1, result_fail(&self->r, CONTRACT_PROGRESS, "vCPU %d", 1));
	EXPECT_EQ(RESULT_FAIL, self->r.kind);
	EXPECT_STREQ("contract 10 (progress): vCPU 1", self->r.reason);
}

TEST_F(result, failure_outranks_error_and_skip)
{
	result_skip(&self->r, "skip");
	result_error(&self->r, "error");
	result_fail(&self->r, CONTRACT_BALANCED, "fail");
	result_error(&self->r, "later");
	EXPECT_EQ(RESULT_FAIL, self->r.kind);
	EXPECT_STREQ("contract 6 (balanced): fail", self->r.reason);
	EXPECT_STREQ("skip\nerror\nlater\n", self->r.evidence);
}

TEST_F(result, first_failure_decides)
{
	result_fail(&self->r, CONTRACT_CONTENTS, "one");
	result_fail(&self->r, CONTRACT_BALANCED, "two");
	EXPECT_EQ(CONTRACT_CONTENTS, self->r.contract);
	EXPECT_STREQ("two\n", self->r.evidence);
}

TEST_F(result, errno_is_named)
{
	errno = ENOENT;
	result_errno(&self->r, "open(%s)", "x");
	EXPECT_STREQ("open(x): No such file or directory", self->r.reason);
}

TEST_F(result, evidence_that_does_not_fit_is_dropped_whole)
{
	int i;

	for (i = 0; i < 1000; i++)
		result_note(&self->r, "line %d of many, to fill all the room there is", i);
	EXPECT_LT(self->r.evidence_len, sizeof(self->r.evidence));
	EXPECT_EQ(self->r.evidence_len, strlen(self->r.evidence));
	EXPECT_EQ('\n', self->r.evidence[self->r.evidence_len - 1]);
}

TEST_F(result, adopted_findings_keep_their_rank)
{
	struct result other;

	result_init(&other);
	result_note(&other, "where it was");
	result_fail(&other, CONTRACT_PROGRESS, "stalls");
	result_error(&self->r, "no report");
	result_adopt(&self->r, &other);
	EXPECT_EQ(RESULT_FAIL, self->r.kind);
	EXPECT_EQ(CONTRACT_PROGRESS, self->r.contract);
	EXPECT_STREQ("contract 10 (progress): stalls", self->r.reason);
	EXPECT_NE(NULL, strstr(self->r.evidence, "no report\nwhere it was\n"));
}

TEST_F(result, every_contract_has_a_name)
{
	int i;

	for (i = CONTRACT_NONE; i <= CONTRACT_KERNEL_LOG; i++)
		EXPECT_NE(NULL, contract_name(i));
}

TEST_F(result, who_has_judged_is_listed)
{
	char text[JUDGED_TEXT_MAX];

	judged_list(&self->r.judged, text, sizeof(text));
	EXPECT_STREQ("", text);
	result_judged(&self->r, ORACLE_KLOG);
	result_judged(&self->r, ORACLE_CONTENTS);
	result_judged(&self->r, ORACLE_CONTENTS);
	judged_list(&self->r.judged, text, sizeof(text));
	EXPECT_STREQ("contents klog", text);
	EXPECT_EQ(RESULT_PASS, self->r.kind);
}

TEST_F(result, why_others_have_not_judged_is_listed)
{
	char text[JUDGED_TEXT_MAX];

	judged_why_not(&self->r.judged, text, sizeof(text));
	EXPECT_STREQ("", text);
	result_not_judged(&self->r, ORACLE_ISOLATION, "no frame came back");
	result_not_judged(&self->r, ORACLE_ISOLATION, "another reason");
	result_not_judged(&self->r, ORACLE_HEALTH, "%s; and more", "no module");
	result_not_judged(&self->r, ORACLE_PAIRING, "no start was seen");
	result_judged(&self->r, ORACLE_PAIRING);
	judged_why_not(&self->r.judged, text, sizeof(text));
	EXPECT_STREQ("isolation (no frame came back); health (no module, and more)", text);
	EXPECT_EQ(RESULT_PASS, self->r.kind);
}

TEST_F(result, all_oracles_fit_in_a_line)
{
	char text[JUDGED_TEXT_MAX];
	int i;

	for (i = 0; i < NR_ORACLES; i++)
		result_not_judged(&self->r, i, "%0200d", 0);
	judged_why_not(&self->r.judged, text, sizeof(text));
	EXPECT_EQ(')', text[strlen(text) - 1]);
	for (i = 0; i < NR_ORACLES; i++) {
		ASSERT_NE(NULL, oracle_name(i));
		EXPECT_NE(NULL, strstr(text, oracle_name(i)));
		result_judged(&self->r, i);
	}
	judged_list(&self->r.judged, text, sizeof(text));
	for (i = 0; i < NR_ORACLES; i++)
		EXPECT_NE(NULL, strstr(text, oracle_name(i)));
}

TEST_F(result, what_was_judged_elsewhere_is_adopted)
{
	char text[JUDGED_TEXT_MAX];
	struct result other;

	result_init(&other);
	result_judged(&other, ORACLE_HEALTH);
	result_not_judged(&other, ORACLE_ISOLATION, "theirs");
	result_not_judged(&self->r, ORACLE_HEALTH, "ours");
	result_judged(&self->r, ORACLE_EFFECT);
	result_adopt(&self->r, &other);
	judged_list(&self->r.judged, text, sizeof(text));
	EXPECT_STREQ("health effect", text);
	judged_why_not(&self->r.judged, text, sizeof(text));
	EXPECT_STREQ("isolation (theirs)", text);
}

TEST_F(result, a_pass_of_which_nothing_was_judged_is_a_skip)
{
	result_judged(&self->r, ORACLE_KLOG);
	result_not_judged(&self->r, ORACLE_ISOLATION, "no frame came back");
	result_conclude(&self->r);
	EXPECT_EQ(RESULT_SKIP, self->r.kind);
	EXPECT_STREQ("nothing was judged: isolation (no frame came back)", self->r.reason);
	result_init(&self->r);
	result_conclude(&self->r);
	EXPECT_STREQ("nothing was judged: no oracle had anything to look at", self->r.reason);
}

TEST_F(result, only_such_a_pass_is)
{
	result_judged(&self->r, ORACLE_EFFECT);
	result_conclude(&self->r);
	EXPECT_EQ(RESULT_PASS, self->r.kind);
	result_init(&self->r);
	result_error(&self->r, "what went wrong");
	result_conclude(&self->r);
	EXPECT_EQ(RESULT_ERROR, self->r.kind);
	EXPECT_STREQ("what went wrong", self->r.reason);
}

TEST_HARNESS_MAIN

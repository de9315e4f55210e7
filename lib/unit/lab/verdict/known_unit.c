// SPDX-License-Identifier: GPL-2.0
/*
 * Known issues: what is one, what is not, and files that are refused.
 */
#include <kselftest_harness.h>

#include "arch/arch.h"
#include "base/fsys.h"
#include "prove/prove.h"
#include "verdict/results.h"

static const struct lab_known_where here = { "6.12.95-amd64", "tdp", "x86_64" };

static int read_text(const char *text, json_t **known, struct lab_error *e)
{
	char path[] = "/tmp/lab_known_unit.XXXXXX";
	int fd = mkstemp(path), ret;

	close(fd);
	ret = lab_write_file(path, text, strlen(text), e);
	ret = ret ? ret : lab_known_read(path, known, e);
	unlink(path);
	return ret;
}

#define ISSUE(more)	"[{\"test\": \"p_test:u.*\", \"message\": \"page [0-9]+ lost\", "	\
			"\"reason\": \"r\", \"link\": \"l\"" more "}]"

/* Is a failure with these words the issue with these restrictions? */
static bool is_known(const char *more, const char *title, const char *message)
{
	json_t *known = NULL;
	struct lab_error e;
	bool found;

	if (read_text(more, &known, &e))
		return false;
	found = lab_known_find(known, &here, title, message);
	json_decref(known);
	return found;
}

TEST(test_and_message_both_count)
{
	EXPECT_TRUE(is_known(ISSUE(""), "p_test:u.x", "# broken: contract 9: page 12 lost (x)"));
	EXPECT_FALSE(is_known(ISSUE(""), "p_test:u.x", "# broken: contract 9: page 12 stale"));
	EXPECT_FALSE(is_known(ISSUE(""), "p_test:v.x", "page 12 lost"));
	EXPECT_FALSE(is_known(ISSUE(""), "q_test:u.x", "page 12 lost"));
}

#define EXPECT_HERE(want, more)	EXPECT_EQ(want, is_known(ISSUE(", " more), "p_test:u.x", "page 1 lost"))

TEST(kernels_and_machines)
{
	EXPECT_HERE(true, "\"since\": \"6.12\"");
	EXPECT_HERE(true, "\"since\": \"6.12.95\"");
	EXPECT_HERE(false, "\"since\": \"6.12.96\"");
	EXPECT_HERE(false, "\"before\": \"6.12\"");
	EXPECT_HERE(true, "\"since\": \"5.5\", \"before\": \"7.0\"");
	EXPECT_HERE(true, "\"mode\": \"tdp\", \"architecture\": \"x86_64\"");
	EXPECT_HERE(false, "\"mode\": \"shadow\"");
	EXPECT_HERE(false, "\"architecture\": \"aarch64\"");
}

TEST(files_that_are_refused)
{
	static const char *const wrong[][2] = {
		{ "{}", "an array" }, { "[{\"test\": \"x\"}]", "message" },
		{ ISSUE(", \"sinc\": \"6.1\""), "sinc" }, { ISSUE(", \"since\": \"old\""), "versions" },
		{ "[{\"test\": \"x\", \"message\": \"(\", \"reason\": \"r\", \"link\": \"l\"}]", "regular" },
		{ "[{\"test\": \"x\", \"message\": \".*\", \"reason\": \"r\", \"link\": \"l\"}]", "anything" },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *known = NULL;
		struct lab_error e = { "" };

		EXPECT_EQ(-EINVAL, read_text(wrong[i][0], &known, &e));
		EXPECT_NE(NULL, strstr(e.text, wrong[i][1])) TH_LOG("%s", e.text);
		EXPECT_EQ(NULL, known);
	}
}

TEST(an_issue_that_does_not_show_is_stale)
{
	struct lab_results r = { .kernel = "6.12.95-amd64", .mode = "tdp", .machine = "x86_64" };
	struct lab_program *p = lab_results_add(&r, "p_test", "");
	struct lab_error e;
	json_t *issue;

	ASSERT_EQ(0, read_text(ISSUE(""), &r.known, &e));
	issue = json_array_get(r.known, 0);
	lab_program_add(p, "u.x", KTAP_SKIP, "", "", 0);
	lab_program_add(p, "v.x", KTAP_PASS, "", "", 0);
	EXPECT_FALSE(lab_results_stale(&r, issue));
	lab_program_add(p, "u.y", KTAP_PASS, "", "", 0);
	EXPECT_TRUE(lab_results_stale(&r, issue));
	p->cases[0].issue = issue;
	EXPECT_FALSE(lab_results_stale(&r, issue));
	lab_results_free(&r);
}

static bool hides(json_t *issue, const char *text)
{
	const char *test = json_string_value(json_object_get(issue, "test"));
	json_t *one = json_pack("[{s:s, s:O}]", "test", test, "message",
				json_object_get(issue, "message"));
	bool found = lab_known_find(one, &here, test, text);

	json_decref(one);
	return found;
}

/*
 * The suite's own: on no kernel may a pattern hide what the catalogue's regressions are
 * caught by.
 */
TEST(no_known_issue_hides_a_regression)
{
	const struct lab_arch *const arches[] = {
		&lab_arch_x86_64, &lab_arch_arm64, &lab_arch_riscv64
	};
	struct lab_catalogue c[ARRAY_SIZE(arches)];
	json_t *known, *issue;
	struct lab_error e;
	size_t i;

	ASSERT_EQ(0, lab_known_read("selftests/known/known.json", &known, &e)) TH_LOG("%s", e.text);
	for (size_t a = 0; a < ARRAY_SIZE(arches); a++)
		ASSERT_EQ(0, lab_catalogue_read("selftests/regressions", arches[a], &c[a], &e))
			TH_LOG("%s", e.text);
	json_array_foreach(known, i, issue) {
		EXPECT_TRUE(lab_is_file(json_string_value(json_object_get(issue, "link"))));
		for (size_t a = 0; a < ARRAY_SIZE(arches); a++)
			for (size_t k = 0; k < c[a].nr; k++)
				for (size_t n = 0; n < c[a].entries[k].expects.nr; n++)
					EXPECT_FALSE(hides(issue, c[a].entries[k].expects.words[n]));
	}
	json_decref(known);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * From the files of a run to caught, survived or never reached.
 */
#include <kselftest_harness.h>

#include "base/fsys.h"
#include "prove/prove.h"

FIXTURE(proof) {
	char dir[64];
	struct lab_regression r;
	struct lab_proof p;
	struct lab_error e;
};

FIXTURE_SETUP(proof)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/lab_proof_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	self->r = (struct lab_regression){
		.name = (char *)"pages_lost",
	};
	lab_argv_add(&self->r.expects, "contract 9");
}

FIXTURE_TEARDOWN(proof)
{
	lab_argv_free(&self->r.expects);
	lab_remove_tree(self->dir, NULL);
}

static void put(const char *dir, const char *name, const char *text)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (lab_write_file(path, text, strlen(text), NULL))
		abort();
}

#define PASSED "{\"program\": \"t\", \"name\": \"a\", \"status\": \"pass\", \"ms\": 500}"
#define FAILED(text) "{\"program\": \"t\", \"name\": \"b\", \"status\": \"fail\", \"reason\": null, " \
	"\"ms\": 250, \"diagnostics\": [\"# rounds 4\", \"" text "\"]}"
#define RESULTS(code, cases) "{\"exit_code\": " #code ", \"reason\": \"it died\", \"cases\": [" cases "]}"
#define REACHED "x\n[ 1.0] mn_regress: pages_lost reached 4\n[ 2] mn_regress: pages_lost reached 7 in all\n"

TEST_F(proof, caught)
{
	put(self->dir, "console.log", REACHED);
	put(self->dir, "results.json", RESULTS(1, PASSED ", " FAILED("# broken: contract 9 (contents): x")));
	lab_proof_judge(self->dir, &self->r, 1, &self->p);
	EXPECT_EQ(LAB_PROOF_CAUGHT, self->p.kind);
	EXPECT_EQ(7, self->p.reached);
	EXPECT_EQ(0.75, self->p.seconds);
	EXPECT_STREQ("t:b", self->p.by);
	EXPECT_STREQ("contract 9 (contents): x", self->p.message);
}

TEST_F(proof, otherwise)
{
	put(self->dir, "console.log", REACHED);
	put(self->dir, "results.json", RESULTS(1, FAILED("# broken: contract 10: x")));
	lab_proof_judge(self->dir, &self->r, 1, &self->p);
	EXPECT_EQ(LAB_PROOF_OTHERWISE, self->p.kind);
}

TEST_F(proof, unfounded)
{
	put(self->dir, "results.json", RESULTS(1, FAILED("# broken: contract 9 (contents): x")));
	lab_proof_judge(self->dir, &self->r, 1, &self->p);
	EXPECT_EQ(LAB_PROOF_UNFOUNDED, self->p.kind);
	EXPECT_STREQ("t:b", self->p.by);
}

TEST_F(proof, survived_or_unreached)
{
	put(self->dir, "results.json", RESULTS(0, PASSED));
	put(self->dir, "console.log", REACHED);
	lab_proof_judge(self->dir, &self->r, 0, &self->p);
	EXPECT_EQ(LAB_PROOF_SURVIVED, self->p.kind);
	put(self->dir, "console.log", "mn_regress: others_lost reached 4\n");
	lab_proof_judge(self->dir, &self->r, 0, &self->p);
	EXPECT_EQ(LAB_PROOF_UNREACHED, self->p.kind);
}

TEST_F(proof, kernel_died)
{
	put(self->dir, "results.json", RESULTS(11, PASSED));
	put(self->dir, "console.log", REACHED "kernel BUG: contract 9\n");
	lab_proof_judge(self->dir, &self->r, 11, &self->p);
	EXPECT_EQ(LAB_PROOF_CAUGHT, self->p.kind);
	EXPECT_STREQ("panic", self->p.by);
	EXPECT_STREQ("it died", self->p.message);
}

TEST_F(proof, any_failure_will_do)
{
	lab_argv_free(&self->r.expects);
	put(self->dir, "console.log", REACHED);
	put(self->dir, "results.json", RESULTS(1, FAILED("")));
	lab_proof_judge(self->dir, &self->r, 1, &self->p);
	EXPECT_EQ(LAB_PROOF_CAUGHT, self->p.kind);
}

#define CASE(name, status) "{\"program\": \"kvm\", \"name\": \"" name "\", \"status\": \"" status "\"}"

TEST_F(proof, tests_that_pass)
{
	char *tests;

	put(self->dir, "results.json", RESULTS(1,
		CASE("flat", "pass") ", " CASE("skipped", "skip") ", " CASE("broken", "fail") ", "
		CASE("half/a", "pass") ", " CASE("half/b", "fail") ", " CASE("half/c", "pass") ", "
		CASE("most/a", "skip") ", " CASE("most/b", "pass") ", " CASE("most/c", "xfail")));
	tests = lab_proof_passing(self->dir);
	EXPECT_STREQ("kvm:flat kvm:most", tests);
	free(tests);
	tests = lab_proof_passing("/nowhere");
	EXPECT_STREQ("", tests);
	free(tests);
}

TEST_F(proof, nothing_to_judge)
{
	lab_proof_judge(self->dir, &self->r, 13, &self->p);
	EXPECT_EQ(LAB_PROOF_UNKNOWN, self->p.kind);
	EXPECT_NE(NULL, strstr(self->p.message, "exited 13"));
}

TEST_F(proof, results_of_another_run)
{
	put(self->dir, "results.json", RESULTS(0, PASSED));
	put(self->dir, "lab.log", "lab: no kernel\n");
	lab_proof_judge(self->dir, &self->r, 13, &self->p);
	EXPECT_EQ(LAB_PROOF_UNKNOWN, self->p.kind);
	EXPECT_NE(NULL, strstr(self->p.message, "no kernel"));
}

TEST_F(proof, kept)
{
	struct lab_proof kept = { .kind = LAB_PROOF_SURVIVED, .reached = 3, .seconds = 1.5,
				  .by = "t:b", .message = "x" };
	char path[96];

	snprintf(path, sizeof(path), "%s/proof.json", self->dir);
	ASSERT_EQ(0, lab_proof_save(path, &kept, "now", &self->e));
	EXPECT_FALSE(lab_proof_load(path, &self->p, "later"));
	ASSERT_TRUE(lab_proof_load(path, &self->p, "now"));
	EXPECT_EQ(LAB_PROOF_SURVIVED, self->p.kind);
	EXPECT_EQ(3, self->p.reached);
	EXPECT_EQ(1.5, self->p.seconds);
	EXPECT_STREQ("t:b", self->p.by);
}

TEST_F(proof, summary_and_table)
{
	struct lab_regression r[] = { { .name = (char *)"a", .class = (char *)"count" },
				      { .name = (char *)"b", .class = (char *)"count" } };
	const struct lab_catalogue c = { r, 2 };
	const struct lab_proof proofs[] = {
		{ .kind = LAB_PROOF_CAUGHT, .reached = 3, .seconds = 1.5, .by = "t:b", .message = "x | y" },
		{ .kind = LAB_PROOF_SURVIVED, .reached = 4 },
	};
	char path[96], *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	ASSERT_NE(NULL, f);
	snprintf(path, sizeof(path), "%s/prove.md", self->dir);
	ASSERT_EQ(0, lab_proof_report(f, path, &c, proofs, &self->e));
	fclose(f);
	EXPECT_STREQ("caught: 1, SURVIVED: 1 of 2\n"
		     "seconds to the first failure: median 1.5, maximum 1.5\n", text);
	free(text);
	ASSERT_EQ(0, lab_read_file(path, &text, &len, &self->e));
	EXPECT_STREQ("| regression | class | result | reached | s | by | message |\n"
		     "|---|---|---|---|---|---|---|\n"
		     "| a | count | caught | 3 | 1.5 | t:b | x / y | \n"
		     "| b | count | SURVIVED | 4 | |  |  | \n", text);
	free(text);
}

TEST_HARNESS_MAIN

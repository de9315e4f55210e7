// SPDX-License-Identifier: GPL-2.0
/*
 * What the sides of a comparison are, and what was recorded of them.
 */
#include <kselftest_harness.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "bench/perf_side.h"
#include "campaign/campaign.h"

FIXTURE(side) {
	char dir[64];
	struct lab_perf_side side;
	struct lab_error e;
};

FIXTURE_SETUP(side)
{
	strcpy(self->dir, "/tmp/lab_perf_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
}

FIXTURE_TEARDOWN(side)
{
	lab_perf_side_clear(&self->side);
	lab_remove_tree(self->dir, NULL);
}

static json_t *results(const char *mode, double value)
{
	return json_pack("{s:s, s:s, s:[{s:s, s:s, s:s, s:{s:{s:f, s:s}}}]}", "kernel", "6.0",
			 "mode", mode, "cases", "program", "p", "name", "a", "status", "pass",
			 "measured", "n", "value", value, "unit", "count");
}

/* The values of p:a/n, as JSON */
static char *values(const struct lab_perf_side *s)
{
	json_t *figure = json_object_get(s->figures, "p:a/n");

	return json_dumps(json_object_get(figure, "values"), JSON_COMPACT | JSON_REAL_PRECISION(9));
}

#define EXPECT_VALUES(expected) do {			\
	char *said_ = values(&self->side);		\
	EXPECT_STREQ(expected, said_);			\
	free(said_);					\
} while (0)

TEST_F(side, kernels)
{
	ASSERT_EQ(0, lab_perf_side(&self->side, "now", "6.12", &self->e));
	EXPECT_FALSE(self->side.recorded);
	lab_perf_side_clear(&self->side);
	ASSERT_EQ(0, lab_perf_side(&self->side, "now", self->dir, &self->e));
	EXPECT_FALSE(self->side.recorded);
}

TEST_F(side, results_of_a_run)
{
	char *path = lab_format("%s/results.json", self->dir);
	json_t *run = results("tdp", 1.5);

	ASSERT_EQ(0, lab_json_write(path, run, &self->e));
	ASSERT_EQ(0, lab_perf_side(&self->side, "now", self->dir, &self->e));
	EXPECT_TRUE(self->side.recorded);
	EXPECT_EQ(1, self->side.runs);
	EXPECT_VALUES("[1.5]");
	lab_perf_side_add(&self->side, run);
	EXPECT_VALUES("[1.5,1.5]");
	json_decref(run);
	free(path);
}

/* Of another mode than the last one: that is another series. */
TEST_F(side, lines)
{
	static const struct { const char *mode; double value; } runs[] = {
		{ "tdp", 1 }, { "shadow", 2 }, { "shadow", 3 },
	};
	char *path = lab_format("%s/x.jsonl", self->dir);

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		json_t *run = results(runs[i].mode, runs[i].value), *line = lab_perf_side_line(run);

		ASSERT_EQ(0, lab_soak_append(path, line, &self->e));
		json_decref(line);
		json_decref(run);
	}
	ASSERT_EQ(0, lab_perf_side(&self->side, "before", path, &self->e));
	EXPECT_EQ(2, self->side.runs);
	EXPECT_VALUES("[2.0,3.0]");
	EXPECT_STREQ("shadow", lab_json_text_of(self->side.about, "mode"));
	free(path);
}

TEST_F(side, something_else)
{
	char *path = lab_format("%s/x", self->dir);

	ASSERT_EQ(0, lab_write_file(path, "x\n{}\n", 5, &self->e));
	EXPECT_EQ(-EINVAL, lab_perf_side(&self->side, "before", path, &self->e));
	EXPECT_NE(NULL, strstr(self->e.text, "/x: neither results.json nor lines with figures"))
		TH_LOG("%s", self->e.text);
	free(path);
}

TEST_HARNESS_MAIN

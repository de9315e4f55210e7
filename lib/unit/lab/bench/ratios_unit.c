// SPDX-License-Identifier: GPL-2.0
/*
 * Which figures are held against which.
 */
#include <kselftest_harness.h>

#include "base/text.h"
#include "bench/ratios.h"

static const char figures[] =
	"{\"f:a.on/rate\":{\"unit\":\"/s\",\"values\":[200,210,190]},"
	" \"f:b.on/rate\":{\"unit\":\"/s\",\"values\":[50,51,52]},"
	" \"f:a.on/cost\":{\"unit\":\"us\",\"values\":[5,6,5]},"
	" \"x_a:t/rate\":{\"unit\":\"/s\",\"values\":[100,100,101]},"
	" \"y_a:t/rate\":{\"unit\":\"/s\",\"values\":[80,70,60]},"
	" \"x_b:t/rate\":{\"unit\":\"us\",\"values\":[1,2,3]},"
	" \"x_a:t/cost\":{\"unit\":\"us\",\"values\":[10,11,10]}}";

/* "NAME TO RATIO MET, ...; missing: ..." of the one row */
static char *ratios(const char *row)
{
	json_t *rows = json_loads(row, 0, NULL), *all = json_loads(figures, 0, NULL), *one, *found;
	json_t *missing = json_array();
	struct lab_text t = { NULL };
	struct lab_error e;
	size_t i;

	if (lab_ratios_check(rows, &e))
		return lab_strdup(e.text);
	found = lab_ratios(rows, all, missing);
	json_array_foreach(found, i, one) {
		const char *name = "", *to = "", *met = "none";
		double ratio = 0;

		json_unpack(one, "{s:s, s:s, s:F}", "name", &name, "to", &to, "ratio", &ratio);
		json_unpack(one, "{s:s}", "met", &met);
		lab_text_addf(&t, "%s %s %.2f %s, ", name, to, ratio, met);
	}
	json_array_foreach(missing, i, one)
		lab_text_addf(&t, "missing: %s", json_string_value(one));
	json_decref(missing);
	json_decref(found);
	json_decref(all);
	json_decref(rows);
	return lab_text_take(&t);
}

#define EXPECT_RATIOS(expected, row) do {	\
	char *said_ = ratios(row);		\
	EXPECT_STREQ(expected, said_);		\
	free(said_);				\
} while (0)

TEST(best_of_several)
{
	EXPECT_RATIOS("fault a x_a:t/rate 2.00 yes, ",
		      "[{\"name\":\"fault a\",\"figure\":\"f:a.on/rate\",\"to\":[\"y_a:t/rate\",\"x_a:t/rate\",\"z\"],\"target\":1.5}]");
	EXPECT_RATIOS("cost x_a:t/cost 2.00 unsure, ",
		      "[{\"name\":\"cost\",\"figure\":\"f:a.on/cost\",\"to\":[\"x_a:t/cost\"],\"target\":2}]");
}

TEST(one_for_each_match)
{
	EXPECT_RATIOS("fault a x_a:t/rate 2.00 none, missing: fault b: nothing that f:b.on/rate could be held against was measured",
		      "[{\"name\":\"fault *\",\"figure\":\"f:*.on/rate\",\"to\":[\"x_*:t/rate\",\"y_*:t/rate\"]}]");
	EXPECT_RATIOS("missing: q: q:*/rate was not measured",
		      "[{\"name\":\"q\",\"figure\":\"q:*/rate\",\"to\":[\"x_*:t/rate\"]}]");
	EXPECT_RATIOS("slow x_a:t/rate 0.51 no, ",
		      "[{\"name\":\"slow\",\"figure\":\"f:b.on/rate\",\"to\":[\"x_a:t/rate\"],\"target\":1}]");
}

TEST(by_itself)
{
	EXPECT_RATIOS("a  200.00 yes, b  51.00 unsure, ",
		      "[{\"name\":\"*\",\"figure\":\"f:*.on/rate\",\"target\":50.5}]");
}

TEST(mistakes)
{
	EXPECT_RATIOS("not an array", "{}");
	EXPECT_RATIOS("ratio 1: Object item not found: figure", "[{\"name\":\"x\",\"to\":[]}]");
	EXPECT_RATIOS("ratio x: \"to\" must name a figure", "[{\"name\":\"x\",\"figure\":\"y\",\"to\":[]}]");
	EXPECT_RATIOS("ratio x: \"to\" must be strings", "[{\"name\":\"x\",\"figure\":\"y\",\"to\":[1]}]");
	EXPECT_RATIOS("ratio 1: 1 object item(s) left unpacked: taget",
		      "[{\"name\":\"x\",\"figure\":\"y\",\"to\":[\"z\"],\"taget\":1}]");
}

/* Those of the suite. */
TEST(rows_of_the_suite)
{
	json_t *rows = json_load_file("selftests/perf/ratios.json", 0, NULL);
	struct lab_error e;

	ASSERT_NE(NULL, rows);
	EXPECT_EQ(0, lab_ratios_check(rows, &e)) TH_LOG("%s", e.text);
	json_decref(rows);
}

TEST_HARNESS_MAIN

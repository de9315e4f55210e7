// SPDX-License-Identifier: GPL-2.0
/*
 * What a benchmark found, as table and picture.
 */
#include <kselftest_harness.h>
#include <libxml/parser.h>

#include "bench/bench.h"
#include "bench/chart.h"

static json_t *some(void)
{
	json_t *results = json_pack("{s:s, s:s}", "kernel", "6.0", "mode", "tdp");
	json_t *figures = json_pack("{s:{s:s, s:[f, f, f]}, s:{s:s, s:[f]}, s:{s:s, s:[f]}}",
				    "p:fast/rate", "unit", "/s", "values", 1000., 3000., 2000.,
				    "p:fast/<calls>", "unit", "us", "values", 0.,
				    "p:exact", "unit", "count", "values", 1.);
	json_t *ratios = json_pack("[{s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:s}]", "name", "fast", "figure",
				   "p:fast/rate", "to", "q", "ratio", 1.5, "low", .5, "high", 3.,
				   "target", 1., "met", "unsure");
	json_t *bench = lab_bench_document(results, figures, ratios);

	json_decref(ratios);
	json_decref(figures);
	json_decref(results);
	return bench;
}

TEST(table)
{
	json_t *bench = some();
	struct lab_text t = { NULL };

	lab_bench_figures_table(&t, bench);
	lab_bench_ratios_table(&t, bench);
	EXPECT_NE(NULL, strstr(t.s, "| p:fast/rate    |       2000 |       1500 |       2500 | /s       |      3 |\n"))
		TH_LOG("%s", t.s);
	EXPECT_NE(NULL, strstr(t.s, "| fast |      1.500 |     0.5000 |          3 |          1 | unsure | q |\n"))
		TH_LOG("%s", t.s);
	lab_text_clear(&t);
	json_decref(bench);
}

/* It can be read as XML, and all that it shows is inside of it. */
TEST(picture)
{
	json_t *bench = some();
	struct lab_text t = { NULL };
	double width, height, x, y;
	const char *at;
	xmlDoc *doc;

	lab_bench_chart(&t, bench);
	doc = xmlReadMemory(t.s, (int)t.len, "bench.svg", NULL, 0);
	EXPECT_NE(NULL, doc);
	xmlFreeDoc(doc);
	EXPECT_NE(NULL, strstr(t.s, "p:fast/&lt;calls&gt;"));
	EXPECT_EQ(NULL, strstr(t.s, "p:exact"));
	ASSERT_EQ(2, sscanf(strstr(t.s, "viewBox"), "viewBox=\"0 0 %lf %lf", &width, &height));
	for (at = t.s; (at = strstr(at, " x=\"")); at++) {
		ASSERT_EQ(2, sscanf(at, " x=\"%lf\" y=\"%lf", &x, &y));
		EXPECT_GE(x, 0);
		EXPECT_LE(x, width);
		EXPECT_LT(y, height);
	}
	lab_text_clear(&t);
	json_decref(bench);
	xmlCleanupParser();
}

TEST(labels_are_not_cut)
{
	char label[201];
	struct lab_chart_row row = { .label = label, .low = 1, .value = 2, .high = 1000 };
	const struct lab_chart_part part = { .title = "x", .rows = &row, .nr = 1 };
	struct lab_text t = { NULL };
	double width;

	memset(label, 'm', 200);
	label[200] = '\0';
	lab_chart(&t, "y", &part, 1);
	ASSERT_EQ(1, sscanf(strstr(t.s, "viewBox"), "viewBox=\"0 0 %lf", &width));
	EXPECT_GT(width, 200 * 7);
	lab_text_clear(&t);
}

static char *number(double value)
{
	struct lab_text t = { NULL };

	lab_chart_number(&t, value);
	return lab_text_take(&t);
}

#define EXPECT_NUMBER(expected, value) do {	\
	char *said_ = number(value);		\
	EXPECT_STREQ(expected, said_);		\
	free(said_);				\
} while (0)

TEST(numbers)
{
	EXPECT_NUMBER("0", 0);
	EXPECT_NUMBER("1", 1);
	EXPECT_NUMBER("1.250", 1.25);
	EXPECT_NUMBER("12.35", 12.3456);
	EXPECT_NUMBER("0.01235", .0123456);
	EXPECT_NUMBER("1234568", 1234567.8);
	EXPECT_NUMBER("-0.5000", -.5);
	EXPECT_NUMBER("0.000000000", 1e-15);
}

TEST_HARNESS_MAIN

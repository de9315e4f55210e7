// SPDX-License-Identifier: GPL-2.0
/*
 * Figures of two runs: what is said to differ, and what is not.
 */
#include <kselftest_harness.h>

#include "report/figures.h"

/* A run whose test "a" measured "x" once for each of the words of @values; "STATUS=VALUE" says how it ended. */
static json_t *figures(const char *unit, const char *values)
{
	json_t *cases = json_array(), *run, *all = json_object();
	char *words = lab_strdup(values), *rest = words, *word;

	while ((word = strsep(&rest, " "))) {
		const char *status = strchr(word, '=') ? strsep(&word, "=") : "pass";

		json_array_append_new(cases, json_pack("{s:s, s:s, s:s, s:{s:{s:f, s:s}}}",
			"program", "p", "name", "a", "status", status, "measured",
			"x", "value", atof(word), "unit", unit));
	}
	free(words);
	run = json_pack("{s:o}", "cases", cases);
	lab_figures_add(all, run);
	json_decref(run);
	return all;
}

/* "CHANGE before > now" of p:a/x, or "" */
static char *change(const char *unit, const char *before, const char *now)
{
	json_t *a = figures(unit, before), *b = figures(unit, now), *row;
	json_t *rows = lab_figures_compare(a, b, LAB_FIGURES_MARGIN);
	char *said = lab_strdup("");
	double was, is;
	const char *how;

	row = json_array_get(rows, 0);
	if (row) {
		free(said);
		json_unpack(row, "{s:F, s:F, s:s}", "before", &was, "now", &is, "change", &how);
		said = lab_format("%s %g > %g", how, was, is);
	}
	json_decref(rows);
	json_decref(b);
	json_decref(a);
	return said;
}

#define EXPECT_CHANGE(expected, unit, before, now) do {		\
	char *said_ = change(unit, before, now);		\
	EXPECT_STREQ(expected, said_);				\
	free(said_);						\
} while (0)

TEST(counts_are_exact)
{
	EXPECT_CHANGE("worse 1 > 1.0001", "count", "1", "1.0001");
	EXPECT_CHANGE("better 64 > 1", "count", "64", "1");
	EXPECT_CHANGE("same 0 > 0", "count", "0", "0");
	/* What a round shows that another does not is no statement. */
	EXPECT_CHANGE("same 1 > 2", "count", "1 1 2", "2 2 2");
	EXPECT_CHANGE("worse 1 > 3", "count", "1 1 2", "3 3 4");
}

TEST(times_need_rounds)
{
	EXPECT_CHANGE("few 10 > 30", "us", "10 10 11", "30 31 30");
	EXPECT_CHANGE("worse 10 > 30", "us", "10 10 11 9 10", "30 31 30 29 33");
	EXPECT_CHANGE("better 30 > 10", "s", "30 31 30 29 33", "10 10 11 9 10");
	EXPECT_CHANGE("same 10 > 10.3", "us", "10 10 10 10 10", "10.3 10.3 10.3 10.3 10.3");
	EXPECT_CHANGE("same 10 > 14", "us", "10 10 20 9 11", "14 9 15 10 16");
}

TEST(rates_and_exponents)
{
	EXPECT_CHANGE("worse 300 > 100", "/s", "300 310 300 290 330", "100 100 110 90 100");
	EXPECT_CHANGE("better 100 > 300", "/s", "100 100 110 90 100", "300 310 300 290 330");
	EXPECT_CHANGE("worse 0 > 1", "exponent", "0 0 0 0.01 -0.01", "1 1 1 1.01 .99");
	EXPECT_CHANGE("same 0.02 > 0.04", "exponent", ".02 .02 .02 .02 .02", ".04 .04 .04 .04 .04");
}

TEST(what_is_not_compared)
{
	EXPECT_CHANGE("", "pages", "1", "2");
	EXPECT_CHANGE("", "parsec", "1", "2");
	EXPECT_CHANGE("", "count", "1", "fail=2");
	EXPECT_CHANGE("same 1 > 1", "count", "1 fail=9", "1 skip=9");
	EXPECT_CHANGE("same 0 > 0", "us", "0 0 0 0 0", "0 0 0 0 0");
}

TEST(no_values)
{
	json_t *a = figures("us", "1"), *b = json_loads("{\"p:a/x\":{\"unit\":\"us\",\"case\":\"\",\"values\":[]}}", 0, NULL);
	json_t *rows = lab_figures_compare(a, b, LAB_FIGURES_MARGIN);

	EXPECT_EQ(0, json_array_size(rows));
	json_decref(rows);
	json_decref(b);
	json_decref(a);
}

TEST(table)
{
	json_t *a = figures("us", "10 10 10 10 10"), *b = figures("us", "20 20 20 20 20");
	json_t *rows = lab_figures_compare(a, b, LAB_FIGURES_MARGIN);
	struct lab_text t = { NULL };

	lab_figures_table(&t, rows, "better", "Better");
	EXPECT_EQ(0, t.len);
	lab_figures_table(&t, rows, "worse", "Worse");
	EXPECT_NE(NULL, strstr(t.s, "| p:a/x | 10 | 20 | us | 2.00 to 2.00 |\n")) TH_LOG("%s", t.s);
	lab_text_clear(&t);
	json_decref(rows);
	json_decref(b);
	json_decref(a);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of figures, and lines that are none.
 */
#include <kselftest_harness.h>

#include "verdict/measured.h"

#define EXPECT_MEASURED(expected, lines)	EXPECT_MEASURED_BY(expected, lines, NULL)
#define EXPECT_MEASURED_BY(expected, lines, rows) do {			\
	json_t *all_ = lab_measured(lines, rows);			\
	char *text_ = all_ ? json_dumps(all_, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL; \
									\
	EXPECT_STREQ(expected, text_ ? text_ : "none");			\
	free(text_);							\
	json_decref(all_);						\
} while (0)

TEST(figures_among_other_lines)
{
	EXPECT_MEASURED("{\"calls\":{\"value\":1.5,\"unit\":\"count\"},\"rate_2\":{\"value\":20000.0,\"unit\":\"/s\"}}",
			"# something\n# measured: calls 1.5 count\n# measured: rate_2 2e4 /s\n# end\n");
	EXPECT_MEASURED("{\"a\":{\"value\":2.0,\"unit\":\"us\"}}",
			"# measured: a 1 us\n# measured: a 2 us");
}

TEST(lines_that_are_no_figures)
{
	EXPECT_MEASURED("none", "");
	EXPECT_MEASURED("none", "# measured: a 1\n# measured: a 1 count more\n# measured: a 1 countx\n");
	EXPECT_MEASURED("none", "# measured: a x us\n# measured: a 0x10 us\n# measured: a inf us\n");
	EXPECT_MEASURED("none", "# measured: A 1 us\n# measured: a 1 parsec\nmeasured: a 1 us\n");
	EXPECT_MEASURED("none", "# measured: a 1e999 us\n# measured: a\n1 us\n");
}

TEST(figures_of_other_programs)
{
	json_t *rows = json_loads("[{\"name\":\"rate\",\"pattern\":\"^rate:[ \\t]*([0-9.]+) p\",\"unit\":\"/s\"},"
				  "{\"name\":\"made\",\"pattern\":\"took ([0-9.]+)s\",\"unit\":\"/s\",\"amount\":100}]",
				  0, NULL);

	EXPECT_MEASURED_BY("{\"rate\":{\"value\":7.5,\"unit\":\"/s\"},\"made\":{\"value\":400.0,\"unit\":\"/s\"}}",
			   "x\nrate:\t 7.5 pgs\nit took 0.25s\n", rows);
	EXPECT_MEASURED_BY("none", "the rate: 7.5 pgs\nit took 0.000s\nit took 1..2s\n", rows);
	json_decref(rows);
}

TEST(units)
{
	EXPECT_TRUE(lab_unit("count")->exact);
	EXPECT_EQ(-1, lab_unit("exponent")->better);
	EXPECT_EQ(1, lab_unit("/s")->better);
	EXPECT_EQ(0, lab_unit("pages")->better);
	EXPECT_EQ(NULL, lab_unit("parsec"));
}

TEST_HARNESS_MAIN

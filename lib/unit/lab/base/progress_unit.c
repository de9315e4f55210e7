// SPDX-License-Identifier: GPL-2.0
/*
 * The status line of several beds: all share its width.
 */
#include <kselftest_harness.h>

#include "base/progress.h"

/* What is on the line after the last rewriting; the time in front is not. */
static const char *shown(char *text)
{
	char *line = strrchr(text, '\r');

	return line ? line + strlen("\r\033[K  0:00  ") : text;
}

FIXTURE(progress)
{
	struct lab_progress p;
	char text[4096];
};

FIXTURE_SETUP(progress)
{
	FILE *f = fmemopen(self->text, sizeof(self->text), "w");

	ASSERT_NE(NULL, f);
	lab_progress_init(&self->p, f, false);
	self->p.tty = true;
}

FIXTURE_TEARDOWN(progress)
{
	lab_progress_end(&self->p);
	fclose(self->p.out);
}

/* As if nothing had been shown for a while. */
#define BED(bed, text) do {				\
	self->p.status_ms = 0;				\
	lab_progress_bed(&self->p, bed, "%s", text);	\
} while (0)

TEST_F(progress, beds_share_a_line)
{
	BED(1, "one_test  1/2  a");
	EXPECT_STREQ("one_test  1/2  a", shown(self->text));
	BED(2, "two_test  3/4  b");
	EXPECT_STREQ("one_test  1/2  a | two_test  3/4  b", shown(self->text));
	BED(1, "");
	EXPECT_STREQ("two_test  3/4  b", shown(self->text));
}

TEST_F(progress, no_line_is_wider_than_80_columns)
{
	char *longest = "a_very_long_name_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_to_the_end";

	for (unsigned int bed = 1; bed <= 16; bed++) {
		BED(bed, longest);
		EXPECT_GE(80 - 9, strlen(shown(self->text)));
	}
}

TEST_F(progress, what_is_too_frequent_is_shown_later)
{
	BED(1, "first");
	lab_progress_bed(&self->p, 2, "%s", "second");
	EXPECT_STREQ("first", shown(self->text));
	BED(1, "third");
	EXPECT_STREQ("third | second", shown(self->text));
}

TEST_HARNESS_MAIN

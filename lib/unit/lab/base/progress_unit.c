// SPDX-License-Identifier: GPL-2.0
/*
 * The status line of several beds: all share its width.
 */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <pty.h>

#include "base/colour.h"
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

TEST_F(progress, bar_and_time_left)
{
	lab_progress_estimate(&self->p, 0.5, -1);
	BED(1, "a");
	EXPECT_STREQ("[#####----]  a", shown(self->text));
	lab_progress_estimate(&self->p, 0.99, 33000);
	BED(1, "a");
	EXPECT_STREQ("[#########]  35 s left  a", shown(self->text));
	lab_progress_estimate(&self->p, 0, 240000);
	BED(1, "a");
	EXPECT_STREQ("[---------]  4 min left  a", shown(self->text));
	lab_progress_estimate(&self->p, 7, 2 * 3600 * 1000);
	BED(1, "a");
	EXPECT_STREQ("[#########]  2 h 0 min left  a", shown(self->text));
	lab_progress_estimate(&self->p, -1, -1);
	BED(1, "a");
	EXPECT_STREQ("a", shown(self->text));
}

TEST_F(progress, only_alerts_are_told_when_quiet)
{
	self->p.quiet = true;
	BED(1, "a");
	lab_progress_say(&self->p, "%s", "said");
	lab_progress_alert(&self->p, "%s", "alert");
	EXPECT_STREQ("alert\n", self->text);
}

/* A terminal of so many columns. */
struct screen {
	struct lab_progress p;
	int master;
	FILE *out;
	char text[65536];
};

static bool open_screen(struct screen *s, unsigned short columns)
{
	const struct winsize ws = { .ws_col = columns, .ws_row = 24 };
	int slave;

	memset(s, 0, sizeof(*s));
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	if (openpty(&s->master, &slave, NULL, NULL, &ws))
		return false;
	s->out = fdopen(slave, "w");
	lab_progress_init(&s->p, s->out, false);
	return s->out && !fcntl(s->master, F_SETFL, O_NONBLOCK);
}

/* Add what has arrived to @s->text; all of it. */
static char *look(struct screen *s)
{
	size_t fill = strlen(s->text);
	ssize_t n;

	fflush(s->out);
	while ((n = read(s->master, s->text + fill, sizeof(s->text) - fill - 1)) > 0)
		fill += (size_t)n;
	return s->text;
}

static void close_screen(struct screen *s)
{
	lab_progress_end(&s->p);
	fclose(s->out);
	close(s->master);
}

/* The longest of the status lines: what stands between a rewriting and the next. */
static size_t longest(char *text)
{
	size_t max = 0;

	for (char *line = strtok(text, "\r\n"); line; line = strtok(NULL, "\r\n")) {
		size_t len = strlen(line) - (strncmp(line, "\033[K", 3) ? 0 : 3);

		max = len > max ? len : max;
	}
	return max;
}

static void fill_screen(struct __test_metadata *_metadata, unsigned short columns)
{
	static struct screen s;

	ASSERT_TRUE(open_screen(&s, columns));
	for (unsigned int bed = 0; bed <= 16; bed++) {
		for (long left = -1; left < 40000000; left = left * 3 + 5000) {
			lab_progress_estimate(&s.p, (double)bed / 16, left);
			s.p.status_ms = 0;
			lab_progress_bed(&s.p, bed, "mn_some_test  %u/89  unmap.anon.madvise_dontneed",
					 bed);
			look(&s);
		}
	}
	EXPECT_NE(NULL, strstr(s.text, columns < 60 ? "[#####]" : "]  "));
	EXPECT_NE(NULL, strstr(s.text, "mn_some"));
	EXPECT_EQ(NULL, strchr(s.text, '\n'));
	EXPECT_GT(columns, longest(s.text));
	close_screen(&s);
}

TEST(a_line_fits_into_80_columns)
{
	fill_screen(_metadata, 80);
}

TEST(a_line_fits_into_40_columns)
{
	fill_screen(_metadata, 40);
}

TEST(no_line_is_too_narrow)
{
	static struct screen s;

	ASSERT_TRUE(open_screen(&s, 3));
	lab_progress_estimate(&s.p, 0.5, 1000);
	lab_progress_bed(&s.p, 1, "text");
	EXPECT_EQ(2, longest(look(&s)));
	close_screen(&s);
}

TEST(what_stays_stands_above_the_status_line)
{
	static struct screen s;

	ASSERT_TRUE(open_screen(&s, 40));
	lab_progress_bed(&s.p, 1, "work");
	lab_progress_say(&s.p, "it failed");
	lab_progress_bed(&s.p, 1, "work");
	lab_progress_end(&s.p);
	EXPECT_STREQ("\r\033[K  0:00  work" "\r\033[Kit failed\r\n"
		     "\r\033[K  0:00  work" "\r\033[K", look(&s));
	close_screen(&s);
}

TEST(colour_on_a_terminal)
{
	static struct screen s;

	ASSERT_TRUE(open_screen(&s, 80));
	EXPECT_STREQ("\033[32m", lab_colour(s.out, "pass"));
	EXPECT_STREQ("\033[33m", lab_colour(s.out, "skip"));
	EXPECT_STREQ("\033[31m", lab_colour(s.out, "panic"));
	EXPECT_STREQ("\033[m", lab_colour_end(s.out));
	setenv("NO_COLOR", "", 1);
	EXPECT_STREQ("\033[32m", lab_colour(s.out, "pass"));
	close_screen(&s);
}

TEST(no_colour)
{
	static struct screen s;
	char text[16];
	FILE *f = fmemopen(text, sizeof(text), "w"), *null = fopen("/dev/null", "w");

	ASSERT_TRUE(open_screen(&s, 80));
	EXPECT_STREQ("", lab_colour(f, "pass"));
	EXPECT_STREQ("", lab_colour(null, "pass"));
	EXPECT_STREQ("", lab_colour_end(null));
	setenv("NO_COLOR", "1", 1);
	EXPECT_STREQ("", lab_colour(s.out, "fail"));
	EXPECT_STREQ("", lab_colour_end(s.out));
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	EXPECT_STREQ("", lab_colour(s.out, "fail"));
	unsetenv("TERM");
	EXPECT_STREQ("", lab_colour(s.out, "fail"));
	fclose(f);
	fclose(null);
	close_screen(&s);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * index.html: does it hold the results whole, whatever programs print, and the console that
 * goes with a failure? What a browser makes of it is page_test.js's.
 */
#include <kselftest_harness.h>

#include <unistd.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "report/console_part.h"
#include "report/report.h"

FIXTURE(page)
{
	struct lab_results r;
	char *text;
};

typedef FIXTURE_DATA(page) page_data;

static void report(page_data *self)
{
	size_t len;
	FILE *f = open_memstream(&self->text, &len);

	if (!f || lab_report_page(f, &self->r) || fclose(f))
		abort();
}

FIXTURE_SETUP(page)
{
	struct lab_program *p;

	memset(self, 0, sizeof(*self));
	self->r.parameters = lab_strdup("");
	self->r.command = lab_strdup("lab run");
	self->r.judgement.verdict = LAB_FAIL;
	strcpy(self->r.kernel, "7.0 <&>");
	p = lab_results_add(&self->r, "a_test", "");
	p->state = LAB_PROGRAM_DONE;
	p->bed = 2;
	lab_program_add(p, "x.y", KTAP_FAIL, "</script><!-- @style@ \xff", "# <b>\n", 12);
	p = lab_results_add(&self->r, "b_test", "");
	p->state = LAB_PROGRAM_DONE;
	p->bed = 1;
	lab_program_add(p, "x.y", KTAP_PASS, "", "", 12);
	strcpy(self->r.out, "/tmp/lab_page_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->r.out));
}

FIXTURE_TEARDOWN(page)
{
	lab_remove_tree(self->r.out, NULL);
	lab_results_free(&self->r);
	free(self->text);
}

/* What stands in the page as its data; the caller owns it. */
static json_t *data_of(const char *page)
{
	static const char begins[] = "id=\"results\">";
	const char *data = strstr(page, begins);

	data = data ? data + strlen(begins) : "";
	return json_loadb(data, strcspn(data, "<"), 0, NULL);
}

static unsigned int count(const char *text, const char *word)
{
	unsigned int n = 0;

	while ((text = strstr(text, word))) {
		text += strlen(word);
		n++;
	}
	return n;
}

TEST_F(page, holds_the_results)
{
	json_t *is, *due = lab_report_document(&self->r);

	report(self);
	is = data_of(self->text);
	ASSERT_NE(NULL, is);
	json_object_del(is, "console");
	EXPECT_TRUE(json_equal(due, is));
	json_decref(is);
	json_decref(due);
}

TEST_F(page, is_not_ended_by_what_a_test_says)
{
	report(self);
	EXPECT_EQ(2, count(self->text, "</script>"));
	EXPECT_EQ(0, count(self->text, "<!--"));
	EXPECT_NE(NULL, strstr(self->text, "<title>fail: 7.0 &#60;&#38;&#62;</title>"));
	/* Once in the style sheet, and once as a test's own words. */
	EXPECT_EQ(1, count(self->text, "@style@"));
	EXPECT_EQ(0, count(self->text, "@script@"));
}

TEST_F(page, has_the_console_of_what_failed)
{
	static const char log[] =
		"[ 1.0] booted\n[ 2.0] lab-agent: start /suite/a_test\n[ 2.1] before it died\n"
		"[ 0.1] booted again\n[ 3.0] lab-agent: start /suite/a_test\r\n[ 3.1] WARNING: here\r\n"
		"[ 3.2] RIP: there\r\n[ 4.0] lab-agent: start /suite/c_test\n[ 4.1] other\n";
	char *path = lab_format("%s/console.bed2.log", self->r.out);
	json_t *is, *console, *due = json_pack("{s:[s, s]}", "a_test", "[ 3.1] WARNING: here", "[ 3.2] RIP: there");

	ASSERT_EQ(0, lab_write_file(path, log, strlen(log), NULL));
	report(self);
	is = data_of(self->text);
	console = json_object_get(is, "console");
	EXPECT_TRUE(json_equal(due, console)) TH_LOG("%s", json_dumps(console, 0));
	json_decref(due);
	json_decref(is);
	free(path);
}

TEST_F(page, has_the_last_lines_of_a_long_console)
{
	char *path = lab_format("%s/console.bed2.log", self->r.out);
	struct lab_text log = { NULL };
	json_t *is, *lines;

	lab_text_addf(&log, "[ 1.0] lab-agent: start /suite/a_test\n");
	for (int i = 0; i < 1000; i++)
		lab_text_addf(&log, "line %d\n", i);
	ASSERT_EQ(0, lab_write_file(path, log.s, log.len, NULL));
	report(self);
	is = data_of(self->text);
	lines = json_object_get(json_object_get(is, "console"), "a_test");
	EXPECT_EQ(60, json_array_size(lines));
	EXPECT_STREQ("line 999", json_string_value(json_array_get(lines, 59)));
	json_decref(is);
	lab_text_clear(&log);
	free(path);
}

TEST(a_part_of_a_console)
{
	static const char log[] = "lab-agent: start /suite/long_name_test\nx\nlab-agent: start /suite/test -D\ny\n";
	char *part = lab_console_part(log, "test");

	EXPECT_STREQ("y\n", part);
	free(part);
	part = lab_console_part(log, "long_name_test");
	EXPECT_STREQ("x\n", part);
	free(part);
	EXPECT_EQ(NULL, lab_console_part(log, "name_test"));
	EXPECT_EQ(NULL, lab_console_part("", "test"));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Files made of the cells of a matrix: one that passed, one whose kernel panicked, one that an
 * engine lost and one of which nothing is known.
 */
#include <kselftest_harness.h>

#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/fsys.h"
#include "campaign/campaign.h"

FIXTURE(merge) {
	char out[PATH_MAX];
	struct lab_error e;
};
typedef FIXTURE_DATA(merge) merge_data;

static json_t *say(const char *out)
{
	(void)out;
	return json_pack("{s:s}", "6.12-tdp", "Slurm: NODE_FAIL (None)");
}

static const struct lab_engine engine = { .name = "fake", .lost = say };

static void add_cell(struct __test_metadata *_metadata, const merge_data *self, const char *name,
		     const char *kernel, const char *mode, const char *results)
{
	const struct lab_options o = { NULL };
	char *dir = lab_format("%s/%s", self->out, name);
	char *path = lab_format("%s/results.json", dir);
	struct lab_cell c;

	lab_cell_describe(&c, dir, json_pack("{s:s, s:{s:s}, s:s, s:s, s:s}", "title", name,
					     "setup", "kernel", name, "kernel", kernel,
					     "mode", mode, "topology", "numa2"), &o);
	EXPECT_EQ(0, lab_cell_write(&c, NULL));
	if (results) {
		EXPECT_EQ(0, lab_make_dirs(dir, NULL));
		EXPECT_EQ(0, lab_write_file(path, results, strlen(results), NULL));
		EXPECT_EQ(0, lab_stamp(dir, &c.stamp, NULL));
	}
	lab_cell_clear(&c);
	free(path);
	free(dir);
}

#define CASE(name, status, reason) "{\"program\": \"p_test\", \"name\": \"" name "\", \"status\": \"" \
	status "\", \"reason\": " reason ", \"ms\": 3, \"contract\": null, \"replay\": \"x\", " \
	"\"issue\": null, \"diagnostics\": [\"# <x>\"], \"samples\": {\"n\": [1, 2]}}"
#define RUN(verdict, code, counts, cases) "{\"verdict\": \"" verdict "\", \"exit_code\": " code ", " \
	"\"reason\": \"it <did>\", \"seconds\": 1.5, \"started\": \"2026-01-02T03:04:05Z\", " \
	"\"host\": \"h\", \"programs\": [{\"name\": \"p_test\", \"seconds\": 1, " counts "}], " \
	"\"totals\": {" counts "}, \"cases\": [" cases "]}"

FIXTURE_SETUP(merge)
{
	static const char cells[] = "[\"6.1-tdp\", \"6.1 a&b-rmap\", \"6.12-tdp\", \"6.12-rmap\"]";
	char *path;

	strcpy(self->out, "/tmp/lab_merge_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->out));
	path = lab_format("%s/cells.json", self->out);
	ASSERT_EQ(0, lab_write_file(path, cells, strlen(cells), NULL));
	free(path);
	add_cell(_metadata, self, "6.1-tdp", "6.1", "tdp", RUN("pass", "0",
		 "\"passed\": 1, \"failed\": 0, \"errors\": 0, \"skipped\": 0",
		 CASE("a", "pass", "null")));
	add_cell(_metadata, self, "6.1 a&b-rmap", "6.1", "rmap", RUN("panic", "11",
		 "\"passed\": 0, \"failed\": 1, \"errors\": 0, \"skipped\": 0",
		 CASE("a", "fail", "\"did not finish\"")));
	add_cell(_metadata, self, "6.12-tdp", "6.12", "tdp", NULL);
	add_cell(_metadata, self, "6.12-rmap", "6.12", "rmap", NULL);
}

FIXTURE_TEARDOWN(merge)
{
	lab_remove_tree(self->out, NULL);
}

static bool has(const merge_data *self, const char *file, const char *text)
{
	char *found = lab_read_or_empty(self->out, file);
	bool yes = strstr(found, text);

	if (!yes)
		fprintf(stderr, "# %s has no: %s\n", file, text);
	free(found);
	return yes;
}

TEST_F(merge, table)
{
	EXPECT_EQ(LAB_EXIT_INFRASTRUCTURE, lab_matrix_merge(self->out, &engine, &self->e));
	EXPECT_STREQ("", self->e.text);
	EXPECT_TRUE(has(self, "matrix.md", "| verdict | pass | panic | lost | lost |\n"));
	EXPECT_TRUE(has(self, "matrix.md", "\n6.1 a&b-rmap: panic: it <did>\n"));
	EXPECT_TRUE(has(self, "matrix.md", "\n6.12-tdp: lost: Slurm: NODE_FAIL (None)\n"));
	EXPECT_TRUE(has(self, "matrix.md", "\n6.12-rmap: lost: no result\n"));
}

/* Word that a job left stands where the engine knows nothing. */
TEST_F(merge, word_of_the_job)
{
	char *dir = lab_format("%s/6.12-rmap", self->out);
	struct lab_cell c;

	ASSERT_EQ(0, lab_cell_read(&c, dir, NULL));
	ASSERT_EQ(0, lab_cell_lose(&c, "interrupted", NULL));
	lab_matrix_merge(self->out, &engine, &self->e);
	EXPECT_TRUE(has(self, "matrix.md", "\n6.12-rmap: lost: interrupted\n"));
	lab_cell_clear(&c);
	free(dir);
}

TEST_F(merge, json)
{
	char *path = lab_format("%s/matrix.json", self->out), *verdict, *test, *reason;
	json_t *document;
	int code, failed;

	lab_matrix_merge(self->out, &engine, &self->e);
	document = json_load_file(path, 0, NULL);
	ASSERT_EQ(0, json_unpack(document, "{s:i, s:[{s:s}, {s:{s:i}, s:[{s:s}]}, {s:s}]}",
				 "exit_code", &code, "cells", "verdict", &verdict,
				 "totals", "failed", &failed, "failures", "test", &test,
				 "reason", &reason));
	EXPECT_EQ(LAB_EXIT_INFRASTRUCTURE, code);
	EXPECT_STREQ("pass", verdict);
	EXPECT_EQ(1, failed);
	EXPECT_STREQ("p_test:a", test);
	EXPECT_STREQ("Slurm: NODE_FAIL (None)", reason);
	json_decref(document);
	free(path);
}

/* Unit tests are run from the top of the repository. */
static int validate(xmlDoc *doc)
{
	xmlRelaxNGParserCtxt *ctxt = xmlRelaxNGNewParserCtxt("lib/lab/report/junit.rng");
	xmlRelaxNG *grammar = xmlRelaxNGParse(ctxt);
	xmlRelaxNGValidCtxt *valid = xmlRelaxNGNewValidCtxt(grammar);
	int ret = doc ? xmlRelaxNGValidateDoc(valid, doc) : -1;

	xmlRelaxNGFreeValidCtxt(valid);
	xmlRelaxNGFree(grammar);
	xmlRelaxNGFreeParserCtxt(ctxt);
	return ret;
}

/* A suite a run, whose classes are its own; what the tests do not tell is a case of its own. */
TEST_F(merge, junit)
{
	char *path = lab_format("%s/matrix.xml", self->out);
	xmlDoc *doc;

	lab_matrix_merge(self->out, &engine, &self->e);
	doc = xmlReadFile(path, NULL, 0);
	EXPECT_EQ(0, validate(doc));
	xmlFreeDoc(doc);
	free(path);
	EXPECT_TRUE(has(self, "matrix.xml", "<testsuite name=\"mmu_notifier.6.1-tdp\" tests=\"1\" "
			"failures=\"0\" errors=\"0\" skipped=\"0\" time=\"1.500\""));
	EXPECT_TRUE(has(self, "matrix.xml", "tests=\"2\" failures=\"2\" errors=\"0\""));
	EXPECT_TRUE(has(self, "matrix.xml", "classname=\"mmu_notifier.6.1-tdp.p_test\""));
	EXPECT_TRUE(has(self, "matrix.xml", "classname=\"mmu_notifier.6.1_a_b-rmap.p_test\""));
	EXPECT_TRUE(has(self, "matrix.xml", "<failure type=\"panic\" message=\"it &lt;did&gt;\">"));
	EXPECT_TRUE(has(self, "matrix.xml", "<error type=\"lost\" message=\"no result\">"));
}

TEST_F(merge, page)
{
	char *text;

	lab_matrix_merge(self->out, &engine, &self->e);
	EXPECT_TRUE(has(self, "matrix.html", "<tr><th></th><th>tdp</th><th>rmap</th></tr>"));
	EXPECT_TRUE(has(self, "matrix.html", "<tr><th>6.1, numa2</th><td class=\"pass\" title=\"it "
			"&#60;did&#62;\"><a href=\"6.1-tdp/index.html\"><b>pass</b></a><br>1 passed</td>"));
	EXPECT_TRUE(has(self, "matrix.html", "<a href=\"6.1%20a%26b-rmap/index.html\"><b>panic</b></a>"));
	EXPECT_TRUE(has(self, "matrix.html", "<td class=\"error\" title=\"no result\"><b>lost</b></td>"));
	EXPECT_TRUE(has(self, "matrix.html", "prefers-color-scheme: dark"));
	text = lab_read_or_empty(self->out, "matrix.html");
	EXPECT_EQ(NULL, strstr(text, "://"));
	free(text);
}

/* Who merges the same makes the same. */
TEST_F(merge, again)
{
	static const char *const files[] = { "matrix.md", "matrix.json", "matrix.xml", "matrix.html" };
	char *first, *second;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		lab_matrix_merge(self->out, &engine, &self->e);
		first = lab_read_or_empty(self->out, files[i]);
		lab_matrix_merge(self->out, &engine, &self->e);
		second = lab_read_or_empty(self->out, files[i]);
		EXPECT_STREQ(first, second);
		free(second);
		free(first);
	}
}

TEST_F(merge, without_the_lost)
{
	char *path = lab_format("%s/cells.json", self->out);

	ASSERT_EQ(0, lab_write_file(path, "[\"6.1-tdp\", \"6.1 a&b-rmap\"]", 27, NULL));
	EXPECT_EQ(LAB_EXIT_FAIL, lab_matrix_merge(self->out, NULL, &self->e));
	ASSERT_EQ(0, lab_write_file(path, "[\"6.1-tdp\"]", 11, NULL));
	EXPECT_EQ(LAB_EXIT_PASS, lab_matrix_merge(self->out, NULL, &self->e));
	free(path);
}

TEST_F(merge, nothing_described)
{
	EXPECT_EQ(LAB_EXIT_INFRASTRUCTURE, lab_matrix_merge("/nonexistent", NULL, &self->e));
	EXPECT_NE(NULL, strstr(self->e.text, "/nonexistent/cells.json"));
}

TEST_HARNESS_MAIN

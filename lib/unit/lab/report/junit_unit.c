// SPDX-License-Identifier: GPL-2.0
/*
 * junit.xml: does it keep to its grammar whatever programs print, and does the grammar
 * refuse what dashboards refuse?
 */
#include <kselftest_harness.h>

#include <libxml/parser.h>
#include <libxml/relaxng.h>

#include "report/report.h"

FIXTURE(junit)
{
	struct lab_results r;
	xmlRelaxNG *grammar;
};

static void silent(void *arg, const char *fmt, ...)
{
	(void)arg;
	(void)fmt;
}

static xmlRelaxNG *read_grammar(void)
{
	/* Unit tests are run from the top of the repository. */
	xmlRelaxNGParserCtxt *ctxt = xmlRelaxNGNewParserCtxt("lib/lab/report/junit.rng");
	xmlRelaxNG *grammar = xmlRelaxNGParse(ctxt);

	xmlRelaxNGFreeParserCtxt(ctxt);
	return grammar;
}

FIXTURE_SETUP(junit)
{
	struct lab_program *p;

	memset(self, 0, sizeof(*self));
	xmlSetGenericErrorFunc(NULL, silent);
	self->grammar = read_grammar();
	ASSERT_NE(NULL, self->grammar);
	self->r.parameters = lab_strdup("");
	self->r.command = lab_strdup("lab run");
	strcpy(self->r.suite, "s");
	strcpy(self->r.host, "h");
	strcpy(self->r.not_run_why, "interrupted by SIGINT");
	p = lab_results_add(&self->r, "a_test", "-D");
	p->state = LAB_PROGRAM_DONE;
	lab_program_add(p, "x.y", KTAP_PASS, "", "", 12);
	lab_program_add(p, "x.z", KTAP_SKIP, "no swap", "", 1);
	lab_program_add(p, "x.w", KTAP_FAIL, "",
			"# broken: contract 5 (stale): page <2> & \"3\" ]]>\n# \033[1m\001\xff\xfe\n", 1);
	lab_program_add(p, "x.v", KTAP_ERROR, "fork(): no memory", "", 1);
	p = lab_results_add(&self->r, "b_test", "");
	p = lab_results_add(&self->r, "c_test", "");
	p->state = LAB_PROGRAM_DONE;
	p->problem = lab_strdup("no results (exit code 0)");
}

FIXTURE_TEARDOWN(junit)
{
	lab_results_free(&self->r);
	xmlRelaxNGFree(self->grammar);
	xmlCleanupParser();
}

static char *text_of(const struct lab_results *r)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (lab_report_junit(f, r))
		abort();
	fclose(f);
	return text;
}

/* 0: by the grammar; positive: not; -1: no XML at all. */
static int check(xmlRelaxNG *grammar, const char *text)
{
	xmlDoc *doc = xmlReadMemory(text, (int)strlen(text), "junit.xml", NULL, XML_PARSE_NOERROR);
	xmlRelaxNGValidCtxt *ctxt = xmlRelaxNGNewValidCtxt(grammar);
	int ret;

	xmlRelaxNGSetValidErrors(ctxt, silent, silent, NULL);
	ret = doc ? xmlRelaxNGValidateDoc(ctxt, doc) : -1;
	xmlRelaxNGFreeValidCtxt(ctxt);
	xmlFreeDoc(doc);
	return ret;
}

TEST_F(junit, keeps_to_its_grammar)
{
	char *text = text_of(&self->r);

	EXPECT_EQ(0, check(self->grammar, text)) TH_LOG("%s", text);
	free(text);
}

#define EXPECT_HAS(what) do {						\
	EXPECT_NE(NULL, strstr(text, what)) TH_LOG("%s", text);		\
} while (0)

TEST_F(junit, tells_states_apart)
{
	char *text = text_of(&self->r);

	EXPECT_HAS("<testsuite name=\"mmu_notifier.a_test\" tests=\"4\" failures=\"1\" errors=\"1\" "
		   "skipped=\"1\"");
	EXPECT_HAS("<testcase name=\"x.y\" classname=\"mmu_notifier.a_test\" time=\"0.012\"/>");
	EXPECT_HAS("<skipped type=\"skip\" message=\"no swap\">no swap</skipped>");
	EXPECT_HAS("<failure type=\"contract 5\" message=\"contract 5 (stale): page &lt;2&gt; &amp; "
		   "&quot;3&quot; ]]&gt;\">");
	EXPECT_HAS("# ?[1m???\nreplay: lab run --tests 'a_test:x.w'");
	EXPECT_HAS("<error type=\"error\" message=\"fork(): no memory\">");
	EXPECT_HAS("tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\"");
	EXPECT_HAS("<skipped type=\"not run\" message=\"interrupted by SIGINT\">");
	EXPECT_HAS("<error type=\"infrastructure\" message=\"no results (exit code 0)\">");
	free(text);
}

/* @text with the first @old replaced; to be freed. */
static char *broken(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);

	if (!at)
		abort();
	return lab_format("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

TEST_F(junit, the_grammar_refuses_what_is_broken)
{
	static const char *const breaks[][2] = {
		{ " failures=\"1\"", "" }, { "time=\"0.012\"", "time=\"0.0123\"" },
		{ "time=\"0.012\"", "time=\"0,012\"" }, { "tests=\"4\"", "tests=\"0\"" },
		{ "classname=\"mmu_notifier.a_test\"", "classname=\"a_test\"" },
		{ "message=\"no swap\"", "" }, { ">no swap</skipped>", "/>" },
		{ "name=\"x.y\"", "name=\"x.y\" file=\"x.c\"" },
		{ "<skipped type", "<omitted type" }, { "</testsuites>", "" },
		{ "no swap<", "no \033swap<" }, { "no swap<", "no &#27;swap<" },
		{ "no swap<", "no \xffswap<" },
	};
	char *text = text_of(&self->r);

	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		char *other = broken(text, breaks[i][0], breaks[i][1]);

		EXPECT_NE(0, check(self->grammar, other)) TH_LOG("taken: %s", breaks[i][1]);
		free(other);
	}
	free(text);
}

TEST_HARNESS_MAIN

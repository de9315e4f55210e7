// SPDX-License-Identifier: GPL-2.0
/*
 * What "lab list" prints of a manifest.
 */
#include <stdio.h>
#include <stdlib.h>

#include <kselftest_harness.h>

#include "suite/list.h"

static const char text[] =
	"{ \"programs\": {"
	"    \"x_test\": { \"about\": \"takes memory away in a way that it takes many "
	"more words than fit into one line to tell\","
	"      \"contracts\": [ 1, 5 ], \"tests\": {"
	"        \"x.anon.squeeze.guest\": { \"default\": false, \"squeezer\": \"squeeze\" },"
	"        \"x.file.squeeze.guest\": { \"default\": true, \"squeezer\": \"squeeze\" },"
	"        \"x.file.other.guest\": { \"default\": true, \"squeezer\": \"other\" } } },"
	"    \"y_test\": { \"about\": \"something else\", "
	"\"tests\": { \"y.z\": { \"default\": true } } } },"
	"  \"squeezers\": {"
	"    \"squeeze\": { \"family\": \"hard\", "
	"\"calls\": \"msqueeze(MS_HARD)\", \"events\": [ \"a\", \"b\" ],"
	"      \"quick\": false, \"on\": { \"anon\": \"leaves\" } },"
	"    \"other\": { \"family\": \"soft\", \"calls\": \"mother()\" } } }";

FIXTURE(list) {
	json_t *manifest;
	char *text;
};

FIXTURE_SETUP(list)
{
	self->manifest = json_loads(text, 0, NULL);
	ASSERT_NE(NULL, self->manifest);
}

FIXTURE_TEARDOWN(list)
{
	json_decref(self->manifest);
	free(self->text);
}

static bool print_with(json_t *manifest, char **printed, bool verbose, char *first, char *second)
{
	char *words[] = { first, second };
	const struct lab_list list = {
		.words = words, .nr_words = first ? 1 + !!second : 0, .verbose = verbose,
		.invoked = "lab",
	};
	size_t size;
	FILE *f;
	bool any;

	free(*printed);
	f = open_memstream(printed, &size);
	any = f && lab_list_print(f, &list, manifest);
	if (f)
		fclose(f);
	return any;
}

#define print(self, ...) print_with((self)->manifest, &(self)->text, __VA_ARGS__)
#define HAS(part) (!!strstr(self->text, part))

TEST_F(list, all)
{
	char *rest, *line;

	ASSERT_TRUE(print(self, false, NULL, NULL));
	EXPECT_TRUE(HAS("x_test                     2 of 3"));
	EXPECT_TRUE(HAS("\n\nsqueezers (hard)\n  squeeze "));
	EXPECT_TRUE(HAS("\n\nsqueezers (soft)\n  other "));
	EXPECT_TRUE(HAS("lab list WORD"));
	EXPECT_FALSE(HAS("events"));
	for (rest = self->text; (line = strsep(&rest, "\n")); )
		EXPECT_GE(100, strlen(line));
}

TEST_F(list, word_in_a_call)
{
	ASSERT_TRUE(print(self, false, "ms_hard", NULL));
	EXPECT_EQ(0, strncmp(self->text, "squeezers (hard)\n", 17));
	EXPECT_TRUE(HAS("'x_test:*.squeeze.*'"));
	EXPECT_TRUE(HAS(" 1 of 2 by default\n"));
	EXPECT_FALSE(HAS("other"));
	/* The one that is shown runs by default, though it is not the first. */
	EXPECT_TRUE(HAS("lab run --tests x_test:x.file.squeeze.guest\n"));
}

TEST_F(list, all_words_must_be_there)
{
	EXPECT_TRUE(print(self, false, "hard", "squeeze"));
	EXPECT_FALSE(print(self, false, "hard", "mother"));
	EXPECT_STREQ("", self->text);
}

TEST_F(list, word_in_a_test)
{
	ASSERT_TRUE(print(self, false, "x.anon", NULL));
	EXPECT_FALSE(HAS("x_test:x.anon.squeeze.guest"));
	EXPECT_TRUE(HAS("1 that run if asked for by name"));
	ASSERT_TRUE(print(self, true, "x.anon", NULL));
	EXPECT_TRUE(HAS("\n  x_test:x.anon.squeeze.guest\n"));
}

TEST_F(list, details)
{
	ASSERT_TRUE(print(self, true, "squeeze", NULL));
	EXPECT_TRUE(HAS("      events    a, b\n"));
	EXPECT_TRUE(HAS("      on        anon (leaves)\n"));
	EXPECT_FALSE(HAS("quick"));
}

TEST_HARNESS_MAIN

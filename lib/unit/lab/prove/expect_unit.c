// SPDX-License-Identifier: GPL-2.0
/*
 * Expectations of the negative proof: read, compared, refused when wrong.
 */
#include <kselftest_harness.h>

#include "arch/arch.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "prove/prove.h"

FIXTURE(expect) {
	json_t *rows;
	struct lab_error e;
	char path[64];
};

FIXTURE_SETUP(expect)
{
	strcpy(self->path, "/tmp/lab_expect_unit.XXXXXX");
	close(mkstemp(self->path));
}

FIXTURE_TEARDOWN(expect)
{
	json_decref(self->rows);
	unlink(self->path);
}

static json_t *read_text(const char *path, const char *text, struct lab_error *e)
{
	return lab_write_file(path, text, strlen(text), e) ? NULL :
		lab_expect_read(path, &lab_arch_arm64, e);
}

#define READ(text) read_text(self->path, text, &self->e)

TEST_F(expect, row)
{
	json_t *x;

	self->rows = READ("[{\"name\":\"n\",\"tests\":\"t\",\"exit\":[1,11],"
			  "\"text\":[\"panic\",\"splat\"]}]");
	ASSERT_EQ(1, json_array_size(self->rows));
	x = json_array_get(self->rows, 0);
	EXPECT_STREQ("negative", lab_json_text_of(x, "profile"));
	EXPECT_EQ(NULL, json_object_get(x, "append"));
	EXPECT_EQ(x, lab_expect_outcome(x, 11));
	EXPECT_EQ(NULL, lab_expect_outcome(x, 0));
	EXPECT_EQ(NULL, lab_expect_missing(x, "nothing; a panic, and a splat"));
	EXPECT_STREQ("splat", lab_expect_missing(x, "a panic"));
}

TEST_F(expect, fixed_kernel)
{
	json_t *x;

	self->rows = READ("[{\"name\":\"n\",\"exit\":[10],\"text\":[\"stuck\"],"
			  "\"fixed\":{\"exit\":[0],\"text\":[\"pass\"]}}]");
	ASSERT_NE(NULL, self->rows);
	x = json_array_get(self->rows, 0);
	EXPECT_EQ(json_object_get(x, "fixed"), lab_expect_outcome(x, 0));
	EXPECT_STREQ("pass", lab_expect_missing(lab_expect_outcome(x, 0), ""));
	EXPECT_EQ(x, lab_expect_outcome(x, 10));
	EXPECT_EQ(NULL, lab_expect_outcome(x, 1));
}

TEST_F(expect, texts_of_an_architecture)
{
	self->rows = READ("[{\"name\":\"n\",\"exit\":[1],\"text\":[\"vector 6\"],"
			  "\"on\":{\"x86_64\":[\"a\"],\"arm64\":[\"vector 4\"]}},"
			  "{\"name\":\"m\",\"exit\":[1],\"text\":[\"t\"],\"on\":{\"riscv64\":[\"a\"]}}]");
	ASSERT_EQ(2, json_array_size(self->rows));
	EXPECT_STREQ("vector 4", lab_expect_missing(json_array_get(self->rows, 0), "vector 6"));
	EXPECT_STREQ("t", lab_expect_missing(json_array_get(self->rows, 1), ""));
}

TEST_F(expect, rows_that_prove_nothing_are_refused)
{
	EXPECT_EQ(NULL, READ("[]"));
	EXPECT_EQ(NULL, READ("{}"));
	EXPECT_EQ(NULL, READ("[{\"name\":\"n\",\"exit\":[1],\"text\":[]}]"));
	EXPECT_EQ(NULL, READ("[{\"name\":\"n\",\"exit\":[],\"text\":[\"t\"]}]"));
	EXPECT_EQ(NULL, READ("[{\"name\":\"n\",\"exit\":[\"1\"],\"text\":[\"t\"]}]"));
	EXPECT_EQ(NULL, READ("[{\"name\":\"n\",\"exti\":[1],\"text\":[\"t\"]}]"));
	EXPECT_EQ(NULL, READ("[{\"name\":\"n\",\"exit\":[1],\"text\":[\"t\"],"
			  "\"fixed\":{\"exit\":[0],\"text\":[]}}]"));
	EXPECT_EQ(NULL, READ("[{\"name\":\"n\",\"exit\":[1],\"text\":[\"t\"],\"fixed\":1}]"));
	EXPECT_EQ(NULL, READ("[{\"name\":\"n\",\"exit\":[1],\"text\":[\"t\"],\"on\":{}}]"));
	EXPECT_EQ(NULL, READ("[{\"name\":\"n\",\"exit\":[1],\"text\":[\"t\"],\"on\":{\"arm64\":[]}}]"));
	EXPECT_EQ(NULL, READ("[{\"name\":\"n\",\"exit\":[1],\"text\":[\"t\"],\"on\":{\"vax\":[\"t\"]}}]"));
	EXPECT_NE(NULL, strstr(self->e.text, "vax: no architecture of that name"));
	EXPECT_EQ(NULL, READ("[{"));
	EXPECT_EQ(NULL, lab_expect_read("/no/such/file", &lab_arch_arm64, &self->e));
}

TEST_HARNESS_MAIN

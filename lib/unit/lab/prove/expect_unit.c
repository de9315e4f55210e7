// SPDX-License-Identifier: GPL-2.0
/*
 * Expectations of the negative proof: read, compared, refused when wrong.
 */
#include <kselftest_harness.h>

#include "prove/expect.h"

FIXTURE(expect) {
	struct lab_expect_list list;
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
	unlink(self->path);
}

static int read_text(const char *path, const char *text, struct lab_expect_list *list,
		     struct lab_error *e)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	return lab_expect_read(path, list, e);
}

#define READ(text) read_text(self->path, text, &self->list, &self->e)

TEST_F(expect, row)
{
	const struct lab_expect *x;

	ASSERT_EQ(0, READ("[{\"name\":\"n\",\"tests\":\"t\",\"exit\":[1,11],"
			  "\"text\":[\"panic\",\"splat\"]}]"));
	ASSERT_EQ(1, self->list.nr);
	x = &self->list.rows[0];
	EXPECT_STREQ("negative", x->profile);
	EXPECT_EQ(NULL, x->append);
	EXPECT_EQ(&x->broken, lab_expect_outcome(x, 11));
	EXPECT_EQ(NULL, lab_expect_outcome(x, 0));
	EXPECT_EQ(NULL, lab_expect_missing(&x->broken, "nothing; a panic, and a splat"));
	EXPECT_STREQ("splat", lab_expect_missing(&x->broken, "a panic"));
	lab_expect_free(&self->list);
}

TEST_F(expect, fixed_kernel)
{
	const struct lab_expect *x;

	ASSERT_EQ(0, READ("[{\"name\":\"n\",\"exit\":[10],\"text\":[\"stuck\"],"
			  "\"fixed\":{\"exit\":[0],\"text\":[\"pass\"]}}]"));
	x = &self->list.rows[0];
	EXPECT_EQ(&x->fixed, lab_expect_outcome(x, 0));
	EXPECT_STREQ("pass", lab_expect_outcome(x, 0)->texts[0]);
	EXPECT_EQ(&x->broken, lab_expect_outcome(x, 10));
	EXPECT_EQ(NULL, lab_expect_outcome(x, 1));
	lab_expect_free(&self->list);
}

TEST_F(expect, rows_that_prove_nothing_are_refused)
{
	EXPECT_EQ(-EINVAL, READ("[]"));
	EXPECT_EQ(-EINVAL, READ("{}"));
	EXPECT_NE(0, READ("[{\"name\":\"n\",\"exit\":[1],\"text\":[]}]"));
	EXPECT_NE(0, READ("[{\"name\":\"n\",\"exit\":[],\"text\":[\"t\"]}]"));
	EXPECT_NE(0, READ("[{\"name\":\"n\",\"exit\":[\"1\"],\"text\":[\"t\"]}]"));
	EXPECT_NE(0, READ("[{\"name\":\"n\",\"exti\":[1],\"text\":[\"t\"]}]"));
	EXPECT_NE(0, READ("[{\"name\":\"n\",\"exit\":[1],\"text\":[\"t\"],"
			  "\"fixed\":{\"exit\":[0],\"text\":[]}}]"));
	EXPECT_NE(0, READ("[{\"name\":\"n\",\"exit\":[1],\"text\":[\"t\"],\"fixed\":1}]"));
	EXPECT_NE(0, READ("[{"));
	EXPECT_NE(0, lab_expect_read("/no/such/file", &self->list, &self->e));
}

TEST_HARNESS_MAIN

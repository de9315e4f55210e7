// SPDX-License-Identifier: GPL-2.0
/*
 * What a program prints of itself for the manifest.
 */
#include <stdio.h>

#include <kselftest_harness.h>

#include "runner/manifest.h"

MN_ABOUT("says \"quoted\" and \\", 1, 10);
MN_MAY_CHANGE("a thing");

FIXTURE(manifest) {
	struct manifest m;
	char *text;
	size_t size;
	FILE *f;
};

FIXTURE_SETUP(manifest)
{
	self->f = open_memstream(&self->text, &self->size);
	ASSERT_NE(NULL, self->f);
	manifest_begin(&self->m, self->f, "/some/where/mn_x_test", &test_about);
}

FIXTURE_TEARDOWN(manifest)
{
	fclose(self->f);
	free(self->text);
}

static bool has(struct __test_metadata *_metadata, FILE *f, char **text, const char *part)
{
	ASSERT_EQ(0, fflush(f));
	return strstr(*text, part);
}

#define HAS(part) has(_metadata, self->f, &self->text, part)

TEST_F(manifest, program)
{
	manifest_end(&self->m);
	EXPECT_TRUE(HAS("{ \"programs\": { \"mn_x_test\": { \"about\": \"says \\\"quoted\\\" and \\\\\", "
			"\"contracts\": [1, 10], \"tests\": {\n} } },"));
}

TEST_F(manifest, test_is_of_what_its_name_says)
{
	manifest_test(&self->m, "fixture.anon.munmap", "/sweep_write.none.2vcpu",
		      TEST_BY_DEFAULT | TEST_BY_ALL | TEST_BY_ID);
	manifest_test(&self->m, "anon.what.ever", "", TEST_BY_DEFAULT | TEST_BY_ALL);
	EXPECT_TRUE(HAS("\"fixture.anon.munmap\": { \"default\": true, \"all\": false, "
			"\"backing\": \"anon\", \"pressure\": \"munmap\", "
			"\"workload\": \"sweep_write\", \"injector\": \"none\", \"vcpus\": 2, "
			"\"case\": \"fixture.anon.munmap/sweep_write.none.2vcpu\", "
			"\"may_change\": [\"a thing\"] },\n"
			"\"fixture.anon.munmap/sweep_write.none.2vcpu\": "
			"{ \"default\": false, \"all\": true, "
			"\"backing\": \"anon\", \"pressure\": \"munmap\", "
			"\"workload\": \"sweep_write\", \"injector\": \"none\", \"vcpus\": 2 },\n"));
	/* The fixture does not count. */
	EXPECT_TRUE(HAS("\"anon.what.ever\": { \"default\": true, \"all\": true, "
			"\"may_change\": [\"a thing\"] }"));
}

/* By the id alone; what is missing only if the machine was asked. */
TEST_F(manifest, test_says_what_it_changes)
{
	const char *on_thp = "\"may_change\": [\"transparent_hugepage/enabled=always, use_zero_page=0\", "
			     "\"a thing\"]";
	char line[256];

	manifest_test(&self->m, "fixture.anon_thp.ksm_write", "/spin.none.2vcpu",
		      TEST_BY_DEFAULT | TEST_BY_ID);
	snprintf(line, sizeof(line), "\"changes\": [\"KSM at its fastest, for all memory\"], %s },\n",
		 on_thp);
	EXPECT_TRUE(HAS(line));
	EXPECT_TRUE(HAS("\"injector\": \"none\", \"vcpus\": 2 }"));
	EXPECT_FALSE(HAS("missing"));
	self->m.here = true;
	manifest_test(&self->m, "fixture.anon.hwpoison", "/spin.none.2vcpu",
		      TEST_BY_DEFAULT | TEST_BY_ID);
	EXPECT_TRUE(HAS("\"missing\": \""));
}

TEST_F(manifest, only_one_case_goes_by_the_id)
{
	manifest_test(&self->m, "fixture.anon.munmap", "/spin.none.2vcpu", 0);
	EXPECT_FALSE(HAS("\"fixture.anon.munmap\":"));
	EXPECT_TRUE(HAS("\"fixture.anon.munmap/spin.none.2vcpu\": "
			"{ \"default\": false, \"all\": false, "));
}

TEST_F(manifest, extra_test_goes_by_its_id)
{
	manifest_test(&self->m, "fixture.anon.munmap", "/spin.none.2vcpu", TEST_BY_ID);
	EXPECT_TRUE(HAS("\"fixture.anon.munmap\": { \"default\": false, \"all\": false, "));
}

TEST_F(manifest, pressure)
{
	manifest_end(&self->m);
	EXPECT_TRUE(HAS("\"munmap\": { \"family\": \"unmap\", \"kind\": \"takes memory\", "
			"\"calls\": \"munmap(), mmap() at the same address\", "
			"\"events\": [\"unmap\"]"));
	EXPECT_TRUE(HAS("\"since\": \"v6.13\""));
	EXPECT_TRUE(HAS("\"anon\": \"discards\""));
}

TEST_F(manifest, tables)
{
	manifest_end(&self->m);
	EXPECT_TRUE(HAS("\n\"anon\": { \"about\": \""));
	EXPECT_TRUE(HAS("\n\"sweep_write\": { \"about\": \""));
	EXPECT_TRUE(HAS("\n\"none\": { \"about\": \""));
}

TEST_HARNESS_MAIN
